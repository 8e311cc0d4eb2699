"""How the unembedding matrix reads digits from the residual stream: as angles on a circle."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.unembedding.digits_as_angles import gram_figures, inner_products_are_cosines
from report.chapters.unembedding.fourier_basis import fourier_basis_figures, the_first_frequency_is_enough
from report.chapters.unembedding.matrix import (
    few_rows_of_one_frequency_each,
    matrix_figure,
    rows_that_the_write_up_names,
    signs_have_small_columns,
)
from report.chapters.unembedding.rows_as_waves import (
    rows_in_opposite_phase,
    rows_in_quadrature,
    wave_figures,
    waves_of_the_first_frequency,
)
from report.chapters.unembedding.singular_values import (
    digits_in_order_round_a_circle,
    directions_that_the_write_up_names,
    svd_figures,
    two_directions_of_one_frequency_each,
)
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
    yield few_rows_of_one_frequency_each(matrix)
    yield rows_that_the_write_up_names.on(lab, matrix)
    yield signs_have_small_columns(matrix)
    yield waves_of_the_first_frequency(matrix)
    yield the_first_frequency_is_enough(matrix)
    yield rows_in_opposite_phase.on(lab, matrix)
    yield rows_in_quadrature.on(lab, matrix)


def angles_between_digits(lab: Lab) -> Iterator[Content]:
    """The angles between the digits' directions."""
    matrix = lab.run(unembedding)
    yield from gram_figures(matrix)
    yield inner_products_are_cosines(matrix)


def without_fourier(lab: Lab) -> Iterator[Content]:
    """The same without Fourier: the singular value decomposition."""
    svd = lab.run(unembedding_svd)
    yield Values({"svd": svd})
    yield from svd_figures(svd)
    yield two_directions_of_one_frequency_each(svd)
    yield digits_in_order_round_a_circle(svd)
    yield directions_that_the_write_up_names.on(lab, svd)


def in_the_fourier_basis(lab: Lab) -> Iterator[Content]:
    """The same in the Fourier basis, step by step."""
    yield from fourier_basis_figures(lab.run(unembedding))


PLAN = ChapterPlan(
    title="Unembedding",
    question="In which form does the unembedding read a digit from the residual stream?",
    sections=(rows, angles_between_digits, without_fourier, in_the_fourier_basis),
    findings=("few-rows", "one-frequency", "digits-on-a-circle"),
)
