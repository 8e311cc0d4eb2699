"""Look-ahead: how layer 0's output at a position depends on the sums of the two columns that decide a carry.

If a column sums to nine, its carry-out is decided by the column on its right. If layer 0 writes the carries of
both columns at one position, it can weight them: the nearer column's strongly and the further one's weakly, so
that the further column matters only if the nearer one is undecided. The output is measured along one axis, from
its mean without a carry of the nearer column to its mean with one, as a function of the sums of both columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.patching import ServedRoute
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH, Layer0Activations
from sumint.model.residual_stream import head_outputs
from sumint.results.result import Result
from sumint.task.carry_routes import NINE
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, uniform_sums

N_SUMS = 10_000
"""The number of uniform random sums, drawn with another seed than the sample."""
SEED = 1

N_TOTALS = 2 * N_DIGIT_TOKENS - 1
"""The number of possible sums of two digits: 0 to 18."""


@dataclass(frozen=True)
class LookAhead(Result, position="position_names"):
    """Layer 0's output at each position with a carry site that sees both columns, along the nearer one's axis."""

    positions: Int[np.ndarray, " position"]
    columns: Int[np.ndarray, " position"]
    """The nearer column, closest to the digits that the position serves; the further one is on its right."""
    n_sums: Int[np.ndarray, "position near far"]
    value: Float[np.ndarray, "position near far"]
    """The mean output by the sums of the nearer and the further column: on average −½ if the nearer column makes
    no carry and ½ if it makes one."""
    additive_share: Float[np.ndarray, " position"]
    """The share of the variance that a function of one column sum plus a function of the other explains."""
    near_share: Float[np.ndarray, " position"]
    """The share of the variance that a function of the nearer column's sum alone explains."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def position_names(self) -> tuple[str, ...]:
        """The names of the positions."""
        return tuple(self.layout.position_names[position] for position in self.positions)

    @property
    def tie_break(self) -> Float[np.ndarray, " position"]:
        """The effect of a carry out of the further column on the mean output, if the nearer sums to nine."""
        undecided, n_sums = self.value[:, NINE], self.n_sums[:, NINE]
        with_carry, without = (
            np.average(undecided[:, far], axis=1, weights=np.maximum(n_sums[:, far], 1e-9))
            for far in (slice(NINE + 1, None), slice(0, NINE))
        )
        return with_carry - without


def look_ahead(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> LookAhead:  # noqa: ARG001
    """Measures layer 0's output at every position that serves a route and sees the next column's digits, too."""
    import torch

    layout = layout_of(model)
    nearest: dict[int, int] = {}
    for column, position in ((served.route.column, served.site.position) for served in served_routes):
        nearest[position] = min(column, nearest.get(position, column))
    chosen = {
        position: column
        for position, column in sorted(nearest.items())
        if column < layout.n_digits - 1 and position > layout.second_operand.start + column
    }
    sums = uniform_sums(layout, N_SUMS, SEED)
    batches = tokens_for(model, sums).split(BATCH)
    z = torch.cat([Layer0Activations.on(model, tokens).z[:, list(chosen)] for tokens in batches])
    totals = sums.a_digits + sums.b_digits
    n_sums = np.zeros((len(chosen), N_TOTALS, N_TOTALS), np.int64)
    value = np.zeros((len(chosen), N_TOTALS, N_TOTALS))
    additive, near_only = np.zeros(len(chosen)), np.zeros(len(chosen))
    for number, column in enumerate(chosen.values()):
        output = as_array(head_outputs(model, 0, z[:, number]).sum(1))
        near, far = totals[:, column], totals[:, column + 1]
        along = _project_on_carry(output.astype(np.float64), near)
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
    """R²: the share of the variance that the best sum of functions, one of each grouping, explains."""
    indicators = np.concatenate([np.eye(N_TOTALS)[group] for group in groups], axis=1)
    fitted = indicators @ np.linalg.lstsq(indicators, values, rcond=None)[0]
    total = ((values - values.mean()) ** 2).sum()
    return float(1 - ((values - fitted) ** 2).sum() / total) if total else 0.0


def _project_on_carry(
    output: Float[np.ndarray, "sum d_model"], near: Int[np.ndarray, " sum"]
) -> Float[np.ndarray, " sum"]:
    """The output along the axis from its mean without a carry of the column, −½, to its mean with one, ½.

    Columns that sum to nine do not define the axis, because there the further column's effect is measured.
    """
    low, high = output[near < NINE].mean(axis=0), output[near > NINE].mean(axis=0)
    axis = high - low
    return (output - (low + high) / 2) @ axis / (axis @ axis)
