"""Weights made easy to read: the properties of the processed weights, and how exactly they hold.

Layer norms are folded into the matrices that read them, and whatever writes to the residual stream is centred. The
model computes the same; what remains of each property is rounding in single precision.
"""

from __future__ import annotations

from dataclasses import asdict

from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_most
from report.content.claims.claim import claim
from report.content.formats import scientific
from sumint.analyses.weights.weight_processing import WeightProcessing, weight_processing

# Criterion, chosen after measuring the write-up's checkpoint: a regression check, not a prediction.
ROUNDING_AT_MOST = 1e-5


def weight_processing_table(processing: WeightProcessing) -> Table:
    """Return the table of the largest deviation from each property that the processing gives the weights."""
    properties = {
        "every layer norm’s weight is 1": processing.layer_norm_weights,
        "every layer norm’s bias is 0": processing.layer_norm_biases,
        "the unembedding’s mean over the residual stream is 0": processing.unembedding_mean_over_residual,
        "the unembedding’s mean over the tokens is 0": processing.unembedding_mean_over_tokens,
        "every token embedding’s mean is 0": processing.token_embedding_mean,
        "every position embedding’s mean is 0": processing.position_embedding_mean,
        "the mean of what every head writes is 0": processing.output_weights_mean,
        "every output bias’s mean is 0": processing.output_biases_mean,
        "every value bias is 0": processing.value_biases,
    }
    return Table(
        "weight-processing",
        "Properties of the processed weights",
        {"property": tuple(properties), "largest deviation": tuple(properties.values())},
        caption="Largest absolute deviation of the processed weights from each property, in single precision.",
        source=weight_processing,
        formats={"largest deviation": scientific},
    )


@claim(
    "weights-processed",
    "Up to rounding, the processed weights have the nine properties that the table lists.",
    analysis=weight_processing,
    figure="weight-processing",
    otherwise="Some deviation is larger than rounding: what follows does not describe this model.",
    kind="check",
)
def processed_up_to_rounding(processing: WeightProcessing) -> Check:
    """The largest deviation from each property."""
    deviations = {name.replace("_", " "): value for name, value in asdict(processing).items()}
    text = "every deviation is {bound}, which is rounding in single precision"
    return all_of(at_most(ROUNDING_AT_MOST, deviations, text, unit=""))
