"""Section "How it is read off two digits": attention scores and the carry component of the value, by digit.

A head combines two digits by attention, so the digit with the higher score dominates. A digit that decides the
carry by itself should have a high score: 0 and 9 more than 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import numpy as np

from report.chapters.how_it_carries.served_routes import NO_SERVED_ROUTE, no_served_route
from report.content.chapter import Figure, Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure, optional_table
from report.figures import charts
from sumint.analyses.carrying.carry_readout import BY_DECISIVENESS, CarryReadout, carry_readout
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.task.sums import DIGITS, N_DIGIT_TOKENS

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ATTENTION_AT_LEAST = 0.9
ORDER_AT_LEAST = 0.9
LINES_AT_LEAST = 0.95


@optional_figure(
    "carry-readout", "Attention scores and OV outputs of digits at the carry sites", unless=no_served_route
)
def readout_figure(name: str, title: str, sites: CarrySites, readout: CarryReadout) -> Figure:
    """Lines of the attention score and of the carry component over the digits, for each site and operand."""
    carry = readout.carry
    plot: dict[tuple[str, ...], LazyChart] = {
        (site.name(sites.layout), digit[0]): charts.stacked_lines(
            range(len(DIGITS)),
            {
                "attention score": {"measured": scores, "cosine": cosine.fitted, "straight lines": lines.fitted},
                "projection on the carry direction": {"measured": projections},
            },
            x_title="digit",
            styles={
                "cosine": charts.LineStyle("no-carry"),
                "straight lines": charts.LineStyle("carry", dash="dash"),
                "measured": charts.LineStyle("ink", mode="markers"),
            },
        )
        for (site, digit), scores, cosine, lines, projections in zip(
            carry.readings,
            carry.of_readings,
            carry.cosines,
            carry.lines,
            readout.value_projections.reshape(-1, N_DIGIT_TOKENS),
            strict=True,
        )
    }
    return Figure(
        name,
        title,
        plot,
        caption=(
            "Above, attention score of the mean query by digit (dots), with the best cosine and the best two "
            "straight lines. Below, projection of the digit’s OV output on the carry direction, centred over the "
            "digits: positive is towards a carry."
        ),
        alt="Lines over the digits: the attention score with a fitted cosine, and what is taken from the digit.",
        source=carry_readout,
        control=("Site", "Digit of"),
        height=430,
    )


def _no_readings(readout: CarryReadout) -> str:
    """The reason why the table is absent, or an empty string if some site reads the digits of a column."""
    has_some = readout.carry.sites or readout.own.sites
    return "" if has_some else "No site holds a carry, and no digit needs a site that attends to its column."


@optional_table(
    "score-shapes", "Fit of two straight lines and of a cosine to attention scores", unless=_no_readings
)
def score_shapes_table(name: str, title: str, readout: CarryReadout) -> Table:
    """The table of the sites that read two digits, with the R² of both functions."""
    rows = [
        (purpose, site.name(scores.layout), digit, lines.share, cosine.share, _better(lines.share, cosine.share))
        for purpose, scores in (("a carry", readout.carry), ("its column’s digits", readout.own))
        for (site, digit), lines, cosine in zip(scores.readings, scores.lines, scores.cosines, strict=True)
    ]
    heads = ("reads for", "site", "digit", "two lines, R²", "cosine, R²", "better")
    return Table(
        name,
        title,
        dict(zip(heads, zip(*rows, strict=True), strict=True)),
        caption=(
            "R² of two straight lines that meet and of a cosine, each with three parameters, fitted to the "
            "attention scores of the ten digits, at carry sites and where answer digits need their own columns."
        ),
        source=carry_readout,
        formats=dict.fromkeys(("two lines, R²", "cosine, R²"), partial(decimals, places=3)),
    )


def _better(lines: float, cosine: float) -> str:
    return "two lines" if lines > cosine else "cosine"


def _by_site(readout: CarryReadout, values: Iterable[float]) -> dict[str, float]:
    names = (site.name(readout.carry.layout) for site in readout.carry.sites)
    return {name: float(value) for name, value in zip(names, values, strict=True)}


def _by_reading(readout: CarryReadout, values: Iterable[float]) -> dict[str, float]:
    names = (f"{site.name(readout.carry.layout)}, for {digit}" for site, digit in readout.carry.readings)
    return {name: float(value) for name, value in zip(names, values, strict=True)}


@claim(
    "sites-look-at-their-column",
    f"The heads at the carry sites give at least {percent(ATTENTION_AT_LEAST, 0)} of their attention to the two "
    "digits of one column, whose carry they hold.",
    analysis=carry_readout,
    otherwise="{case} gives only {value} of its attention to the two digits of its column.",
)
def attention_to_the_column(readout: CarryReadout) -> Check:
    """The mean attention of each carry site to the two digits of the column whose carry it holds."""
    if not readout.carry.sites:
        return not_applicable(NO_SERVED_ROUTE)
    text = "the mean attention of every carry site to the two digits of its column is {bound}"
    return all_of(at_least(ATTENTION_AT_LEAST, _by_site(readout, readout.attention), text))


@claim(
    "carry-order",
    "The attention scores of the carry sites’ heads rank digits nearly by how decisive they are for the carry: "
    f"{joined(map(str, BY_DECISIVENESS))}.",
    analysis=carry_readout,
    figure="carry-readout",
    otherwise="At {case}, the rank correlation of the scores with this order is only {value}.",
)
def scores_rank_by_decisiveness(readout: CarryReadout) -> Check:
    """Spearman's correlation of the scores with the order by decisiveness, at each site."""
    if not readout.carry.sites:
        return not_applicable(NO_SERVED_ROUTE)
    text = (
        "Spearman’s rank correlation with this order is {bound} at every carry site, for both digits of its column"
    )
    return all_of(at_least(ORDER_AT_LEAST, _by_reading(readout, readout.carry.agreement), text, unit=""))


@claim(
    "scores-are-v-shaped",
    "At the carry sites, two straight lines that meet fit the attention scores of the digits better than a cosine "
    "does.",
    analysis=carry_readout,
    figure="score-shapes",
    otherwise="At {case}, {quantity} is {value}, where {bound} is required.",
)
def lines_explain_scores_better(readout: CarryReadout) -> Check:
    """R² of two straight lines, and how much it exceeds that of a cosine with as many parameters."""
    if not readout.carry.sites:
        return not_applicable(NO_SERVED_ROUTE)
    lines, cosines = ([fit.share for fit in fits] for fits in (readout.carry.lines, readout.carry.cosines))
    excess = [line - cosine for line, cosine in zip(lines, cosines, strict=True)]
    return all_of(
        at_least(
            LINES_AT_LEAST,
            _by_reading(readout, lines),
            "two straight lines that meet explain {bound} of the scores’ variance",
            label="the R² of two lines",
        ),
        at_least(
            0,
            _by_reading(readout, excess),
            "and their R² exceeds that of a cosine with as many parameters by {bound}, at every carry site, for "
            "both digits",
            label="the R² of two lines minus that of a cosine",
            is_strict=True,
        ),
    )


@claim(
    "value-signs",
    "The OV output of digits 0–4 projects negatively on the carry direction, that of digits 5–9 positively.",
    analysis=carry_readout,
    figure="carry-readout",
    otherwise="At {case}, the projections of low and high digits are separated by only {value}.",
)
def values_have_the_sign_of_the_carry(readout: CarryReadout) -> Check:
    """How far high digits project above zero and low ones below, relative to the largest projection."""
    if not readout.carry.sites:
        return not_applicable(NO_SERVED_ROUTE)
    half = N_DIGIT_TOKENS // 2
    of_readings = readout.value_projections.reshape(-1, N_DIGIT_TOKENS)
    largest = np.abs(of_readings).max(axis=1, keepdims=True)
    projections = of_readings / np.where(largest > 0, largest, np.nan)
    margins = np.minimum(-projections[:, :half].max(axis=1), projections[:, half:].min(axis=1))
    return all_of(
        at_least(
            0,
            _by_reading(readout, margins),
            "at every carry site, the smallest distance of the digits’ centred projections from zero, relative to "
            "the largest projection, is {bound}; it is negative if a digit below five projects above zero or "
            "another below",
            is_strict=True,
        )
    )
