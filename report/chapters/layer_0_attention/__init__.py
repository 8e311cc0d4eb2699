"""Where the heads of the first layer attend, and which scores of positions and digits make them attend there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from report.chapters.layer_0_attention.corresponding_digits import (
    a_guess_of_the_write_up_is_refuted,
    column_attention_figure,
    corresponding_digits_of_the_write_up,
    hypothesis_table,
    other_attention_of_the_write_up,
    other_positions_attend_to_every_column,
    some_head_attends_to_the_corresponding_digits,
)
from report.chapters.layer_0_attention.patterns import patterns_figure
from report.chapters.layer_0_attention.positions_alone import (
    mean_keys_explain_the_attention,
    positional_attention_figure,
)
from report.chapters.layer_0_attention.scores import (
    positions_choose_columns,
    queries_prefer_or_avoid_extreme_digits,
    scores_figure,
)
from report.content.chapter import ChapterPlan, Content
from report.content.live.own_sums import own_sums
from sumint.analyses.attention.attention_patterns import attention_patterns
from sumint.analyses.weights.qk_circuits import qk_circuits
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab


def where_heads_attend(lab: Lab) -> Iterator[Content]:
    """The attention patterns, and how they compare with the corresponding digits."""
    measured = lab.run(attention_patterns)
    yield replace(patterns_figure(measured), own_sums=own_sums(lab, "attention"))
    yield column_attention_figure(measured)
    if lab.weights.digest == ARENA_DIGEST:
        yield hypothesis_table(measured)
    yield some_head_attends_to_the_corresponding_digits(measured)
    yield corresponding_digits_of_the_write_up.on(lab, measured)
    yield other_positions_attend_to_every_column(measured)
    yield other_attention_of_the_write_up.on(lab, measured)
    yield a_guess_of_the_write_up_is_refuted.on(lab, measured)


def scores_of_positions_and_digits(lab: Lab) -> Iterator[Content]:
    """The scores of positions and digits."""
    circuits = lab.run(qk_circuits)
    yield scores_figure(circuits)
    yield positional_attention_figure(circuits)
    yield positions_choose_columns(circuits)
    yield queries_prefer_or_avoid_extreme_digits(circuits)
    yield mean_keys_explain_the_attention(circuits)


PLAN = ChapterPlan(
    title="Layer 0 attention",
    question="To which positions do the layer-0 heads attend, and what determines it?",
    sections=(where_heads_attend, scores_of_positions_and_digits),
    findings=("corresponding-digits", "other-attention"),
)
