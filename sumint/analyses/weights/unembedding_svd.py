"""The singular value decomposition of the unembedding: its two main directions without Fourier analysis.

From the write-up's section "SVD analysis" (cells 14 and 15). The sign of a singular vector is arbitrary; here the
largest coordinate of each left singular vector is positive, which makes the figures reproducible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.model.fourier import spectrum
from sumint.model.load import Model, as_array
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Sums


@dataclass(frozen=True)
class UnembeddingSvd(Result, digit=range(10)):
    """The decomposition of W_U over the ten digits, and the digits in the plane of the first two directions."""

    singular_values: Float[np.ndarray, " direction"]
    directions: Float[np.ndarray, "d_model two"]
    """The first two left singular vectors."""
    digits: Float[np.ndarray, "digit two"]
    """The ten columns of W_U in the plane of these two."""

    @property
    def two_direction_share(self) -> float:
        """The share of the squared norm in the first two directions; NaN if there is none."""
        squared = self.singular_values**2
        return float(squared[:2].sum() / squared.sum()) if squared.any() else np.nan

    @property
    def third_to_second(self) -> float:
        """The third singular value over the second, small if two directions suffice; NaN if one suffices."""
        _, second, third, *_ = self.singular_values
        return float(third / second) if second else np.nan

    @property
    def frequency_shares(self) -> Float[np.ndarray, "two frequency"]:
        """The share of each frequency, from the constant on, in the first two right singular vectors.

        These vectors are functions of the digit, proportional to the digits' coordinates in the plane.
        """
        power = spectrum(self.digits.T).power
        return power / np.maximum(power.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)

    @property
    def steps(self) -> Float[np.ndarray, " digit"]:
        """The angle in degrees from each digit to the next, 9 to 0 last, with a positive median."""
        angles = np.degrees(np.arctan2(self.digits[:, 1], self.digits[:, 0]))
        steps = (np.diff(angles, append=angles[0]) + 180) % 360 - 180
        return steps * (1 if np.median(steps) >= 0 else -1)

    @property
    def radii(self) -> Float[np.ndarray, " digit"]:
        """The distance of each digit from the origin, over the mean distance; NaN if that is zero."""
        radii = np.linalg.norm(self.digits, axis=1)
        return radii / radii.mean() if radii.any() else np.full_like(radii, np.nan)

    @property
    def goes_round_once(self) -> bool:
        """Whether the digits are in order around one revolution of a circle."""
        return bool((self.steps > 0).all() and np.isclose(self.steps.sum(), 360))


def unembedding_svd(model: Model, sample: Sums) -> UnembeddingSvd:  # noqa: ARG001
    """Computes the singular value decomposition of W_U over the ten digits; the sample is not used."""
    matrix = as_array(model.W_U)[:, :N_DIGIT_TOKENS].astype(np.float64)
    left, singular_values, _ = np.linalg.svd(matrix, full_matrices=False)
    directions = left[:, :2]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, [0, 1]])
    return UnembeddingSvd(singular_values, directions, matrix.T @ directions)
