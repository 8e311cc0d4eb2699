"""Which heads the model needs, for which digits, and whether by their queries, keys or values."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.ablation.claims import ablation_claims
from report.chapters.ablation.figures import head_figures, qkv_figure
from report.content.chapter import ChapterPlan, Content
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.lab import Lab


def heads(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head."""
    yield from head_figures({"mean": lab.run(head_ablation), "zero": lab.run(head_ablation, replacement="zero")})


def queries_keys_and_values(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head's queries, keys or values, and the claims on all ablations."""
    by_part = lab.run(qkv_ablation)
    yield qkv_figure(by_part)
    yield from ablation_claims(lab, lab.run(head_ablation), by_part)


PLAN = ChapterPlan(
    title="Ablation",
    question="Which heads does the model need, for which digits, and which of their parts?",
    sections=(heads, queries_keys_and_values),
    findings=("first-layer-first", "constant-queries", "critical-values"),
)
