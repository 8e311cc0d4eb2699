"""Attention patterns of example sums, and their mean over the sample.

From the write-up's section "Eyeballing L0 attention patterns" (cell 21), which shows the first layer; the second
layer is included here. The visual impression is quantified on the mean pattern, by the attention of each head to
the two digits of a column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import rearrange
from jaxtyping import Float, Int

from sumint.model.load import Model, as_array, tokens_for
from sumint.results.result import Result
from sumint.task.examples import examples
from sumint.task.sums import Layout, Sums


@dataclass(frozen=True)
class AttentionPatterns(Result, example="labels"):
    """Attention probabilities, which sum to one over the keys for every query."""

    labels: tuple[str, ...]
    """The labels of the examples."""
    tokens: Int[np.ndarray, "example position"]
    patterns: Float[np.ndarray, "example layer head query key"]
    mean_patterns: Float[np.ndarray, "layer head query key"]
    """The mean over the sample."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def column_attention(self) -> Float[np.ndarray, "layer head query column"]:
        """The mean attention to the two digits of each column."""
        layout = self.layout
        return self.mean_patterns[..., layout.first_operand] + self.mean_patterns[..., layout.second_operand]

    @property
    def corresponding_attention(self) -> Float[np.ndarray, "layer head column"]:
        """The mean attention from the position that predicts a column's digit to the digits of that column."""
        from_predicting = self.column_attention[:, :, self.layout.predicting]
        return np.diagonal(from_predicting, axis1=2, axis2=3)


def attention_patterns(model: Model, sample: Sums) -> AttentionPatterns:
    """Measures the attention patterns of all heads, for the examples and averaged over the sample."""
    example_sums = examples(sample)
    example_patterns = _patterns(model, example_sums.sums)
    return AttentionPatterns(
        labels=example_sums.labels,
        tokens=example_sums.sums.tokens,
        patterns=rearrange(example_patterns, "layer example head query key -> example layer head query key"),
        mean_patterns=_patterns(model, sample).mean(axis=1, dtype=np.float64).astype(np.float32),
        n_digits=sample.layout.n_digits,
    )


def _patterns(model: Model, sums: Sums) -> Float[np.ndarray, "layer sum head query key"]:
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.cfg.n_layers)]
    _, cache = model.run_with_cache(tokens_for(model, sums), names_filter=names)
    return np.stack([as_array(cache[name]) for name in names])
