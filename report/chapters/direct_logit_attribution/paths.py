"""Section "Paths": the direct logit attribution of every path from layer 0's output to the logits."""

from __future__ import annotations

import numpy as np

from report.chapters.direct_logit_attribution.components import (
    CONTROLS,
    ERROR_AT_MOST,
    digit_names,
    logit_heatmap,
)
from report.content.chapter import CORRECTED, PUBLISHED, Figure
from report.content.claims.checks import Check, all_of, at_most
from report.content.claims.claim import claim
from report.content.formats import percent
from report.figures import charts
from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution


def path_figure(measured: PathAttribution) -> Figure:
    """The attributions of every path for the examples, corrected and as published."""
    digits = digit_names(measured.example_paths.shape[3])
    published, corrected = measured.example_paths
    complete = np.concatenate([corrected, measured.example_biases], axis=1)
    versions = {CORRECTED: (complete, measured.paths + measured.biases), PUBLISHED: (published, measured.paths)}
    limits = charts.symmetric_limits(measured.example_paths, measured.example_biases)
    height = 110 + 27 * (len(measured.paths) + len(measured.biases))
    return Figure(
        "paths",
        "What each path adds to the logits",
        {
            (label, digit, version): logit_heatmap(values[example, :, place], names, "path", limits)
            for example, label in enumerate(measured.example_labels)
            for place, digit in enumerate(digits)
            for version, (values, names) in versions.items()
        },
        caption=(
            "What each path (rows) adds to the logits of the ten digits (columns): directly, or through the "
            "layer-1 head after the arrow. Corrected, the rows add up; as published, biases and the right "
            "layer-norm scale are missing."
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


@claim(
    "paths-add-up",
    (
        "Divided by layer 1’s layer-norm scale, and with the path of $b_O$, the paths through layer 1’s heads add "
        "up to what these heads add to the logits; all paths and biases add up to the logits."
    ),
    analysis=path_attribution,
    otherwise="The paths to {case} have a relative error of {value}: something is missing in their sum.",
    kind="check",
)
def paths_and_biases_add_up(paths: PathAttribution) -> Check:
    """The relative errors of the sums of the corrected paths, against layer 1's heads and against the logits."""
    published, corrected = map(float, paths.error_of_heads)
    return all_of(
        at_most(
            ERROR_AT_MOST,
            {"layer 1’s heads": corrected, "the logits": paths.error_of_logits},
            "both sums have a relative error of {bound}, which is rounding in single precision",
            unit="",
        ),
        note=(
            f"for layer 1’s heads {percent(published, 0)} of the norm as published, "
            f"{percent(paths.error_of_bias_alone, 0)} with the right scale but without $b_O$"
        ),
    )
