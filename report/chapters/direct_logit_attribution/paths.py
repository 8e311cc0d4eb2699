"""Section "Paths": the direct logit attribution of every path from layer 0's output to the logits."""

from __future__ import annotations

import numpy as np

from report.chapters.direct_logit_attribution.components import (
    CONTROLS,
    CORRECTED,
    ERROR_AT_MOST,
    PUBLISHED,
    digit_names,
    logit_heatmap,
)
from report.content.chapter import Figure
from report.content.claims import Claim
from report.content.formats import percent, scientific
from report.figures import charts
from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution


def path_figure(measured: PathAttribution) -> Figure:
    """The attributions of every path for the examples, as published and corrected."""
    digits = digit_names(measured.example_paths.shape[3])
    published, corrected = measured.example_paths
    complete = np.concatenate([corrected, measured.example_biases], axis=1)
    versions = {PUBLISHED: (published, measured.paths), CORRECTED: (complete, measured.paths + measured.biases)}
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


def path_sum_claim(paths: PathAttribution) -> Claim:
    """Checks that the corrected paths through a head add up to the head, and all paths to the logits."""
    published, corrected = map(float, paths.error_of_heads)
    to_logits, without_bias = paths.error_of_logits, paths.error_of_bias_alone
    return Claim(
        "paths-add-up",
        "Divided by the second layer's scale, and with $b_O$ counted, the paths through a head add up to it.",
        value=(
            f"the relative error is {scientific(corrected)}, and {scientific(to_logits)} for the logits; as "
            f"published {percent(published, 0)}, with the right scale but without $b_O$ {percent(without_bias, 0)}"
        ),
        criterion=f"at most {scientific(ERROR_AT_MOST, 0)} for both",
        holds=max(corrected, to_logits) <= ERROR_AT_MOST,
        source=path_attribution,
        numbers={
            "corrected": corrected,
            "logits": to_logits,
            "published": published,
            "without_bias": without_bias,
        },
        otherwise="On these weights something is missing in the sum.",
    )
