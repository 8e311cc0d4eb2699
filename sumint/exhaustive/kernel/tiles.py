"""Tiles of sums: one pair of the operands' high digits for each lane of the kernel, with all low digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.memory import LOW, N_QUERIES, Tables, n_high, n_low
from sumint.exhaustive.kernel.sweep import evaluate
from sumint.exhaustive.predictions import Predictions
from sumint.task.sums import Layout, Sums


@dataclass(frozen=True)
class Tile:
    """The sums of `WIDTH` consecutive pairs of high digits, beginning with pair number `first`.

    The number of a pair is high_a · n_high + high_b.
    """

    layout: Layout
    first: int

    @property
    def n_lanes(self) -> int:
        """The number of lanes with a distinct pair; the lanes after the last pair repeat it."""
        return min(WIDTH, n_pairs(self.layout) - self.first)

    @property
    def high_digits(self) -> tuple[Int[np.ndarray, " lane"], Int[np.ndarray, " lane"]]:
        """Both operands' high digits in each lane, as numbers."""
        pairs = np.minimum(self.first + np.arange(WIDTH), n_pairs(self.layout) - 1)
        return np.divmod(pairs, n_high(self.layout))

    def operands(
        self, low_a: Int[np.ndarray, " sum"], low_b: Int[np.ndarray, " sum"], lane: Int[np.ndarray, " sum"]
    ) -> Sums:
        """The sums with these low digits in these lanes."""
        high_a, high_b = self.high_digits
        return Sums(self.layout, high_a[lane] * LOW + low_a, high_b[lane] * LOW + low_b)


def n_pairs(layout: Layout) -> int:
    """The number of pairs of high digits."""
    return n_high(layout) ** 2


def predict_tile(tables: Tables, tile: Tile) -> Predictions:
    """The predictions for every digit of every sum of a tile [digit, low_a, low_b, lane]."""
    n_padded = tile.layout.n_digits + -tile.layout.n_digits % N_QUERIES
    shape = (n_padded, n_low(tile.layout), n_low(tile.layout), WIDTH)
    flat = Predictions(*(np.empty(int(np.prod(shape)), np.float32) for _ in Predictions._fields))
    evaluate(tables.record, tables.memory(), *tile.high_digits, flat)
    return Predictions(*(array.reshape(shape)[: tile.layout.n_digits] for array in flat))
