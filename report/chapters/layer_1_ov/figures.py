"""The figures of the chapter on OV circuits: the logits of digits and of pairs of digits through two heads."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from report.content.chapter import Figure
from report.content.lazy_chart import LazyChart, lazy_chart
from report.figures import charts
from report.figures.theme import SEQUENTIAL
from sumint.analyses.weights.ov_circuits import OvCircuits, ov_circuits
from sumint.task.sums import DIGITS

PAIRS = tuple(f"{first}+{second}" for first in DIGITS for second in DIGITS)
CONTROLS = ("Layer-0 head", "Layer-1 head")
MAX_HEADS_IN_A_ROW, NARROW_COLUMNS = 3, 2
"""With more heads in a layer their pairs are chosen by controls; and the columns of panels on a small screen."""


def digit_figure(circuits: OvCircuits) -> Figure:
    """Return the logits and the first frequency of every digit, for each pair of a layer-0 and a layer-1 head."""

    def logits(first: int, second: int) -> LazyChart:
        return charts.heatmap(
            circuits.digit_logits[first, second],
            DIGITS,
            DIGITS,
            "output digit",
            "input digit",
            "logit",
            limits=charts.symmetric_limits(circuits.digit_logits),
        )

    def phases(first: int, second: int) -> LazyChart:
        waves = circuits.digit_waves[first, second]
        return charts.polar_points(np.abs(waves), np.angle(waves), DIGITS, name="digits")

    pairs = _head_pairs(circuits)
    n_heads = len(circuits.digit_logits)
    views = {heads: _logits_and_phases(logits(*indices), phases(*indices)) for heads, indices in pairs.items()}
    if n_heads > MAX_HEADS_IN_A_ROW:
        drawn, control = views, CONTROLS
    else:
        drawn, control = (
            {
                shown: charts.panels(
                    {" → ".join(heads): draw(*indices) for heads, indices in pairs.items()},
                    columns=n_heads,
                    narrow_columns=NARROW_COLUMNS,
                )
                for shown, draw in (("logits", logits), ("first frequency", phases))
            },
            ("Shown",),
        )
    n_rows = -(-len(pairs) // NARROW_COLUMNS)
    return Figure(
        "digit-embeddings",
        "A digit through a layer-0 and a layer-1 head",
        drawn,
        numbers=views,
        caption=(
            "What each input digit’s embedding (rows) adds to each output digit’s logit (columns) through a "
            "layer-0 head and a layer-1 head; or the first frequency of each row, on a dial of digits with its "
            "own scale."
        ),
        alt=(
            f"{len(pairs)} heatmaps of ten input digits by ten output digits, one for each pair of heads, or as "
            "many dials with a point for each input digit."
        ),
        source=ov_circuits,
        control=control,
        numbers_control=CONTROLS,
        height=420 if n_heads > MAX_HEADS_IN_A_ROW else 90 + 250 * n_heads,
        narrow_height=700 if n_heads > MAX_HEADS_IN_A_ROW else 90 + 190 * n_rows,
    )


def pair_figure(circuits: OvCircuits) -> Figure:
    """Return the same for the sum of two digits' embeddings, for every pair of digits."""

    def view(first: int, second: int) -> LazyChart:
        logits = charts.heatmap(
            circuits.sum_logits[first, second],
            DIGITS,
            PAIRS,
            "output digit",
            "sum of two embeddings",
            "logit",
            labelled_rows=PAIRS[:: len(DIGITS)],
            gaps=False,
        )
        return _logits_and_phases(logits, _shaded_pairs(circuits, circuits.sum_waves[first, second]))

    return Figure(
        "digit-sums",
        "The sum of two digits’ embeddings through two heads",
        {heads: view(*indices) for heads, indices in _head_pairs(circuits).items()},
        caption=(
            "What the sum of two digits’ embeddings (rows) adds to each output digit’s logit (columns), and its "
            "first frequency. The stronger a point’s colour, the more of its two digits are 5 or more: none, one, "
            "both."
        ),
        alt=(
            "A heatmap of a hundred pairs of digits by ten output digits, and a dial with a point for each "
            "pair, in three shades."
        ),
        source=ov_circuits,
        control=CONTROLS,
        height=460,
        narrow_height=760,
    )


def _head_pairs(circuits: OvCircuits) -> dict[tuple[str, str], tuple[int, int]]:
    """Return the indices of every pair of heads by their names, layer 0's head first."""
    n_heads = len(circuits.digit_logits)
    return {
        (f"H0.{first}", f"H1.{second}"): (first, second) for first in range(n_heads) for second in range(n_heads)
    }


@lazy_chart
def _shaded_pairs(circuits: OvCircuits, waves: np.ndarray) -> go.Figure:
    """Return the polar diagram of the pairs, shaded by how many of their two digits are 5 or more."""
    points = charts.polar({"pairs": charts.Polar(np.abs(waves), np.angle(waves), PAIRS)}).figure
    shades = {"color": circuits.large_digits, "coloraxis": SEQUENTIAL, "size": 7}
    points.update_traces(mode="markers", marker=shades)
    # The scale begins below zero, so that its first shade differs from the background.
    return points.update_layout({SEQUENTIAL: {"cmin": -1, "cmax": 2, "showscale": False}})


def _logits_and_phases(logits: LazyChart, phases: LazyChart) -> LazyChart:
    return charts.panels({"logits of the output digits": logits, "first frequency": phases})
