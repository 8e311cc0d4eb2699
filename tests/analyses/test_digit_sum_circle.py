"""The power of a function of two digits is separated into single digits, their sum and their difference."""

import numpy as np
import pytest

from sumint.analyses.adding.digit_sum_circle import (
    COMPONENTS,
    DigitSumCircle,
    digit_sum_circle,
    power_by_component,
)
from sumint.lab import Lab
from sumint.model.digit_functions import split_interaction

A, B = np.meshgrid(np.arange(10), np.arange(10), indexing="ij")


def wave(angle: np.ndarray, frequency: int = 1) -> np.ndarray:
    """A circle with this frequency, in a residual stream of two dimensions."""
    phase = 2 * np.pi * frequency * angle / 10
    return np.stack([np.cos(phase), np.sin(phase)], axis=-1)


@pytest.mark.parametrize(
    ("function", "component"),
    [(wave(A) + wave(B, 3), "one digit alone"), (wave(A + B), "a + b"), (wave(A - B, 2), "a − b")],
)
def test_each_component_is_found(function: np.ndarray, component: str) -> None:
    shares, _, _ = power_by_component(function + 7)
    assert dict(zip(COMPONENTS, shares, strict=True)) == pytest.approx(
        {name: float(name == component) for name in COMPONENTS}, abs=1e-9
    )


def test_a_product_of_cosines_is_half_of_the_sum_and_half_of_the_difference() -> None:
    product = (np.cos(2 * np.pi * A / 10) * np.cos(2 * np.pi * B / 10))[..., None]
    shares, of_sum, of_difference = power_by_component(product)
    assert shares == pytest.approx([0, 0.5, 0.5, 0], abs=1e-9)
    assert of_sum[0] == of_difference[0] == pytest.approx(0.5)


@pytest.mark.parametrize("frequency", [1, 2, 3, 4, 5])
def test_frequencies_are_separated(frequency: int) -> None:
    _, of_sum, of_difference = power_by_component(wave(A + B, frequency))
    assert of_sum == pytest.approx(np.eye(5)[frequency - 1], abs=1e-9)
    assert of_difference == pytest.approx(np.zeros(5), abs=1e-9)


def test_a_constant_has_no_shares() -> None:
    shares, *_ = power_by_component(np.ones((10, 10, 2)))
    assert shares[:3] == pytest.approx([0, 0, 0])


def test_a_function_is_split_into_its_additive_part_and_its_interaction() -> None:
    alone, product = wave(A) + 2 * wave(B, 2), wave(A + B)
    found_alone, found_product = split_interaction((alone + product + 3)[None])
    np.testing.assert_allclose(np.broadcast_to(found_alone[0], alone.shape), alone, atol=1e-9)
    np.testing.assert_allclose(found_product[0], product, atol=1e-9)


def counted(alone: float, product: float) -> DigitSumCircle:
    cosines = [np.array([[[1, value], [value, 1]]]) for value in (alone, product)]
    return DigitSumCircle(np.zeros((1, 3, 4)), np.zeros((1, 3, 5)), np.zeros((1, 3, 5)), cosines[0], cosines[1], 2)


def test_two_heads_push_and_pull_if_their_single_digits_cancel_and_their_interactions_add_up() -> None:
    assert counted(-0.6, 0.7).push_pull == pytest.approx([0.6])
    assert counted(-0.6, -0.7).push_pull == pytest.approx([-0.7])
    assert counted(0.3, 0.9).push_pull == pytest.approx([-0.3])


def test_on_the_write_up_s_checkpoint_the_layers_write_the_first_frequency_of_the_sum(arena_lab: Lab) -> None:
    circle = arena_lab.run(digit_sum_circle)
    assert circle.sum_frequencies[:, 2, 0].min() > 0.9
    assert circle.identity[:, 2].min() > 0.99
    assert circle.push_pull.max() > 0.6
