"""Functions of a digit in the Fourier basis: ten values, six frequencies.

Frequency k goes round k times in ten digits, so its angular frequency is 2πk/10. Power is counted as Parseval's
theorem has it: the frequencies 1 to 4 stand for two conjugate terms each, 0 and 5 for one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float


@dataclass(frozen=True)
class Spectrum:
    """The real Fourier transform of rows of values."""

    magnitudes: Float[np.ndarray, "row frequency"]
    phases: Float[np.ndarray, "row frequency"]
    """Radians, in (−π, π]: A row A·cos(2πkx/p + φ) has phase φ at frequency k."""
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
        """The share of each frequency from 1 on in the power of all rows, the constant left out."""
        power = self.power.sum(axis=0)[1:]
        return power / power.sum()


def spectrum(rows: Float[np.ndarray, "row value"]) -> Spectrum:
    """Magnitude and phase of every frequency in every row; numpy's `rfft`, so not normalised."""
    transformed = np.fft.rfft(rows.astype(np.float64), axis=1)
    return Spectrum(np.abs(transformed), np.angle(transformed), rows.shape[1])


def fourier_basis(n_values: int) -> tuple[Float[np.ndarray, "component value"], tuple[str, ...]]:
    """An orthonormal basis of functions of n values, and its names: const, cos 1, sin 1, …

    For an even n the last component is the cosine that alternates; its sine is zero everywhere and left out.
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
    """How far two phases lie apart, in radians from 0 to π."""
    return float(abs((first - second + np.pi) % (2 * np.pi) - np.pi))


def resultant(phases: Float[np.ndarray, "*shape"], axis: int = -1) -> Complex[np.ndarray, "*rest"]:
    """The mean of unit vectors with these phases, in radians, as complex numbers.

    Its length is 1 where all phases agree and near 0 where they go all round; its angle is their mean direction.
    """
    return np.exp(1j * phases).mean(axis=axis)


def digit_phases(w_u: Float[np.ndarray, "d_model digit"]) -> Float[np.ndarray, " digit"]:
    """The phase, in radians, of every digit's direction: that of its row of W_Uᵀ W_U at the first frequency."""
    return np.angle(first_frequency(w_u.T @ w_u))


def first_frequency(values: Float[np.ndarray, "*rows value"]) -> Complex[np.ndarray, "*rows"]:
    """Each row's first frequency as one complex number: its magnitude, and its phase as `Spectrum` has it."""
    return np.fft.rfft(values.astype(np.float64), axis=-1)[..., 1]
