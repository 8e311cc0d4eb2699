"""Composed OV circuits: the logits of a digit's embedding through a head of each layer.

From the write-up's section "Layer 1 OV" (cells 33 to 35). Two heads in succession, without attention patterns and
without the layer norms between them, are a matrix: W_E · W_OV of the first · W_OV of the second · W_U. It gives
ten logits for each digit, and these have a phase at the first frequency, which encodes the digit. The write-up
also applies it to the sum of two digits' embeddings, for every pair of digits.

The matrix is linear, so a sum of two embeddings gives f(i, j) = g(i) + g(j). A wave of i + j has mean zero over
all j for each i, and over all i for each j, so no such f contains any of it, for any weights: the result for sums
is the superposition of the results for digits, which shows nothing about addition modulo ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Complex, Float, Int

from sumint.model.fourier import first_frequency, resultant
from sumint.model.load import Model, Tensor, as_array
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Sums

FIRST_LARGE_DIGIT = 5
"""Two digits of at least this size always carry; two smaller ones never do."""


@dataclass(frozen=True)
class OvCircuits(Result, head_0="H0.{}", head_1="H1.{}", digit=range(10), pair="pair_names"):
    """The logits of the ten digits through every pair of a head of layer 0 and a head of layer 1.

    Pairs of digits are in the order 0 + 0, 0 + 1, …, 9 + 9.
    """

    digit_logits: Float[np.ndarray, "head_0 head_1 digit output"]
    sum_logits: Float[np.ndarray, "head_0 head_1 pair output"]

    @property
    def pair_names(self) -> tuple[str, ...]:
        """The pairs of digits as text."""
        return tuple(f"{a} + {b}" for a in range(N_DIGIT_TOKENS) for b in range(N_DIGIT_TOKENS))

    @cached_property
    def digit_waves(self) -> Complex[np.ndarray, "head_0 head_1 digit"]:
        """The first frequency of each digit's logits, as a complex number."""
        return first_frequency(self.digit_logits)

    @cached_property
    def sum_waves(self) -> Complex[np.ndarray, "head_0 head_1 pair"]:
        """The first frequency of the logits of each pair of digits, as a complex number."""
        return first_frequency(self.sum_logits)

    @cached_property
    def agreement(self) -> Float[np.ndarray, "head_0 head_1"]:
        """The resultant length of the phases of all pairs of digits: 1 if they are equal."""
        return np.abs(resultant(np.angle(self.sum_waves)))

    @cached_property
    def common_to_own(self) -> Float[np.ndarray, "head_0 head_1"]:
        """The length of the mean phasor of the ten digits over the root mean square deviation from it."""
        common = np.abs(self.digit_waves.mean(axis=-1))
        own = np.sqrt((np.abs(_centred(self.digit_waves)) ** 2).mean(axis=-1))
        return common / _not_zero(own)

    @property
    def large_digits(self) -> Int[np.ndarray, " pair"]:
        """The number of digits in each pair that are 5 or more."""
        first, second = _pairs()
        return (first >= FIRST_LARGE_DIGIT).astype(int) + (second >= FIRST_LARGE_DIGIT)

    @cached_property
    def share_by_large_digits(self) -> Float[np.ndarray, "head_0 head_1"]:
        """The share of the variance of the pairs' phasors that the number of large digits explains."""
        groups = [self.sum_waves[..., self.large_digits == number] for number in range(3)]
        within = sum(_squared(_centred(group)) for group in groups)
        whole = _squared(_centred(self.sum_waves))
        return (whole - within) / _not_zero(whole)

    @cached_property
    def share_by_modular_sum(self) -> Float[np.ndarray, "head_0 head_1"]:
        """The share of the logits' variance over the pairs that a function of i + j modulo ten can explain.

        The variance is that of all ten logits together. A function of the sum explains at most the variance of
        the means over the pairs with the same sum.
        """
        first, second = _pairs()
        logits = _centred(self.sum_logits.astype(np.float64).swapaxes(2, 3))
        masks = [(first + second) % N_DIGIT_TOKENS == total for total in range(N_DIGIT_TOKENS)]
        means = np.stack([logits[..., mask].mean(axis=-1) for mask in masks], axis=-1)
        explained = _squared(means).sum(axis=-1) * N_DIGIT_TOKENS
        return explained / _not_zero(_squared(logits).sum(axis=-1))


def ov_circuits(model: Model, sample: Sums) -> OvCircuits:  # noqa: ARG001
    """Computes the logits of digits and of sums of two embeddings through all pairs of heads, without any sums."""
    embeddings = model.W_E[:N_DIGIT_TOKENS]
    summed = embeddings[:, None] + embeddings
    pairs = rearrange(summed, "first second d_model -> (first second) d_model")
    return OvCircuits(_logits(model, embeddings), _logits(model, pairs))


def _logits(
    model: Model, vectors: Float[Tensor, "vector d_model"]
) -> Float[np.ndarray, "head_0 head_1 vector output"]:
    first, second = model.W_V @ model.W_O
    logits = einsum(
        vectors,
        first,
        second,
        model.W_U[:, :N_DIGIT_TOKENS],
        "vector d_model, head_0 d_model d_between, head_1 d_between d_final, d_final output"
        " -> head_0 head_1 vector output",
    )
    return as_array(logits)


def _pairs() -> tuple[Int[np.ndarray, " pair"], Int[np.ndarray, " pair"]]:
    """The first and the second digit of every pair."""
    return np.divmod(np.arange(N_DIGIT_TOKENS**2), N_DIGIT_TOKENS)


def _centred(values: np.ndarray) -> np.ndarray:
    """The values minus their mean along the last axis."""
    return values - values.mean(axis=-1, keepdims=True)


def _squared(values: np.ndarray) -> Float[np.ndarray, "*rest"]:
    """The squared norms along the last axis."""
    return (np.abs(values) ** 2).sum(axis=-1)


def _not_zero(values: np.ndarray) -> np.ndarray:
    """Divisors with zeros replaced by one, so that a share of zero variance is zero."""
    return np.where(values == 0, 1, values)
