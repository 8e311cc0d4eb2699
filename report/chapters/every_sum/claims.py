"""The claims on all sums: how many are wrong, in which way, and for which operands.

The criteria were chosen after seeing the write-up's checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

import numpy as np

from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim, published_claim
from report.content.formats import count, counted, joined, percent
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import Tally
from sumint.task.carries import MISSING, TOO_MANY
from sumint.task.cascades import all_runs_of_nines

ACCURACY_AT_LEAST = 0.99
OFF_BY_ONE_AT_LEAST = 0.99
CARRY_ERRORS_AT_LEAST = 0.95
EACH_KIND_AT_LEAST = 0.1
BLOCK_RATIO_AT_MOST = 0.5
ROUNDED_TO_ALL = 0.995
"""The least share of right digits that is 100% when rounded to a whole percentage."""

SAMPLE_SIZE = 1_000
"""The number of sums in the write-up's sample."""
MIN_BLOCKS = 10
"""With fewer blocks expected at random, the number of blocks is not compared: chance would decide."""


def of_all_sums(check: Callable[[Tally], Check]) -> Callable[[Tally | str], Check]:
    """Extend a check of the tally to the reason why there is none: then nothing is measured."""

    @wraps(check)
    def check_or_explain(tally: Tally | str) -> Check:
        if isinstance(tally, str):
            return all_of(at_least(1, {}, "all sums have been tallied"), note=tally)
        return check(tally)

    return check_or_explain


def of_wrong_sums(check: Callable[[Tally], Check]) -> Callable[[Tally | str], Check]:
    """Extend a check of the wrong sums to a model that has none, and to the reason why there is no tally."""

    @of_all_sums
    @wraps(check)
    def check_or_explain(tally: Tally) -> Check:
        return check(tally) if tally.n_wrong else not_applicable("No sum is wrong.")

    return check_or_explain


@claim(
    "nearly-every-sum",
    "The model predicts every digit correctly in nearly all of the sums that there are.",
    analysis=every_sum,
    figure="errors-by-digit",
    otherwise="The model predicts every digit correctly in only {value} of the sums that there are.",
)
@of_all_sums
def nearly_all_sums_are_right(tally: Tally) -> Check:
    """The share of all sums with every digit right."""
    return all_of(
        at_least(
            ACCURACY_AT_LEAST, 1 - tally.n_wrong / tally.n_sums, "every digit is right in {bound} of all sums"
        ),
        note=(
            f"{count(tally.n_wrong)} of {count(tally.n_sums)} sums are wrong; double precision decided "
            f"{count(tally.n_doubtful)} close calls"
        ),
    )


@published_claim(
    "published-accuracy", "The model’s accuracy is about 100%.", analysis=every_sum, figure="errors-by-digit"
)
@of_all_sums
def accuracy_rounds_to_all(tally: Tally) -> Check:
    """The share of right digits over all sums."""
    n_digits, n_wrong = tally.n_sums * tally.layout.n_digits, int(tally.wrong_digits.sum())
    return all_of(
        at_least(
            ROUNDED_TO_ALL,
            1 - n_wrong / n_digits,
            "{bound} of the digits of all sums are right, which is 100% when rounded to a whole percentage",
        ),
        note=f"{count(n_wrong)} of {count(n_digits)} digits are wrong",
    )


@claim(
    "sample-misses",
    f"A random sample of {count(SAMPLE_SIZE)} sums more likely than not contains no wrong sum.",
    analysis=every_sum,
    figure="sample-sizes",
    follows="nearly-every-sum",
    otherwise=(
        f"The chance that a random sample of {count(SAMPLE_SIZE)} sums contains no wrong sum is only {{value}}."
    ),
)
@of_wrong_sums
def a_sample_misses_the_errors(tally: Tally) -> Check:
    """The chance that a random sample of the write-up's size contains no wrong sum."""
    return all_of(
        at_least(
            1 / 2,
            tally.chance_of_no_error(SAMPLE_SIZE),
            f"the chance that none of {count(SAMPLE_SIZE)} random sums is wrong is {{bound}}",
            is_strict=True,
        ),
        note=f"{count(tally.n_wrong)} of {count(tally.n_sums)} sums are wrong",
    )


@claim(
    "one-digit-by-one",
    "In nearly every wrong sum exactly one digit is wrong, and it is one too large or one too small, modulo ten.",
    analysis=every_sum,
    figure="wrong-sums",
    otherwise="In only {value} of the wrong sums exactly one digit is wrong, and wrong by one.",
)
@of_wrong_sums
def one_digit_is_wrong_by_one(tally: Tally) -> Check:
    """The share of wrong sums with one wrong digit that differs by one, modulo ten."""
    return all_of(
        at_least(
            OFF_BY_ONE_AT_LEAST,
            tally.n_off_by_one / tally.n_wrong,
            "in {bound} of the wrong sums exactly one digit is wrong, by one modulo ten",
        ),
        note=f"{count(tally.n_off_by_one)} of {counted(tally.n_wrong, 'wrong sum')}",
    )


@claim(
    "errors-are-carries",
    (
        "Nearly every wrong digit is the digit that results if its carry-in is left out, or if 1 is added without "
        "a carry-in."
    ),
    analysis=every_sum,
    figure="errors-by-digit",
    otherwise="A wrong carry-in explains only {value} of the wrong digits.",
)
@of_wrong_sums
def errors_are_wrong_carries(tally: Tally) -> Check:
    """The share of wrong digits that a missing or a superfluous carry-in explains."""
    missing, too_many = _carry_errors(tally)
    return all_of(
        at_least(
            CARRY_ERRORS_AT_LEAST,
            _share_of_carry_errors(tally),
            "{bound} of the wrong digits are what a wrong carry-in makes of them",
        ),
        note=f"{count(missing + too_many)} of {counted(int(tally.wrong_digits.sum()), 'wrong digit')}",
    )


@claim(
    "both-directions",
    "Among the errors, neither missing carries nor superfluous ones are rare.",
    analysis=every_sum,
    figure="errors-by-digit",
    otherwise="Nearly all carry errors are of one kind: of the other, carries {case}, there are only {value}.",
)
@of_wrong_sums
def carries_go_wrong_both_ways(tally: Tally) -> Check:
    """The shares of the two kinds of carry error, where nearly all wrong digits are carry errors."""
    if _share_of_carry_errors(tally) < CARRY_ERRORS_AT_LEAST:
        return not_applicable("A wrong carry-in explains too few of the wrong digits.")
    missing, too_many = _carry_errors(tally)
    listed = joined(
        f"{count(n_missing)} and {count(n_too_many)} at C{digit}"
        for digit, (n_missing, n_too_many) in enumerate(tally.wrong_by_carry[:, [MISSING, TOO_MANY]].tolist())
        if n_missing + n_too_many
    )
    return all_of(
        at_least(
            EACH_KIND_AT_LEAST,
            {"missing": missing / (missing + too_many), "too many": too_many / (missing + too_many)},
            "each kind is {bound} of the carry errors",
        ),
        note=f"missing and too many: {listed}",
    )


def wrong_shares_by_nines(tally: Tally) -> list[tuple[float, float]]:
    """The share of wrong digits behind one nine fewer and behind each number of nines, from one nine on.

    Both are means over the same digits: those with enough columns to their right for the larger number.
    """
    shares = tally.wrong_by_run / np.maximum(all_runs_of_nines(tally.layout), 1)
    n_digits = tally.layout.n_digits
    comparable = [(shares[: n_digits - run], run) for run in range(1, n_digits)]
    return [(float(rows[:, run - 1].mean()), float(rows[:, run].mean())) for rows, run in comparable]


@claim(
    "errors-grow-with-nines",
    (
        "Taken over all digits, the share of wrong digits rises with every further column of nine directly to the "
        "right of the digit."
    ),
    analysis=every_sum,
    figure="errors-by-run",
    otherwise="The share of wrong digits does not rise {case}: it changes by {value}, on average over the digits "
    "that can have so many.",
)
@of_wrong_sums
def errors_grow_with_nines(tally: Tally) -> Check:
    """The rise of the error rate with each further column that sums to nine."""
    rises, levels = {}, []
    for run, (before, after) in enumerate(wrong_shares_by_nines(tally), start=1):
        rises[f"from {run - 1} to {counted(run, 'nine')}"] = after - before
        levels.append(f"from {percent(before, 4)} to {percent(after, 4)}")
    return all_of(
        at_least(
            0,
            rises,
            (
                "with every further nine the share of wrong digits rises by {bound}, on average over the digits "
                "that can have it"
            ),
            is_strict=True,
        ),
        note=f"step by step, each over the digits that can have so many nines: {joined(levels)}",
    )


@claim(
    "errors-are-clustered",
    (
        "The wrong sums are clustered: in the plane of the two operands they lie in at most half as many blocks "
        "as the same number of random sums would."
    ),
    analysis=every_sum,
    figure="errors-in-the-plane",
    otherwise="The wrong sums lie in {value} of the number of blocks in which as many random sums would lie.",
)
@of_wrong_sums
def errors_are_clustered(tally: Tally) -> Check:
    """The number of blocks with a wrong sum, as a share of those that as many random wrong sums would fill."""
    wrong = tally.wrong_by_block
    per_block = tally.n_sums // wrong.size
    at_random = wrong.size * (1 - (1 - tally.n_wrong / tally.n_sums) ** per_block)
    if per_block == 1:
        return not_applicable("There are so few sums that each is a block.")
    if at_random < MIN_BLOCKS:
        return not_applicable("There are too few wrong sums to compare their number of blocks with chance.")
    if tally.n_wrong > BLOCK_RATIO_AT_MOST * at_random * per_block:
        return not_applicable("There are more wrong sums than so few blocks could hold.")
    n_filled = int((wrong > 0).sum())
    return all_of(
        at_most(
            BLOCK_RATIO_AT_MOST,
            n_filled / at_random,
            "the number of blocks with a wrong sum is {bound} of the number expected at random",
        ),
        note=(
            f"{counted(n_filled, 'block')} of {count(wrong.size)}; at random it would be {count(round(at_random))}"
        ),
    )


def _carry_errors(tally: Tally) -> tuple[int, int]:
    """The numbers of wrong digits that a missing and a superfluous carry-in explain."""
    missing, too_many = tally.wrong_by_carry[:, [MISSING, TOO_MANY]].sum(axis=0).tolist()
    return missing, too_many


def _share_of_carry_errors(tally: Tally) -> float:
    """The share of wrong digits that a wrong carry-in explains; there is at least one wrong digit."""
    return sum(_carry_errors(tally)) / int(tally.wrong_digits.sum())
