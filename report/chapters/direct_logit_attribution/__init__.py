"""What each component and each path adds to the logits, and in which direction of the circle of digits."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float

from report.chapters.direct_logit_attribution.component_claims import claims
from report.chapters.direct_logit_attribution.path_claims import path_claims
from report.content.chapter import Chapter, Figure
from report.content.failures import isolated
from report.content.formats import decimals
from report.content.lazy_chart import LazyChart, lazy_chart
from report.figures import charts
from report.figures.charts import Polar
from sumint.analyses.attribution.answer_readout import answer_readout
from sumint.analyses.attribution.direct_logit_attribution import (
    BIASES,
    DirectLogitAttribution,
    direct_logit_attribution,
)
from sumint.analyses.attribution.logit_phases import LogitPhases, logit_phases
from sumint.analyses.attribution.path_attribution import READINGS, PathAttribution, path_attribution
from sumint.analyses.attribution.single_heads import single_heads
from sumint.lab import Lab
from sumint.task.sums import DIGITS

PUBLISHED, CORRECTED = READINGS
CONTROLS = ("Sum", "Digit", "Version")


def chapter(lab: Lab) -> Chapter:
    """The chapter on direct logit attribution, measured on the lab's checkpoint."""
    components, paths = lab.run(direct_logit_attribution), lab.run(path_attribution)
    heads, readout = lab.run(single_heads), lab.run(answer_readout)
    return Chapter(
        title="Direct logit attribution",
        question="Which parts of the model write the answer, and in which direction does each of them push?",
        values={"components": components, "paths": paths},
        figures=(
            *_component_figures(components),
            _path_figure(paths),
            _phase_figure(lab.run(logit_phases)),
            *_direction_figures(paths),
        ),
        claims=(*claims(lab, components, heads, readout), *path_claims(lab, paths)),
        findings=("layer-1-writes", "no-head-alone", "final-angle"),
    )


def _digit_names(n_digits: int) -> tuple[str, ...]:
    return tuple(f"C{digit}" for digit in range(n_digits))


@isolated
def _component_figures(measured: DirectLogitAttribution) -> tuple[Figure, ...]:
    digits = _digit_names(measured.correct_mean.shape[1])
    n_heads = sum(name.startswith("H") for name in measured.components)
    rows = {PUBLISHED: measured.components, CORRECTED: (*measured.components, BIASES)}
    limits = charts.symmetric_limits(measured.examples)
    return (
        Figure(
            "components",
            "What each component adds to the logits",
            {
                (label, digit, version): _attributions(values[: len(names), place], names, "component", limits)
                for label, values in zip(measured.example_labels, measured.examples, strict=True)
                for place, digit in enumerate(digits)
                for version, names in rows.items()
            },
            caption=(
                "Each row adds to the logits of the ten digits, at the position that predicts the chosen digit. "
                "As published, the biases are left out; corrected, the rows add up to the logits."
            ),
            alt=(
                f"A heatmap of the embeddings and {n_heads} heads by ten digits, for one sum and one digit of its "
                "answer; corrected, with a row for the biases."
            ),
            source=direct_logit_attribution,
            control=CONTROLS,
            height=120 + 34 * (len(measured.components) + 1),
            width=640,
        ),
        *(
            Figure(
                f"correct-digit-{name}",
                title,
                charts.bars(
                    digits,
                    dict(zip(measured.components, values, strict=True)),
                    x_title="digit of the answer",
                    y_title="attribution (logits)",
                ),
                caption=f"{caption} of what each component adds to the right digit's logit, over the sample.",
                alt=f"For each digit of the answer {len(measured.components)} bars, one for each component.",
                source=direct_logit_attribution,
                height=420,
            )
            for name, title, caption, values in (
                ("mean", "What each component adds to the right digit", "The mean", measured.correct_mean),
                ("std", "How much that varies", "The standard deviation", measured.correct_std),
            )
        ),
    )


@isolated
def _path_figure(measured: PathAttribution) -> Figure:
    digits = _digit_names(measured.example_paths.shape[3])
    published, corrected = measured.example_paths
    complete = np.concatenate([corrected, measured.example_biases], axis=1)
    versions = {PUBLISHED: (published, measured.paths), CORRECTED: (complete, measured.paths + measured.biases)}
    limits = charts.symmetric_limits(measured.example_paths, measured.example_biases)
    height = 110 + 27 * (len(measured.paths) + len(measured.biases))
    return Figure(
        "paths",
        "What each path adds to the logits",
        {
            (label, digit, version): _attributions(values[example, :, place], names, "path", limits)
            for example, label in enumerate(measured.example_labels)
            for place, digit in enumerate(digits)
            for version, (values, names) in versions.items()
        },
        caption=(
            "What embeddings and the first layer's heads leave goes to the logits directly or, after an arrow, "
            "through a head of the second layer. As published, what the second layer reads is divided by the "
            "first's layer-norm scale; corrected, by its own, and with the biases the rows add up to the logits."
        ),
        alt=(
            f"A heatmap of {len(measured.paths)} paths by ten digits, for one sum and one digit of its answer; "
            f"corrected, with {len(measured.biases)} rows for the biases."
        ),
        source=path_attribution,
        control=CONTROLS,
        height=height,
        narrow_height=height,
        width=640,
    )


@isolated
def _phase_figure(measured: LogitPhases) -> Figure:
    n_digits = measured.answer_digits.shape[1]
    return Figure(
        "phases",
        "Heads, prediction and right digit as arrows",
        {
            label: charts.panels(
                {
                    f"C{place}: {measured.answer_digits[example, place]}": _arrows(measured, example, place)
                    for place in range(n_digits)
                }
            )
            for example, label in enumerate(measured.example_labels)
        },
        caption=(
            "The first frequency of what each head of the second layer adds to the logits, that of the logits, "
            "and the direction of the right digit, as long as the largest of them or the heads' sum."
        ),
        alt=(
            f"{n_digits} polar diagrams, one for each digit of the answer: a point for each of "
            f"{len(measured.head_names)} heads, a line for the prediction and one for the right digit."
        ),
        source=logit_phases,
        control="Sum",
        height=400 * -(-n_digits // 2),
        narrow_height=320 * n_digits,
    )


def _arrows(measured: LogitPhases, example: int, place: int) -> LazyChart:
    heads, prediction = measured.heads[example, :, place], measured.prediction[example, place]
    right, reach = measured.right_direction[example, place], measured.reach[example, place]
    return charts.polar(
        {
            "heads": Polar(np.abs(heads), np.angle(heads), measured.head_names),
            "prediction": Polar([np.abs(prediction)], [np.angle(prediction)], drawn="arrow"),
            "right digit": Polar([0, reach], [right, right], drawn="line"),
        }
    )


@isolated
def _direction_figures(measured: PathAttribution) -> tuple[Figure, ...]:
    return (_cloud_figure(measured), _agreement_figure(measured))


@isolated
def _cloud_figure(measured: PathAttribution) -> Figure:
    n_digits, n_sums = measured.waves.shape[2:]
    routes = _routes(measured.paths[1:])
    n_origins = max(map(len, routes.values()))
    return Figure(
        "path-phases",
        "Every path, digit and sum of the sample",
        {
            (version, route): _clouds(measured, reading, paths)
            for reading, version in enumerate(READINGS)
            for route, paths in routes.items()
        },
        caption=(
            "The first frequency of what a path adds to the logits: a dot for each sum, a colour for each digit "
            "of the answer; each path up to its own largest magnitude. Small: in a row what comes from the same "
            "origin, in a column what goes the same way."
        ),
        alt=(
            f"A polar diagram for each of {len(measured.paths) - 1} paths, with {n_digits} clouds of {n_sums} "
            "dots, and one of them large."
        ),
        source=path_attribution,
        control=("Version", "Route"),
        component="clouds",
        shown_at_once=("Route",),
        height=max(536, 135 * n_origins - 4),
        narrow_height=480 + 98 * n_origins,
    )


@lazy_chart
def _clouds(measured: PathAttribution, reading: int, paths: list[str]) -> go.Figure:
    plot = charts.panels({path: _cloud(measured, reading, path) for path in paths}).figure
    return plot.update_layout(meta={**plot.to_plotly_json()["layout"]["meta"], "points": measured.sums})


def _routes(paths: tuple[str, ...]) -> dict[str, list[str]]:
    """Paths by how they reach the logits: directly, or through a head of the second layer."""
    routes: dict[str, list[str]] = {}
    for path in paths:
        _, through, head = path.partition(" → ")
        routes.setdefault(f"through {head}" if through else "direct", []).append(path)
    return routes


@isolated
def _agreement_figure(measured: PathAttribution) -> Figure:
    digits = _digit_names(measured.agreement.shape[2])
    height = 110 + 27 * len(measured.paths)
    return Figure(
        "path-directions",
        "How far a path has a direction of its own",
        {
            version: charts.heatmap(
                measured.agreement[reading],
                x=digits,
                y=measured.paths,
                x_title="digit of the answer",
                y_title="path",
                quantity="agreement",
                diverging=False,
                limits=(0, 1),
                text=[[decimals(angle, 0) for angle in row] for row in np.degrees(measured.directions[reading])],
            )
            for reading, version in enumerate(READINGS)
        },
        caption=(
            "The length of the sum of a path's arrows over the sum of their lengths, as colour; the direction of "
            "their sum in degrees, as a number."
        ),
        alt=f"A heatmap of {len(measured.paths)} paths by {len(digits)} digits, an angle written into each cell.",
        source=path_attribution,
        control="Version",
        height=height,
        narrow_height=height,
        width=640,
    )


def _cloud(measured: PathAttribution, reading: int, path: str) -> LazyChart:
    waves = measured.waves[reading, measured.paths.index(path)]
    return charts.polar(
        {
            name: Polar(np.abs(wave), np.angle(wave), drawn="cloud")
            for name, wave in zip(_digit_names(len(waves)), waves, strict=True)
        }
    )


def _attributions(
    values: Float[np.ndarray, "row value"],
    rows: tuple[str, ...],
    rows_title: str,
    limits: tuple[float, float],
) -> LazyChart:
    return charts.heatmap(values, DIGITS, rows, "digit", rows_title, "logit", limits=limits)
