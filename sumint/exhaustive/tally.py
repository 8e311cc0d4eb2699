"""The tally of a set of sums: counts that merge in any order and any portions to the same bytes.

Counts are integers. The loss is an integer too, in units of 2⁻³⁰ nats, because a total of floating-point numbers
would depend on the order of addition. The list of wrong sums is sorted by margin, so it does not depend on the
order either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.exhaustive.predictions import Predictions
from sumint.results.result import Result
from sumint.task.carries import carry_errors
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

UNITS_PER_NAT = 2**30
"""The number of units of the loss in a nat."""

N_BINS = 100
"""The number of bins of the correct digit's probability, each 0.01 wide."""

N_BLOCKS = 100
"""The number of blocks along each operand in the plane of all sums; fewer if an operand has fewer values."""

MAX_LISTED = 100_000
"""How many wrong sums are listed at most: those with the least margins. All are counted."""


@dataclass(frozen=True)
class Tally(Result, operand=("a", "b"), carry_error=("neither", "missing", "too many")):
    """Counts of the network's predictions on a set of sums."""

    n_sums: int
    loss_nats: Int[np.ndarray, " digit"]
    """The total cross-entropy of each digit: its whole nats."""
    loss_units: Int[np.ndarray, " digit"]
    """The remainder of the total cross-entropy, in units of which `UNITS_PER_NAT` are a nat."""
    probabilities: Int[np.ndarray, "digit bin"]
    """The number of sums whose correct digit has a probability in each bin."""
    least_margin: Float[np.ndarray, " digit"]
    """The least margin of the correct digit over all others; infinite for a tally of no sums."""
    least_sum: Int[np.ndarray, "digit operand"]
    """The sum with the least margin; the first of several in the order of the operands."""
    n_doubtful: int
    """The number of sums whose margin was so small that it was computed again in double precision."""
    n_wrong: int
    """The number of sums with a wrong digit."""
    wrong_by_count: Int[np.ndarray, " n_wrong_digits"]
    """The number of sums by their number of wrong digits."""
    wrong_by_run: Int[np.ndarray, "digit run"]
    """Wrong digits by the length of the carry chain: the number of columns that sum to 9 between the digit and the
    column that decides its carry."""
    n_off_by_one: int
    """The number of sums with exactly one wrong digit, which is one too large or too small, modulo ten."""
    wrong_by_carry: Int[np.ndarray, "digit carry_error"]
    """Wrong digits by their error in the carry-in: `NEITHER`, `MISSING`, `TOO_MANY`."""
    wrong_by_pair: Int[np.ndarray, "digit a b"]
    """Wrong digits by the two digits of their column."""
    wrong_by_block: Int[np.ndarray, "block_a block_b"]
    """Wrong sums by their block in the plane of the operands."""
    listed_sums: Int[np.ndarray, "wrong operand"]
    """The wrong sums, sorted by margin; at most `MAX_LISTED`."""
    listed_predictions: Int[np.ndarray, "wrong digit"]
    """The predicted digits of the listed sums."""
    listed_margin: Float[np.ndarray, " wrong"]
    """The least margin of each listed sum's digits."""

    @property
    def layout(self) -> Layout:
        """The token layout of the sums."""
        return Layout(len(self.loss_nats))

    @property
    def wrong_digits(self) -> Int[np.ndarray, " digit"]:
        """The number of sums in which each digit is wrong."""
        return self.wrong_by_run.sum(axis=1)

    @property
    def loss(self) -> Float[np.ndarray, " digit"]:
        """The mean cross-entropy of each digit, in nats."""
        return (self.loss_nats + self.loss_units / UNITS_PER_NAT) / self.n_sums

    def chance_of_no_error(self, sample_size: int) -> float:
        """The probability that the network is correct on every sum of a random sample, drawn with replacement."""
        return (1 - self.n_wrong / self.n_sums) ** sample_size


def empty_tally(layout: Layout) -> Tally:
    """The tally of no sums."""
    n = layout.n_digits
    n_blocks = min(N_BLOCKS, layout.operand_limit)

    def zeros(*shape: int) -> Any:
        return np.zeros(shape, np.int64)

    return Tally(
        n_sums=0,
        loss_nats=zeros(n),
        loss_units=zeros(n),
        probabilities=zeros(n, N_BINS),
        least_margin=np.full(n, np.inf),
        least_sum=zeros(n, 2),
        n_doubtful=0,
        n_wrong=0,
        wrong_by_count=zeros(n + 1),
        wrong_by_run=zeros(n, n),
        n_off_by_one=0,
        wrong_by_carry=zeros(n, 3),
        wrong_by_pair=zeros(n, N_DIGIT_TOKENS, N_DIGIT_TOKENS),
        wrong_by_block=zeros(n_blocks, n_blocks),
        listed_sums=zeros(0, 2),
        listed_predictions=zeros(0, n),
        listed_margin=np.zeros(0),
    )


def tally_of(sums: Sums, predictions: Predictions) -> Tally:
    """The tally of sums, from the predictions for their digits [sum, digit]."""
    tally = empty_tally(sums.layout)
    if not len(sums):
        return tally
    digits = np.arange(sums.layout.n_digits)
    units = np.rint(predictions.loss.astype(np.float64) * UNITS_PER_NAT).astype(np.int64).sum(axis=0)
    np.add.at(tally.probabilities, (digits, bins_of(predictions.probability)), 1)
    order = np.lexsort((sums.b, sums.a))
    least = order[predictions.margin[order].argmin(axis=0)]

    is_wrong = ~(predictions.margin > 0)
    which, digit = np.nonzero(is_wrong)
    predicted = predictions.predicted.astype(np.int64)
    np.add.at(tally.wrong_by_run, (digit, runs_of_nines(sums)[which, digit]), 1)
    np.add.at(tally.wrong_by_carry, (digit, carry_errors(sums, predicted)[which, digit]), 1)
    np.add.at(tally.wrong_by_pair, (digit, sums.a_digits[which, digit], sums.b_digits[which, digit]), 1)
    has_wrong = np.flatnonzero(is_wrong.any(axis=1))
    wrong, per_block = sums[has_wrong], sums.layout.operand_limit // len(tally.wrong_by_block)
    np.add.at(tally.wrong_by_block, (wrong.a // per_block, wrong.b // per_block), 1)
    np.add.at(tally.wrong_by_count, is_wrong.sum(axis=1)[has_wrong], 1)
    return replace(
        tally,
        n_sums=len(sums),
        loss_nats=units // UNITS_PER_NAT,
        loss_units=units % UNITS_PER_NAT,
        least_margin=predictions.margin[least, digits].astype(np.float64),
        least_sum=_operands(sums[least]),
        n_wrong=len(wrong),
        n_off_by_one=int((is_off_by_one(sums, predicted) & is_wrong)[is_wrong.sum(axis=1) == 1].sum()),
        **_listed(_operands(wrong), predicted[has_wrong], predictions.margin[has_wrong].min(axis=1)),
    )


def merge(one: Tally, other: Tally) -> Tally:
    """The tally of two disjoint sets of sums together; the caller ensures that they are disjoint."""
    units = one.loss_units + other.loss_units
    sums = np.stack([one.least_sum, other.least_sum])
    margins = np.stack([one.least_margin, other.least_margin])
    least = np.lexsort((sums[..., 1], sums[..., 0], margins), axis=0)[0]
    digits = np.arange(len(least))
    return Tally(
        **{name: getattr(one, name) + getattr(other, name) for name in _COUNTS},
        loss_nats=one.loss_nats + other.loss_nats + units // UNITS_PER_NAT,
        loss_units=units % UNITS_PER_NAT,
        least_margin=margins[least, digits],
        least_sum=sums[least, digits],
        **_listed(
            np.concatenate([one.listed_sums, other.listed_sums]),
            np.concatenate([one.listed_predictions, other.listed_predictions]),
            np.concatenate([one.listed_margin, other.listed_margin]),
        ),
    )


_COUNTS = (
    *("n_sums", "n_doubtful", "n_wrong", "n_off_by_one", "probabilities"),
    *("wrong_by_count", "wrong_by_run", "wrong_by_carry", "wrong_by_pair", "wrong_by_block"),
)
"""The fields of a tally that are added when two are merged."""


def bins_of(probability: Float[np.ndarray, "*shape"]) -> Int[np.ndarray, "*shape"]:
    """The bin of each probability."""
    return np.clip((probability * N_BINS).astype(np.int64), 0, N_BINS - 1)


def is_off_by_one(sums: Sums, predicted: Int[np.ndarray, "sum digit"]) -> Bool[np.ndarray, "sum digit"]:
    """Whether each predicted digit is one larger or one smaller than the correct digit, modulo ten."""
    return (predicted < N_DIGIT_TOKENS) & np.isin(
        (predicted - sums.answer_digits) % N_DIGIT_TOKENS, (1, N_DIGIT_TOKENS - 1)
    )


def _operands(sums: Sums) -> Int[np.ndarray, "sum operand"]:
    return np.stack([sums.a, sums.b], axis=1).astype(np.int64)


def _listed(
    operands: Int[np.ndarray, "wrong operand"],
    predicted: Int[np.ndarray, "wrong digit"],
    margin: Float[np.ndarray, " wrong"],
) -> dict[str, Any]:
    """The fields that list wrong sums: those with the least margins, sorted by margin, then by operands."""
    candidates = np.arange(len(margin))
    if len(margin) > MAX_LISTED:  # a partition is faster than sorting all
        candidates = np.flatnonzero(margin <= np.partition(margin, MAX_LISTED - 1)[MAX_LISTED - 1])
    a, b = operands[candidates].T
    order = candidates[np.lexsort((b, a, margin[candidates]))[:MAX_LISTED]]
    return {
        "listed_sums": operands[order],
        "listed_predictions": predicted[order],
        "listed_margin": margin[order].astype(np.float64),
    }
