"""How many sums carry, and into which columns: as the write-up counts them, and truly.

From the write-up's section "Separating carries" (cells 36 and 37). Its masks are there to set sums with a carry
into a column apart from those without; they also catch the carries out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.model.load import Model
from sumint.task.carries import carrying, published_carries
from sumint.task.sums import Sums


@dataclass(frozen=True)
class CarryCounts:
    """Numbers of sums; by column for all columns but the units, into which nothing is carried."""

    n_sums: int
    carrying: int
    """Sums with a carry anywhere."""
    published_carrying: int
    """The same by the write-up's mask."""
    mislabelled_carrying: int
    """Sums of which this mask says something else than the truth."""
    carry_in: Int[np.ndarray, " column"]
    carry_out: Int[np.ndarray, " column"]
    published: Int[np.ndarray, " column"]
    """Sums that the write-up's mask of the column counts."""
    mislabelled: Int[np.ndarray, " column"]
    """Sums of which this mask says that a carry comes into the column, and none does."""


def carry_counts(model: Model, sample: Sums) -> CarryCounts:  # noqa: ARG001
    """The counts over the sample; the model plays no part."""
    receiving = slice(0, sample.layout.n_digits - 1)
    published = published_carries(sample)
    published_carrying = published.any(axis=1)
    carry_in = sample.carry_in[:, receiving]
    return CarryCounts(
        n_sums=len(sample),
        carrying=int(carrying(sample).sum()),
        published_carrying=int(published_carrying.sum()),
        mislabelled_carrying=int((published_carrying != carrying(sample)).sum()),
        carry_in=carry_in.sum(axis=0),
        carry_out=sample.carry_out[:, receiving].sum(axis=0),
        published=published[:, receiving].sum(axis=0),
        mislabelled=(published[:, receiving] != carry_in).sum(axis=0),
    )
