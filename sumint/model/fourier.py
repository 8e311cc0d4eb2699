"""Functions of a digit in the Fourier basis: ten values, six frequencies.

Frequency k completes k periods in ten digits, so its angular frequency is 2πk/10. Power follows Parseval's
theorem: each of the frequencies 1 to 4 stands for two conjugate terms, 0 and 5 for one each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float


@dataclass(frozen=True)
class Spectrum:
    """The real Fourier transform of each row of a matrix of values."""

    magnitudes: Float[np.ndarray, "row frequency"]
    phases: Float[np.ndarray, "row frequency"]
    """Phases in radians, in (−π, π]: a row A·cos(2πkx/p + φ) has phase φ at frequency k."""
    n_values: int

    @property
    def power(self) -> Float[np.ndarray, "row frequency"]:
        """The share of each row's squared norm at each frequency, times that norm squared."""
        terms = np.full(self.magnitudes.shape[1], 2.0)
        terms[0] = 1
        if self.n_values % 2 == 0:
            terms[-1] = 1
        return self.magnitudes**2 * terms / self.n_values

    @property
    def frequency_shares(self) -> Float[np.ndarray, " frequency"]:
        """The share of each frequency from 1 on in the power of all rows together, without the constant.

        NaN if all rows are constant: there is no power of which the frequencies could have a share.
        """
        constant, *varying = self.power.sum(axis=0)
        total = sum(varying)
        # What the transform of constants leaves at the other frequencies is rounding.
        rounding = (self.n_values * np.finfo(np.float64).eps) ** 2 * constant
        return np.array(varying) / total if total > rounding else np.full(len(varying), np.nan)


def spectrum(rows: Float[np.ndarray, "row value"]) -> Spectrum:
    """The magnitude and phase of every frequency in every row, not normalised, as in numpy's `rfft`."""
    transformed = np.fft.rfft(rows.astype(np.float64), axis=1)
    return Spectrum(np.abs(transformed), np.angle(transformed), rows.shape[1])


def fourier_basis(n_values: int) -> tuple[Float[np.ndarray, "component value"], tuple[str, ...]]:
    """An orthonormal Fourier basis of the functions of n values, and its names: const, cos 1, sin 1, …

    For an even n the last component is the cosine that alternates; the sine of that frequency is zero everywhere
    and is omitted.
    """
    x = np.arange(n_values)
    components, names = [np.ones(n_values)], ["const"]
    for k in range(1, (n_values - 1) // 2 + 1):
        components += [np.cos(2 * np.pi * k * x / n_values), np.sin(2 * np.pi * k * x / n_values)]
        names += [f"cos {k}", f"sin {k}"]
    if n_values % 2 == 0:
        components.append(np.cos(np.pi * x))
        names.append(f"cos {n_values // 2}")
    basis = np.stack(components)
    return basis / np.linalg.norm(basis, axis=1, keepdims=True), tuple(names)


def angle_between(first: float, second: float) -> float:
    """The distance between two phases, in radians from 0 to π."""
    return float(abs((first - second + np.pi) % (2 * np.pi) - np.pi))


def resultant(phases: Float[np.ndarray, "*shape"], axis: int = -1) -> Complex[np.ndarray, "*rest"]:
    """The mean of unit vectors with these phases, in radians, as complex numbers.

    Its length is 1 if all phases agree and near 0 if they are spread evenly; its angle is their mean direction.
    """
    return np.exp(1j * phases).mean(axis=axis)


def digit_phases(w_u: Float[np.ndarray, "d_model digit"]) -> Float[np.ndarray, " digit"]:
    """The phase of every digit's direction, in radians: that of its row of W_Uᵀ W_U at the first frequency."""
    return np.angle(first_frequency(w_u.T @ w_u))


def first_frequency(values: Float[np.ndarray, "*rows value"]) -> Complex[np.ndarray, "*rows"]:
    """The first frequency of each row as one complex number: its magnitude, and its phase as in `Spectrum`."""
    return np.fft.rfft(values.astype(np.float64), axis=-1)[..., 1]
