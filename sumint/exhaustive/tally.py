"""What was found on some sums, so that it can be added up: in any order, in any portions, to the same bytes.

Counts are whole numbers. So is the loss, in units too small to be seen: a total of floating-point numbers would
depend on the order. And of all wrong sums those are listed that come first by margin, whatever order they came in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.exhaustive.predictions import Verdicts
from sumint.task.carries import carry_errors
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

UNITS_PER_NAT = 2**30
"""The loss is counted in these."""

N_BINS = 100
"""Of the right digit's probability, each 0.01 wide."""

N_BLOCKS = 100
"""Of each operand's values, in the plane of all sums; fewer where there are fewer values."""

LISTED = 100_000
"""How many wrong sums are listed at most: those with the least margins. All are counted."""


@dataclass(frozen=True)
class Tally:
    """What was found, added up."""

    n_sums: int
    loss_nats: Int[np.ndarray, " digit"]
    """The whole nats of the total cross-entropy at each digit, …"""
    loss_units: Int[np.ndarray, " digit"]
    """… and what is left of it, in units."""
    probabilities: Int[np.ndarray, "digit bin"]
    """Over how many sums the right digit has a probability in each bin."""
    least_margin: Float[np.ndarray, " digit"]
    """By which the right digit leads all others; infinite where no sum was looked at."""
    least_sum: Int[np.ndarray, "digit operand"]
    """The sum that has it; the first of several."""
    n_doubtful: int
    """How many sums were so close that they were decided again, in double precision."""
    n_wrong: int
    wrong_by_count: Int[np.ndarray, " n_digits"]
    """How many sums have so many wrong digits."""
    wrong_by_run: Int[np.ndarray, "digit run"]
    """Wrong digits by how many columns in a row sum to 9 between them and the one that decides their carry."""
    n_off_by_one: int
    """How many sums have one wrong digit, and that is one too much or too little, modulo ten."""
    wrong_by_carry: Int[np.ndarray, "digit carry_error"]
    """Wrong digits by what they say of the carry into their column: `NEITHER`, `MISSING`, `TOO_MANY`."""
    wrong_by_pair: Int[np.ndarray, "digit a b"]
    """Wrong digits by the two digits of their column."""
    wrong_by_block: Int[np.ndarray, "block_a block_b"]
    """Wrong sums by where they lie in the plane of the operands."""
    listed: Int[np.ndarray, "wrong operand"]
    """The wrong sums, by margin."""
    listed_said: Int[np.ndarray, "wrong digit"]
    """What is said of their digits."""
    listed_margin: Float[np.ndarray, " wrong"]
    """The least of their digits' margins."""

    @property
    def layout(self) -> Layout:
        return Layout(len(self.loss_nats))

    @property
    def wrong_digits(self) -> Int[np.ndarray, " digit"]:
        """How often each digit is wrong."""
        return self.wrong_by_run.sum(axis=1)

    @property
    def loss(self) -> Float[np.ndarray, " digit"]:
        """The mean cross-entropy of each digit, in nats."""
        return (self.loss_nats + self.loss_units / UNITS_PER_NAT) / self.n_sums

    def chance_of_no_error(self, n_drawn: int) -> float:
        """How likely it is that so many sums, drawn one by one from all, are all right."""
        return (1 - self.n_wrong / self.n_sums) ** n_drawn


def nothing(layout: Layout) -> Tally:
    """The tally of no sum."""
    n = layout.n_digits
    blocks = min(N_BLOCKS, layout.operand_limit)

    def none(*shape: int) -> Any:
        return np.zeros(shape, np.int64)

    return Tally(
        n_sums=0,
        loss_nats=none(n),
        loss_units=none(n),
        probabilities=none(n, N_BINS),
        least_margin=np.full(n, np.inf),
        least_sum=none(n, 2),
        n_doubtful=0,
        n_wrong=0,
        wrong_by_count=none(n + 1),
        wrong_by_run=none(n, n),
        n_off_by_one=0,
        wrong_by_carry=none(n, 3),
        wrong_by_pair=none(n, N_DIGIT_TOKENS, N_DIGIT_TOKENS),
        wrong_by_block=none(blocks, blocks),
        listed=none(0, 2),
        listed_said=none(0, n),
        listed_margin=np.zeros(0),
    )


def tally_of(sums: Sums, verdicts: Verdicts) -> Tally:
    """The tally of some sums, from the verdicts on their digits [sum, digit]."""
    tally = nothing(sums.layout)
    if not len(sums):
        return tally
    digits = np.arange(sums.layout.n_digits)
    units = np.rint(verdicts.loss.astype(np.float64) * UNITS_PER_NAT).astype(np.int64).sum(axis=0)
    np.add.at(tally.probabilities, (digits, bins_of(verdicts.probability)), 1)
    in_order = np.lexsort((sums.b, sums.a))
    least = in_order[verdicts.margin[in_order].argmin(axis=0)]

    is_wrong = ~(verdicts.margin > 0)
    which, digit = np.nonzero(is_wrong)
    predicted = verdicts.predicted.astype(np.int64)
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
        least_margin=verdicts.margin[least, digits].astype(np.float64),
        least_sum=_operands(sums[least]),
        n_wrong=len(wrong),
        n_off_by_one=int((is_off_by_one(sums, predicted) & is_wrong)[is_wrong.sum(axis=1) == 1].sum()),
        **_first(_operands(wrong), predicted[has_wrong], verdicts.margin[has_wrong].min(axis=1)),
    )


def merged(one: Tally, other: Tally) -> Tally:
    """Both together; that no sum is in both is the caller's care."""
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
        **_first(
            np.concatenate([one.listed, other.listed]),
            np.concatenate([one.listed_said, other.listed_said]),
            np.concatenate([one.listed_margin, other.listed_margin]),
        ),
    )


_COUNTS = (
    *("n_sums", "n_doubtful", "n_wrong", "n_off_by_one", "probabilities"),
    *("wrong_by_count", "wrong_by_run", "wrong_by_carry", "wrong_by_pair", "wrong_by_block"),
)
"""What of a tally adds up as it is."""


def bins_of(probability: Float[np.ndarray, "*any"]) -> Int[np.ndarray, "*any"]:
    """The bin that each probability falls into."""
    return np.clip((probability * N_BINS).astype(np.int64), 0, N_BINS - 1)


def is_off_by_one(sums: Sums, predicted: Int[np.ndarray, "sum digit"]) -> Bool[np.ndarray, "sum digit"]:
    """Whether a digit is said that is one more or one less than the right one, modulo ten."""
    return (predicted < N_DIGIT_TOKENS) & np.isin(
        (predicted - sums.answer_digits) % N_DIGIT_TOKENS, (1, N_DIGIT_TOKENS - 1)
    )


def _operands(sums: Sums) -> Int[np.ndarray, "sum operand"]:
    return np.stack([sums.a, sums.b], axis=1).astype(np.int64)


def _first(
    operands: Int[np.ndarray, "wrong operand"],
    predicted: Int[np.ndarray, "wrong digit"],
    margin: Float[np.ndarray, " wrong"],
) -> dict[str, Any]:
    """The list of wrong sums, by margin, then by operands."""
    candidates = np.arange(len(margin))
    if len(margin) > LISTED:  # sorting takes longer than finding out where the list ends
        candidates = np.flatnonzero(margin <= np.partition(margin, LISTED - 1)[LISTED - 1])
    a, b = operands[candidates].T
    chosen = candidates[np.lexsort((b, a, margin[candidates]))[:LISTED]]
    return {
        "listed": operands[chosen],
        "listed_said": predicted[chosen],
        "listed_margin": margin[chosen].astype(np.float64),
    }
