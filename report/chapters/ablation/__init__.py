"""Which heads the model needs, for which digits, and whether by their queries, keys or values."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.ablation.claims import (
    critical_digits_of_the_write_up,
    critical_heads_of_the_write_up,
    critical_values_of_the_write_up,
    queries_of_layer_0_are_constant,
    two_most_critical_heads_are_in_layer_0,
    values_of_the_critical_heads_are_critical,
)
from report.chapters.ablation.figures import head_figures, qkv_figure
from report.content.chapter import ChapterPlan, Content
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.lab import Lab


def heads(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head."""
    by_mean = lab.run(head_ablation)
    yield from head_figures({"mean": by_mean, "zero": lab.run(head_ablation, replacement="zero")})
    yield critical_heads_of_the_write_up.on(lab, by_mean)
    yield two_most_critical_heads_are_in_layer_0(by_mean)
    yield critical_digits_of_the_write_up.on(lab, by_mean)


def queries_keys_and_values(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head's queries, keys or values."""
    by_part = lab.run(qkv_ablation)
    yield qkv_figure(by_part)
    yield queries_of_layer_0_are_constant(by_part)
    yield values_of_the_critical_heads_are_critical(lab.run(head_ablation), by_part)
    yield critical_values_of_the_write_up.on(lab, by_part)


PLAN = ChapterPlan(
    title="Ablation",
    question="Which heads does the model need, for which digits, and which of their parts?",
    sections=(heads, queries_keys_and_values),
    findings=("first-layer-first", "constant-queries", "critical-values"),
)
