"""Interchange-intervention accuracy: whether the network computes as the high-level model of addition does.

The high-level model has two variables for each column: its sum modulo ten, from which its own answer digit is
made, and its state, which is generate, propagate or kill and determines the carries into the digits on its left.
Each variable is aligned with sites of layer 0: the former with those that hold the column's digits, the latter
with those that hold its carry on each route. Then both are given the variables of another sum, the high-level
model directly and the network by activation patching of the aligned sites, for the digits that the variable
affects. The accuracy is the share of pairs of random sums in which the network predicts every digit of the
high-level model's answer (Geiger et al., arXiv:2106.02997).

Either one variable is exchanged, or a random subset of all variables, each with a probability of one half: the
latter gives one number for the network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.patching import LAST, RouteSites
from sumint.interventions.sites import Site, apply_changes
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.column_states import answer_from, column_digits, column_states
from sumint.task.sums import Layout, Sums, uniform_sums

N_PAIRS, SEED = 1000, 8
"""The number of pairs of sums, base and source, and their seed."""


@dataclass(frozen=True)
class HighLevelModel(Result, kind=("column sum", "state")):
    """How often the network's answer is the high-level model's when variables are exchanged."""

    accuracy: Float[np.ndarray, "kind column"]
    """The share of whole answers, by the variable that is exchanged: a column's sum modulo ten, or its state. The
    state of column 0 affects no digit."""
    where_it_changes: Float[np.ndarray, "kind column"]
    """The same among the pairs in which the high-level model's answer is another than without the exchange."""
    n_changes: Int[np.ndarray, "kind column"]
    """The number of these pairs."""
    subset_accuracy: float
    """The share of whole answers if a random subset of the variables is exchanged."""
    subset_by_digit: Float[np.ndarray, " digit"]
    without_patching: float
    """The share of these answers that the network gives to the base as it is."""
    baseline: float
    """The share of the sums that the network gets right, the most that can be reached if it errs independently."""
    n_aligned: int
    """The number of routes, of carries and of columns to their own digits, for which sites were found."""
    n_pairs: int
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)


def high_level_model(model: Model, sample: Sums, *, alignment: tuple[RouteSites, ...]) -> HighLevelModel:  # noqa: ARG001
    """Exchanges variables of the high-level model in the network, and compares the answers."""
    layout = layout_of(model)
    sums = uniform_sums(layout, 2 * N_PAIRS, SEED)
    pairs = _Pairs(model, sums[:N_PAIRS], sums[N_PAIRS:], alignment)
    n_columns = layout.n_digits
    shape = (2, n_columns)
    accuracy, where, n_changes = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, np.int64)
    for kind, column in np.ndindex(shape):
        if (kind, column) == (1, 0):
            continue
        exchanged = np.zeros((N_PAIRS, *shape), bool)
        exchanged[:, kind, column] = True
        agrees, expected = pairs.agreement(exchanged)
        is_whole: Bool[np.ndarray, " pair"] = np.all(agrees, axis=1)
        changes: Bool[np.ndarray, " pair"] = np.any(expected != pairs.base.answer_digits, axis=1)
        accuracy[kind, column], n_changes[kind, column] = is_whole.mean(), changes.sum()
        where[kind, column] = is_whole[changes].mean() if changes.any() else np.nan
    subsets = np.random.default_rng(SEED).random((N_PAIRS, *shape)) < 0.5
    agrees, expected = pairs.agreement(subsets)
    base_predicted, right = pairs.predicted(np.zeros_like(subsets)), pairs.base.answer_digits
    return HighLevelModel(
        accuracy=accuracy,
        where_it_changes=where,
        n_changes=n_changes,
        subset_accuracy=float(agrees.all(axis=1).mean()),
        subset_by_digit=agrees.mean(axis=0),
        without_patching=float((base_predicted == expected).all(axis=1).mean()),
        baseline=float((base_predicted == right).all(axis=1).mean()),
        n_aligned=sum(bool(one.sites) for one in alignment),
        n_pairs=N_PAIRS,
        n_digits=layout.n_digits,
    )


class _Pairs:
    """Pairs of random sums, of which the base is given variables of the source."""

    def __init__(self, model: Model, base: Sums, source: Sums, alignment: Sequence[RouteSites]) -> None:
        self.model, self.base, self.source, self.alignment = model, base, source, alignment
        self._base, self._source = (
            Layer0Activations.on(model, tokens_for(model, sums)) for sums in (base, source)
        )

    def agreement(
        self, exchanged: Bool[np.ndarray, "pair kind column"]
    ) -> tuple[Bool[np.ndarray, "pair digit"], Int[np.ndarray, "pair digit"]]:
        """Whether each predicted digit is the high-level model's, and that model's answer."""
        digits = np.where(exchanged[:, 0], column_digits(self.source), column_digits(self.base))
        states = np.where(exchanged[:, 1], column_states(self.source), column_states(self.base))
        expected = answer_from(digits, np.repeat(states[:, None], digits.shape[1], axis=1))
        return self.predicted(exchanged) == expected, expected

    def predicted(self, exchanged: Bool[np.ndarray, "pair kind column"]) -> Int[np.ndarray, "pair digit"]:
        """The network's answer if the sites of the exchanged variables are patched, digit by digit."""
        layout = layout_of(self.model)
        answer = np.empty((len(self.base), layout.n_digits), np.int64)
        for digit in range(layout.n_digits):
            is_patched: dict[Site, Bool[np.ndarray, " pair"]] = {}
            for one in self.alignment:
                if one.route.digit == digit:
                    of_variable = exchanged[:, 0 if one.route.is_own else 1, one.route.column]
                    for site in one.sites:
                        is_patched[site] = is_patched.get(site, np.zeros(len(self.base), bool)) | of_variable
            stop = layout.predicting.start + digit + 1
            changes = {site: self._change(site, pairs) for site, pairs in is_patched.items()}
            residual = apply_changes(self.model, self._base.residual[:, :stop], changes)
            answer[:, digit] = predictions_from(self.model, residual, LAST)[:, 0]
        return answer

    def _change(self, site: Site, pairs: Bool[np.ndarray, " pair"]) -> Float[Tensor, "pair d_head"]:
        difference = (self._source.z - self._base.z)[:, site.position, site.head]
        return difference * difference.new_tensor(pairs.astype(np.float32))[:, None]
