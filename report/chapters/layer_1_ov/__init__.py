"""The logits that pairs of heads, one of each layer, make of a digit and of the sum of two digits' embeddings."""

from __future__ import annotations

from report.chapters.layer_1_ov.claims import ov_claims
from report.chapters.layer_1_ov.figures import digit_figure, pair_figure
from report.content.chapter import Chapter
from sumint.analyses.weights.ov_circuits import ov_circuits
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on OV circuits, measured on the lab's checkpoint."""
    circuits = lab.run(ov_circuits)
    return Chapter(
        title="Layer-1 OV circuits",
        question="What becomes of a digit on its way through a head of each layer?",
        figures=(digit_figure(circuits), pair_figure(circuits)),
        claims=ov_claims(lab, circuits),
        findings=("digits-by-size", "ov-is-blind"),
    )
