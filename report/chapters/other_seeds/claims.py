"""What the chapter on other seeds asserts, and when each assertion holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import counted, joined, percent
from report.seeds.result import SeedSummary
from report.seeds.run import summarize_seeds
from sumint.interventions.intervals import wilson

# Chosen after seeing the bundled seeds.
RECURS_FROM = 1.0
ACCIDENT_BELOW = 0.5
ONE_FREQUENCY = "one-frequency"
WITH_IT = ("digits-on-a-circle", "sum-on-a-circle", "logits-are-a-clock")
CHECKED_AT_LEAST = 4
"""So many seeds have to tell, for anything to be said of recurring."""


@dataclass(frozen=True)
class Recurrence:
    """One claim, and on how many seeds it holds."""

    name: str
    chapter: str
    n_holding: int
    n_checked: int
    """The seeds where there was something to measure."""

    @property
    def share(self) -> float:
        return self.n_holding / max(1, self.n_checked)


def alike(seeds: Sequence[SeedSummary]) -> list[SeedSummary]:
    """The seeds that were trained alike: the largest group with one number of epochs."""
    if not seeds:
        return []
    (epochs, _), *_ = Counter(one.epochs for one in seeds).most_common(1)
    return [one for one in seeds if one.epochs == epochs]


def otherwise_trained(seeds: Sequence[SeedSummary]) -> list[SeedSummary]:
    """Those that were not: some of the same seeds again, so they are counted apart."""
    group = alike(seeds)
    return [one for one in seeds if one not in group]


def recurrences(seeds: Sequence[SeedSummary]) -> list[Recurrence]:
    """Every claim that was checked on some seed, those that recur most often first, then in reading order."""
    chapters = {verdict.name: verdict.chapter for one in seeds for verdict in one.verdicts}
    rows = []
    for name, chapter in chapters.items():
        verdicts = [one.holds(name) for one in alike(seeds)]
        checked = [holds for holds in verdicts if holds is not None]
        if checked:
            rows.append(Recurrence(name, chapter, sum(checked), len(checked)))
    return sorted(rows, key=lambda row: (-row.share, -row.n_checked))


def of_how_many(seeds: Sequence[SeedSummary], name: str) -> str:
    """On how many of these a claim holds, of those where it was checked."""
    verdicts = [holds for one in seeds if (holds := one.holds(name)) is not None]
    return f"{sum(verdicts)} of {len(verdicts)}"


@isolated
def claims(seeds: Sequence[SeedSummary]) -> tuple[Claim, ...]:
    """What is said of the seeds together."""
    rows = {row.name: row for row in recurrences(seeds)}
    return (
        _recurs(
            seeds,
            rows,
            "order-recurs",
            "Wherever a site holds a carry, it listens to digits in the same order, by scores that are nearly a "
            "cosine.",
            ("carry-order", "carry-cosine"),
        ),
        _recurs(
            seeds,
            rows,
            "direction-recurs",
            "Wherever a site holds a carry, one direction of it is enough.",
            ("carry-direction", "carry-threshold"),
        ),
        _recurs(
            seeds,
            rows,
            "together-recurs",
            "Where no single site holds a carry, a few together do, on every seed trained alike.",
            ("few-sites-together",),
        ),
        _recurs(
            seeds,
            rows,
            "identity-recurs",
            "In the end next to nothing is left of the difference of two digits, on every seed trained alike.",
            ("products-as-the-identity",),
        ),
        _recurs(
            seeds,
            rows,
            "fading-recurs",
            "A carry that comes through nines fades, on every seed trained alike.",
            ("soft-carry-fades",),
        ),
        _differ(seeds),
        _accident(
            rows,
            "single-site-is-an-accident",
            "That a single site holds each carry is an accident of the seed.",
            "carry-sites",
            otherwise="Most seeds have such sites.",
        ),
        _accident(
            rows,
            "frequency-is-an-accident",
            "That digits are written with a single frequency is an accident of the seed.",
            "one-frequency",
            otherwise="Most seeds have a single frequency.",
        ),
        _together(seeds),
    )


def _recurs(
    seeds: Sequence[SeedSummary],
    rows: dict[str, Recurrence],
    name: str,
    statement: str,
    of_claims: tuple[str, ...],
) -> Claim:
    run_chapter = [rows[claim] for claim in of_claims if claim in rows]
    longer = otherwise_trained(seeds)
    apart = [f"{row.name} on {of_how_many(longer, row.name)} trained otherwise" for row in run_chapter if longer]
    if len(run_chapter) < len(of_claims) or min(row.n_checked for row in run_chapter) < CHECKED_AT_LEAST:
        finding = Finding("too few seeds tell", None)
    else:
        finding = Finding(
            "; ".join((joined(f"{row.name} on {_of_seeds(row)}" for row in run_chapter), *apart)),
            all(row.share >= RECURS_FROM for row in run_chapter),
            {row.name: row.share for row in run_chapter},
        )
    return general_claim(
        name,
        statement,
        criterion=f"{joined(of_claims)}: on each of the seeds trained alike where there is something to measure",
        source=summarize_seeds,
        otherwise="Some seed does otherwise.",
        finding=finding,
    )


def _differ(seeds: Sequence[SeedSummary]) -> Claim:
    sets = Counter(one.arrangement for one in alike(seeds) if one.sites)
    n_seeds, n_alike = sets.total(), max(sets.values(), default=0)
    share = n_alike / max(1, n_seeds)
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
            f"is that of {n_alike}",
            share < ACCIDENT_BELOW,
            {"seeds with sites": n_seeds, "different sets": len(sets), "of one set": n_alike},
        )
        if n_seeds >= CHECKED_AT_LEAST
        else Finding("too few seeds tell", None),
    )


def _accident(rows: dict[str, Recurrence], name: str, statement: str, of_claim: str, *, otherwise: str) -> Claim:
    row = rows.get(of_claim)
    return general_claim(
        name,
        statement,
        criterion=f"{of_claim} holds on fewer than {percent(ACCIDENT_BELOW, 0)} of the seeds trained alike",
        source=summarize_seeds,
        otherwise=otherwise,
        finding=Finding(f"on {_of_seeds(row)}", row.share < ACCIDENT_BELOW, {"share": row.share})
        if row is not None and row.n_checked >= CHECKED_AT_LEAST
        else Finding("too few seeds tell", None),
    )


def _together(seeds: Sequence[SeedSummary]) -> Claim:
    group = alike(seeds)
    agreeing = [one for one in group if len({one.holds(name) for name in (ONE_FREQUENCY, *WITH_IT)}) == 1]
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


def _of_seeds(row: Recurrence) -> str:
    """How many of how many, with Wilson's interval, as there are few."""
    ((low, high),) = wilson(np.array([row.n_holding]), np.array([row.n_checked]))
    interval = f"{percent(float(low), 0)} to {percent(float(high), 0)}"
    return f"{row.n_holding} of {counted(row.n_checked, 'seed')} (95% interval {interval})"
