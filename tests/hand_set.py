"""A model with weights that are set by hand, so that its carry sites are known.

It adds two numbers of three digits. At each position that predicts a digit, head 0 of layer 0 writes the sum of
the digit's column, and head 1 writes a number that encodes the carry-in: at = ten times the nearer column's sum
plus the further one's, and at C0 the sum of the units. Head 0 of layer 1 attends to its own position if that
number exceeds a threshold, and to + otherwise; its value at its own position adds one to the answer.

The model does not compute remainders: a digit is wrong if its column sums to ten or more.
"""

from __future__ import annotations

import numpy as np

from sumint.checkpoints.files import Architecture, Weights
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.task.carry_routes import Route
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS, VOCABULARY, Layout

LAYOUT = Layout(3)
FIRST, SECOND = LAYOUT.predicting.start, LAYOUT.predicting.start + 1
"""The positions of = and C0, which predict the first two digits."""

SITES = (Site(1, FIRST), Site(1, SECOND))
"""The carry sites: the first serves both routes to C0, the second the route to C1."""

SERVED = (
    ServedRoute(Route(1, 0), SITES[0]),
    ServedRoute(Route(2, 0), SITES[0]),
    ServedRoute(Route(2, 1), SITES[1]),
)
"""Every route of a carry, with the site that serves it."""

FEATURES = ("digit", "rest", "always", "sum", "carry", "one more", *(f"at {p}" for p in range(LAYOUT.n_ctx)))
SHARP, NEVER = 1e5, 1e4
NORM = 20.0
"""The norm of every embedding, equal so that the first layer norm divides all by the same scale."""

SECOND_SCALE = 5.0
"""The approximate scale of the second layer norm."""

CARRY_UNIT = 0.01
"""The unit of the number that encodes the carry-in."""


def vector(**parts: float) -> np.ndarray:
    """A vector of the residual stream; each feature has two opposite dimensions, so that its mean is zero."""
    values = np.zeros(len(FEATURES))
    for name, part in parts.items():
        values[FEATURES.index(name.replace("_", " "))] = part
    return np.concatenate([values, -values])


def at(position: int, part: float = 1.0) -> np.ndarray:
    return vector(**{f"at_{position}": part})


def reading(direction: np.ndarray) -> np.ndarray:
    """The vector whose product with a vector of the residual stream is the feature along a direction."""
    return direction / 2


def hand_set() -> Weights:
    """The weights of the model."""
    sizes = Architecture(n_digits=LAYOUT.n_digits, n_heads=2, d_model=2 * len(FEATURES), d_head=LAYOUT.n_ctx)
    heads, wide, narrow, n_ctx = sizes.n_heads, sizes.d_model, sizes.d_head, LAYOUT.n_ctx
    embed = np.zeros((len(VOCABULARY), wide))
    for token in range(len(VOCABULARY)):
        digit = float(token) if token < N_DIGIT_TOKENS else 0.0
        embed[token] = vector(digit=digit, rest=np.sqrt(NORM**2 - digit**2))
    places = np.stack([at(position) + vector(always=1) for position in range(n_ctx)])
    scale = np.sqrt(2 * (NORM**2 + 2) / wide)

    tensors = {"embed.W_E": embed, "pos_embed.W_pos": places}
    for layer in range(2):
        shapes = {"Q": (wide, narrow), "K": (wide, narrow), "V": (wide, narrow), "O": (narrow, wide)}
        tensors |= {f"blocks.{layer}.attn.W_{kind}": np.zeros((heads, *shape)) for kind, shape in shapes.items()}
        tensors |= {f"blocks.{layer}.attn.b_{kind}": np.zeros((heads, narrow)) for kind in "QKV"}
        tensors |= {f"blocks.{layer}.attn.b_O": np.zeros(wide)}
        tensors |= {f"blocks.{layer}.ln1.w": np.ones(wide), f"blocks.{layer}.ln1.b": np.zeros(wide)}
    tensors |= {"ln_final.w": np.ones(wide), "ln_final.b": np.zeros(wide)}

    _set_layer_0_head(tensors, head=0, weights={FIRST: {0: 1.0}, SECOND: {1: 1.0}}, to=vector(sum=2), scale=scale)
    _set_layer_0_head(
        tensors,
        head=1,
        weights={FIRST: {1: 10.0, 2: 1.0}, SECOND: {2: 1.0}},
        to=vector(carry=22 * CARRY_UNIT),
        scale=scale,
    )
    _set_layer_1_head(tensors, thresholds={FIRST: 99.5, SECOND: 11 * 9.5})
    unembed = np.zeros((wide, len(VOCABULARY)))
    for token in range(N_DIGIT_TOKENS):
        towards = vector(sum=2.0 * token, one_more=2.0 * token, always=-(float(token) ** 2))
        unembed[:, token] = reading(towards)
    unembed[:, [PLUS, EQUALS]] = reading(vector(always=-1000))[:, None]
    tensors |= {"unembed.W_U": unembed, "unembed.b_U": np.zeros(len(VOCABULARY))}
    return Weights(sizes, {name: tensor.astype(np.float32) for name, tensor in tensors.items()})


def _set_layer_0_head(
    tensors: dict[str, np.ndarray], head: int, weights: dict[int, dict[int, float]], to: np.ndarray, scale: float
) -> None:
    """Sets a head of layer 0 that attends to columns by query, and to +, which has no digit, for other queries."""
    narrow = LAYOUT.n_ctx
    for position in range(narrow):
        tensors["blocks.0.attn.W_K"][head, :, position] += reading(at(position)) * scale
        scores = np.full(narrow, -NEVER)
        scores[LAYOUT.plus] = 0
        for column, weight in weights.get(position, {}).items():
            scores[LAYOUT.plus] = -NEVER
            scores[[column, LAYOUT.second_operand.start + column]] = np.log(weight)
        tensors["blocks.0.attn.W_Q"][head] += np.outer(reading(at(position)), scores) * scale * np.sqrt(narrow)
    tensors["blocks.0.attn.W_V"][head, :, 0] = reading(vector(digit=1)) * scale
    tensors["blocks.0.attn.W_O"][head, 0] = to


def _set_layer_1_head(tensors: dict[str, np.ndarray], thresholds: dict[int, float]) -> None:
    """Sets head 0 of layer 1, which attends to its own position, whose value adds one, if there is a carry-in."""
    for row, (position, threshold) in enumerate(thresholds.items()):
        others = [other for other in range(LAYOUT.n_ctx) if other not in (position, LAYOUT.plus)]
        key = vector(carry=1) - at(position, threshold * CARRY_UNIT)
        tensors["blocks.1.attn.W_K"][0, :, row] = reading(key - sum(at(other, NEVER) for other in others))
        tensors["blocks.1.attn.W_Q"][0, :, row] = reading(at(position, SHARP))
        tensors["blocks.1.attn.W_V"][0, :, 0] += reading(at(position))
    tensors["blocks.1.attn.W_O"][0, 0] = vector(one_more=SECOND_SCALE)
