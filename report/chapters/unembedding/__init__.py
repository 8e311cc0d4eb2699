"""How the unembedding matrix reads digits from the residual stream: as angles on a circle."""

from __future__ import annotations

from report.chapters.unembedding.digits_as_angles import gram_claim, gram_figures
from report.chapters.unembedding.fourier_basis import fourier_basis_figures, rebuilt_claim
from report.chapters.unembedding.matrix import matrix_claims, matrix_figure
from report.chapters.unembedding.rows_as_waves import one_frequency_claim, phase_claims, wave_figures
from report.chapters.unembedding.singular_values import svd_claims, svd_figures
from report.content.chapter import Chapter
from sumint.analyses.weights.unembedding import unembedding
from sumint.analyses.weights.unembedding_svd import unembedding_svd
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """Return the chapter on the unembedding, measured on the lab's checkpoint."""
    matrix = lab.run(unembedding)
    svd = lab.run(unembedding_svd)
    return Chapter(
        title="Unembedding",
        question="How does an answer have to be written in the residual stream for the right digit to be read?",
        values={"unembedding": matrix, "svd": svd},
        figures=(
            matrix_figure(matrix),
            *wave_figures(matrix),
            *gram_figures(matrix),
            *svd_figures(svd),
            *fourier_basis_figures(matrix),
        ),
        claims=(
            *matrix_claims(lab, matrix),
            one_frequency_claim(matrix),
            rebuilt_claim(matrix),
            *phase_claims(lab, matrix),
            gram_claim(matrix),
            *svd_claims(lab, svd),
        ),
        findings=("few-rows", "one-frequency", "digits-on-a-circle"),
    )
