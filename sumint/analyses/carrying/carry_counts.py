"""The number of sums that carry, and into which columns: by the write-up's masks, and the true counts.

From the write-up's section "Separating carries" (cells 36 and 37). Its masks are meant to separate sums with a
carry into a column from those without; they also include the carries out of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.model.load import Model
from sumint.results.result import Result
from sumint.task.carries import has_carry, published_carries
from sumint.task.sums import Sums


@dataclass(frozen=True)
class CarryCounts(Result):
    """Numbers of sums; those by column omit the units, which have no carry-in."""

    n_sums: int
    carrying: int
    """Sums with a carry in any column."""
    published_carrying: int
    """Sums with a carry in any column by the write-up's masks."""
    mislabelled_carrying: int
    """Sums for which this differs from the truth."""
    carry_in: Int[np.ndarray, " column"]
    carry_out: Int[np.ndarray, " column"]
    published: Int[np.ndarray, " column"]
    """Sums in the write-up's mask of the column."""
    mislabelled: Int[np.ndarray, " column"]
    """Sums for which the column's mask differs from its carry-in."""


def carry_counts(model: Model, sample: Sums) -> CarryCounts:  # noqa: ARG001
    """Counts the carries of the sample; the model is not used."""
    with_carry_in = slice(0, sample.layout.n_digits - 1)
    published = published_carries(sample)
    published_carrying = published.any(axis=1)
    carry_in = sample.carry_in[:, with_carry_in]
    return CarryCounts(
        n_sums=len(sample),
        carrying=int(has_carry(sample).sum()),
        published_carrying=int(published_carrying.sum()),
        mislabelled_carrying=int((published_carrying != has_carry(sample)).sum()),
        carry_in=carry_in.sum(axis=0),
        carry_out=sample.carry_out[:, with_carry_in].sum(axis=0),
        published=published[:, with_carry_in].sum(axis=0),
        mislabelled=(published[:, with_carry_in] != carry_in).sum(axis=0),
    )
