"""The unembedding matrix: which of its rows are significant, and the Fourier spectrum of each.

From the write-up's sections "Unembedding matrix", "Fourier analysis", "Digits as phases" and its appendix
(cells 9 to 13, 42 and 43). A row of W_U is a function of the digit: what one dimension of the residual stream
adds to each digit's logit. A column is a direction in the residual stream: the one that represents a digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from sumint.model.fourier import Spectrum, fourier_basis, spectrum
from sumint.model.load import Model, as_array
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Sums

SIGNIFICANT_SHARE = 0.97
"""The significant rows are the smallest set with at least this share of the squared norm."""


@dataclass(frozen=True)
class Unembedding(Result, digit=range(10), sign=("+", "=")):
    """The unembedding matrix W_U: its columns for the ten digits, and those for + and =."""

    matrix: Float[np.ndarray, "d_model digit"]
    sign_columns: Float[np.ndarray, "d_model sign"]

    @cached_property
    def row_shares(self) -> Float[np.ndarray, " d_model"]:
        """Each row's share of the squared norm."""
        squared = (self.matrix.astype(np.float64) ** 2).sum(axis=1)
        return squared / squared.sum()

    @cached_property
    def uncentred_row_shares(self) -> Float[np.ndarray, " d_model"]:
        """Each row's share of the squared norm, without the offset that centring adds to all rows.

        Folding the final layer norm subtracts the mean over the rows from every column. If most rows were zero
        before, they equal minus that mean now, so the median over the rows is the offset.
        """
        matrix = self.matrix.astype(np.float64)
        squared = ((matrix - np.median(matrix, axis=0)) ** 2).sum(axis=1)
        return squared / squared.sum()

    @cached_property
    def significant_rows(self) -> Int[np.ndarray, " row"]:
        """The smallest set of rows with `SIGNIFICANT_SHARE` of the squared norm, in ascending order."""
        by_size = np.argsort(-self.row_shares, kind="stable")
        n_rows = np.searchsorted(np.cumsum(self.row_shares[by_size]), SIGNIFICANT_SHARE) + 1
        return np.sort(by_size[:n_rows])

    @cached_property
    def rows(self) -> Spectrum:
        """The Fourier transform of every row over the digits."""
        return spectrum(self.matrix)

    @property
    def main_frequency(self) -> int:
        """The frequency with the most power."""
        return int(self.rows.frequency_shares.argmax()) + 1

    @cached_property
    def frequency_shares_by_row(self) -> Float[np.ndarray, "d_model frequency"]:
        """The share of each frequency from 1 on in each row's power; zero for a constant row."""
        power = self.rows.power[:, 1:]
        return power / np.maximum(power.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)

    @cached_property
    def gram(self) -> Float[np.ndarray, "digit digit_"]:
        """W_Uᵀ W_U: the inner products of the digits' directions."""
        return self.matrix.T @ self.matrix

    @cached_property
    def gram_rows(self) -> Spectrum:
        """The Fourier transform of every row of W_Uᵀ W_U."""
        return spectrum(self.gram)

    @cached_property
    def fourier_components(self) -> Float[np.ndarray, "d_model component"]:
        """Every row in the orthonormal Fourier basis of ten digits."""
        basis, _ = fourier_basis(N_DIGIT_TOKENS)
        return self.matrix @ basis.T

    @property
    def component_names(self) -> tuple[str, ...]:
        """The names of the Fourier basis's components, in order."""
        return fourier_basis(N_DIGIT_TOKENS)[1]

    @cached_property
    def first_frequency_only(self) -> Float[np.ndarray, "d_model digit"]:
        """W_U reconstructed from its components cos 1 and sin 1 alone."""
        basis, names = fourier_basis(N_DIGIT_TOKENS)
        first = [names.index("cos 1"), names.index("sin 1")]
        return self.fourier_components[:, first] @ basis[first]

    @property
    def first_frequency_share(self) -> float:
        """The share of that reconstruction in the squared norm of W_U."""
        return float((self.first_frequency_only**2).sum() / (self.matrix.astype(np.float64) ** 2).sum())

    @property
    def sign_ratio(self) -> float:
        """The norm of the columns of + and = over that of the digits' columns."""
        return float(np.linalg.norm(self.sign_columns) / np.linalg.norm(self.matrix))


def unembedding(model: Model, sample: Sums) -> Unembedding:  # noqa: ARG001
    """Reads the unembedding matrix of the processed weights; the sample is not used."""
    w_u = as_array(model.W_U)
    return Unembedding(matrix=w_u[:, :N_DIGIT_TOKENS], sign_columns=w_u[:, N_DIGIT_TOKENS:])
