"""How the unembedding matrix reads digits from the residual stream: as angles on a circle."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.unembedding.digits_as_angles import gram_claim, gram_figures
from report.chapters.unembedding.fourier_basis import fourier_basis_figures, rebuilt_claim
from report.chapters.unembedding.matrix import matrix_claims, matrix_figure
from report.chapters.unembedding.rows_as_waves import one_frequency_claim, phase_claims, wave_figures
from report.chapters.unembedding.singular_values import svd_claims, svd_figures
from report.content.chapter import ChapterPlan, Content, Values
from sumint.analyses.weights.unembedding import unembedding
from sumint.analyses.weights.unembedding_svd import unembedding_svd
from sumint.lab import Lab


def rows(lab: Lab) -> Iterator[Content]:
    """The matrix, and its rows as waves over the digits."""
    matrix = lab.run(unembedding)
    yield Values({"unembedding": matrix})
    yield matrix_figure(matrix)
    yield from wave_figures(matrix)
    yield from matrix_claims(lab, matrix)
    yield one_frequency_claim(matrix)
    yield rebuilt_claim(matrix)
    yield from phase_claims(lab, matrix)


def angles_between_digits(lab: Lab) -> Iterator[Content]:
    """The angles between the digits' directions."""
    matrix = lab.run(unembedding)
    yield from gram_figures(matrix)
    yield gram_claim(matrix)


def without_fourier(lab: Lab) -> Iterator[Content]:
    """The same without Fourier: the singular value decomposition."""
    svd = lab.run(unembedding_svd)
    yield Values({"svd": svd})
    yield from svd_figures(svd)
    yield from svd_claims(lab, svd)


def in_the_fourier_basis(lab: Lab) -> Iterator[Content]:
    """The same in the Fourier basis, step by step."""
    yield from fourier_basis_figures(lab.run(unembedding))


PLAN = ChapterPlan(
    title="Unembedding",
    question="How does an answer have to be written in the residual stream for the right digit to be read?",
    sections=(rows, angles_between_digits, without_fourier, in_the_fourier_basis),
    findings=("few-rows", "one-frequency", "digits-on-a-circle"),
)
