"""Looking ahead: what a position knows of a carry, by the sums of the two columns that decide it.

A column that sums to nine leaves its carry to the column on its right. Where layer 0 gathers the carries of both
at one position, what it writes there can weigh them: the nearer column's by much, the further one's by little, so
that it counts only where the nearer one is undecided. What is written is looked at along one axis, from where the
nearer column makes no carry to where it makes one, and by the sums of both columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.patching import ServedRoute
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH, FirstLayer
from sumint.model.residual_stream import written
from sumint.task.carry_routes import NINE
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, drawn_evenly

N_SUMS = 10_000
"""Drawn evenly from all sums, and by another seed than the sample's."""
SEED = 1

N_TOTALS = 2 * N_DIGIT_TOKENS - 1
"""What two digits can sum to: 0 to 18."""


@dataclass(frozen=True)
class LookAhead:
    """What is written at each position that holds a carry, along the axis of the nearest column's."""

    positions: Int[np.ndarray, " position"]
    columns: Int[np.ndarray, " position"]
    """The column nearest to the digits that the position serves; the one on its right is the further one."""
    n_sums: Int[np.ndarray, "position near far"]
    value: Float[np.ndarray, "position near far"]
    """The mean, by what the nearer and the further column sum to; −½ where the nearer one makes no carry, ½ where
    it makes one, on average."""
    additive_share: Float[np.ndarray, " position"]
    """Of the variance over sums, how much a function of the one total plus a function of the other has."""
    near_share: Float[np.ndarray, " position"]
    """How much a function of the nearer column's total has alone."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def tie_break(self) -> Float[np.ndarray, " position"]:
        """Where the nearer column sums to nine: the mean with a carry out of the further, less that without."""
        undecided, n_sums = self.value[:, NINE], self.n_sums[:, NINE]
        with_carry, without = (
            np.average(undecided[:, part], axis=1, weights=np.maximum(n_sums[:, part], 1e-9))
            for part in (slice(NINE + 1, None), slice(0, NINE))
        )
        return with_carry - without


def look_ahead(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> LookAhead:  # noqa: ARG001
    """What layer 0 writes at every position that serves a route from a column with another on its right."""
    import torch

    layout = layout_of(model)
    nearest: dict[int, int] = {}
    for column, position in ((one.route.column, one.site.position) for one in served):
        nearest[position] = min(column, nearest.get(position, column))
    chosen = {position: column for position, column in sorted(nearest.items()) if column < layout.n_digits - 1}
    sums = drawn_evenly(layout, N_SUMS, SEED)
    batches = tokens_for(model, sums).split(BATCH)
    z = torch.cat([FirstLayer.on(model, tokens).z[:, list(chosen)] for tokens in batches])
    totals = sums.a_digits + sums.b_digits
    n_sums = np.zeros((len(chosen), N_TOTALS, N_TOTALS), np.int64)
    value = np.zeros((len(chosen), N_TOTALS, N_TOTALS))
    additive, near_only = np.zeros(len(chosen)), np.zeros(len(chosen))
    for number, column in enumerate(chosen.values()):
        wrote = as_array(written(model, 0, z[:, number]).sum(1))
        near, far = totals[:, column], totals[:, column + 1]
        along = _along(wrote.astype(np.float64), near)
        np.add.at(n_sums[number], (near, far), 1)
        np.add.at(value[number], (near, far), along)
        near_only[number] = explained(along, near)
        additive[number] = explained(along, near, far)
    return LookAhead(
        positions=np.array(list(chosen), np.int64),
        columns=np.array(list(chosen.values()), np.int64),
        n_sums=n_sums,
        value=value / np.maximum(n_sums, 1),
        additive_share=additive,
        near_share=near_only,
        n_digits=layout.n_digits,
    )


def explained(values: Float[np.ndarray, " sum"], *groups: Int[np.ndarray, " sum"]) -> float:
    """The share of the variance of values that a sum of functions, one of each grouping, can have at most: R²."""
    indicators = np.concatenate([np.eye(N_TOTALS)[group] for group in groups], axis=1)
    fitted = indicators @ np.linalg.lstsq(indicators, values, rcond=None)[0]
    whole = ((values - values.mean()) ** 2).sum()
    return float(1 - ((values - fitted) ** 2).sum() / whole) if whole else 0.0


def _along(written: Float[np.ndarray, "sum d_model"], near: Int[np.ndarray, " sum"]) -> Float[np.ndarray, " sum"]:
    """What is written, along the axis from its mean where a column makes no carry, −½, to where it makes one, ½.

    Sums of nine have no part in it: what the further column does there is to be measured.
    """
    low, high = written[near < NINE].mean(axis=0), written[near > NINE].mean(axis=0)
    axis = high - low
    return (written - (low + high) / 2) @ axis / (axis @ axis)
