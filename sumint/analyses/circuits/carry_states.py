"""What the carry sites hold about their columns: a carry bit, or the three states of carry look-ahead.

Each answer digit sees the outputs of its carry sites on another sum, which agrees in one respect: in the state of
the site's column (generate, propagate or kill), in the carry-out of that column, or in nothing. If a site held the
carry-out alone, resampling among sums with the same carry-out would not matter. But a column of nine has no
carry-out of its own: whether it has one is decided further right, which a site that sees this column alone does
not know. This is causal scrubbing of two hypotheses (compare Quirke, Neo and Barez, arXiv:2402.02619). Only the
edges from a carry site to the digits of its routes are resampled: it can hold something else for other digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.patching import LAST, ServedRoute
from sumint.interventions.sites import Site, apply_changes
from sumint.model.load import Model, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.column_states import PROPAGATE, column_states
from sumint.task.sums import Layout, Sums, uniform_sums

KEPT = ("everything", "column sum", "three states", "carry-out", "nothing")
"""In what the other sum agrees about the site's column; with everything, nothing is resampled."""

N_SUMS, SEED = 2000, 6


@dataclass(frozen=True)
class CarryStates(Result, kept=KEPT):
    """The accuracy when the outputs of all carry sites are resampled from sums that agree in one respect."""

    accuracy: Float[np.ndarray, "kept digit"]
    whole_sums: Float[np.ndarray, " kept"]
    """The share of sums with every digit right."""
    with_nines: Float[np.ndarray, " kept"]
    """The same among the sums that have a column of nine to the right of some digit."""
    n_sums: int
    n_with_nines: int
    n_routes: int
    """The number of routes with a carry site; without any, nothing is resampled."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)


def carry_states(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> CarryStates:  # noqa: ARG001
    """Resamples the outputs of all carry sites among sums that agree in something, and measures the accuracy."""
    layout = layout_of(model)
    sums = uniform_sums(layout, N_SUMS, SEED)
    layer_0 = Layer0Activations.on(model, tokens_for(model, sums))
    has_nine = (column_states(sums)[:, 1:] == PROPAGATE).any(axis=1)
    is_right = np.stack([_is_right(model, sums, layer_0, served_routes, kept) for kept in range(len(KEPT))])
    whole: Bool[np.ndarray, "kept sum"] = np.all(is_right, axis=2)
    return CarryStates(
        accuracy=is_right.mean(axis=1),
        whole_sums=whole.mean(axis=1),
        with_nines=whole[:, has_nine].mean(axis=1),
        n_sums=len(sums),
        n_with_nines=int(has_nine.sum()),
        n_routes=len(served_routes),
        n_digits=layout.n_digits,
    )


def _is_right(
    model: Model, sums: Sums, layer_0: Layer0Activations, served_routes: Sequence[ServedRoute], kept: int
) -> Bool[np.ndarray, "sum digit"]:
    """Whether each digit is right when it sees its carry sites' outputs on sums that agree in something."""
    layout = layout_of(model)
    is_right = []
    for digit in range(layout.n_digits):
        columns: dict[Site, list[int]] = {}
        for served in served_routes:
            if served.route.digit == digit:
                columns.setdefault(served.site, []).append(served.route.column)
        stop = layout.predicting.start + digit + 1
        changes = {}
        for number, (site, of_site) in enumerate(columns.items()):
            z = layer_0.z[:, site.position, site.head]
            changes[site] = z[_partners(_respects(sums, of_site)[kept], seed=number)] - z
        residual = apply_changes(model, layer_0.residual[:, :stop], changes)
        predicted = predictions_from(model, residual, LAST)[:, 0]
        is_right.append(predicted == sums.answer_digits[:, digit])
    return np.stack(is_right, axis=1)


def _respects(sums: Sums, columns: list[int]) -> tuple[Int[np.ndarray, "sum value"], ...]:
    """In what the other sum has to agree, in the order of `KEPT`: the number of the sum itself, for everything."""
    return (
        np.arange(len(sums))[:, None],
        (sums.a_digits + sums.b_digits)[:, columns],
        column_states(sums)[:, columns],
        sums.carry_out[:, columns].astype(np.int64),
        np.zeros((len(sums), 1), np.int64),
    )


def _partners(respect: Int[np.ndarray, "sum value"], seed: int) -> Int[np.ndarray, " sum"]:
    """For each sum another one that agrees with it, drawn without replacement; itself if there is no other."""
    _, group = np.unique(respect, axis=0, return_inverse=True)
    order = np.lexsort((np.random.default_rng(seed).random(len(group)), group.ravel()))
    partners = np.empty(len(group), np.int64)
    # Within a group, each is followed by the next, and the last by the first.
    starts = np.flatnonzero(np.diff(group.ravel()[order], prepend=-1))
    following = np.arange(1, len(order) + 1)
    ends = np.append(starts[1:], len(order)) - 1
    following[ends] = starts
    partners[order] = order[following]
    return partners
