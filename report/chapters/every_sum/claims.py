"""The claims on all sums: how many are wrong, in which way, and for which operands.

The criteria were chosen after seeing the write-up's checkpoint: they guard that result and predict nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from report.content.claims import Claim, Finding, general_claim, published_claim
from report.content.formats import count, counted, joined, percent, significant
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import Tally
from sumint.lab import Lab
from sumint.task.carries import MISSING, TOO_MANY
from sumint.task.cascades import all_runs_of_nines

ACCURACY_AT_LEAST = 0.99
OFF_BY_ONE_AT_LEAST = 0.99
CARRY_ERRORS_AT_LEAST = 0.95
EACH_KIND_AT_LEAST = 0.1
BLOCK_RATIO_AT_MOST = 0.5

MIN_BLOCKS = 10
"""With fewer blocks expected at random, the number of blocks is not compared: chance would decide."""


def all_claims(lab: Lab, tally: Tally | str) -> tuple[Claim, ...]:
    """Checks every claim of the chapter; without a tally the claims have no verdict."""
    size = lab.sample_spec.size

    def of_all(check: Callable[[Tally], Finding]) -> Finding:
        return Finding("not all sums were gone through", None) if isinstance(tally, str) else check(tally)

    def of_errors(check: Callable[[Tally], Finding]) -> Finding:
        return of_all(lambda tally: check(tally) if tally.n_wrong else Finding("no sum is wrong", None))

    return (
        general_claim(
            "nearly-every-sum",
            "Of all sums there are, the model gets nearly every one right.",
            criterion=f"at least {percent(ACCURACY_AT_LEAST, 0)} of all sums, each with every digit right",
            source=every_sum,
            otherwise="On these weights more sums are wrong.",
            finding=of_all(_accuracy),
        ),
        _published_accuracy(lab, tally),
        general_claim(
            "probe-misses",
            f"Some sums are wrong, but more likely than not {count(size)} random ones would have shown none.",
            criterion="some sum is wrong; the chance that none is among so many is above one half",
            source=every_sum,
            otherwise="On these weights, more likely than not, so many would have shown one.",
            finding=of_all(lambda tally: _missed_by_sample(tally, size)),
        ),
        general_claim(
            "one-digit-by-one",
            "A wrong sum is wrong in one digit, by one.",
            criterion=f"so are at least {percent(OFF_BY_ONE_AT_LEAST, 0)} of the wrong sums",
            source=every_sum,
            otherwise="On these weights sums go wrong in other ways as well.",
            finding=of_errors(_off_by_one),
        ),
        general_claim(
            "errors-are-carries",
            "A wrong digit is what it would be with its carry missing, or with one that does not come.",
            criterion=f"so are at least {percent(CARRY_ERRORS_AT_LEAST, 0)} of the wrong digits",
            source=every_sum,
            otherwise="On these weights digits go wrong in other ways as well.",
            finding=of_errors(_carry_errors),
        ),
        general_claim(
            "both-directions",
            "Some carries are left out, and some are added that should not be: both happen.",
            criterion=f"each is at least {percent(EACH_KIND_AT_LEAST, 0)} of both together",
            source=every_sum,
            otherwise="On these weights nearly all errors go one way.",
            finding=of_errors(_missing_and_too_many),
        ),
        general_claim(
            "errors-grow-with-nines",
            "The more columns in a row sum to nine, the oftener is the digit before them wrong.",
            criterion=(
                "with every nine the share of wrong digits grows, on average over the digits that can have as "
                "many and one more"
            ),
            source=every_sum,
            otherwise="On these weights it does not grow with every nine.",
            finding=of_errors(_growth_with_nines),
        ),
        general_claim(
            "errors-gather",
            "The wrong sums fill fewer blocks of the plane than as many random ones would.",
            criterion=f"at most {percent(BLOCK_RATIO_AT_MOST, 0)} as many",
            source=every_sum,
            otherwise="On these weights they are scattered more widely.",
            finding=of_errors(_concentration),
        ),
    )


def _published_accuracy(lab: Lab, tally: Tally | str) -> Claim:
    """Checks the accuracy that the write-up gives, on its own checkpoint."""

    def check() -> Finding:
        assert not isinstance(tally, str)
        n_digits = tally.n_sums * tally.layout.n_digits
        right = 1 - int(tally.wrong_digits.sum()) / n_digits
        return Finding(f"{percent(right, 4)} of {count(n_digits)} digits are right", round(100 * right) == 100)

    return published_claim(
        lab,
        "published-accuracy",
        "The model’s accuracy is about 100%.",
        criterion="the share of right digits over all sums, rounded to a whole percentage, is 100%",
        source=every_sum,
        check=check,
    )


def _accuracy(tally: Tally) -> Finding:
    """The share of sums with every digit right."""
    right = 1 - tally.n_wrong / tally.n_sums
    return Finding(
        f"{count(tally.n_wrong)} of {count(tally.n_sums)} are wrong: {percent(right, 4)} are right",
        right >= ACCURACY_AT_LEAST,
        {"sums": tally.n_sums, "wrong sums": tally.n_wrong, "close calls": tally.n_doubtful},
    )


def _missed_by_sample(tally: Tally, size: int) -> Finding:
    """The chance that a random sample of this size contains no wrong sum."""
    if not tally.n_wrong:
        return Finding("no sum is wrong", None)
    chance = tally.chance_of_no_error(size)
    return Finding(
        f"{counted(tally.n_wrong, 'sum')} in all; the chance to see none in {count(size)} is {percent(chance)}",
        chance > 1 / 2,
        {"chance of no error": chance},
    )


def _off_by_one(tally: Tally) -> Finding:
    """The share of wrong sums with one wrong digit that differs by one, modulo ten."""
    share = tally.n_off_by_one / tally.n_wrong
    return Finding(
        f"{count(tally.n_off_by_one)} of {counted(tally.n_wrong, 'wrong sum')}: {percent(share)}",
        share >= OFF_BY_ONE_AT_LEAST,
        {"wrong in one digit by one": tally.n_off_by_one, "wrong": tally.n_wrong},
    )


def _carry_errors(tally: Tally) -> Finding:
    """The share of wrong digits that a missing or a superfluous carry explains."""
    missing, too_many = map(int, tally.wrong_by_carry[:, [MISSING, TOO_MANY]].sum(axis=0))
    wrong = int(tally.wrong_digits.sum())
    share = (missing + too_many) / wrong
    return Finding(
        f"{count(missing + too_many)} of {counted(wrong, 'wrong digit')}: {percent(share)}",
        share >= CARRY_ERRORS_AT_LEAST,
        {"missing or too many": missing + too_many, "wrong": wrong},
    )


def _missing_and_too_many(tally: Tally) -> Finding:
    """The numbers of missing and of superfluous carries, by digit of the answer."""
    by_digit = tally.wrong_by_carry[:, [MISSING, TOO_MANY]]
    missing, too_many = map(int, by_digit.sum(axis=0))
    total = missing + too_many
    if not total:
        return Finding("no error is the carry’s", None)
    listed = joined(
        f"{count(n_missing)} and {count(n_too_many)} at C{digit}"
        for digit, (n_missing, n_too_many) in enumerate(by_digit)
        if n_missing + n_too_many
    )
    return Finding(
        f"{count(missing)} are missing, {count(too_many)} too many: {listed}",
        min(missing, too_many) >= EACH_KIND_AT_LEAST * total,
        {"missing": missing, "too many": too_many},
    )


def _growth_with_nines(tally: Tally) -> Finding:
    """The rise of the error rate with each further column that sums to nine."""
    shares = tally.wrong_by_run / np.maximum(all_runs_of_nines(tally.layout), 1)
    steps = []
    for run in range(1, tally.layout.n_digits):
        # Both means are over the same digits: those with enough columns to their right for the longer run.
        comparable = shares[: tally.layout.n_digits - run]
        steps.append((float(comparable[:, run - 1].mean()), float(comparable[:, run].mean())))
    listed = joined(f"from {significant(before)} to {significant(after)}" for before, after in steps)
    return Finding(
        f"with each nine it goes {listed}",
        all(after > before for before, after in steps),
        {f"{run} nines": after for run, (_, after) in enumerate(steps, start=1)},
    )


def _concentration(tally: Tally) -> Finding:
    """The number of blocks with a wrong sum, compared with as many wrong sums at random."""
    wrong = tally.wrong_by_block
    per_block = tally.n_sums // wrong.size
    at_random = wrong.size * (1 - (1 - tally.n_wrong / tally.n_sums) ** per_block)
    max_filled = BLOCK_RATIO_AT_MOST * at_random
    if per_block == 1:
        return Finding("there are so few sums that each is a block", None)
    if at_random < MIN_BLOCKS:
        return Finding("there are too few wrong sums to tell", None)
    if tally.n_wrong > max_filled * per_block:
        return Finding("there are so many wrong sums that so few blocks could not hold them", None)
    filled = int((wrong > 0).sum())
    return Finding(
        f"{counted(filled, 'block')} of {count(wrong.size)}; at random it would be {count(round(at_random))}",
        filled <= max_filled,
        {"blocks": filled, "blocks at random": float(at_random)},
    )
