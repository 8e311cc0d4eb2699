"""Surrogates that predict the network's errors: which sums it gets wrong, from few numbers and from many.

Nearly every wrong digit is a wrong carry: the digit with the other carry has a larger logit than the right one.
The difference of the two logits is the lead of the right digit. A surrogate predicts the lead from the look-ahead
state, which is the number of nines behind the digit and whether the column that ends them generates a carry or
kills it, and from the digits of the columns (`sumint.model.error_surrogates` has the three of them).

The numbers are fitted to the leads of sampled sums; the list of wrong sums takes no part in the fit. Then errors
are predicted for every other sum, and compared with the list. All sums of a state are a product of pairs of
digits, so those with a small predicted lead are found without going through all sums.

A baseline knows the states alone: it predicts an error in all sums of the states in which errors are most
frequent. Which states these are is decided by the errors themselves, in favour of the baseline.

The penalties of the fit, the basis of the last surrogate and the size of the sample were chosen with the recall
on the write-up's checkpoint in view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.model.carry_lead import StateSample, sample_small_leads
from sumint.model.error_surrogates import SURROGATES, Surrogate
from sumint.model.load import Model, layout_of
from sumint.results.result import Result
from sumint.task.carries import MISSING, TOO_MANY, carry_errors
from sumint.task.carry_chains import CarryChain, chain_numbers, chains_of, sums_of
from sumint.task.sums import Layout, Sums, numbered_sums

MOST_SUMS = Layout(4).n_sums
"""With more sums than this nothing is compared: those with a small predicted lead would be too many."""

LEAD_EDGES = np.round(np.linspace(-8, 2, 101), 1)
"""The edges of the bins of the predicted lead, in logits; a lead below the first counts in the first bin."""


SAMPLED, LISTED, FIRST_DIGIT = 1, 2, 4


@dataclass(frozen=True)
class PredictedErrors(Result, surrogate=tuple(SURROGATES)):
    """The errors that each surrogate predicts, and the network's, on all sums that were not sampled.

    A digit counts as wrong if a wrong carry explains it; a sum, if any of its digits is wrong. If not all wrong
    sums are listed, only those that are count as wrong, and an error is predicted only below the largest lead
    among them.
    """

    limit: float
    """The lead, in logits, below which a digit is predicted to be wrong: 0 if all wrong sums are listed."""
    n_wrong_of_all: int
    """The number of wrong sums among all sums, sampled and unlisted ones included."""
    n_sampled: int
    """The number of different sums in the sample."""
    n_sampled_wrong: int
    """The number of these that are wrong."""
    n_parameters: Int[np.ndarray, " surrogate"]
    """The number of numbers in each surrogate."""
    n_sums: Int[np.ndarray, " state"]
    """The number of sums with each look-ahead state behind its digit."""
    n_wrong: Int[np.ndarray, " state"]
    """The number of wrong digits, …"""
    n_predicted: Int[np.ndarray, "surrogate state"]
    """… of digits that each surrogate predicts to be wrong, …"""
    n_hits: Int[np.ndarray, "surrogate state"]
    """… and of those in both."""
    n_by_lead: Int[np.ndarray, "surrogate bin"]
    """The number of digits by their predicted lead, in bins between `LEAD_EDGES`; larger leads are not counted."""
    n_wrong_by_lead: Int[np.ndarray, "surrogate bin"]
    """The number of these that are wrong."""
    n_wrong_sums: int
    """The number of wrong sums, …"""
    n_predicted_sums: Int[np.ndarray, " surrogate"]
    """… of sums with a digit that is predicted to be wrong, …"""
    n_hit_sums: Int[np.ndarray, " surrogate"]
    """… and of those in both."""
    n_wrong_digits: Int[np.ndarray, " digit"]
    """The number of sums in which the network gets a digit wrong, whatever explains it, …"""
    n_disagreements: Int[np.ndarray, "surrogate digit"]
    """… and of those in which the surrogate gives it another value than the network."""
    n_compared: int
    """The number of sums that were compared: all but those of the sample; 0 if there are too many."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def states(self) -> tuple[CarryChain, ...]:
        """The look-ahead states behind all digits, in the order of the arrays."""
        return chains_of(self.layout)

    @property
    def accuracy(self) -> float:
        """The share of all sums that the network gets right."""
        return 1 - self.n_wrong_of_all / self.layout.n_sums

    @property
    def is_complete(self) -> bool:
        """Whether all wrong sums are listed."""
        return self.limit == 0

    @property
    def recall(self) -> Float[np.ndarray, " surrogate"]:
        """The share of the wrong sums that each surrogate predicts; NaN if no sum is wrong."""
        return shares(self.n_hit_sums, self.n_wrong_sums)

    @property
    def precision(self) -> Float[np.ndarray, " surrogate"]:
        """The share of the sums predicted to be wrong that are; NaN if none is predicted."""
        return shares(self.n_hit_sums, self.n_predicted_sums)

    @property
    def agreement(self) -> Float[np.ndarray, "surrogate digit"]:
        """The share of sums in which each digit is the network's; NaN unless all wrong sums are listed."""
        if not self.is_complete:
            return np.full(self.n_disagreements.shape, np.nan)
        return 1 - shares(self.n_disagreements, self.n_compared)

    @property
    def curves(self) -> tuple[Float[np.ndarray, "surrogate bin"], Float[np.ndarray, "surrogate bin"]]:
        """Recall and precision on wrong digits if an error is predicted below the upper edge of each bin."""
        hits, predicted = self.n_wrong_by_lead.cumsum(axis=1), self.n_by_lead.cumsum(axis=1)
        return shares(hits, self.n_wrong.sum()), shares(hits, predicted)

    @property
    def baseline(self) -> tuple[Float[np.ndarray, " rank"], Float[np.ndarray, " rank"]]:
        """Recall and precision on wrong digits of the baseline, with one more state at a time."""
        order = np.argsort(-np.nan_to_num(shares(self.n_wrong, self.n_sums)), kind="stable")
        hits, predicted = self.n_wrong[order].cumsum(), self.n_sums[order].cumsum()
        return shares(hits, self.n_wrong.sum()), shares(hits, predicted)


def shares(part: np.ndarray, whole: np.ndarray | np.integer | int) -> np.ndarray:
    """The part as a share of the whole; NaN where the whole is 0."""
    parts, wholes = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(parts, wholes, out=np.full(parts.shape, np.nan), where=wholes > 0)


def f1(recall: Float[np.ndarray, "*any"], precision: Float[np.ndarray, "*any"]) -> Float[np.ndarray, "*any"]:
    """The harmonic mean of recall and precision; 0 where there is none."""
    return np.nan_to_num(shares(2 * recall * precision, recall + precision))


def predicted_errors(
    model: Model,
    sample: Sums,  # noqa: ARG001 — it draws sums of its own
    *,
    n_wrong: int,
    listed_sums: Int[np.ndarray, "wrong operand"],
    listed_predictions: Int[np.ndarray, "wrong digit"],
    listed_margin: Float[np.ndarray, " wrong"],
) -> PredictedErrors:
    """Fits the surrogates to sampled sums, and compares the errors that they predict with the network's.

    Args:
        n_wrong: the number of wrong sums among all sums.
        listed_sums: the operands of the wrong sums that the tally lists, those with the smallest margins first.
        listed_predictions: their predicted digits.
        listed_margin: the least margin of their digits, in logits.
    """
    layout = layout_of(model)
    sampled = sample_small_leads(model)
    surrogates = [fit(sampled) for fit in SURROGATES.values()]
    limit = 0.0 if len(listed_sums) == n_wrong else float(listed_margin.max())
    listed = Sums(layout, listed_sums[:, 0], listed_sums[:, 1])
    return Comparison(layout, sampled, listed, listed_predictions, limit).result(surrogates, n_wrong)


class Comparison:
    """The sums on which surrogates are compared with the network, and the network's errors among them."""

    def __init__(
        self,
        layout: Layout,
        sampled: list[StateSample],
        listed: Sums,
        predictions: Int[np.ndarray, "wrong digit"],
        limit: float,
    ) -> None:
        self.layout, self.limit = layout, limit
        self.states = chains_of(layout)
        self.is_possible = layout.n_sums <= MOST_SUMS
        numbers = np.unique(np.concatenate([sums_of(layout, of_state.pairs).numbers for of_state in sampled]))
        self.sampled = numbered_sums(layout, numbers)
        is_sampled = np.isin(listed.numbers, numbers)
        self.n_sampled_wrong = int(is_sampled.sum())
        is_compared = ~is_sampled if self.is_possible else np.zeros_like(is_sampled)
        self.listed, predictions = listed[is_compared], predictions[is_compared]
        self.is_wrong = predictions != self.listed.answer_digits
        errors = carry_errors(self.listed, predictions)
        self.is_wrong_carry = self.is_wrong & np.isin(errors, (MISSING, TOO_MANY))
        # One bit per property of each of all sums: sampled, listed, and a wrong carry into each digit.
        self.bits = np.zeros(layout.n_sums if self.is_possible else 0, np.uint8)
        if self.is_possible:
            self.bits[numbers] = SAMPLED
            wrong_digits = (self.is_wrong_carry << np.arange(layout.n_digits)).sum(axis=1)
            self.bits[self.listed.numbers] = LISTED + FIRST_DIGIT * wrong_digits

    def result(self, surrogates: list[Surrogate], n_wrong_of_all: int) -> PredictedErrors:
        """What the surrogates predict, compared with the network's errors."""
        n_predicted, n_hits = np.zeros((2, len(surrogates), len(self.states)), np.int64)
        n_by_lead, n_wrong_by_lead = np.zeros((2, len(surrogates), len(LEAD_EDGES) - 1), np.int64)
        n_predicted_sums, n_hit_sums = np.zeros((2, len(surrogates)), np.int64)
        for number, surrogate in enumerate(surrogates if self.is_possible else ()):
            predicted = []
            for state_number, (state, of_state) in enumerate(zip(self.states, surrogate.tables, strict=True)):
                for sums, leads in of_state.values_below(LEAD_EDGES[-1], state):
                    bits = self.bits[sums]
                    is_compared = bits & SAMPLED == 0
                    sums, leads, bits = sums[is_compared], leads[is_compared], bits[is_compared]
                    is_wrong, is_below = bits & FIRST_DIGIT << state.digit > 0, leads < self.limit
                    n_predicted[number, state_number] += is_below.sum()
                    n_hits[number, state_number] += (is_below & is_wrong).sum()
                    n_by_lead[number] += _in_bins(leads)
                    n_wrong_by_lead[number] += _in_bins(leads[is_wrong])
                    predicted.append(sums[is_below])
            predicted_sums = np.unique(np.concatenate(predicted)) if predicted else np.zeros(0, np.int64)
            n_predicted_sums[number] = len(predicted_sums)
            n_hit_sums[number] = (self.bits[predicted_sums] & LISTED > 0).sum()
        wrong_states = chain_numbers(self.listed)[self.is_wrong_carry]
        return PredictedErrors(
            limit=self.limit,
            n_wrong_of_all=n_wrong_of_all,
            n_sampled=len(self.sampled),
            n_sampled_wrong=self.n_sampled_wrong,
            n_parameters=np.array([surrogate.n_numbers for surrogate in surrogates]),
            n_sums=self._n_sums(),
            n_wrong=np.bincount(wrong_states[wrong_states >= 0], minlength=len(self.states)),
            n_predicted=n_predicted,
            n_hits=n_hits,
            n_by_lead=n_by_lead,
            n_wrong_by_lead=n_wrong_by_lead,
            n_wrong_sums=len(self.listed),
            n_predicted_sums=n_predicted_sums,
            n_hit_sums=n_hit_sums,
            n_wrong_digits=self.is_wrong.sum(axis=0),
            n_disagreements=self._by_digit(n_predicted - 2 * n_hits) + self.is_wrong.sum(axis=0),
            n_compared=self.layout.n_sums - len(self.sampled) if self.is_possible else 0,
            n_digits=self.layout.n_digits,
        )

    def _n_sums(self) -> Int[np.ndarray, " state"]:
        """The number of sums of each state that are compared."""
        sampled = chain_numbers(self.sampled)
        n_sampled = np.bincount(sampled[sampled >= 0], minlength=len(self.states))
        n_sums = np.array([state.n_sums for state in self.states], np.int64) - n_sampled
        return n_sums if self.is_possible else np.zeros_like(n_sums)

    def _by_digit(self, values: Int[np.ndarray, "surrogate state"]) -> Int[np.ndarray, "surrogate digit"]:
        """Totals over the states of each digit."""
        digits = np.array([state.digit for state in self.states])
        return np.stack([values[:, digits == digit].sum(axis=1) for digit in range(self.layout.n_digits)], axis=1)


def _in_bins(leads: Float[np.ndarray, " sum"]) -> Int[np.ndarray, " bin"]:
    """The number of leads in each bin."""
    return np.histogram(np.maximum(leads, LEAD_EDGES[0]), LEAD_EDGES)[0]
