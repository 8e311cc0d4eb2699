"""Layer 1's attention from the position that predicts a digit, with a carry and without.

From the write-up's section "L1 attention" (cells 39 and 40): the mean and the standard deviation of the attention
from every position that predicts a digit. The write-up divides the sums by its masks, which also include the
carries out of a column. Here they are divided both by these masks and by the carry into the column that the
position predicts. The units have no carry-in: no sums at their position have a carry, and the write-up's panel of
it, "non-carries", contains all sums.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.carries import SUBSETS, published_carries
from sumint.task.sums import Sums

VERSIONS = ("published", "corrected")
"""The masks by which the sums are divided."""


@dataclass(frozen=True)
class Layer1Attention(Result, version=VERSIONS, subset=SUBSETS, head="H1.{}"):
    """Attention from the position that predicts a column to every position, over the sums of a subset.

    Means are zero if there are no sums, deviations if there are fewer than two.
    """

    n_sums: Int[np.ndarray, "version column subset"]
    mean: Float[np.ndarray, "version column subset head position"]
    deviation: Float[np.ndarray, "version column subset head position"]
    """The sample standard deviation, with n − 1 in the denominator."""

    @property
    def distance(self) -> Float[np.ndarray, "version column head"]:
        """The total variation distance between the mean patterns with and without a carry, from 0 to 1.

        It is zero if one of the two subsets is empty.
        """
        with_carry, without = self.mean[:, :, 0], self.mean[:, :, 1]
        has_both = np.min(self.n_sums, axis=-1, keepdims=True) > 0
        return np.where(has_both, np.abs(with_carry - without).sum(axis=-1) / 2, 0)


def layer_1_attention(model: Model, sample: Sums) -> Layer1Attention:
    """Measures the mean and deviation of layer 1's attention by mask version, column and subset."""
    layout = layout_of(model)
    _, cache = model.run_with_cache(tokens_for(model, sample))
    patterns = as_array(cache["blocks.1.attn.hook_pattern"][:, :, layout.predicting])
    masks = np.stack([_published_masks(sample), sample.carry_in])
    subsets = np.stack([masks, ~masks], axis=-1)
    n_versions, _, n_columns, n_subsets = subsets.shape
    mean = np.zeros((n_versions, n_columns, n_subsets, model.cfg.n_heads, layout.n_ctx), np.float32)
    deviation = np.zeros_like(mean)
    for version, column, subset in np.ndindex(n_versions, n_columns, n_subsets):
        chosen = patterns[subsets[version, :, column, subset], :, column]
        if len(chosen):
            mean[version, column, subset] = chosen.mean(axis=0)
        if len(chosen) > 1:
            deviation[version, column, subset] = chosen.std(axis=0, ddof=1)
    return Layer1Attention(subsets.sum(axis=1), mean, deviation)


def _published_masks(sample: Sums) -> Bool[np.ndarray, "sum column"]:
    """The write-up's masks, which omit the units."""
    masks = published_carries(sample)
    masks[:, -1] = False
    return masks
