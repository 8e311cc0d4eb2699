"""Weight processing: whether the processed weights have the properties that folding and centring imply.

From the write-up's section "Model" (cell 6 and its aside). Each number is the largest absolute deviation from such
a property; the processing does not change the function that the model computes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sumint.model.load import Model, Tensor
from sumint.results.result import Result
from sumint.task.sums import Sums


@dataclass(frozen=True)
class WeightProcessing(Result):
    """The largest absolute deviations, which are zero up to rounding if the weights were processed."""

    layer_norm_weights: float
    """The deviation from 1, over all layer norms."""
    layer_norm_biases: float
    """The deviation from 0, over all layer norms."""
    unembedding_mean_over_residual: float
    unembedding_mean_over_tokens: float
    token_embedding_mean: float
    position_embedding_mean: float
    output_weights_mean: float
    output_biases_mean: float
    value_biases: float


def weight_processing(model: Model, sample: Sums) -> WeightProcessing:  # noqa: ARG001
    """Measures the deviation from each property of the processed weights; the sample is not used."""
    norms = [block.ln1 for block in model.blocks] + [model.ln_final]
    return WeightProcessing(
        layer_norm_weights=max(_largest(norm.w - 1) for norm in norms),
        layer_norm_biases=max(_largest(norm.b) for norm in norms),
        unembedding_mean_over_residual=_largest(model.W_U.mean(0)),
        unembedding_mean_over_tokens=_largest(model.W_U.mean(1)),
        token_embedding_mean=_largest(model.W_E.mean(-1)),
        position_embedding_mean=_largest(model.W_pos.mean(-1)),
        output_weights_mean=_largest(model.W_O.mean(-1)),
        output_biases_mean=_largest(model.b_O.mean(-1)),
        value_biases=_largest(model.b_V),
    )


def _largest(deviations: Tensor) -> float:
    return deviations.abs().max().item()
