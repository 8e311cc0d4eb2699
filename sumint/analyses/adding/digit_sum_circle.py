"""The sum of two digits on a circle: how head outputs depend jointly on the two digits of a column.

At the position that predicts a digit, the output of a layer is averaged over all sums with the same two digits a
and b in the digit's column. The two-dimensional Fourier transform of this function of a and b separates the power
that depends on one digit alone, on a + b, and on a − b. A product of two cosines contains a + b and a − b in equal
parts; by the identity cos(x + y) = cos x · cos y − sin x · sin y, two products together can contain a + b only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import activations
from sumint.model.digit_functions import means_by_digits, split_interaction
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH
from sumint.model.residual_stream import head_outputs
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, uniform_sums

N_SUMS = 10_000
"""The number of uniform random sums, drawn with another seed than the sample."""
SEED = 1

STAGES = ("layer 0", "layer 1", "both")
COMPONENTS = ("one digit alone", "a + b", "a − b", "anything else")


@dataclass(frozen=True)
class DigitSumCircle(
    Result,
    column="columns",
    stage=STAGES,
    component=COMPONENTS,
    frequency=range(1, 6),
    head="H0.{}",
    other_head="H0.{}",
):
    """Shares of the power that depends on the two digits, at each column but the leading one.

    The digits of the leading column are restricted to values below 5.
    """

    shares: Float[np.ndarray, "column stage component"]
    sum_frequencies: Float[np.ndarray, "column stage frequency"]
    """The share of each frequency of a + b, from 1 to 5, in all power that depends on the digits."""
    difference_frequencies: Float[np.ndarray, "column stage frequency"]
    """The share of each frequency of a − b."""
    alone_cosine: Float[np.ndarray, "column head other_head"]
    """The cosine between the single-digit parts of two layer-0 heads' outputs; −1 if they cancel."""
    product_cosine: Float[np.ndarray, "column head other_head"]
    """The cosine between the interaction parts, which depend on both digits jointly."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def columns(self) -> range:
        return range(1, self.n_digits)

    @property
    def identity(self) -> Float[np.ndarray, "column stage"]:
        """The share of a + b in the power of the first frequencies of a + b and a − b: 1 by the identity."""
        of_sum, of_difference = self.sum_frequencies[..., 0], self.difference_frequencies[..., 0]
        both = of_sum + of_difference
        return np.divide(of_sum, both, out=np.zeros_like(both), where=both > 0)

    @property
    def push_pull(self) -> Float[np.ndarray, " column"]:
        """How far two heads of layer 0 cancel each other's single-digit parts and add up their interaction parts.

        It is the smaller of the two cosines, at the pair of heads where it is largest; negative if no pair does
        both.
        """
        first, second = self._head_pairs
        if not len(first):
            return np.full(len(self.columns), -1.0)
        return self._push_pull_by_pair[:, first, second].max(axis=1)

    @property
    def push_pull_heads(self) -> Int[np.ndarray, "column 2"]:
        """The pair of heads with the largest `push_pull`; layer 0 needs at least two heads."""
        best = self._push_pull_by_pair[:, *self._head_pairs].argmax(axis=1)
        return np.stack([heads[best] for heads in self._head_pairs], axis=1)

    @property
    def _head_pairs(self) -> tuple[np.ndarray, np.ndarray]:
        return np.triu_indices(self.alone_cosine.shape[-1], k=1)

    @property
    def _push_pull_by_pair(self) -> Float[np.ndarray, "column head other_head"]:
        return np.minimum(-self.alone_cosine, self.product_cosine)


def digit_sum_circle(model: Model, sample: Sums) -> DigitSumCircle:  # noqa: ARG001 — it draws sums of its own
    """Measures how each layer's output depends on a column's two digits, where its digit is predicted."""
    import torch

    layout = layout_of(model)
    sums = uniform_sums(layout, N_SUMS, SEED)
    names = [f"blocks.{layer}.attn.hook_z" for layer in range(model.cfg.n_layers)]
    batches = [activations(model, tokens, names) for tokens in tokens_for(model, sums).split(BATCH)]
    z = [torch.cat([batch[name][:, layout.predicting] for batch in batches]) for name in names]
    by_column = [
        [
            means_by_digits(as_array(head_outputs(model, layer, z_of_layer[:, column])), sums, column)
            for layer, z_of_layer in enumerate(z)
        ]
        for column in range(1, layout.n_digits)
    ]
    stages = [[outputs.sum(axis=0) for outputs in layers] for layers in by_column]
    powers = [[power_by_component(stage) for stage in (first, second, first + second)] for first, second in stages]
    shares, of_sum, of_difference = (
        np.array([[of_stage[index] for of_stage in of_column] for of_column in powers]) for index in range(3)
    )
    additive, interaction = zip(
        *(map(_cosines, split_interaction(layers[0])) for layers in by_column), strict=True
    )
    return DigitSumCircle(
        shares, of_sum, of_difference, np.stack(additive), np.stack(interaction), layout.n_digits
    )


def power_by_component(
    function: Float[np.ndarray, "a b d_model"],
) -> tuple[Float[np.ndarray, " component"], Float[np.ndarray, " frequency"], Float[np.ndarray, " frequency"]]:
    """The power shares of `COMPONENTS`, and of each frequency of a + b and of a − b, in a function of two digits.

    The constant is excluded. At the highest frequency a + b and a − b are equivalent and count as a + b.
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


def _cosines(functions: Float[np.ndarray, "head a b d_model"]) -> Float[np.ndarray, "head head"]:
    flat = functions.reshape(len(functions), -1)
    norms = np.linalg.norm(flat, axis=1, keepdims=True)
    unit = np.divide(flat, norms, out=np.zeros_like(flat), where=norms > 0)
    return unit @ unit.T
