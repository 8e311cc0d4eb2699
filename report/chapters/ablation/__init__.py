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
from report.chapters.ablation.kinds import kinds_table, orders_of_the_heads, same_two_heads_with_every_kind
from report.content.chapter import ChapterPlan, Content, Values
from sumint.analyses.ablation.ablation_kinds import ablation_kinds
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


def kinds_of_ablation(lab: Lab) -> Iterator[Content]:
    """The heads by four kinds of ablation."""
    kinds = lab.run(ablation_kinds)
    yield Values({"orders": orders_of_the_heads(kinds)})
    yield kinds_table(kinds)
    yield same_two_heads_with_every_kind(kinds)


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
    sections=(heads, kinds_of_ablation, queries_keys_and_values),
    findings=("first-layer-first", "constant-queries", "critical-values"),
)
