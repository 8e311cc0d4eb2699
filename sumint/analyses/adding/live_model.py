"""What a model that runs elsewhere needs beside its weights: mean head outputs, and carry directions of its sites.

A page runs the network on any sum and lets its reader intervene. A head output is ablated by its mean over the
sample; a carry is switched by a dose of the mean difference that it makes at the site that serves its route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.checkpoints.files import N_LAYERS, Weights
from sumint.interventions.hooks import activations
from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.task.carry_routes import Route, pairs_on
from sumint.task.sums import Layout, Sums

Z = "blocks.{}.attn.hook_z"

N_PAIRS, PAIRS_SEED = 50, 8
"""The pairs from which the one with which a claim can be tried is chosen, with a seed of their own."""


@dataclass(frozen=True)
class LiveModelData:
    """Mean head outputs and carry directions, of the model as it is loaded.

    Loading folds the value biases into the bias of a layer's output. `value_biases` gives back what a network with
    the checkpoint's own weights adds to every head output.
    """

    means: Float[np.ndarray, "layer position head d_head"]
    """The mean head output z, before W_O, over the sample."""
    served_routes: Int[np.ndarray, "route 4"]
    """Each route that a site serves: its column and digit, and the site's head and position."""
    without: Float[np.ndarray, "route d_head"]
    """The mean head output at the site without the route's carry, …"""
    vectors: Float[np.ndarray, "route d_head"]
    """… and the mean with it minus that without."""
    pairs: Int[np.ndarray, "pair 6"]
    """For each route with a pair that the model adds correctly: its column and digit, and the operands of a sum
    without the carry and of one with it that differs from it in this carry alone."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)


def value_biases(weights: Weights) -> Float[np.ndarray, "layer head d_head"]:
    """The constant part of every head output on the checkpoint's own weights, which loading a model folds away."""
    tensors = weights.tensors
    blocks = [f"blocks.{layer}." for layer in range(N_LAYERS)]
    return np.stack(
        [
            tensors[f"{block}attn.b_V"]
            + np.einsum("m,hmd->hd", tensors[f"{block}ln1.b"], tensors[f"{block}attn.W_V"])
            for block in blocks
        ]
    )


def live_model(
    model: Model,
    sample: Sums,
    *,
    served_routes: tuple[ServedRoute, ...],
    routes: tuple[Route, ...],
) -> LiveModelData:
    """Measures the means over the sample, the carry directions, and a pair of sums for each of the routes."""
    cache = activations(model, tokens_for(model, sample), [Z.format(layer) for layer in range(model.cfg.n_layers)])
    means = np.stack([as_array(cache[Z.format(layer)].mean(0)) for layer in range(model.cfg.n_layers)])
    without, vectors = np.zeros((2, len(served_routes), model.cfg.d_head))
    for number, (route, site) in enumerate((served.route, served.site) for served in served_routes):
        pairs = PatchedPairs.on(model, route, seed=1)
        both = (pairs.base_z + pairs.source_z)[:, site.position, site.head].mean(0) / 2
        vector = pairs.carry_vector(site)
        without[number], vectors[number] = as_array(both - vector / 2), as_array(vector)
    rows = [(*astuple(served.route), *astuple(served.site)) for served in served_routes]
    return LiveModelData(
        means=means,
        served_routes=np.array(rows, np.int64).reshape(-1, 4),
        without=without,
        vectors=vectors,
        pairs=np.array(_pairs(model, routes), np.int64).reshape(-1, 6),
        n_digits=layout_of(model).n_digits,
    )


def _pairs(model: Model, routes: Sequence[Route]) -> list[tuple[int, ...]]:
    """The first pair of each route on which every digit of both sums is right, if there is one."""
    layout, found = layout_of(model), []
    for route in routes:
        pairs = pairs_on(layout, route, N_PAIRS, PAIRS_SEED)
        is_right = np.ones(len(pairs.base), bool)
        for sums in (pairs.base, pairs.source):
            predicted = as_array(model(tokens_for(model, sums))[:, layout.predicting].argmax(-1))
            is_right &= (predicted == sums.answer_digits).all(axis=1)
        if not is_right.any():
            continue
        first = int(is_right.argmax())
        base, source = pairs.base, pairs.source
        operands = [(int(sums.a[first]), int(sums.b[first])) for sums in (base, source)]
        without, with_carry = operands[::-1] if pairs.base_carries[first] else operands
        found.append((route.column, route.digit, *without, *with_carry))
    return found
