"""Figures of both models: head ablation, errors by digit of the answer, and the best site of each route."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from report.comparison.compared_model import ComparedModel
from report.comparison.published_data import BestSite, DigitErrors, best_sites, digit_errors, loss_rise
from report.content.chapter import Absent, Figure, Table
from report.content.formats import percent
from report.content.lazy_chart import LazyChart
from report.content.safe_text import plain
from report.figures import charts
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.performance.every_sum import every_sum

Names = tuple[str, str]
"""The names of the two models."""
Models = tuple[ComparedModel, ComparedModel]
"""The report's own model and the other one."""

LONGEST_NAME = 32
"""The maximum number of characters of a model's name in a chart."""
ROW_HEIGHT, FRAME_HEIGHT = 26, 130
"""The height of a row of points, and that of the labels around all rows, in pixels."""
PANEL_HEIGHT = 250
"""The height of a heatmap of heads, in pixels."""
ROW_GAP = 0.5
"""The gap between heatmaps on a small screen, as a share of their height."""


def heads_figure(names: Names, models: Models) -> Figure | Absent:
    """The rise in loss when each head is ablated, a heatmap for each model."""
    name, title = "heads-compared", "Loss increase when a head is ablated, on both models"
    rises = [loss_rise(model.data) for model in models]
    ours, theirs = rises
    if ours is None or theirs is None:
        return Absent(name, title, _missing(rises, "the ablation of heads"))
    return Figure(
        name,
        title,
        charts.panels(
            {label: charts.heads(rise) for label, rise in zip(_labels(names), (ours, theirs), strict=True)},
            row_gap=ROW_GAP,
        ),
        caption=(
            "Rise in mean cross-entropy (nats) over the sample when the output of one head is mean-ablated. Heads "
            "are numbered arbitrarily: compare how many matter, and in which layer."
        ),
        alt="Two heatmaps of layers by heads, one for each model, with the rise in loss written into each cell.",
        source=head_ablation,
        height=PANEL_HEIGHT,
        narrow_height=2 * PANEL_HEIGHT,
    )


def digits_figure(names: Names, models: Models) -> Figure | Absent:
    """The share of wrong digits and the loss over all sums, by digit of the answer, of both models."""
    name, title = "digits-compared", "Errors over all sums by digit of the answer, on both models"
    errors = [digit_errors(model.data) for model in models]
    ours, theirs = errors
    if ours is None or theirs is None:
        return Absent(name, title, _missing(errors, "the errors over all sums"))
    both = dict(zip(_labels(names), (ours, theirs), strict=True))
    same = ours.digits == theirs.digits
    make = _overlaid if same else _side_by_side
    return Figure(
        name,
        title,
        {"share wrong": make(both, is_share=True), "loss": make(both, is_share=False)},
        caption=(
            "Share of the digits that are wrong, or mean cross-entropy (nats), over all sums, by digit of the "
            "answer; logarithmic scales. A digit without errors has no point."
            f"{'' if same else ' Each panel has a scale of its own.'}"
        ),
        alt="Lines over the digits of the answer, one for each model: the share of wrong digits, or the loss.",
        source=every_sum,
        control="Quantity",
        height=360,
        narrow_height=None if same else 640,
    )


def _overlaid(both: dict[str, DigitErrors], *, is_share: bool) -> LazyChart:
    digits = next(iter(both.values())).digits
    return _lines(digits, {label: _quantity(errors, is_share) for label, errors in both.items()}, is_share)


def _side_by_side(both: dict[str, DigitErrors], *, is_share: bool) -> LazyChart:
    return charts.panels(
        {
            label: _lines(errors.digits, {"errors": _quantity(errors, is_share)}, is_share)
            for label, errors in both.items()
        }
    )


def _quantity(errors: DigitErrors, is_share: bool) -> tuple[float, ...]:
    return errors.share_wrong if is_share else errors.loss


def _lines(digits: Sequence[str], series: dict[str, tuple[float, ...]], is_share: bool) -> LazyChart:
    return charts.lines(
        digits,
        # A logarithmic scale has no place for zero.
        {label: [value or math.nan for value in values] for label, values in series.items()},
        x_title="digit of the answer",
        y_title="share of digits wrong" if is_share else "mean cross-entropy (nats)",
        logarithmic=True,
        is_share=is_share,
    )


def carries_figure(names: Names, models: Models) -> Figure | Absent:
    """How often patching the best site of each route switches the carry, of both models."""
    name, title = "carries-compared", "Carries that a single site holds, on both models"
    rows = _rows_of_routes(models)
    if isinstance(rows, str):
        return Absent(name, title, rows)
    return Figure(
        name,
        title,
        charts.dots(
            [f"{ours.route}, {ours.switched}" for ours, _ in rows],
            dict(
                zip(
                    _labels(names),
                    ([one.rate for one in column] for column in zip(*rows, strict=True)),
                    strict=True,
                )
            ),
            x_title="answers that change",
            y_title="route and carry switched",
            limits=(0, 1.05),
            is_share=True,
        ),
        caption=(
            "Share of pairs in which the answer’s digit becomes the other sum’s when the best layer-0 site of the "
            "route is patched, for each route and direction. At 100%, that site alone holds the carry."
        ),
        alt="Points for each route and direction, one for each model: the share of answers that change.",
        source=carry_sites,
        height=FRAME_HEIGHT + ROW_HEIGHT * len(rows),
    )


def sites_table(names: Names, models: Models) -> Table | Absent:
    """The best site of each route and direction, of both models."""
    name, title = "sites-compared", "The best site of each route, on both models"
    rows = _rows_of_routes(models)
    if isinstance(rows, str):
        return Absent(name, title, rows, "table")
    columns: dict[str, tuple[object, ...]] = {
        "route": tuple(ours.route for ours, _ in rows),
        "carry switched": tuple(ours.switched for ours, _ in rows),
    }
    for label, sites in zip(names, zip(*rows, strict=True), strict=True):
        columns |= {
            f"site, {label}": tuple(site.site for site in sites),
            f"answers changed, {label}": tuple(site.rate for site in sites),
        }
    return Table(
        name,
        title,
        columns,
        caption="The layer-0 site of each route whose patch changes most answers, and the share that it changes.",
        source=carry_sites,
        formats={f"answers changed, {label}": percent for label in names},
        csv_columns=_site_columns(names, rows),
    )


def _site_columns(names: Names, rows: Sequence[tuple[BestSite, BestSite]]) -> dict[str, list[object]]:
    """The columns of the CSV of the best sites, with a row for each route, direction and model."""
    sites = [(name, site) for row in rows for name, site in zip(names, row, strict=True)]
    return {
        "route": [site.route for _, site in sites],
        "carry_switched": [site.switched for _, site in sites],
        "model": [name for name, _ in sites],
        "site": [site.site for _, site in sites],
        "answers_changed": [site.rate for _, site in sites],
    }


def _rows_of_routes(models: Models) -> list[tuple[BestSite, BestSite]] | str:
    """The best sites on each route and in each direction of both models, or why they cannot be compared."""
    ours, theirs = ({(one.route, one.switched): one for one in best_sites(model.data)} for model in models)
    if not (ours and theirs):
        return _missing([ours or None, theirs or None], "the sites of carries")
    if ours.keys() != theirs.keys():
        return "The two models have different routes, since they read numbers of different lengths."
    return [(one, theirs[key]) for key, one in ours.items()]


def _missing(found: Sequence[object], what: str) -> str:
    """Which report lacks the data of a figure, as a sentence."""
    if all(one is None for one in found):
        return f"Neither report contains {what}."
    return f"{'This' if found[0] is None else 'The other'} report does not contain {what}."


def _labels(names: Names) -> tuple[str, str]:
    """The names of the models for a chart: short, different, and without what Plotly reads as markup."""
    first, second = (plain(re.sub(r"[<>]", "", name), LONGEST_NAME) for name in names)
    return (first, second) if first != second else (f"{first} (1)", f"{second} (2)")
