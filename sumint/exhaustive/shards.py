"""A portion of all sums, and the tally of it: what is kept when it is done, sent elsewhere, and added up.

Where a margin is so small that single precision could have the wrong sign, double precision decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from jaxtyping import Int

from sumint.exhaustive.circuits import Circuits
from sumint.exhaustive.kernel.counting import count_clear
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.kernel.tables import Tables, n_low, tables_of
from sumint.exhaustive.kernel.tiles import Tile, n_pairs, verdicts_on
from sumint.exhaustive.predictions import Verdicts, verdicts_from
from sumint.exhaustive.reference import answer_logits
from sumint.exhaustive.tally import N_BINS, UNITS_PER_NAT, Tally, merged, nothing, tally_of
from sumint.task.sums import Layout, Sums

ROUNDING = 1e-4
"""How far a margin in single precision may be off, as a share of how large a logit can be."""

MOST_SHARDS = 2000
LEAST_TILES = 2
"""A shard takes seconds, or what is kept of an interrupted run would be little; and there are not too many."""

AT_ONCE = 500
"""How many sums are decided in double precision at a time, so that memory stays flat."""


@dataclass(frozen=True)
class Shard:
    """Some tiles in a row."""

    layout: Layout
    first: int
    """The number of the first tile."""
    after: int
    """The number of the tile that follows the last."""

    @property
    def tiles(self) -> tuple[Tile, ...]:
        return tuple(Tile(self.layout, number * WIDTH) for number in range(self.first, self.after))

    @property
    def n_sums(self) -> int:
        return sum(tile.n_lanes for tile in self.tiles) * n_low(self.layout) ** 2


def shards_of(layout: Layout) -> tuple[Shard, ...]:
    """All sums, each in one shard."""
    n_tiles = -(-n_pairs(layout) // WIDTH)
    size = max(LEAST_TILES, -(-n_tiles // MOST_SHARDS))
    return tuple(Shard(layout, first, min(first + size, n_tiles)) for first in range(0, n_tiles, size))


@dataclass(frozen=True)
class Network:
    """A network, ready to be asked for all sums of a shard."""

    circuits: Circuits
    device: str = "cpu"
    """Of another one, torch makes use."""

    @cached_property
    def verdicts_on(self) -> Callable[[Tile], Verdicts]:
        """What tells the verdicts on every digit of every sum of a tile [digit, low_a, low_b, lane]."""
        if self.device == "cpu":
            return partial(verdicts_on, self.tables)
        from sumint.exhaustive.gpu import Batched

        return Batched(self.circuits, self.device).verdicts_on

    @cached_property
    def tables(self) -> Tables:
        return tables_of(self.circuits)

    @cached_property
    def doubt(self) -> float:
        """A margin up to this is decided in double precision."""
        readout = np.sqrt((self.circuits.readout**2).sum(axis=0).max() * self.circuits.d_model)
        return ROUNDING * float(readout + np.abs(self.circuits.unembed_bias).max())


def tally_shard(network: Network, shard: Shard, before_tile: Callable[[], None] = lambda: None) -> Tally:
    """The tally of a shard; what `before_tile` raises gives it up."""
    total = nothing(shard.layout)
    for tile in shard.tiles:
        before_tile()
        total = merged(total, tally_tile(network, tile))
    return total


def tally_tile(network: Network, tile: Tile) -> Tally:
    """The tally of a tile."""
    verdicts = network.verdicts_on(tile)
    n = tile.layout.n_digits
    flat = Verdicts(*(array.ravel() for array in verdicts))
    n_places = flat.margin.size // n
    units, bins = np.zeros(n, np.int64), np.zeros(n * N_BINS, np.int64)
    least, places = np.zeros(n, np.int64), np.zeros(n_places, np.int64)
    n_others = count_clear(flat, n, tile.n_lanes, np.float32(network.doubt), units, bins, least, places)

    def sums_at(places: np.ndarray) -> Sums:
        low_a, low_b, lane = np.unravel_index(places, verdicts.margin.shape[1:])
        return tile.operands(low_a, low_b, lane)

    clear = replace(
        nothing(tile.layout),
        n_sums=tile.n_lanes * n_low(tile.layout) ** 2 - n_others,
        loss_nats=units // UNITS_PER_NAT,
        loss_units=units % UNITS_PER_NAT,
        probabilities=bins.reshape(n, N_BINS),
        **_least(flat.margin.reshape(n, -1), least, sums_at),
    )
    places = places[:n_others]
    sums = sums_at(places)
    others = Verdicts(*(array.reshape(n, -1)[:, places].T.astype(np.float64) for array in flat))
    # What is not a number is not clear, either.
    is_clear = np.minimum(np.abs(others.margin), others.lead) > network.doubt
    doubtful = np.flatnonzero(~is_clear.all(axis=1))
    decide(network, sums, others, doubtful)
    return merged(clear, replace(tally_of(sums, others), n_doubtful=len(doubtful)))


def _least(margin: np.ndarray, places: np.ndarray, sums_at: Callable[[np.ndarray], Sums]) -> dict[str, np.ndarray]:
    """The least margin of each digit, and whose it is; −1 is the place of none."""
    sums = sums_at(np.maximum(places, 0))
    found = margin[np.arange(len(places)), np.maximum(places, 0)].astype(np.float64)
    operands = np.stack([sums.a, sums.b], axis=1).astype(np.int64)
    return {
        "least_margin": np.where(places < 0, np.inf, found),
        "least_sum": np.where(places[:, None] < 0, 0, operands),
    }


def decide(network: Network, sums: Sums, verdicts: Verdicts, which: Int[np.ndarray, " sum"]) -> None:
    """Overwrite the verdicts on these of the sums with those of double precision."""
    for start in range(0, len(which), AT_ONCE):
        some = which[start : start + AT_ONCE]
        logits = answer_logits(network.circuits, sums[some].tokens)
        for array, again in zip(verdicts, verdicts_from(logits, sums[some].answer_digits), strict=True):
            array[some] = again
