"""The claims of the chapter on other seeds: which findings recur, and which do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from report.chapters.other_seeds.recurrence import (
    RECURS_FROM,
    alike_name,
    holding_count,
    otherwise_name,
    recurrences,
)
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import joined, percent
from report.seeds.result import SeedSummary, trained_alike, trained_otherwise
from report.seeds.run import summarize_seeds

# Criteria, chosen after measuring the bundled seeds.
MOST = 0.5
ONE_SET_AT_MOST = 0.5
ON_FEW_AT_MOST = 0.5
ONE_FREQUENCY = "one-frequency"
WITH_IT = ("digits-on-a-circle", "sum-on-a-circle", "logits-are-a-clock")
CHECKED_AT_LEAST = 4
"""The smallest number of seeds on which a claim must have been checked for a verdict on recurrence."""

TOO_FEW = f"The findings were checked on fewer than {CHECKED_AT_LEAST} other seeds."


def _recurs(seeds: Sequence[SeedSummary], names: tuple[str, ...]) -> Check:
    """The check that findings hold on most seeds trained alike, of those on which they could be checked."""
    rows = {row.name: row for row in recurrences(seeds) if row.n_checked >= CHECKED_AT_LEAST}
    if not set(names) <= rows.keys():
        return not_applicable(TOO_FEW)
    shares = {name: rows[name].share for name in names}
    others = trained_otherwise(seeds)
    longer = joined(f"{name} on {holding_count(others, name)}" for name in names)
    least = min(rows[name].n_checked for name in names)
    return all_of(
        at_least(
            MOST,
            shares,
            f"it holds on {{bound}} of {alike_name(seeds)}, counting those on which it could be checked",
            is_strict=True,
            n={name: rows[name].n_checked for name in names},
        ),
        asked=(least, len(trained_alike(seeds)), "seeds"),
        note=f"of {otherwise_name(seeds)}: {longer}" if others else "",
    )


@claim(
    "order-recurs",
    "On most seeds, the attention scores at carry sites rank digits by how decisive they are for the carry, and "
    "two straight lines fit them better than a cosine.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="The claim {case} holds on only {value} of the seeds on which it could be checked.",
)
def order_recurs(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds with the order of the scores and with their shape."""
    return _recurs(seeds, ("carry-order", "scores-are-v-shaped"))


@claim(
    "direction-recurs",
    "On most seeds, patching one direction of the sites that hold a carry is enough to switch it.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="The claim {case} holds on only {value} of the seeds on which it could be checked.",
)
def direction_recurs(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which one direction is enough."""
    return _recurs(seeds, ("carry-direction",))


@claim(
    "together-recurs",
    "On most seeds, a carry that no single site holds is switched by patching a few sites together.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="The claim {case} holds on only {value} of the seeds on which it could be checked.",
)
def together_recurs(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which a few sites together hold a carry that no single site holds."""
    return _recurs(seeds, ("few-sites-together",))


@claim(
    "fading-recurs",
    "On most seeds, the phase shift of a carry into the leading digit shrinks with every column of nine that it "
    "passes.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="The claim {case} holds on only {value} of the seeds on which it could be checked.",
)
def fading_recurs(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which the phase shift of a carry fades."""
    return _recurs(seeds, ("soft-carry-fades",))


@claim(
    "sites-differ",
    "The positions of the carry sites differ from seed to seed.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="seeds",
    otherwise="{value} of the seeds with carry sites have them at the same positions.",
)
def sites_differ(seeds: Sequence[SeedSummary]) -> Check:
    """The share of the most frequent set of positions, whatever the heads are called."""
    sets = Counter(seed.site_positions for seed in trained_alike(seeds) if seed.sites)
    n_seeds = sets.total()
    if n_seeds < CHECKED_AT_LEAST:
        return not_applicable(TOO_FEW)
    return all_of(
        at_most(
            ONE_SET_AT_MOST,
            max(sets.values()) / n_seeds,
            "the most frequent set of positions, by head but whatever the heads are called, is that of {bound} of "
            "the seeds that have carry sites",
            is_strict=True,
            n=n_seeds,
        ),
        asked=(n_seeds, len(trained_alike(seeds)), "seeds"),
        note=f"{n_seeds} seeds have {len(sets)} different sets",
    )


def _on_few(seeds: Sequence[SeedSummary], name: str) -> Check:
    """The check that a finding holds on less than half of the seeds, beyond the uncertainty of so few."""
    row = next((row for row in recurrences(seeds) if row.name == name), None)
    if row is None or row.n_checked < CHECKED_AT_LEAST:
        return not_applicable(TOO_FEW)
    text = f"{name} holds on {{bound}} of {alike_name(seeds)}"
    few = at_most(ON_FEW_AT_MOST, row.share, text, is_strict=True, n=row.n_checked)
    return all_of(few, asked=(row.n_checked, len(trained_alike(seeds)), "seeds"))


@claim(
    "single-site-is-rare",
    f"On fewer than {percent(ON_FEW_AT_MOST, 0)} of the seeds, single sites hold the carries of all routes.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="On {value} of the seeds, single sites hold the carries of all routes.",
)
def single_site_is_rare(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which a single site serves every route."""
    return _on_few(seeds, "carry-sites")


@claim(
    "one-frequency-is-rare",
    f"On fewer than {percent(ON_FEW_AT_MOST, 0)} of the seeds, the unembedding has a single frequency.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="On {value} of the seeds, the unembedding has a single frequency.",
)
def one_frequency_is_rare(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which the unembedding has a single frequency."""
    return _on_few(seeds, ONE_FREQUENCY)


@claim(
    "clock-comes-with-the-frequency",
    "A single frequency of the unembedding, digits on a circle, sums on a circle and cosine logits occur together "
    "on a seed, or none of them does.",
    analysis=summarize_seeds,
    kind="seeds",
    figure="claims-recurring",
    otherwise="These findings hold together or fail together on only {value} of the seeds.",
)
def clock_comes_with_the_frequency(seeds: Sequence[SeedSummary]) -> Check:
    """The share of seeds on which the four findings hold together or fail together."""
    group = trained_alike(seeds)
    if len(group) < CHECKED_AT_LEAST:
        return not_applicable(TOO_FEW)
    agreeing = [seed for seed in group if len({seed.holds(name) for name in (ONE_FREQUENCY, *WITH_IT)}) == 1]
    return all_of(
        at_least(
            RECURS_FROM,
            len(agreeing) / len(group),
            f"{joined((ONE_FREQUENCY, *WITH_IT))} hold together or fail together on {{bound}} of "
            f"{alike_name(seeds)}",
            n=len(group),
        )
    )
