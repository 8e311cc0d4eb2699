"""The claims of the chapter on other seeds, and their criteria."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from report.chapters.other_seeds.recurrence import (
    ACCIDENT_BELOW,
    RECURS_FROM,
    Recurrence,
    holding_count,
    recurrences,
    trained_alike,
    trained_otherwise,
)
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, joined, percent
from report.seeds.result import SeedSummary
from report.seeds.run import summarize_seeds
from sumint.interventions.intervals import wilson

ONE_FREQUENCY = "one-frequency"
WITH_IT = ("digits-on-a-circle", "sum-on-a-circle", "logits-are-a-clock")
CHECKED_AT_LEAST = 4
"""The smallest number of seeds on which a claim must have been checked for a verdict on recurrence."""


def other_seeds_claims(seeds: Sequence[SeedSummary]) -> tuple[Claim, ...]:
    """Return every claim of the chapter: which claims recur, and which are accidents of a seed."""
    rows = {row.name: row for row in recurrences(seeds)}
    return (
        _recurrence_claim(
            seeds,
            rows,
            "order-recurs",
            "Wherever a site holds a carry, it listens to digits in the same order, by scores that are nearly a "
            "cosine.",
            ("carry-order", "carry-cosine"),
        ),
        _recurrence_claim(
            seeds,
            rows,
            "direction-recurs",
            "Wherever a site holds a carry, one direction of it is enough.",
            ("carry-direction", "carry-threshold"),
        ),
        _recurrence_claim(
            seeds,
            rows,
            "together-recurs",
            "Where no single site holds a carry, a few together do, on every seed trained alike.",
            ("few-sites-together",),
        ),
        _recurrence_claim(
            seeds,
            rows,
            "identity-recurs",
            "In the end next to nothing is left of the difference of two digits, on every seed trained alike.",
            ("products-as-the-identity",),
        ),
        _recurrence_claim(
            seeds,
            rows,
            "fading-recurs",
            "A carry that comes through nines fades, on every seed trained alike.",
            ("soft-carry-fades",),
        ),
        _sites_differ(seeds),
        _accident_claim(
            rows,
            "single-site-is-an-accident",
            "That a single site holds each carry is an accident of the seed.",
            "carry-sites",
            otherwise="Most seeds have such sites.",
        ),
        _accident_claim(
            rows,
            "frequency-is-an-accident",
            "That digits are written with a single frequency is an accident of the seed.",
            "one-frequency",
            otherwise="Most seeds have a single frequency.",
        ),
        _hold_together(seeds),
    )


def _recurrence_claim(
    seeds: Sequence[SeedSummary],
    rows: dict[str, Recurrence],
    name: str,
    statement: str,
    claims: tuple[str, ...],
) -> Claim:
    checked = [rows[claim] for claim in claims if claim in rows]
    others = trained_otherwise(seeds)
    on_others = [f"{row.name} on {holding_count(others, row.name)} trained otherwise" for row in checked if others]
    if len(checked) < len(claims) or min(row.n_checked for row in checked) < CHECKED_AT_LEAST:
        finding = Finding("too few seeds tell", None)
    else:
        finding = Finding(
            "; ".join((joined(f"{row.name} on {_count_with_interval(row)}" for row in checked), *on_others)),
            all(row.share >= RECURS_FROM for row in checked),
            {row.name: row.share for row in checked},
        )
    return general_claim(
        name,
        statement,
        criterion=f"{joined(claims)}: on each of the seeds trained alike where there is something to measure",
        source=summarize_seeds,
        otherwise="Some seed does otherwise.",
        finding=finding,
    )


def _sites_differ(seeds: Sequence[SeedSummary]) -> Claim:
    sets = Counter(seed.site_positions for seed in trained_alike(seeds) if seed.sites)
    n_seeds, n_most_frequent = sets.total(), max(sets.values(), default=0)
    share = n_most_frequent / max(1, n_seeds)
    return general_claim(
        "sites-differ",
        "Where the carries are is an accident of the seed.",
        criterion=(
            "whatever its heads are called, no set of sites is that of "
            f"{percent(ACCIDENT_BELOW, 0)} of the seeds trained alike, or of more"
        ),
        source=summarize_seeds,
        otherwise="Half of the seeds have the same sites.",
        finding=Finding(
            f"{counted(n_seeds, 'seed')} with sites have {counted(len(sets), 'set')} of them; the most frequent "
            f"is that of {n_most_frequent}",
            share < ACCIDENT_BELOW,
            {"seeds with sites": n_seeds, "different sets": len(sets), "of one set": n_most_frequent},
        )
        if n_seeds >= CHECKED_AT_LEAST
        else Finding("too few seeds tell", None),
    )


def _accident_claim(
    rows: dict[str, Recurrence], name: str, statement: str, claim: str, *, otherwise: str
) -> Claim:
    row = rows.get(claim)
    return general_claim(
        name,
        statement,
        criterion=f"{claim} holds on fewer than {percent(ACCIDENT_BELOW, 0)} of the seeds trained alike",
        source=summarize_seeds,
        otherwise=otherwise,
        finding=Finding(f"on {_count_with_interval(row)}", row.share < ACCIDENT_BELOW, {"share": row.share})
        if row is not None and row.n_checked >= CHECKED_AT_LEAST
        else Finding("too few seeds tell", None),
    )


def _hold_together(seeds: Sequence[SeedSummary]) -> Claim:
    group = trained_alike(seeds)
    agreeing = [seed for seed in group if len({seed.holds(name) for name in (ONE_FREQUENCY, *WITH_IT)}) == 1]
    return general_claim(
        "clock-comes-with-the-frequency",
        "The clock with one hand comes with the single frequency: a seed has both, or neither.",
        criterion=(
            f"{joined((ONE_FREQUENCY, *WITH_IT))} hold together or fail together, on each of the seeds trained "
            "alike"
        ),
        source=summarize_seeds,
        otherwise="On some seed only one of them holds.",
        finding=Finding(
            f"so it is on {len(agreeing)} of {counted(len(group), 'seed')}",
            len(agreeing) == len(group),
            {"seeds": len(group), "agreeing": len(agreeing)},
        )
        if len(group) >= CHECKED_AT_LEAST
        else Finding("too few seeds tell", None),
    )


def _count_with_interval(row: Recurrence) -> str:
    """Return on how many of how many seeds a claim holds, with Wilson's interval, which suits small numbers."""
    ((low, high),) = wilson(np.array([row.n_holding]), np.array([row.n_checked]))
    interval = f"{percent(float(low), 0)} to {percent(float(high), 0)}"
    return f"{row.n_holding} of {counted(row.n_checked, 'seed')} (95% interval {interval})"
