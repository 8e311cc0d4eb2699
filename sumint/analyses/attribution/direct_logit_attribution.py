"""Direct logit attribution: what embeddings, heads and biases each add to the logits.

From the write-up's section "Simple DLA" (cells 24 to 26). The write-up omits the output biases of the layers and
the bias of the unembedding, so its rows do not add up to the logits; with the biases they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import reduce
from jaxtyping import Float

from sumint.model.load import Model, Tensor, as_array
from sumint.model.residual_stream import ForwardPass, head_names, relative_error
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import Sums

EMBEDDINGS = ("embed", "pos_embed")
BIASES = "biases"


@dataclass(frozen=True)
class DirectLogitAttribution(Result, component="components", row="rows", example="example_labels"):
    """Attributions to the logits of the ten digits, at each digit of the answer."""

    components: tuple[str, ...]
    """The embeddings, the heads of layer 0 and those of layer 1; the biases follow in a row of their own."""
    example_labels: tuple[str, ...]
    examples: Float[np.ndarray, "example row digit digit_value"]
    """The attributions for the examples: a row for each component, and one for all biases together."""
    correct_mean: Float[np.ndarray, "component digit"]
    """The mean attribution of each component to the correct digit's logit, over the sample."""
    correct_std: Float[np.ndarray, "component digit"]
    """The sample standard deviation of that attribution; 0 if there is one sum only."""
    error_with_biases: float
    """The relative error of the rows over the sample: the norm of their sum minus the logits, over the logits'."""
    error_without_biases: float

    @property
    def rows(self) -> tuple[str, ...]:
        """The names of the rows of `examples`."""
        return (*self.components, BIASES)

    @property
    def layer_1_share(self) -> Float[np.ndarray, " digit"]:
        """The share of layer 1 in the sizes of all heads' mean attributions to the correct digit's logit."""
        sizes = np.abs(self.correct_mean[len(EMBEDDINGS) :])
        total = sizes.sum(axis=0)
        return sizes[len(sizes) // 2 :].sum(axis=0) / np.where(total == 0, 1, total)


def direct_logit_attribution(model: Model, sample: Sums) -> DirectLogitAttribution:
    """Measures component attributions: to all logits for the examples, to the correct one over the sample."""
    example_sums = examples(sample)
    example_rows = _attributions(ForwardPass.of(model, example_sums.sums))
    forward = ForwardPass.of(model, sample)
    rows = _attributions(forward)
    components = rows[:, :-1]
    correct = components.gather(-1, _correct_digits(components, sample)).squeeze(-1)
    return DirectLogitAttribution(
        components=(*EMBEDDINGS, *head_names(model, 0), *head_names(model, 1)),
        example_labels=example_sums.labels,
        examples=as_array(example_rows),
        correct_mean=as_array(correct.mean(0)),
        correct_std=as_array(correct.std(0, correction=min(1, len(sample) - 1))),
        error_with_biases=relative_error(_total(rows), forward.logits),
        error_without_biases=relative_error(_total(components), forward.logits),
    )


def _attributions(forward: ForwardPass) -> Float[Tensor, "sum row digit value"]:
    """The attributions: a row for each component, and last one for all biases together."""
    import torch

    biases = forward.direct(forward.output_bias(0) + forward.output_bias(1)) + forward.unembedding_bias
    components = torch.cat([forward.embeddings, forward.heads(0), forward.heads(1)], dim=1)
    return torch.cat([forward.direct(components), biases], dim=1)


def _correct_digits(attributions: Float[Tensor, "sum component digit value"], sums: Sums) -> Tensor:
    import torch

    digits = torch.from_numpy(sums.answer_digits).to(attributions.device)
    return digits[:, None, :, None].expand(-1, attributions.shape[1], -1, 1)


def _total(rows: Float[Tensor, "sum row digit value"]) -> Float[Tensor, "sum digit value"]:
    return reduce(rows, "sum row digit value -> sum digit value", "sum")
