"""Functions of two digits are measured, and split into parts that add up."""

import numpy as np
import pytest

from sumint.model.digit_functions import first_products, means_by_digits, power_of, split_interaction
from sumint.task.sums import Layout, all_sums

A, B = np.meshgrid(np.arange(10), np.arange(10), indexing="ij")


def wave(angle: np.ndarray, frequency: int = 1) -> np.ndarray:
    phase = 2 * np.pi * frequency * angle / 10
    return np.stack([np.cos(phase), np.sin(phase)], axis=-1)


def test_means_are_those_of_the_sums_with_the_same_two_digits() -> None:
    sums = all_sums(Layout(2))
    a, b = sums.a_digits[:, 1], sums.b_digits[:, 1]
    outputs = np.stack([a, 10 * b, sums.a_digits[:, 0]], axis=-1)[:, None].astype(np.float64)
    (means,) = means_by_digits(outputs, sums, 1)
    np.testing.assert_allclose(means, np.stack([A, 10 * B, np.full(A.shape, 2)], axis=-1), atol=1e-9)


def test_the_products_of_first_frequency_are_the_waves_of_the_sum_and_of_the_difference() -> None:
    of_sum, of_difference = first_products(3 * wave(A + B) + wave(A - B) + wave(A) + wave(A + B, 2) + 5)
    np.testing.assert_allclose(of_sum, 3 * wave(A + B), atol=1e-9)
    np.testing.assert_allclose(of_difference, wave(A - B), atol=1e-9)
    angle = 2 * np.pi * np.stack([A, B]) / 10
    product = (np.cos(angle[0]) * np.sin(angle[1]))[..., None]
    np.testing.assert_allclose(sum(first_products(product)), product, atol=1e-9)


def test_the_parts_of_several_functions_are_those_of_each() -> None:
    functions = np.random.default_rng(0).normal(size=(2, 10, 10, 3))
    for parts in (split_interaction, first_products):
        for together, alone in zip(parts(functions), parts(functions[1]), strict=True):
            np.testing.assert_allclose(together[1], alone, atol=1e-12)
    additive, joint = split_interaction(functions)
    np.testing.assert_allclose(power_of(additive + joint), power_of(functions))


def test_the_power_leaves_out_the_constant() -> None:
    assert power_of((wave(A) + 4)[None]) == pytest.approx(1)
