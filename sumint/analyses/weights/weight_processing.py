"""What folding and centring must give, measured on the processed weights.

From the write-up's section "Model" (cell 6 and its aside). Each number is the largest deviation, in absolute
value, from what the processing promises; none changes what the model computes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sumint.model.load import Model, Tensor
from sumint.task.sums import Sums


@dataclass(frozen=True)
class WeightProcessing:
    """Largest absolute deviations; zero but for rounding if the weights were processed."""

    layer_norm_weights: float
    """From 1, over all layer norms."""
    layer_norm_biases: float
    """From 0, over all layer norms."""
    unembedding_mean_over_residual: float
    unembedding_mean_over_tokens: float
    token_embedding_mean: float
    position_embedding_mean: float
    output_weights_mean: float
    output_biases_mean: float
    value_biases: float


def weight_processing(model: Model, sample: Sums) -> WeightProcessing:  # noqa: ARG001
    """How far each property of the processed weights is from exact; the sample plays no part."""
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
