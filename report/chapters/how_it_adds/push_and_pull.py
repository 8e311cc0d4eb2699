"""Section "Two digits on a circle", continued: push and pull, tested by patching from sums with the same sum.

The sites that hold a column's digits are patched from other sums whose column adds up to the same modulo ten, from
one sum together, alternately from two, or one site alone.

The criteria were chosen after measuring the write-up's checkpoint, the bundled one and seeds 0 to 7: together, at
least 95% and 98% stay right on the first two, and 65% to 100% on the seeds; alternately, at most 39% on any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from report.chapters.interval_columns import INTERVAL, with_interval_ends, with_intervals
from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import decimals, percent
from report.content.optional import optional_table
from sumint.analyses.adding.push_and_pull import ALONE, ALTERNATELY, TOGETHER, PushAndPull, push_and_pull

TOGETHER_AT_LEAST = 0.8
APART_AT_MOST = 0.5

PAIRS_AT_LEAST = 30
"""The number of pairs that a rate needs: of fewer it is too uncertain."""


def _no_digit(patched: PushAndPull) -> str:
    return "" if patched.n_pairs.any() else "No sites hold the digits of any column of this checkpoint."


@optional_table("same-sum-patches", "Digit sites patched from sums with the same digit sum", unless=_no_digit)
def same_sum_table(name: str, title: str, patched: PushAndPull) -> Table:
    """A row for each digit and way of patching: how many answers stay right, and how far the phase changes."""
    head = ("digit", "patched", "pairs", "answers right", INTERVAL, "phase change (digits)")
    columns: dict[str, tuple[Any, ...]] = dict(zip(head, zip(*_rows(patched), strict=True), strict=True))
    return Table(
        name,
        title,
        with_intervals(columns),
        caption=(
            "Answers that stay right when the sites that hold the digit’s column are patched from sums with other "
            "digits in it and the same $a + b$ modulo ten, and mean absolute change of the phase of the logits."
        ),
        source=push_and_pull,
        formats={"answers right": percent, "phase change (digits)": decimals},
        csv_columns=with_interval_ends(columns),
    )


def _rows(patched: PushAndPull) -> Iterator[tuple[str, str, int, float, list[float], float]]:
    for digit in range(patched.n_digits):
        names = [f"{site.name(patched.layout)} alone" for site in patched.sites(digit)]
        ways = {TOGETHER: "all, from one sum", ALTERNATELY: "alternately, from two sums"}
        ways |= {ALONE + number: name for number, name in enumerate(names)}
        if len(names) == 1:
            ways = {TOGETHER: names[0]}
        for way, name in ways.items():
            n_pairs = int(patched.n_pairs[digit, way])
            if not n_pairs:
                continue
            rate, phase = float(patched.rates[digit, way]), float(patched.phase_change[digit, way])
            yield f"C{digit}", name, n_pairs, rate, patched.intervals[digit, way].tolist(), phase


@claim(
    "push-and-pull-patched",
    "At every digit but the leading one, patching the layer-0 sites that hold its column from a sum with the same "
    f"$a + b$ modulo ten leaves at least {percent(TOGETHER_AT_LEAST, 0)} of the answers right; patching them "
    "alternately from two such sums, or only the one with the largest effect, leaves at most "
    f"{percent(APART_AT_MOST, 0)} right.",
    analysis=push_and_pull,
    figure="same-sum-patches",
    otherwise="At {case}, {value} of the answers stay right, where {bound} is required.",
)
def single_digits_have_to_match(patched: PushAndPull) -> Check:
    """The share of answers that stay right with all sites patched from one sum, from two in turn, or one alone."""
    most_harmful = np.fmin.reduce(patched.rates[:, ALONE:], axis=1, initial=np.inf)
    together, alternately, alone = "all sites from one sum", "sites alternately from two sums", "one site alone"
    return all_of(
        at_least(
            TOGETHER_AT_LEAST,
            _by_digit(patched, patched.rates[:, TOGETHER], together),
            "{bound} of the answers stay right when the sites are patched together from one sum",
            label="together",
            n=_sizes(patched, together),
        ),
        at_most(
            APART_AT_MOST,
            _by_digit(patched, patched.rates[:, ALTERNATELY], alternately),
            "{bound} when they are patched alternately from two sums",
            label="alternately",
            n=_sizes(patched, alternately),
        ),
        at_most(
            APART_AT_MOST,
            _by_digit(patched, most_harmful, alone),
            "{bound} when one of them is patched alone, at every digit but the leading one",
            label="one alone",
            n=_sizes(patched, alone),
        ),
        note=_leading_digit(patched),
    )


def _leading_digit(patched: PushAndPull) -> str:
    """The rates at the leading digit, of which the digits are below five; empty if they were not measured."""
    if not patched.n_pairs[0, TOGETHER]:
        return ""
    together, alternately = map(percent, patched.rates[0, [TOGETHER, ALTERNATELY]].tolist())
    return f"at the leading digit {together} together and {alternately} alternately"


def _by_digit(patched: PushAndPull, rates: Float[np.ndarray, " digit"], way: str) -> dict[str, float]:
    """One rate for each digit but the leading one; NaN if no site holds it, or too few sums are right."""
    is_measured = patched.n_pairs[:, TOGETHER] >= PAIRS_AT_LEAST
    digits = range(1, patched.n_digits)
    return {f"C{digit} with {way}": float(rates[digit]) if is_measured[digit] else math.nan for digit in digits}


def _sizes(patched: PushAndPull, way: str) -> dict[str, int]:
    """The number of pairs for each digit but the leading one."""
    return {f"C{digit} with {way}": int(patched.n_pairs[digit, TOGETHER]) for digit in range(1, patched.n_digits)}
