"""Where the heads of the first layer attend, and which scores of positions and digits make them attend there."""

from __future__ import annotations

from report.chapters.layer_0_attention.corresponding_digits import (
    column_attention_figure,
    corresponding_digits_claims,
    hypothesis_refuted_claim,
    hypothesis_table,
    other_attention_claims,
)
from report.chapters.layer_0_attention.patterns import patterns_figure
from report.chapters.layer_0_attention.positions_alone import mean_keys_claim, positional_attention_figure
from report.chapters.layer_0_attention.scores import (
    extreme_digits_claim,
    positions_choose_columns_claim,
    scores_figure,
)
from report.content.chapter import Chapter
from sumint.analyses.attention.attention_patterns import attention_patterns
from sumint.analyses.weights.qk_circuits import qk_circuits
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on the first layer's attention, measured on the lab's checkpoint."""
    patterns, circuits = lab.run(attention_patterns), lab.run(qk_circuits)
    return Chapter(
        title="Layer 0 attention",
        question="Where do the heads of the first layer look, and what makes them look there?",
        figures=(
            patterns_figure(patterns),
            column_attention_figure(patterns),
            scores_figure(circuits),
            positional_attention_figure(circuits),
        ),
        tables=(hypothesis_table(lab, patterns),),
        claims=(
            *corresponding_digits_claims(lab, patterns),
            *other_attention_claims(lab, patterns),
            hypothesis_refuted_claim(lab, patterns),
            positions_choose_columns_claim(circuits),
            extreme_digits_claim(circuits),
            mean_keys_claim(circuits),
        ),
        findings=("corresponding-digits", "other-attention"),
    )
