"""Where the heads look: attention patterns of some sums, and their mean over the sample.

From the write-up's section "Eyeballing L0 attention patterns" (cell 21), which looks at the first layer; the
second layer's patterns are kept as well. What the eye finds there is measured on the mean pattern: how much of a
head's attention goes to the two digits of a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, as_array, tokens_for
from sumint.task.examples import examples
from sumint.task.sums import Layout, Sums


@dataclass(frozen=True)
class AttentionPatterns:
    """Attention probabilities: every row, a query, sums to one over the keys."""

    labels: tuple[str, ...]
    """What the examples are called."""
    tokens: Int[np.ndarray, "example position"]
    patterns: Float[np.ndarray, "example layer head query key"]
    mean_patterns: Float[np.ndarray, "layer head query key"]
    """Over the sample."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def column_attention(self) -> Float[np.ndarray, "layer head query column"]:
        """How much of the mean pattern is on the two digits of each column."""
        layout = self.layout
        return self.mean_patterns[..., layout.first_operand] + self.mean_patterns[..., layout.second_operand]

    @property
    def corresponding_attention(self) -> Float[np.ndarray, "layer head column"]:
        """The same from the position that predicts a column's digit, to the digits of that column."""
        from_predicting = self.column_attention[:, :, self.layout.predicting]
        return np.diagonal(from_predicting, axis1=2, axis2=3)


def attention_patterns(model: Model, sample: Sums) -> AttentionPatterns:
    """The patterns of both layers' heads, for the examples and on average over the sample."""
    shown = examples(sample)
    of_examples = _patterns(model, shown.sums)
    return AttentionPatterns(
        labels=shown.labels,
        tokens=shown.sums.tokens,
        patterns=rearrange(of_examples, "layer example head query key -> example layer head query key"),
        mean_patterns=_patterns(model, sample).mean(axis=1, dtype=np.float64).astype(np.float32),
        n_digits=sample.layout.n_digits,
    )


def _patterns(model: Model, sums: Sums) -> Float[np.ndarray, "layer sum head query key"]:
    hooks = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.cfg.n_layers)]
    _, cache = model.run_with_cache(tokens_for(model, sums), names_filter=hooks)
    return np.stack([as_array(cache[hook]) for hook in hooks])
