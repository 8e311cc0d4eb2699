"""Where the heads of the first layer attend, and which scores of positions and digits make them attend there."""

from __future__ import annotations

from collections.abc import Iterator

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
from report.content.chapter import ChapterPlan, Content
from sumint.analyses.attention.attention_patterns import attention_patterns
from sumint.analyses.weights.qk_circuits import qk_circuits
from sumint.lab import Lab


def where_heads_attend(lab: Lab) -> Iterator[Content]:
    """The attention patterns, and how they compare with the corresponding digits."""
    measured = lab.run(attention_patterns)
    yield patterns_figure(measured)
    yield column_attention_figure(measured)
    yield hypothesis_table(lab, measured)
    yield from corresponding_digits_claims(lab, measured)
    yield from other_attention_claims(lab, measured)
    yield hypothesis_refuted_claim(lab, measured)


def scores_of_positions_and_digits(lab: Lab) -> Iterator[Content]:
    """The scores of positions and digits."""
    circuits = lab.run(qk_circuits)
    yield scores_figure(circuits)
    yield positional_attention_figure(circuits)
    yield positions_choose_columns_claim(circuits)
    yield extreme_digits_claim(circuits)
    yield mean_keys_claim(circuits)


PLAN = ChapterPlan(
    title="Layer 0 attention",
    question="Where do the heads of the first layer look, and what makes them look there?",
    sections=(where_heads_attend, scores_of_positions_and_digits),
    findings=("corresponding-digits", "other-attention"),
)
