"""The opening section: the edges that were found, and how well the model does on them alone.

The criteria were chosen after seeing the write-up's checkpoint, the bundled one and two seeds: they guard those
results.
"""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure, Table
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim
from report.content.formats import counted, decimals, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.circuits.circuit import ENOUGH, MOST, Circuit, circuit
from sumint.analyses.circuits.circuit_scores import (
    ABLATIONS,
    CIRCUIT,
    CIRCUITS,
    MEANS,
    N_PARTS,
    N_RANDOM_SUMS,
    OTHERS,
    RESAMPLED,
    WHOLE,
    CircuitScores,
    circuit_scores,
)
from sumint.interventions.sites import Site

WITH_MEANS_AT_LEAST, RESAMPLED_AT_LEAST = 0.95, 0.85
WHOLE_AT_LEAST, OTHERS_AT_MOST, RANDOM_AT_MOST = 0.9, 0.05, 0.2
"""Chosen after measuring the write-up's checkpoint, the bundled one and two seeds."""

ROW_GAP = 0.75


def edges_figure(found: Circuit) -> Figure:
    """Heatmaps of the effect of patching each site on each digit, with the edges of the circuit marked."""
    layout = found.layout
    heads = [f"H0.{head}" for head in range(found.edges.shape[1])]
    plot: dict[str, LazyChart] = {}
    for digit, (effects, edges) in enumerate(zip(found.patch_effects, found.edges, strict=True)):
        positions = slice(0, layout.predicting.start + digit + 1)
        plot[f"C{digit}"] = charts.heatmap(
            effects[:, positions],
            x=layout.position_names[positions],
            y=heads,
            x_title="position",
            y_title="head",
            quantity="answers that change, %",
            diverging=False,
            limits=(0, 1),
            text=[["●" if is_edge else "" for is_edge in of_head] for of_head in edges[:, positions].tolist()],
            is_share=True,
        )
    n_edges, n_possible = int(found.edges.sum()), int(found.possible.sum())
    return Figure(
        "circuit-edges",
        "The circuit: layer-0 sites with an edge to each answer digit",
        charts.panels(plot, columns=2, row_gap=ROW_GAP),
        numbers=plot,
        numbers_control="Digit",
        caption=(
            "Share of a digit’s predictions that change when it alone sees another sum’s output of a head (rows) "
            "at a "
            f"position (columns), by answer digit. Dots: the {counted(n_edges, 'edge')} of the circuit, of "
            f"{n_possible}."
        ),
        alt=(
            "A heatmap of layer-0 heads by positions for each answer digit, with a dot at each edge of the "
            "circuit."
        ),
        source=circuit,
        height=80 + (70 + 26 * len(heads)) * -(-len(plot) // 2),
        narrow_height=80 + (80 + 26 * len(heads)) * len(plot),
    )


def scores_table(scores: CircuitScores) -> Table:
    """The table of accuracy, loss and recovered logit difference of the circuit and of its controls."""
    digits = [f"C{digit}" for digit in range(scores.n_digits)]
    rows = []
    for number, name in enumerate(CIRCUITS):
        for ablation, replaced in enumerate(ABLATIONS):
            if number == 0 and ablation:
                continue
            rows.append(
                (
                    name,
                    replaced if number else "–",
                    float(scores.whole_sums[number, ablation]),
                    *map(float, scores.accuracy[number, ablation]),
                    float(scores.loss[number, ablation].mean()),
                    f"{decimals(100 * float(scores.recovered[ablation].min()), 1)}%" if number == CIRCUIT else "–",
                )
            )
    random = scores.random_accuracy
    for name, whole, by_digit in (
        ("random, mean", scores.random_whole_sums.mean(), random.mean(axis=0)),
        ("random, best", scores.random_whole_sums.max(), random.max(axis=0)),
    ):
        rows.append((name, ABLATIONS[MEANS], float(whole), *map(float, by_digit), np.nan, "–"))
    head = ("run", "all else", "whole sums", *digits, "loss", "recovered")
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    recovered = {name: float(scores.recovered[number].min()) for number, name in enumerate(ABLATIONS)}
    return Table(
        "circuit-scores",
        "The circuit run alone, and its controls",
        columns,
        caption=(
            f"Accuracy on {counted(scores.n_sums, 'sum')} that the search did not use; loss in nats; least share "
            f"of a digit’s logit difference recovered (0 with no edge, 1 in the whole model). Random: "
            f"{len(scores.random_whole_sums)} circuits of equal size, {N_RANDOM_SUMS} sums each."
        ),
        source=circuit_scores,
        formats={
            **dict.fromkeys(("whole sums", *digits), percent),
            "loss": lambda loss: decimals(loss, 3) if np.isfinite(loss) else "–",
        },
        csv_columns={
            **{name: values for name, values in columns.items() if name != "recovered"},
            "loss_recovered": [
                recovered[replaced] if name == CIRCUITS[CIRCUIT] else None
                for name, replaced in zip(columns["run"], columns["all else"], strict=True)
            ],
        },
    )


def parts_figure(scores: CircuitScores) -> Figure:
    """Dots of the share of whole sums right without each edge, each site, and each head of layer 1."""
    names = _site_names(scores, scores.sites)
    without_heads = scores.without_head.reshape(-1, len(ABLATIONS))
    views = {
        "edges": (_edge_names(scores), scores.without_edge, "share of whole sums right"),
        "sites": (names, scores.without_site, "share of whole sums right"),
        "layer-1 heads": (_head_names(scores), without_heads, "share of the digit right"),
    }
    return Figure(
        "circuit-parts",
        "The circuit without one of its parts",
        {
            view: charts.dots(
                rows,
                {name: values[:, number] for number, name in enumerate(ABLATIONS)},
                x_title=title,
                y_title="without",
                limits=(0, 1.02),
                is_share=True,
            )
            for view, (rows, values, title) in views.items()
        },
        caption=(
            f"Share of {counted(N_PARTS, 'sum')} right, or of one digit, on the circuit without one edge, one "
            f"site or one layer-1 head at "
            "the position that predicts a digit, with all else at its mean or resampled from other sums."
        ),
        alt="Points by part of the circuit: the share of sums that are right without it.",
        source=circuit_scores,
        control="Without one of the",
        height=140 + 22 * max(len(scores.listed), len(without_heads)),
    )


@claim(
    "circuit-suffices",
    f"A circuit with at most {percent(MOST, 0)} of the edges from layer-0 sites to answer digits gets at least "
    f"{percent(WITH_MEANS_AT_LEAST, 0)} of whole sums right with all else at its mean, and at least "
    f"{percent(RESAMPLED_AT_LEAST, 0)} with all else resampled.",
    analysis=circuit_scores,
    figure="circuit-scores",
    otherwise="On the circuit that was found, {quantity} is {value}, where {bound} is required.",
)
def circuit_is_enough(found: Circuit, scores: CircuitScores) -> Check:
    """The share of whole sums right on the circuit, with means and with resampling, and its share of the edges."""
    n_edges, n_possible = int(found.edges.sum()), int(found.possible.sum())
    return all_of(
        at_least(
            WITH_MEANS_AT_LEAST,
            float(scores.whole_sums[CIRCUIT, MEANS]),
            "the circuit gets {bound} of whole sums right with all else at its mean",
            label="the share of whole sums right with all else at its mean",
            n=scores.n_sums,
        ),
        at_least(
            RESAMPLED_AT_LEAST,
            float(scores.whole_sums[CIRCUIT, RESAMPLED]),
            "and {bound} with all else resampled from another sum",
            label="the share of whole sums right with all else resampled",
            n=scores.n_sums,
        ),
        at_most(
            MOST,
            n_edges / n_possible,
            "it has {bound} of the edges",
            label="its share of the edges",
        ),
        note=(
            f"{n_edges} of {counted(n_possible, 'edge')}; on the sums of the search, which aims at "
            f"{percent(ENOUGH, 0)}, {percent(found.found_agreement)} of answers are the whole model’s"
        ),
    )


@claim(
    "circuit-is-needed",
    f"The whole model gets at least {percent(WHOLE_AT_LEAST, 0)} of whole sums right, all edges outside the "
    f"circuit together at most {percent(OTHERS_AT_MOST, 0)}, and random circuits of equal size at most "
    f"{percent(RANDOM_AT_MOST, 0)}.",
    analysis=circuit_scores,
    figure="circuit-scores",
    otherwise="On this checkpoint, {quantity} is {value}, where {bound} is required.",
)
def nothing_else_is_enough(scores: CircuitScores) -> Check:
    """The share of whole sums right in the model, on the complement of the circuit and on the best random one."""
    return all_of(
        at_least(
            WHOLE_AT_LEAST,
            float(scores.whole_sums[WHOLE, MEANS]),
            "the whole model gets {bound} of whole sums right",
            label="the share of whole sums that the whole model gets right",
            n=scores.n_sums,
        ),
        at_most(
            OTHERS_AT_MOST,
            {name: float(share) for name, share in zip(ABLATIONS, scores.whole_sums[OTHERS], strict=True)},
            "all edges outside the circuit get {bound} of whole sums right, with the circuit’s at their means or "
            "resampled",
            label="the share of whole sums right on all other edges",
            n=scores.n_sums,
        ),
        at_most(
            RANDOM_AT_MOST,
            {f"the best of {len(scores.random_whole_sums)}": float(scores.random_whole_sums.max())},
            "the best random circuit with as many edges to each digit gets {bound}",
            label="the share of whole sums right on a random circuit",
        ),
        note=f"random circuits on average {percent(float(scores.random_whole_sums.mean()))}",
    )


def _site_names(scores: CircuitScores, places: np.ndarray) -> list[str]:
    return [Site(*place).name(scores.layout) for place in places.tolist()]


def _edge_names(scores: CircuitScores) -> list[str]:
    sites = _site_names(scores, scores.listed[:, 1:])
    return [f"{site} → C{digit}" for site, digit in zip(sites, scores.listed[:, 0].tolist(), strict=True)]


def _head_names(scores: CircuitScores) -> list[str]:
    n_heads, n_digits, _ = scores.without_head.shape
    return [f"H1.{head} for C{digit}" for head in range(n_heads) for digit in range(n_digits)]
