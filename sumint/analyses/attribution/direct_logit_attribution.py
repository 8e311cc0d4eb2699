"""What each component adds to the logits: embeddings, heads and biases, one by one.

From the write-up's section "Simple DLA" (cells 24 to 26). The write-up leaves the biases out, those of the
layers' outputs and that of the unembedding, so that its rows do not add up to the logits; with them, they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import reduce
from jaxtyping import Float

from sumint.model.load import Model, Tensor, as_array
from sumint.model.residual_stream import ForwardPass, head_names, relative_error
from sumint.task.examples import examples
from sumint.task.sums import Sums

EMBEDDINGS = ("embed", "pos_embed")
BIASES = "biases"


@dataclass(frozen=True)
class DirectLogitAttribution:
    """Attributions to the ten digits' logits, at each digit of the answer."""

    components: tuple[str, ...]
    """The embeddings, the heads of layer 0, those of layer 1; without the biases, which come after these."""
    example_labels: tuple[str, ...]
    examples: Float[np.ndarray, "example row digit value"]
    """Some sums in full: a row for each component, and one for all biases together."""
    correct_mean: Float[np.ndarray, "component digit"]
    """What each component adds to the right digit's logit, on average over the sample."""
    correct_std: Float[np.ndarray, "component digit"]
    """Its standard deviation from sum to sum, the unbiased estimate; 0 where there is but one sum."""
    error_with_biases: float
    """The relative error of the rows over the sample: the norm of rows minus logits over that of the logits."""
    error_without_biases: float

    @property
    def layer_1_share(self) -> Float[np.ndarray, " digit"]:
        """Of the lengths of all heads' mean attributions to the right digit's logit, the part of layer 1's."""
        lengths = np.abs(self.correct_mean[len(EMBEDDINGS) :])
        whole = lengths.sum(axis=0)
        return lengths[len(lengths) // 2 :].sum(axis=0) / np.where(whole == 0, 1, whole)


def direct_logit_attribution(model: Model, sample: Sums) -> DirectLogitAttribution:
    """Every component's attribution: in full for the examples, to the right digit's logit for the sample."""
    shown = examples(sample)
    in_full = _attributions(ForwardPass.of(model, shown.sums))
    run = ForwardPass.of(model, sample)
    rows = _attributions(run)
    components = rows[:, :-1]
    correct = components.gather(-1, _right_values(components, sample)).squeeze(-1)
    return DirectLogitAttribution(
        components=(*EMBEDDINGS, *head_names(model, 0), *head_names(model, 1)),
        example_labels=shown.labels,
        examples=as_array(in_full),
        correct_mean=as_array(correct.mean(0)),
        correct_std=as_array(correct.std(0, correction=min(1, len(sample) - 1))),
        error_with_biases=relative_error(_added_up(rows), run.logits),
        error_without_biases=relative_error(_added_up(components), run.logits),
    )


def _attributions(run: ForwardPass) -> Float[Tensor, "sum row digit value"]:
    """A row for each component, and the biases' together at the end."""
    import torch

    biases = run.direct(run.output_bias(0) + run.output_bias(1)) + run.unembedding_bias
    written = torch.cat([run.embeddings, run.heads(0), run.heads(1)], dim=1)
    return torch.cat([run.direct(written), biases], dim=1)


def _right_values(attributions: Float[Tensor, "sum component digit value"], sums: Sums) -> Tensor:
    import torch

    right = torch.from_numpy(sums.answer_digits).to(attributions.device)
    return right[:, None, :, None].expand(-1, attributions.shape[1], -1, 1)


def _added_up(rows: Float[Tensor, "sum row digit value"]) -> Float[Tensor, "sum digit value"]:
    return reduce(rows, "sum row digit value -> sum digit value", "sum")
