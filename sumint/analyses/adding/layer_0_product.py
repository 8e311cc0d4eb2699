"""Layer 0 as a product of two tokens, from the weights: the softmax of their scores times their values.

At the position that predicts a digit, a head of layer 0 attends to the two digits a and b of the digit's column. A
score, and a value, depends on one token and its position only, if the query is taken at its mean. So does the rest
of the softmax's denominator, which the other positions leave: it is taken at its mean as well. Then

    output(a, b) = (exp s(a) · v(a) + exp t(b) · w(b) + rest) / (exp s(a) + exp t(b) + mean of the rest)

follows from the weights alone, for the frequencies with which tokens occur at each position. If the attention were
fixed, this would be a function of a plus a function of b. Whatever it has of both digits jointly is made by the
attention. The result is compared with the mean output that is measured by running the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from einops import rearrange
from jaxtyping import Bool, Float

from sumint.model.digit_functions import first_products, means_by_digits, power_of, split_interaction
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH, Z
from sumint.model.residual_stream import head_outputs
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, VOCABULARY, Layout, Sums, uniform_sums

N_SUMS, SEED = 5000, 1
"""The number of uniform random sums on which outputs are measured, and their seed."""

PATTERN = "blocks.0.attn.hook_pattern"

ROUNDING = 1e-9
"""A joint part with at most this share of the power is rounding error."""

ATTENDS_FROM, WRITES_FROM = 0.5, 0.1
"""A head reads a column if the two digits receive at least this share of its attention, and if it writes at least
this share of the power of all heads of the layer."""


@dataclass(frozen=True)
class Layer0Product(Result, column="columns", head="H0.{}"):
    """How well the weights reproduce each head output as a function of two digits, and its products.

    The columns are all but the leading one, whose digits are below five and so are on no circle of ten.
    """

    attention: Float[np.ndarray, "column head"]
    """The mean attention to the column's two digits, from the position that predicts the column's digit."""
    power: Float[np.ndarray, "column head"]
    """The squared norm of the head's mean output as a function of the two digits, without the constant."""
    r2: Float[np.ndarray, "column head"]
    """The share of this function that the weights reproduce; NaN if it is zero."""
    joint_r2: Float[np.ndarray, "column head"]
    """The share of its interaction that they reproduce, which no fixed attention could; NaN if it has none."""
    joint_share: Float[np.ndarray, "column head"]
    """The share of the interaction in the power; NaN if that is zero."""
    sum_share: Float[np.ndarray, "column head"]
    """The share of the first frequency of a + b in the power."""
    difference_share: Float[np.ndarray, "column head"]
    """The share of the first frequency of a − b in the power."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def columns(self) -> range:
        return range(1, self.n_digits)

    @property
    def reads(self) -> Bool[np.ndarray, "column head"]:
        """Whether a head attends to the column's digits and writes what depends on them."""
        all_heads = self.power.sum(axis=1, keepdims=True)
        return (self.attention >= ATTENDS_FROM) & (self.power >= WRITES_FROM * all_heads)


def layer_0_product(model: Model, sample: Sums) -> Layer0Product:  # noqa: ARG001 — it draws sums of its own
    """Compares each layer-0 head's mean output as a function of two digits with what the weights give."""
    layout = layout_of(model)
    sums = uniform_sums(layout, N_SUMS, SEED)
    outputs, attention = _measure(model, sums)
    products = TokenProducts.of(model, sums)
    measured = np.stack(
        [means_by_digits(outputs[:, column], sums, column) for column in range(1, layout.n_digits)]
    )
    from_weights = np.stack([products.outputs(model, column) for column in range(1, layout.n_digits)])
    power, (_, joint) = power_of(measured), split_interaction(measured)
    of_sum, of_difference = map(power_of, first_products(measured))
    return Layer0Product(
        attention=attention[1:],
        power=power,
        r2=_share_explained(measured, from_weights),
        joint_r2=_share_explained(joint, split_interaction(from_weights)[1], ROUNDING * power),
        joint_share=_ratio(power_of(joint), power),
        sum_share=_ratio(of_sum, power),
        difference_share=_ratio(of_difference, power),
        n_digits=layout.n_digits,
    )


@dataclass(frozen=True)
class TokenProducts:
    """The scores and values of every token at every position, in layer 0, and how often each occurs there."""

    scores: Float[np.ndarray, "digit head position token"]
    """The attention scores from the mean query at the position that predicts a digit."""
    values: Float[np.ndarray, "head position token d_head"]
    frequency: Float[np.ndarray, "position token"]
    n_digits: int

    @classmethod
    def of(cls, model: Model, sums: Sums) -> TokenProducts:
        """The scores and values from the weights, and the frequencies in some sums."""
        layout = layout_of(model)
        frequency = np.stack(
            [np.bincount(tokens, minlength=len(VOCABULARY)) / len(sums) for tokens in sums.tokens.T]
        )
        # Layer 0 reads embedding and position alone, so its layer norm depends on one token at one position.
        attention, normalized = model.blocks[0].attn, model.blocks[0].ln1(model.W_E + model.W_pos[:, None])
        queries, keys, values = (
            rearrange(
                as_array(projected(normalized)).astype(np.float64),
                "position token (head d_head) -> head position token d_head",
                head=model.cfg.n_heads,
            )
            for projected in (attention.q, attention.k, attention.v)
        )
        mean_queries = np.einsum("pt,hptd->phd", frequency, queries)[layout.predicting]
        scores = np.einsum("qhd,hptd->qhpt", mean_queries, keys, optimize=True) / model.cfg.d_head**0.5
        return cls(scores, values, frequency, layout.n_digits)

    def outputs(self, model: Model, column: int) -> Float[np.ndarray, "head a b d_model"]:
        """The head outputs where a column's digit is predicted, as functions of the column's two digits."""
        layout = Layout(self.n_digits)
        visible = layout.predicting.start + column + 1
        first, second = layout.first_operand.start + column, layout.second_operand.start + column
        is_other = np.delete(np.arange(visible), [first, second])
        scores = self.scores[column][:, :visible]
        weights = np.exp(scores - scores.max(axis=(1, 2), keepdims=True))
        digits = slice(N_DIGIT_TOKENS)
        # Weight and weighted value of the first digit, the second digit, and of all other positions at their mean.
        pairs = [
            (weights[:, position, digits], weights[:, position, digits, None] * self.values[:, position, digits])
            for position in (first, second)
        ]
        others = weights[:, is_other] * self.frequency[is_other]
        rest = others.sum(axis=(1, 2))
        weighted_rest = np.einsum("hpt,hptd->hd", others, self.values[:, is_other])
        total = pairs[0][0][:, :, None] + pairs[1][0][:, None] + rest[:, None, None]
        weighted = pairs[0][1][:, :, None] + pairs[1][1][:, None] + weighted_rest[:, None, None]
        z = np.divide(weighted, total[..., None], out=np.zeros_like(weighted), where=total[..., None] > 0)
        return np.einsum("habd,hdm->habm", z, as_array(model.W_O[0]).astype(np.float64))


def _measure(
    model: Model, sums: Sums
) -> tuple[Float[np.ndarray, "sum digit head d_model"], Float[np.ndarray, "digit head"]]:
    """The head outputs where digits are predicted, and the mean attention there to the digit's column."""
    layout = layout_of(model)
    outputs, patterns = [], []
    for tokens in tokens_for(model, sums).split(BATCH):
        _, cache = model.run_with_cache(tokens, names_filter=[Z, PATTERN], stop_at_layer=1)
        outputs.append(as_array(head_outputs(model, 0, cache[Z][:, layout.predicting])))
        patterns.append(as_array(cache[PATTERN][:, :, layout.predicting].sum(0)))
    pattern = np.sum(patterns, axis=0) / len(sums)
    to_column = pattern[..., layout.first_operand] + pattern[..., layout.second_operand]
    return np.concatenate(outputs), np.diagonal(to_column, axis1=1, axis2=2).T.astype(np.float64)


def _share_explained(
    measured: Float[np.ndarray, "*head a b d_model"],
    explained: Float[np.ndarray, "*head a b d_model"],
    least: Float[np.ndarray, "*head"] | float = 0.0,
) -> Float[np.ndarray, "*head"]:
    """R²: one less the power of the difference over that of what was measured."""
    return 1 - _ratio(power_of(measured - explained), power_of(measured), least)


def _ratio(
    part: Float[np.ndarray, "*head"],
    whole: Float[np.ndarray, "*head"],
    least: Float[np.ndarray, "*head"] | float = 0.0,
) -> Float[np.ndarray, "*head"]:
    """A part over the whole; NaN if the whole is not above the least power that is more than rounding error."""
    return np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > least)
