"""Which heads the model needs, for which digits, and whether by their queries, keys or values."""

from __future__ import annotations

from report.chapters.ablation.claims import ablation_claims
from report.chapters.ablation.figures import head_figures, qkv_figure
from report.content.chapter import Chapter
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on ablation, measured on the lab's checkpoint."""
    by_mean, by_zero = lab.run(head_ablation), lab.run(head_ablation, replacement="zero")
    by_part = lab.run(qkv_ablation)
    return Chapter(
        title="Ablation",
        question="Which heads does the model need, for which digits, and which of their parts?",
        figures=(*head_figures({"mean": by_mean, "zero": by_zero}), qkv_figure(by_part)),
        claims=ablation_claims(lab, by_mean, by_part),
        findings=("first-layer-first", "constant-queries", "critical-values"),
    )
