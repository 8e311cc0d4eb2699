"""The sum of two digits on a circle: how what the heads write depends on the column's two digits together.

At the position that predicts a digit, what a layer writes is averaged over all sums with the same two digits in
the digit's column: a function of a and b. Its two-dimensional Fourier transform tells apart what depends on one
digit alone, what depends on a + b, and what depends on a − b. A product of two cosines has as much of the one as
of the other; by the identity cos(x + y) = cos x · cos y − sin x · sin y two products together can leave the sum
alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import activations
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH
from sumint.model.residual_stream import written
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, drawn_evenly

N_SUMS = 10_000
"""Drawn evenly from all sums, and by another seed than the sample's."""
SEED = 1

STAGES = ("layer 0", "layer 1", "both")
COMPONENTS = ("one digit alone", "a + b", "a − b", "anything else")


@dataclass(frozen=True)
class DigitSumCircle:
    """Shares of what depends on the two digits at all, at each column but the leading one, whose digits are
    fewer."""

    shares: Float[np.ndarray, "column stage component"]
    sum_frequencies: Float[np.ndarray, "column stage frequency"]
    """Of what depends on a + b, the share of each frequency from 1 to 5, in what depends on the digits at all."""
    difference_frequencies: Float[np.ndarray, "column stage frequency"]
    """The same of a − b."""
    alone_cosine: Float[np.ndarray, "column head head"]
    """Between what two heads of layer 0 write of one digit alone; −1 where the one takes back what the other
    adds."""
    product_cosine: Float[np.ndarray, "column head head"]
    """Between what they write of both digits together."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def columns(self) -> range:
        return range(1, self.n_digits)

    @property
    def identity(self) -> Float[np.ndarray, "column stage"]:
        """Of the first frequency of a + b and that of a − b together, the share of a + b: 1 as the identity has
        it."""
        of_sum, of_difference = self.sum_frequencies[..., 0], self.difference_frequencies[..., 0]
        both = of_sum + of_difference
        return np.divide(of_sum, both, out=np.zeros_like(both), where=both > 0)

    @property
    def push_and_pull(self) -> Float[np.ndarray, " column"]:
        """How far two heads of layer 0 take back each other's single digits and add up their products.

        The lesser of the two, for the pair of heads for which it is largest; negative where no pair does both.
        """
        first, second = self._pairs
        if not len(first):
            return np.full(len(self.columns), -1.0)
        return self._both[:, first, second].max(axis=1)

    @property
    def pushing_and_pulling(self) -> Int[np.ndarray, "column 2"]:
        """The two heads that do so most; a layer has to have two."""
        best = self._both[:, *self._pairs].argmax(axis=1)
        return np.stack([heads[best] for heads in self._pairs], axis=1)

    @property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        return np.triu_indices(self.alone_cosine.shape[-1], k=1)

    @property
    def _both(self) -> Float[np.ndarray, "column head head"]:
        return np.minimum(-self.alone_cosine, self.product_cosine)


def digit_sum_circle(model: Model, sample: Sums) -> DigitSumCircle:  # noqa: ARG001 — it draws more sums
    """What each layer writes of a column's two digits, where the column's digit is predicted."""
    import torch

    layout = layout_of(model)
    sums = drawn_evenly(layout, N_SUMS, SEED)
    names = [f"blocks.{layer}.attn.hook_z" for layer in range(model.cfg.n_layers)]
    batches = [activations(model, tokens, names) for tokens in tokens_for(model, sums).split(BATCH)]
    z = [torch.cat([batch[name][:, layout.predicting] for batch in batches]) for name in names]
    by_column = [
        [
            _by_digits(as_array(written(model, layer, of_layer[:, column])), sums, column)
            for layer, of_layer in enumerate(z)
        ]
        for column in range(1, layout.n_digits)
    ]
    stages = [[of_layer.sum(axis=0) for of_layer in layers] for layers in by_column]
    powers = [[power_by_component(stage) for stage in (first, second, first + second)] for first, second in stages]
    shares, of_sum, of_difference = (
        np.array([[of_stage[part] for of_stage in of_column] for of_column in powers]) for part in range(3)
    )
    alone, product = zip(*(map(_cosines, apart(layers[0])) for layers in by_column), strict=True)
    return DigitSumCircle(shares, of_sum, of_difference, np.stack(alone), np.stack(product), layout.n_digits)


def power_by_component(
    function: Float[np.ndarray, "a b d_model"],
) -> tuple[Float[np.ndarray, " component"], Float[np.ndarray, " frequency"], Float[np.ndarray, " frequency"]]:
    """The shares of `COMPONENTS`, and those of each frequency of a + b and of a − b, in a function of two digits.

    What is the same for all digits is left out. At the highest frequency a + b and a − b are the same: it counts
    as a + b.
    """
    power = (np.abs(np.fft.fft2(function, axes=(0, 1))) ** 2).sum(axis=-1)
    power[0, 0] = 0
    whole = power.sum() or 1.0
    frequencies = np.arange(1, N_DIGIT_TOKENS // 2 + 1)
    is_highest = frequencies == N_DIGIT_TOKENS // 2
    of_sum = power[frequencies, frequencies] + np.where(is_highest, 0, power[-frequencies, -frequencies])
    of_difference = np.where(is_highest, 0, power[frequencies, -frequencies] + power[-frequencies, frequencies])
    alone = power[0].sum() + power[:, 0].sum()
    shares = np.array([alone, of_sum.sum(), of_difference.sum()]) / whole
    return np.append(shares, 1 - shares.sum()), of_sum / whole, of_difference / whole


def apart(
    functions: Float[np.ndarray, "head a b d_model"],
) -> tuple[Float[np.ndarray, "head a b d_model"], Float[np.ndarray, "head a b d_model"]]:
    """Functions of two digits as a function of each alone, added up, and what only both together have."""
    centred = functions - functions.mean(axis=(1, 2), keepdims=True)
    alone = centred.mean(axis=1, keepdims=True) + centred.mean(axis=2, keepdims=True)
    return alone, centred - alone


def _by_digits(
    wrote: Float[np.ndarray, "sum head d_model"], sums: Sums, column: int
) -> Float[np.ndarray, "head a b d_model"]:
    """The mean over all sums with the same two digits in a column."""
    cell = sums.a_digits[:, column] * N_DIGIT_TOKENS + sums.b_digits[:, column]
    n_cells = N_DIGIT_TOKENS**2
    indicator = np.eye(n_cells)[cell] / np.maximum(np.bincount(cell, minlength=n_cells), 1)
    means = np.einsum("sc,shd->hcd", indicator, wrote.astype(np.float64), optimize=True)
    return means.reshape(len(means), N_DIGIT_TOKENS, N_DIGIT_TOKENS, -1)


def _cosines(functions: Float[np.ndarray, "head a b d_model"]) -> Float[np.ndarray, "head head"]:
    flat = functions.reshape(len(functions), -1)
    norms = np.linalg.norm(flat, axis=1, keepdims=True)
    unit = np.divide(flat, norms, out=np.zeros_like(flat), where=norms > 0)
    return unit @ unit.T
