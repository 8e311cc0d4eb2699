"""Sums with a carry and sums without: how many there are, which parts they need, and where layer 1 attends."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.carries.claims import carry_claims
from report.chapters.carries.figures import ablation_figure, attention_figure, counts_table
from report.content.chapter import ChapterPlan, Content, Values
from sumint.analyses.ablation.qkv_ablation_by_carry import qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import layer_1_attention
from sumint.analyses.carrying.carry_counts import carry_counts
from sumint.lab import Lab


def which_sums_carry(lab: Lab) -> Iterator[Content]:
    """How many sums have a carry."""
    yield counts_table(lab.run(carry_counts))


def what_is_needed(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head's queries, keys or values, apart for sums with and without a carry."""
    ablation = lab.run(qkv_ablation_by_carry)
    yield Values({"by_carry": ablation})
    yield ablation_figure(ablation)


def layer_1_attention_by_carry(lab: Lab) -> Iterator[Content]:
    """Where layer 1 attends with and without a carry, and the claims of the chapter."""
    attention = lab.run(layer_1_attention)
    yield attention_figure(attention, lab.layout)
    yield from carry_claims(lab, lab.run(carry_counts), lab.run(qkv_ablation_by_carry), attention)


PLAN = ChapterPlan(
    title="Carries",
    question="What does the model do otherwise where something is carried?",
    sections=(which_sums_carry, what_is_needed, layer_1_attention_by_carry),
    findings=("carry-attention", "keys-without-a-carry"),
)
