"""Computes the tally of a shard, which is a portion of all sums that is computed, stored and merged as a unit.

Where a margin is so small that its sign could be wrong in single precision, it is computed in double precision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.exhaustive.circuits import Circuits
from sumint.exhaustive.kernel.counting import count_clear
from sumint.exhaustive.kernel.lanes import MAX_WIDTH, WIDTH
from sumint.exhaustive.kernel.memory import Tables, n_low, tables_of
from sumint.exhaustive.kernel.tiles import Tile, n_pairs, predict_tile
from sumint.exhaustive.predictions import Predictions, predictions_from
from sumint.exhaustive.reference import answer_logits
from sumint.exhaustive.tally import N_BINS, UNITS_PER_NAT, Tally, empty_tally, merge, tally_of
from sumint.task.sums import Layout, Sums

ROUNDING_ERROR = 1e-4
"""The largest error of a margin in single precision, relative to the largest possible logit."""

MAX_SHARDS = 2000
MIN_PAIRS = 2 * MAX_WIDTH
"""A shard takes seconds, so that an interrupted run loses little, and the number of shards stays manageable."""

BATCH_SIZE = 500
"""How many sums are computed in double precision at a time, which bounds memory."""


@dataclass(frozen=True)
class Shard:
    """The sums of a range of consecutive pairs of high digits, which is the same on every processor."""

    layout: Layout
    first: int
    """The number of the first pair."""
    after: int
    """The number of the pair that follows the last."""

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The tiles of the range."""
        return tuple(Tile(self.layout, pair) for pair in range(self.first, self.after, WIDTH))

    @property
    def n_sums(self) -> int:
        """The number of sums in the range."""
        return (self.after - self.first) * n_low(self.layout) ** 2


def shards_of(layout: Layout) -> tuple[Shard, ...]:
    """Shards that together hold every sum exactly once; all but the last hold a multiple of `MAX_WIDTH` pairs."""
    n = n_pairs(layout)
    size = max(MIN_PAIRS, -(-n // (MAX_SHARDS * MAX_WIDTH)) * MAX_WIDTH)
    return tuple(Shard(layout, first, min(first + size, n)) for first in range(0, n, size))


@dataclass(frozen=True)
class Network:
    """A network as tables, which predicts all sums of a tile on one device."""

    circuits: Circuits
    device: str = "cpu"
    """`cpu` uses the compiled kernel; any other device uses torch."""

    @cached_property
    def predict_tile(self) -> Callable[[Tile], Predictions]:
        """The function that predicts every digit of every sum of a tile [digit, low_a, low_b, lane]."""
        if self.device == "cpu":
            return partial(predict_tile, self.tables)
        from sumint.exhaustive.gpu import TorchKernel

        return TorchKernel(self.circuits, self.device).predict_tile

    @cached_property
    def tables(self) -> Tables:
        """The tables in the kernel's format."""
        return tables_of(self.circuits)

    @cached_property
    def tolerance(self) -> float:
        """The largest error of a margin in single precision; margins up to it are computed in double precision."""
        readout = np.sqrt((self.circuits.readout**2).sum(axis=0).max() * self.circuits.d_model)
        return ROUNDING_ERROR * float(readout + np.abs(self.circuits.unembed_bias).max())


def tally_shard(network: Network, shard: Shard, before_tile: Callable[[], None] = lambda: None) -> Tally:
    """The tally of a shard; an exception raised by `before_tile` cancels the computation."""
    total = empty_tally(shard.layout)
    for tile in shard.tiles:
        before_tile()
        total = merge(total, tally_tile(network, tile))
    return total


def tally_tile(network: Network, tile: Tile) -> Tally:
    """The tally of the sums of a tile."""
    predictions = network.predict_tile(tile)
    n = tile.layout.n_digits
    flat = Predictions(*(array.ravel() for array in predictions))
    n_places = flat.margin.size // n
    units, bins, places = np.zeros(n, np.int64), np.zeros(n * N_BINS, np.int64), np.zeros(n_places, np.int64)
    n_others = count_clear(flat, n, tile.n_lanes, np.float32(network.tolerance), units, bins, places)
    places = places[:n_others]
    is_counted = np.arange(n_places) % WIDTH < tile.n_lanes
    is_counted[places] = False

    def sums_at(places: np.ndarray) -> Sums:
        low_a, low_b, lane = np.unravel_index(places, predictions.margin.shape[1:])
        return tile.operands(low_a, low_b, lane)

    clear = replace(
        empty_tally(tile.layout),
        n_sums=tile.n_lanes * n_low(tile.layout) ** 2 - n_others,
        loss_nats=units // UNITS_PER_NAT,
        loss_units=units % UNITS_PER_NAT,
        probabilities=bins.reshape(n, N_BINS),
        **_least(flat.margin.reshape(n, -1), is_counted, sums_at),
    )
    sums = sums_at(places)
    others = Predictions(*(array.reshape(n, -1)[:, places].T.astype(np.float64) for array in flat))
    # NaN is not clear either.
    is_clear = np.minimum(np.abs(others.margin), others.lead) > network.tolerance
    doubtful = np.flatnonzero(~is_clear.all(axis=1))
    predict_in_double(network, sums, others, doubtful)
    return merge(clear, replace(tally_of(sums, others), n_doubtful=len(doubtful)))


def _least(
    margin: Float[np.ndarray, "digit place"],
    is_counted: Bool[np.ndarray, " place"],
    sums_at: Callable[[Int[np.ndarray, " sum"]], Sums],
) -> dict[str, Any]:
    """The fields of the least margin of the counted sums."""
    if not is_counted.any():
        return {}
    least_margin = margin.min(axis=1, where=is_counted, initial=np.inf)
    least_sum = []
    for of_digit, least in zip(margin, least_margin, strict=True):
        sums = sums_at(np.flatnonzero(is_counted & (of_digit == least)))
        least_sum.append(min(zip(sums.a.tolist(), sums.b.tolist(), strict=True)))
    return {"least_margin": least_margin.astype(np.float64), "least_sum": np.array(least_sum)}


def predict_in_double(
    network: Network, sums: Sums, predictions: Predictions, which: Int[np.ndarray, " sum"]
) -> None:
    """Overwrite the predictions for the sums with these indices by those of double precision."""
    for start in range(0, len(which), BATCH_SIZE):
        batch = which[start : start + BATCH_SIZE]
        logits = answer_logits(network.circuits, sums[batch].tokens)
        for array, values in zip(predictions, predictions_from(logits, sums[batch].answer_digits), strict=True):
            array[batch] = values
