"""What the chapter on every sum asserts, and when each assertion holds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, general_claim, published_claim
from report.content.failures import isolated
from report.content.formats import count, counted, joined, percent, significant
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import Tally
from sumint.lab import Lab
from sumint.task.carries import MISSING, TOO_MANY
from sumint.task.cascades import all_runs_of_nines

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
RIGHT_AT_LEAST = 0.99
BY_ONE_AT_LEAST = 0.99
CARRIES_AT_LEAST = 0.95
EACH_DIRECTION_AT_LEAST = 0.1
BLOCKS_AT_MOST = 0.5

FEW_BLOCKS = 10
"""If random sums fill fewer than so many, chance decides."""


@isolated
def claims(lab: Lab, tally: Tally | str) -> tuple[Claim, ...]:
    """Every claim of the chapter; where there is no tally, they are not checked."""
    size = lab.sample_spec.size

    def of_all(check: Callable[[Tally], Finding]) -> Finding:
        return Finding("not all sums were gone through", None) if isinstance(tally, str) else check(tally)

    def of_errors(check: Callable[[Tally], Finding]) -> Finding:
        return of_all(lambda tally: check(tally) if tally.n_wrong else Finding("no sum is wrong", None))

    return (
        general_claim(
            "nearly-every-sum",
            "Of all sums there are, the model gets nearly every one right.",
            criterion=f"at least {percent(RIGHT_AT_LEAST, 0)} of all sums, each with every digit right",
            source=every_sum,
            otherwise="On these weights more sums are wrong.",
            finding=of_all(_right),
        ),
        _published_accuracy(lab, tally),
        general_claim(
            "probe-misses",
            f"Some sums are wrong, but more likely than not {count(size)} random ones would have shown none.",
            criterion="some sum is wrong; the chance that none is among so many is above one half",
            source=every_sum,
            otherwise="On these weights, more likely than not, so many would have shown one.",
            finding=of_all(lambda tally: _missed(tally, size)),
        ),
        general_claim(
            "one-digit-by-one",
            "A wrong sum is wrong in one digit, by one.",
            criterion=f"so are at least {percent(BY_ONE_AT_LEAST, 0)} of the wrong sums",
            source=every_sum,
            otherwise="On these weights sums go wrong in other ways as well.",
            finding=of_errors(_by_one),
        ),
        general_claim(
            "errors-are-carries",
            "A wrong digit is what it would be with its carry missing, or with one that does not come.",
            criterion=f"so are at least {percent(CARRIES_AT_LEAST, 0)} of the wrong digits",
            source=every_sum,
            otherwise="On these weights digits go wrong in other ways as well.",
            finding=of_errors(_carries),
        ),
        general_claim(
            "both-directions",
            "Some carries are left out, and some are added that should not be: both happen.",
            criterion=f"each is at least {percent(EACH_DIRECTION_AT_LEAST, 0)} of both together",
            source=every_sum,
            otherwise="On these weights nearly all errors go one way.",
            finding=of_errors(_directions),
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
            finding=of_errors(_nines),
        ),
        general_claim(
            "errors-gather",
            "The wrong sums fill fewer blocks of the plane than as many random ones would.",
            criterion=f"at most {percent(BLOCKS_AT_MOST, 0)} as many",
            source=every_sum,
            otherwise="On these weights they are scattered more widely.",
            finding=of_errors(_blocks),
        ),
    )


@isolated
def _published_accuracy(lab: Lab, tally: Tally | str) -> Claim:
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


def _right(tally: Tally) -> Finding:
    right = 1 - tally.n_wrong / tally.n_sums
    return Finding(
        f"{count(tally.n_wrong)} of {count(tally.n_sums)} are wrong: {percent(right, 4)} are right",
        right >= RIGHT_AT_LEAST,
        {"sums": tally.n_sums, "wrong sums": tally.n_wrong, "close calls": tally.n_doubtful},
    )


def _missed(tally: Tally, size: int) -> Finding:
    if not tally.n_wrong:
        return Finding("no sum is wrong", None)
    chance = tally.chance_of_no_error(size)
    return Finding(
        f"{counted(tally.n_wrong, 'sum')} in all; the chance to see none in {count(size)} is {percent(chance)}",
        chance > 1 / 2,
        {"chance of no error": chance},
    )


def _by_one(tally: Tally) -> Finding:
    share = tally.n_off_by_one / tally.n_wrong
    return Finding(
        f"{count(tally.n_off_by_one)} of {counted(tally.n_wrong, 'wrong sum')}: {percent(share)}",
        share >= BY_ONE_AT_LEAST,
        {"wrong in one digit by one": tally.n_off_by_one, "wrong": tally.n_wrong},
    )


def _carries(tally: Tally) -> Finding:
    missing, too_many = map(int, tally.wrong_by_carry[:, [MISSING, TOO_MANY]].sum(axis=0))
    wrong = int(tally.wrong_digits.sum())
    share = (missing + too_many) / wrong
    return Finding(
        f"{count(missing + too_many)} of {counted(wrong, 'wrong digit')}: {percent(share)}",
        share >= CARRIES_AT_LEAST,
        {"missing or too many": missing + too_many, "wrong": wrong},
    )


def _directions(tally: Tally) -> Finding:
    by_digit = tally.wrong_by_carry[:, [MISSING, TOO_MANY]]
    missing, too_many = map(int, by_digit.sum(axis=0))
    both = missing + too_many
    if not both:
        return Finding("no error is the carry’s", None)
    listed = joined(
        f"{count(little)} and {count(much)} at C{digit}"
        for digit, (little, much) in enumerate(by_digit)
        if little + much
    )
    return Finding(
        f"{count(missing)} are missing, {count(too_many)} too many: {listed}",
        min(missing, too_many) >= EACH_DIRECTION_AT_LEAST * both,
        {"missing": missing, "too many": too_many},
    )


def _nines(tally: Tally) -> Finding:
    shares = tally.wrong_by_run / np.maximum(all_runs_of_nines(tally.layout), 1)
    steps = []
    for run in range(1, tally.layout.n_digits):
        # Digits with fewer columns behind them would make a difference of their own.
        can_have_both = shares[: tally.layout.n_digits - run]
        steps.append((float(can_have_both[:, run - 1].mean()), float(can_have_both[:, run].mean())))
    listed = joined(f"from {significant(before)} to {significant(after)}" for before, after in steps)
    return Finding(
        f"with each nine it goes {listed}",
        all(after > before for before, after in steps),
        {f"{run} nines": after for run, (_, after) in enumerate(steps, start=1)},
    )


def _blocks(tally: Tally) -> Finding:
    wrong = tally.wrong_by_block
    per_block = tally.n_sums // wrong.size
    at_random = wrong.size * (1 - (1 - tally.n_wrong / tally.n_sums) ** per_block)
    most = BLOCKS_AT_MOST * at_random
    if per_block == 1:
        return Finding("there are so few sums that each is a block", None)
    if at_random < FEW_BLOCKS:
        return Finding("there are too few wrong sums to tell", None)
    if tally.n_wrong > most * per_block:
        return Finding("there are so many wrong sums that so few blocks could not hold them", None)
    filled = int((wrong > 0).sum())
    return Finding(
        f"{counted(filled, 'block')} of {count(wrong.size)}; at random it would be {count(round(at_random))}",
        filled <= most,
        {"blocks": filled, "blocks at random": float(at_random)},
    )
