"""Section "Directions": attributions as arrows, the first frequency over the ten digits.

A path has a direction of its own at a digit if its arrows agree over the sample: the length of their sum is close
to the sum of their lengths. The criteria were chosen after seeing the write-up's checkpoint: they guard that
result and predict nothing.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from report.chapters.direct_logit_attribution.clouds import ARROW
from report.chapters.direct_logit_attribution.components import digit_names
from report.chapters.direct_logit_attribution.versions import VERSIONS
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, between, not_applicable
from report.content.claims.claim import claim, published_claim
from report.content.formats import decimals, degrees, joined, percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from report.figures.charts import Polar
from sumint.analyses.attribution.logit_phases import LogitPhases, logit_phases
from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution
from sumint.model.fourier import angle_between
from sumint.task.sums import DIGITS, N_DIGIT_TOKENS

AGREEMENT_AT_LEAST = 0.85
DIRECTION_WITHIN = 5
"""Degrees on either side of the claimed direction."""
ANGLE_AT_LEAST = 90
"""Degrees between the directions of one path at two digits."""
LENGTH_AT_LEAST = 0.5
"""The share of the longest path's mean arrow length from which a path counts as strong at a digit; chosen after
measuring the write-up's checkpoint, the bundled one and the null networks."""

CORRECTED_READING = 1
"""The index of the corrected reading on the first axis of a `PathAttribution`."""
PUBLISHED_PATH = "0.1 → 1.0"
PUBLISHED_DIGITS = (2, 3)
PUBLISHED_DIRECTION = 60
"""Degrees. The write-up reads 45° off its picture."""


def phase_figure(measured: LogitPhases) -> Figure:
    """The arrows of layer 1's heads, of the logits and of the right digit, for each example."""
    n_digits = measured.answer_digits.shape[1]
    return Figure(
        "phases",
        "Layer-1 heads, prediction and right digit on the dial",
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
            "First frequency of what each layer-1 head adds to the logits, and of all logits (arrow), on a dial "
            "of digits; length is magnitude. The dotted line points to the right digit."
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


def agreement_figure(measured: PathAttribution) -> Figure:
    """How far the arrows of each path agree over the sample, with the direction of their sum."""
    digits = digit_names(measured.agreement.shape[2])
    height = 110 + 27 * len(measured.paths)
    return Figure(
        "path-directions",
        "Direction of each path, and its agreement over the sample",
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
                text=[
                    [f"→ {decimals(round(digit, 1) % N_DIGIT_TOKENS, 1)}" for digit in row]
                    for row in _digits_of(measured.directions[reading])
                ],
            )
            for version, reading in VERSIONS.items()
        },
        caption=(
            "By path (rows) and digit of the answer (columns): the digit to which the sum of a path’s arrows "
            "over the sample points, in the cells, and the length of the sum over the sum of lengths, as colour."
        ),
        alt=(
            f"A heatmap of {len(measured.paths)} paths by {len(digits)} digits, a direction in digits written "
            "into each cell."
        ),
        source=path_attribution,
        control="Version",
        height=height,
        narrow_height=height,
        width=640,
    )


@published_claim(
    "path-direction",
    (
        f"At C2 and C3 the arrows of the path {PUBLISHED_PATH} agree on a direction near {PUBLISHED_DIRECTION}°, "
        "not on the 45° that the write-up reads off its picture."
    ),
    analysis=path_attribution,
    figure="path-directions",
)
def published_path_has_a_direction(paths: PathAttribution) -> Check:
    """The agreement and the direction of one path's arrows at two digits."""
    path = paths.paths.index(PUBLISHED_PATH)
    resultants = joined(
        f"{decimals(abs(mean), 3)} along {degrees(float(np.degrees(np.angle(mean))))} at C{digit}"
        for digit in PUBLISHED_DIGITS
        for mean in [paths.phase_resultants[CORRECTED_READING, path, digit]]
    )
    return all_of(
        at_least(
            AGREEMENT_AT_LEAST,
            {f"C{digit}": paths.agreement[CORRECTED_READING, path, digit] for digit in PUBLISHED_DIGITS},
            (
                "with layer 1’s scale, the sum of the path’s arrows has {bound} of the sum of their lengths, at "
                "C2 and C3"
            ),
            label="agreement",
        ),
        between(
            PUBLISHED_DIRECTION - DIRECTION_WITHIN,
            PUBLISHED_DIRECTION + DIRECTION_WITHIN,
            {
                f"C{digit}": np.degrees(paths.directions[CORRECTED_READING, path, digit])
                for digit in PUBLISHED_DIGITS
            },
            "the sum’s direction is {bound} at both",
            label="direction",
            unit="°",
        ),
        note=f"the phases alone, whatever the magnitude, have a resultant of {resultants}",
    )


@claim(
    "directions-differ",
    (
        "Some path through layer 1 pushes the logits in clearly different directions at two digits of the answer, "
        "and is among the strongest paths at both."
    ),
    analysis=path_attribution,
    figure="path-directions",
    otherwise=(
        "No strong path through layer 1 has clearly different directions at two digits: those of {case}, the "
        "furthest apart, differ by only {value}."
    ),
)
def some_path_changes_its_direction(paths: PathAttribution) -> Check:
    """The largest angle between the directions that a strong path through layer 1 has at two digits."""
    angles = {path: _largest_angle(paths, number) for number, path in enumerate(paths.paths) if ARROW in path}
    own = {path: angle for path, angle in angles.items() if not np.isnan(angle)}
    if not own:
        return not_applicable("No strong path through layer 1 has a direction of its own at two digits.")
    return all_of(
        at_least(
            ANGLE_AT_LEAST,
            own,
            (
                "for some path, the directions at two digits differ by {bound}; at both, its arrows agree to "
                f"{percent(AGREEMENT_AT_LEAST, 0)} or more, and their mean length is at least "
                f"{percent(LENGTH_AT_LEAST, 0)} of that of the longest path through layer 1"
            ),
            unit="°",
            of_some=True,
        ),
        asked=(len(own), len(angles), "paths"),
    )


def _digits_of(phases: np.ndarray) -> np.ndarray:
    """The digits, from 0 to 10, to which phasors of logits point: a tenth of the circle for each digit."""
    return np.mod(-phases * len(DIGITS) / (2 * np.pi), len(DIGITS))


def _arrows(measured: LogitPhases, example: int, place: int) -> LazyChart:
    """The arrows at one digit of an example's answer."""
    heads, prediction = measured.heads[example, :, place], measured.prediction[example, place]
    right, reach = measured.right_direction[example, place], measured.reach[example, place]
    return charts.polar(
        {
            "heads": Polar(np.abs(heads), np.angle(heads), measured.head_names, has_spokes=True),
            "prediction": Polar([np.abs(prediction)], [np.angle(prediction)], style="arrow", role="ink"),
            "right digit": Polar([0, reach], [right, right], style="line", role="holds"),
        }
    )


def _largest_angle(paths: PathAttribution, path: int) -> float:
    """The largest angle in degrees between a path's directions at two digits at which it is strong and agrees.

    NaN if there are no two such digits.
    """
    lengths = np.abs(paths.waves[CORRECTED_READING]).mean(axis=-1)
    is_through_head = np.array([ARROW in name for name in paths.paths])
    is_strong = lengths[path] >= LENGTH_AT_LEAST * lengths[is_through_head].max(axis=0)
    is_agreed = paths.agreement[CORRECTED_READING, path] >= AGREEMENT_AT_LEAST
    own = paths.directions[CORRECTED_READING, path, is_strong & is_agreed].tolist()
    return float(np.degrees(max((angle_between(*pair) for pair in combinations(own, 2)), default=np.nan)))
