"""Functions of a column's two digits: a component's mean output, and the parts of such a function.

A component's output, averaged over all sums with the same two digits a and b in a column, is a function of two
digits with vectors as values. It splits into an additive part, f(a) + g(b), and the interaction that remains. In
the interaction the products of the first frequency of a with that of b (cos a cos b, cos a sin b and so on, where
a digit stands for its angle) are the waves of a + b and of a − b: the (1, 1) component of the Fourier transform.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from sumint.task.sums import N_DIGIT_TOKENS, Sums


def means_by_digits(
    outputs: Float[np.ndarray, "sum head d_model"], sums: Sums, column: int
) -> Float[np.ndarray, "head a b d_model"]:
    """The mean head outputs over all sums with the same two digits in a column; 0 if there is no such sum."""
    cell = sums.a_digits[:, column] * N_DIGIT_TOKENS + sums.b_digits[:, column]
    n_cells = N_DIGIT_TOKENS**2
    indicator = np.eye(n_cells)[cell] / np.maximum(np.bincount(cell, minlength=n_cells), 1)
    means = np.einsum("sc,shd->hcd", indicator, outputs.astype(np.float64), optimize=True)
    return means.reshape(len(means), N_DIGIT_TOKENS, N_DIGIT_TOKENS, -1)


def split_interaction(
    functions: Float[np.ndarray, "*function a b d_model"],
) -> tuple[Float[np.ndarray, "*function a b d_model"], Float[np.ndarray, "*function a b d_model"]]:
    """Splits functions of two digits into an additive part, f(a) + g(b), and the interaction that remains.

    Both parts have mean zero: the constant is in neither.
    """
    centred = functions - functions.mean(axis=(-3, -2), keepdims=True)
    additive = centred.mean(axis=-3, keepdims=True) + centred.mean(axis=-2, keepdims=True)
    return additive, centred - additive


def first_products(
    function: Float[np.ndarray, "*function a b d_model"],
) -> tuple[Float[np.ndarray, "*function a b d_model"], Float[np.ndarray, "*function a b d_model"]]:
    """The first frequency of a + b and that of a − b in functions of two digits."""
    transformed = np.fft.fft2(function, axes=(-3, -2))

    def wave(*frequencies: tuple[int, int]) -> Float[np.ndarray, "*function a b d_model"]:
        kept = np.zeros_like(transformed)
        for first, second in frequencies:
            kept[..., first, second, :] = transformed[..., first, second, :]
        return np.fft.ifft2(kept, axes=(-3, -2)).real

    return wave((1, 1), (-1, -1)), wave((1, -1), (-1, 1))


def power_of(functions: Float[np.ndarray, "*function a b d_model"]) -> Float[np.ndarray, "*function"]:
    """The squared norm of functions of two digits, averaged over the pairs of digits, without the constant."""
    centred = functions - functions.mean(axis=(-3, -2), keepdims=True)
    return (centred**2).sum(axis=-1).mean(axis=(-2, -1))
