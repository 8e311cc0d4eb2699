"""Where layer 1 looks before it writes a digit, with a carry and without.

From the write-up's section "L1 attention" (cells 39 and 40): mean and deviation of the attention from every
position that predicts a digit. The write-up divides the sums by its masks, which also hold the carries out of a
column; here they are divided by these, and by whether a carry comes into the column that the position predicts.
Into the units nothing is carried: their position has no sums with a carry, and the write-up's panel of it,
"non-carries", holds all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.task.carries import published_carries
from sumint.task.sums import Sums

VERSIONS = ("published", "corrected")
"""By which masks the sums are divided."""
SUBSETS = ("with a carry", "without a carry")


@dataclass(frozen=True)
class Layer1Attention:
    """Attention from the position that predicts a column to every position, over the sums of a subset.

    Means are zeros where there are no sums, deviations where there are fewer than two.
    """

    n_sums: Int[np.ndarray, "version column subset"]
    mean: Float[np.ndarray, "version column subset head position"]
    deviation: Float[np.ndarray, "version column subset head position"]
    """The sample's standard deviation: its square is divided by one less than the number of sums."""

    @property
    def distance(self) -> Float[np.ndarray, "version column head"]:
        """The total variation between the mean patterns with and without a carry, from 0 to 1.

        Zero where one of the two has no sums.
        """
        with_carry, without = self.mean[:, :, 0], self.mean[:, :, 1]
        both = np.min(self.n_sums, axis=-1, keepdims=True) > 0
        return np.where(both, np.abs(with_carry - without).sum(axis=-1) / 2, 0)


def layer_1_attention(model: Model, sample: Sums) -> Layer1Attention:
    """Mean and deviation of layer 1's attention by column, by subset, and by the masks that make the subsets."""
    layout = layout_of(model)
    _, cache = model.run_with_cache(tokens_for(model, sample))
    patterns = as_array(cache["blocks.1.attn.hook_pattern"][:, :, layout.predicting])
    masks = np.stack([_published(sample), sample.carry_in])
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


def _published(sample: Sums) -> Bool[np.ndarray, "sum column"]:
    """The write-up's masks; it makes none for the units."""
    masks = published_carries(sample)
    masks[:, -1] = False
    return masks
