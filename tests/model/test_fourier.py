"""The transform and the explicit basis agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sumint.model.fourier import angle_between, digit_phases, first_frequency, fourier_basis, spectrum

ROWS = arrays(np.float64, (3, 10), elements=st.floats(-100, 100))


@pytest.mark.parametrize("n_values", range(2, 14))
def test_the_basis_is_orthonormal(n_values: int) -> None:
    basis, names = fourier_basis(n_values)
    np.testing.assert_allclose(basis @ basis.T, np.eye(n_values), atol=1e-12)
    assert len(names) == len(set(names)) == n_values


@given(ROWS)
def test_the_power_of_all_frequencies_is_the_squared_norm(rows) -> None:
    np.testing.assert_allclose(spectrum(rows).power.sum(axis=1), (rows**2).sum(axis=1), atol=1e-8)


@given(ROWS)
def test_the_transform_and_the_basis_agree_on_the_power_of_a_frequency(rows) -> None:
    basis, names = fourier_basis(10)
    components = rows @ basis.T
    for k in range(1, 5):
        pair = [names.index(f"cos {k}"), names.index(f"sin {k}")]
        np.testing.assert_allclose((components[:, pair] ** 2).sum(axis=1), spectrum(rows).power[:, k], atol=1e-8)


@given(ROWS)
def test_the_shares_of_the_frequencies_make_one_or_are_those_of_nothing(rows) -> None:
    shares = spectrum(rows).frequency_shares
    varies = np.ptp(rows, axis=1).max() > 1e-9
    assert not varies or shares.sum() == pytest.approx(1)
    assert np.isnan(shares).all() or ((shares >= 0) & (shares <= 1)).all()


@pytest.mark.parametrize("value", [0.0, 0.1, -3.7e5])
def test_constant_functions_have_no_share_of_any_frequency(value: float) -> None:
    assert np.isnan(spectrum(np.full((3, 10), value)).frequency_shares).all()
    wave = value + np.cos(2 * np.pi * 2 * np.arange(10) / 10)
    np.testing.assert_allclose(spectrum(wave[None]).frequency_shares, [0, 1, 0, 0, 0], atol=1e-9)


@given(st.floats(-3.1, 3.1), st.floats(0.1, 10), st.integers(1, 4))
def test_a_cosine_has_its_own_amplitude_and_phase(phase: float, amplitude: float, frequency: int) -> None:
    wave = amplitude * np.cos(2 * np.pi * frequency * np.arange(10) / 10 + phase)
    found = spectrum(wave[None])
    assert found.magnitudes[0, frequency] == pytest.approx(5 * amplitude)
    assert angle_between(found.phases[0, frequency], phase) < 1e-9


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (0.0, np.pi, np.pi),
        (3.0, -3.0, 2 * np.pi - 6),
        (0.1, 2 * np.pi + 0.3, 0.2),
        (-np.pi / 2, np.pi / 2, np.pi),
    ],
)
def test_the_angle_between_two_phases_is_the_shorter_one(first: float, second: float, expected: float) -> None:
    assert angle_between(first, second) == pytest.approx(expected)


def test_the_first_frequency_is_the_spectrum_s_of_rows_of_any_arrangement() -> None:
    rows = np.random.default_rng(0).normal(size=(2, 3, 10))
    found, expected = first_frequency(rows), spectrum(rows.reshape(6, 10))
    np.testing.assert_allclose(np.abs(found).ravel(), expected.magnitudes[:, 1])
    np.testing.assert_allclose(np.angle(found).ravel(), expected.phases[:, 1])


@pytest.mark.parametrize("shift", [0.0, 1.0, -2.0])
def test_digits_on_a_circle_have_the_phases_of_their_angles(shift: float) -> None:
    angles = 2 * np.pi * np.arange(10) / 10
    on_circle = np.stack([np.cos(angles + shift), np.sin(angles + shift)])
    np.testing.assert_allclose(np.exp(1j * digit_phases(on_circle)), np.exp(-1j * angles), atol=1e-12)
