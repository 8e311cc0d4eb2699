"""Sums with a carry and sums without: how many there are, which parts they need, and where layer 1 attends."""

from __future__ import annotations

from report.chapters.carries.claims import carry_claims
from report.chapters.carries.figures import ablation_figure, attention_figure, counts_table
from report.content.chapter import Chapter
from sumint.analyses.ablation.qkv_ablation_by_carry import qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import layer_1_attention
from sumint.analyses.carrying.carry_counts import carry_counts
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on carries, measured on the lab's checkpoint."""
    counts = lab.run(carry_counts)
    ablation = lab.run(qkv_ablation_by_carry)
    attention = lab.run(layer_1_attention)
    return Chapter(
        title="Carries",
        question="What does the model do otherwise where something is carried?",
        figures=(ablation_figure(ablation), attention_figure(attention, lab.layout)),
        values={"by_carry": ablation},
        tables=(counts_table(counts),),
        claims=carry_claims(lab, counts, ablation, attention),
        findings=("carry-attention", "keys-without-a-carry"),
    )
