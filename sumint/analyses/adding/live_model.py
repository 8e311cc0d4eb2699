"""What a model that runs elsewhere needs beside its weights: mean head outputs, and carry directions of its sites.

A page runs the network on any sum and lets its reader intervene. A head output is ablated by its mean over the
sample, and so are queries, keys and values, whose means follow from the mean of what a layer's heads read. A carry
is switched by a dose of the mean difference that it makes at the site that serves its route.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.checkpoints.files import N_LAYERS, Weights
from sumint.interventions.hooks import activations, answer_predictions
from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import apply_changes, changes_to
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, logits_from
from sumint.results.result import Result
from sumint.task.carries import has_carry
from sumint.task.carry_routes import Route, pairs_on
from sumint.task.sums import Layout, Sums

Z = "blocks.{}.attn.hook_z"
READ = "blocks.{}.ln1.hook_normalized"
"""What the heads of a layer read: the residual stream, normalised."""

N_PAIRS, PAIRS_SEED = 50, 8
"""The pairs from which the one with which a claim can be tried is chosen, with a seed of their own."""


@dataclass(frozen=True)
class LiveModelData(
    Result,
    entry=("column", "digit", "head", "position"),
    number=("column", "digit", "base a", "base b", "source a", "source b"),
    group=("without a carry", "with a carry"),
):
    """Mean head outputs and carry directions, of the model as it is loaded.

    Loading folds the value biases into the bias of a layer's output. `value_biases` gives back what a network with
    the checkpoint's own weights adds to every head output.
    """

    means: Float[np.ndarray, "layer position head d_head"]
    """The mean head output z, before W_O, over the sample."""
    read: Float[np.ndarray, "group layer position d_model"]
    """The mean of what a layer's heads read, over the sums of the sample without a carry and over those with one.

    Queries, keys and values are linear in it.
    """
    carrying_share: float
    """The share of the sample's sums that have a carry."""
    served_routes: Int[np.ndarray, "route entry=4"]
    """Each route that a site serves: its column and digit, and the site's head and position."""
    without: Float[np.ndarray, "route d_head"]
    """The mean head output at the site without the route's carry, …"""
    vectors: Float[np.ndarray, "route d_head"]
    """… and the mean with it minus that without."""
    pairs: Int[np.ndarray, "pair number=6"]
    """For each route with a pair that the model adds correctly: its column and digit, and the operands of a sum
    without the carry and of one with it that differs from it in this carry alone."""
    is_clean: Bool[np.ndarray, " pair"]
    """Whether patching the route's site on the pair switches the carry and changes no other digit."""
    n_digits: int

    @property
    def route_names(self) -> tuple[str, ...]:
        """The names of the served routes."""
        return tuple(Route(column, digit).name for column, digit in self.served_routes[:, :2].tolist())

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
    layers = range(model.cfg.n_layers)
    names = [name.format(layer) for name in (Z, READ) for layer in layers]
    cache = activations(model, tokens_for(model, sample), names)
    means = np.stack([as_array(cache[Z.format(layer)].mean(0)) for layer in layers])
    read = np.stack([as_array(cache[READ.format(layer)]) for layer in layers], axis=1)
    carries = has_carry(sample)
    without, vectors = np.zeros((2, len(served_routes), model.cfg.d_head))
    for number, (route, site) in enumerate((served.route, served.site) for served in served_routes):
        pairs = PatchedPairs.on(model, route, seed=1)
        both = (pairs.base_z + pairs.source_z)[:, site.position, site.head].mean(0) / 2
        vector = pairs.carry_vector(site)
        without[number], vectors[number] = as_array(both - vector / 2), as_array(vector)
    rows = [(*astuple(served.route), *astuple(served.site)) for served in served_routes]
    pairs = _pairs(model, routes, served_routes)
    return LiveModelData(
        means=means,
        read=np.stack([_mean(read, ~carries), _mean(read, carries)]),
        carrying_share=float(carries.mean()),
        served_routes=np.array(rows, np.int64).reshape(-1, 4),
        without=without,
        vectors=vectors,
        pairs=np.array([pair for pair, _ in pairs], np.int64).reshape(-1, 6),
        is_clean=np.array([is_clean for _, is_clean in pairs], bool),
        n_digits=layout_of(model).n_digits,
    )


def _mean(values: Float[np.ndarray, "sum ..."], mask: Bool[np.ndarray, " sum"]) -> Float[np.ndarray, ...]:
    """The mean over the marked sums; over all sums if none is marked."""
    return values[mask].mean(axis=0) if mask.any() else values.mean(axis=0)


def _pairs(
    model: Model, routes: Sequence[Route], served_routes: Sequence[ServedRoute]
) -> list[tuple[tuple[int, ...], bool]]:
    """A pair of each route on which every digit of both sums is right, if there is one, and whether it is clean.

    It is the first clean one if there is one: patching the route's site switches the carry and nothing else.
    """
    layout, found = layout_of(model), []
    site_of = {served.route: served.site for served in served_routes}
    for route in routes:
        pairs = pairs_on(layout, route, N_PAIRS, PAIRS_SEED)
        carries = pairs.base_carries[:, None]
        base, source = (np.stack([sums.a, sums.b], axis=1) for sums in (pairs.base, pairs.source))
        without, with_carry = np.where(carries, source, base), np.where(carries, base, source)
        sums = [Sums(layout, *operands.T) for operands in (without, with_carry)]
        tokens = [tokens_for(model, one) for one in sums]
        is_right = np.all(
            [(answer_predictions(model, t) == s.answer_digits).all(1) for t, s in zip(tokens, sums, strict=True)],
            axis=0,
        )
        if not is_right.any():
            continue
        is_clean = np.zeros_like(is_right)
        if route in site_of:
            layer_0 = [Layer0Activations.on(model, of_sums) for of_sums in tokens]
            changes = changes_to(layer_0[0].z, layer_0[1].z, site_of[route])
            residual = apply_changes(model, layer_0[0].residual, changes)
            predicted = as_array(logits_from(model, residual, layout.predicting).argmax(-1))
            expected = sums[0].answer_digits.copy()
            expected[:, route.digit] = sums[1].answer_digits[:, route.digit]
            is_clean = is_right & (predicted == expected).all(axis=1)
        first = int(is_clean.argmax() if is_clean.any() else is_right.argmax())
        pair = (route.column, route.digit, *without[first].tolist(), *with_carry[first].tolist())
        found.append((pair, bool(is_clean[first])))
    return found
