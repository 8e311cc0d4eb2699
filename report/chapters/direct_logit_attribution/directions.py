"""Section "Directions": attributions as arrows, the first frequency over the ten digits.

A path has a direction of its own at a digit if its arrows agree over the sample: the length of their sum is close
to the sum of their lengths. The criteria were chosen after seeing the write-up's checkpoint: they guard that
result and predict nothing.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.chapters.direct_logit_attribution.components import digit_names
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import decimals, degrees, joined
from report.content.lazy_chart import LazyChart
from report.figures import charts
from report.figures.charts import Polar
from sumint.analyses.attribution.logit_phases import LogitPhases, logit_phases
from sumint.analyses.attribution.path_attribution import READINGS, PathAttribution, path_attribution
from sumint.lab import Lab
from sumint.model.fourier import angle_between

AGREEMENT_AT_LEAST = 0.85
DIRECTION_WITHIN = 5
"""Degrees on either side of the claimed direction."""
ANGLE_AT_LEAST = 90
"""Degrees between the directions of one path at two digits."""

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


def agreement_figure(measured: PathAttribution) -> Figure:
    """How far the arrows of each path agree over the sample, with the direction of their sum."""
    digits = digit_names(measured.agreement.shape[2])
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


def direction_claims(lab: Lab, paths: PathAttribution) -> tuple[Claim, ...]:
    """Checks whether paths have directions of their own, and whether these differ between digits."""
    agreement = paths.agreement[CORRECTED_READING]
    directions = np.degrees(paths.directions[CORRECTED_READING])
    is_through_head = np.array(["→" in path for path in paths.paths])
    strongest = np.where(is_through_head[:, None], agreement, -1).argmax(axis=0)
    largest = agreement[strongest, np.arange(agreement.shape[1])]
    angles = {
        path: _largest_angle(agreement[number], directions[number])
        for number, path in enumerate(paths.paths)
        if is_through_head[number]
    }
    widest = max(angles, key=lambda path: angles[path])

    def path_direction() -> Finding:
        path = paths.paths.index(PUBLISHED_PATH)
        own = {f"C{digit}": float(agreement[path, digit]) for digit in PUBLISHED_DIGITS}
        own_directions = {f"C{digit}": float(directions[path, digit]) for digit in PUBLISHED_DIGITS}
        resultants = {
            f"C{digit}": paths.phase_resultants[CORRECTED_READING, path, digit] for digit in PUBLISHED_DIGITS
        }
        lengths = {digit: float(abs(mean)) for digit, mean in resultants.items()}
        phases = {digit: float(np.degrees(np.angle(mean))) for digit, mean in resultants.items()}
        return Finding(
            joined(f"{decimals(own[digit], 3)} along {degrees(own_directions[digit])} at {digit}" for digit in own)
            + "; the phases alone, whatever the magnitude, have a resultant of "
            + joined(f"{decimals(lengths[digit], 3)} along {degrees(phases[digit])}" for digit in own),
            min(own.values()) >= AGREEMENT_AT_LEAST
            and all(abs(angle - PUBLISHED_DIRECTION) <= DIRECTION_WITHIN for angle in own_directions.values()),
            {
                **{f"agreement_{digit}": value for digit, value in own.items()},
                **{f"degrees_{digit}": value for digit, value in own_directions.items()},
                **{f"resultant_{digit}": value for digit, value in lengths.items()},
                **{f"resultant_degrees_{digit}": value for digit, value in phases.items()},
            },
        )

    return (
        published_claim(
            lab,
            "path-direction",
            f"At C2 and C3 the path {PUBLISHED_PATH} has a direction of its own: {PUBLISHED_DIRECTION}°, not the "
            "45° that the write-up reads off its picture.",
            criterion=(
                f"with the right scale, the sum of its arrows has at least {AGREEMENT_AT_LEAST} of their lengths, "
                f"along {PUBLISHED_DIRECTION}° ± {DIRECTION_WITHIN}°"
            ),
            source=path_attribution,
            check=path_direction,
        ),
        Claim(
            "some-path-direction",
            "At every digit some path through the second layer has a direction of its own.",
            value=joined(
                f"{paths.paths[path]} with {decimals(share)} at C{digit}"
                for digit, (path, share) in enumerate(zip(strongest, largest, strict=True))
            ),
            criterion=f"the sum of its arrows has at least {AGREEMENT_AT_LEAST} of their lengths",
            holds=bool((largest >= AGREEMENT_AT_LEAST).all()),
            source=path_attribution,
            numbers={f"C{digit}": float(share) for digit, share in enumerate(largest)},
            otherwise="On these weights there is a digit at which the arrows of every path cancel in part.",
        ),
        Claim(
            "directions-differ",
            "The direction of one path differs from digit to digit.",
            value=(
                f"the path that turns the furthest, {widest}, has directions of its own that are "
                f"{degrees(angles[widest])} apart"
                if angles[widest] > 0
                else "no path has a direction of its own at two digits"
            ),
            criterion=f"two directions of their own of one path are at least {ANGLE_AT_LEAST}° apart",
            holds=angles[widest] >= ANGLE_AT_LEAST,
            source=path_attribution,
            numbers=angles,
            otherwise="On these weights no path turns so far, where it has a direction at all.",
        ),
    )


def _arrows(measured: LogitPhases, example: int, place: int) -> LazyChart:
    """The arrows at one digit of an example's answer."""
    heads, prediction = measured.heads[example, :, place], measured.prediction[example, place]
    right, reach = measured.right_direction[example, place], measured.reach[example, place]
    return charts.polar(
        {
            "heads": Polar(np.abs(heads), np.angle(heads), measured.head_names),
            "prediction": Polar([np.abs(prediction)], [np.angle(prediction)], style="arrow"),
            "right digit": Polar([0, reach], [right, right], style="line"),
        }
    )


def _largest_angle(agreement: Float[np.ndarray, " digit"], directions: Float[np.ndarray, " digit"]) -> float:
    """The largest angle in degrees between a path's own directions at two digits; 0 without two of them."""
    own = np.radians(directions[agreement >= AGREEMENT_AT_LEAST]).tolist()
    return float(np.degrees(max((angle_between(one, other) for one in own for other in own), default=0)))
