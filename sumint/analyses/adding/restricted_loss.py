"""Restricted and excluded loss of layer 0's first-frequency products, after Nanda et al. (2023, arXiv 2301.05217).

At the position that predicts a digit, layer 0 writes on average a function of the two digits of the column. It has
a part in single digits, the products of the first frequency in both (those of a + b and those of a − b), and other
joint parts. Some of these parts are kept, the others are removed, at this position only. If the products carry the
addition, the digit is right with nothing but them (restricted), and wrong with everything but them (excluded).

What layer 0 writes there about other columns, such as a carry, is kept as it is or replaced by its mean, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.patching import LAST
from sumint.model.digit_functions import first_products, means_by_digits, split_interaction
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH, Layer0Activations, logits_from
from sumint.model.residual_stream import head_outputs
from sumint.results.result import Result
from sumint.task.sums import Sums, uniform_sums

N_SUMS, SEED = 4000, 1
"""The number of uniform random sums over which outputs are averaged, and their seed."""
N_FRESH, FRESH_SEED = 400, 2
"""The number of other sums, on which loss and accuracy are measured, and their seed."""

SINGLE, SUM, DIFFERENCE, OTHER = PARTS = ("single digits", "a + b", "a − b", "other joint parts")
"""The parts of the function of two digits; its products of first frequency are those of sum and difference."""


@dataclass(frozen=True)
class Kept:
    """What is kept of layer 0's output at the position that predicts the digit."""

    name: str
    parts: tuple[str, ...]
    """The parts that depend on the column's two digits."""
    has_rest: bool = True
    """Whether the rest, which depends on other columns, is kept as well; otherwise it is replaced by its mean."""


EVERYTHING = Kept("everything", PARTS)
WITHOUT_PRODUCTS = Kept("without the products", (SINGLE, OTHER))
WITHOUT_OTHERS = Kept("without other joint parts", (SINGLE, SUM, DIFFERENCE))
PRODUCTS = Kept("only the products", (SUM, DIFFERENCE))
PRODUCTS_ALONE = Kept("products, rest at mean", (SUM, DIFFERENCE), has_rest=False)

CONDITIONS = (
    EVERYTHING,
    WITHOUT_PRODUCTS,
    Kept("without a + b", (SINGLE, DIFFERENCE, OTHER)),
    Kept("without a − b", (SINGLE, SUM, OTHER)),
    WITHOUT_OTHERS,
    Kept("only single digits", (SINGLE,)),
    PRODUCTS,
    Kept("only a + b", (SUM,)),
    Kept("both digits, rest at mean", PARTS, has_rest=False),
    PRODUCTS_ALONE,
    Kept("a + b, rest at mean", (SUM,), has_rest=False),
    Kept("a − b, rest at mean", (DIFFERENCE,), has_rest=False),
    Kept("mean alone", (), has_rest=False),
)
"""What is kept: the loss without the products is the excluded loss, that with nothing but them the restricted."""


@dataclass(frozen=True)
class RestrictedLoss(Result, condition=tuple(kept.name for kept in CONDITIONS), column="columns"):
    """Loss and accuracy of each digit but the leading one, by what is kept of layer 0's output."""

    loss: Float[np.ndarray, "condition column"]
    """The mean cross-entropy in nats."""
    n_right: Int[np.ndarray, "condition column"]
    n_sums: int
    n_digits: int

    @property
    def columns(self) -> range:
        """The columns but the leading one, whose digits are below five and so are on no circle of ten."""
        return range(1, self.n_digits)

    def accuracy(self, kept: Kept) -> Float[np.ndarray, " column"]:
        """The share of sums whose digit is right, by column."""
        return self.n_right[CONDITIONS.index(kept)] / self.n_sums


def restricted_loss(model: Model, sample: Sums) -> RestrictedLoss:  # noqa: ARG001 — it draws sums of its own
    """Keeps some parts of what layer 0 writes where a digit is predicted, and measures the loss of the digit."""
    layout = layout_of(model)
    functions = _mean_functions(model, uniform_sums(layout, N_SUMS, SEED))
    sums = uniform_sums(layout, N_FRESH, FRESH_SEED)
    tokens = tokens_for(model, sums)
    shape = (len(CONDITIONS), len(functions))
    loss, n_right = np.zeros(shape), np.zeros(shape, np.int64)
    for number, function in enumerate(functions):
        column = number + 1
        base = Layer0Activations.on(model, tokens[:, : layout.predicting.start + column + 1])
        written = as_array(head_outputs(model, 0, base.z[:, -1])).sum(axis=1)
        mean, parts = _parts(function)
        of_sums = {name: part[sums.a_digits[:, column], sums.b_digits[:, column]] for name, part in parts.items()}
        rest = written - mean - sum(of_sums.values())
        answers = sums.answer_digits[:, column]
        for row, kept in enumerate(CONDITIONS):
            remaining = sum((of_sums[name] for name in kept.parts), mean + kept.has_rest * rest)
            logits = _logits_after(model, base, remaining - written)
            loss[row, number] = _cross_entropy(logits, answers)
            n_right[row, number] = (logits.argmax(axis=1) == answers).sum()
    return RestrictedLoss(loss, n_right, len(sums), layout.n_digits)


def _parts(
    function: Float[np.ndarray, "a b d_model"],
) -> tuple[Float[np.ndarray, " d_model"], dict[str, Float[np.ndarray, "a b d_model"]]]:
    """The mean of a function of two digits, and its `PARTS` by name, which add up to the rest of it."""
    additive, joint = split_interaction(function)
    of_sum, of_difference = first_products(function)
    parts = (additive, of_sum, of_difference, joint - of_sum - of_difference)
    return function.mean(axis=(0, 1)), dict(zip(PARTS, parts, strict=True))


def _mean_functions(model: Model, sums: Sums) -> list[Float[np.ndarray, "a b d_model"]]:
    """What layer 0 writes on average about two digits, where each digit but the leading one is predicted."""
    layout = layout_of(model)
    z = [
        Layer0Activations.on(model, tokens).z[:, layout.predicting]
        for tokens in tokens_for(model, sums).split(BATCH)
    ]
    outputs = np.concatenate([as_array(head_outputs(model, 0, of_batch).sum(dim=-2)) for of_batch in z])
    return [means_by_digits(outputs[:, column, None], sums, column)[0] for column in range(1, layout.n_digits)]


def _logits_after(
    model: Model, base: Layer0Activations, change: Float[np.ndarray, "sum d_model"]
) -> Float[np.ndarray, "sum token"]:
    """The logits at the last position, after a change of layer 0's output there."""
    import torch

    residual = base.residual.clone()
    residual[:, -1] += torch.from_numpy(change).to(residual)
    return as_array(logits_from(model, residual, LAST)[:, 0]).astype(np.float64)


def _cross_entropy(logits: Float[np.ndarray, "sum token"], answers: Int[np.ndarray, " sum"]) -> float:
    largest = logits.max(axis=1)
    normalisers = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return float((normalisers - logits[np.arange(len(logits)), answers]).mean())
