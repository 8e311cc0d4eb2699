"""How layer 1 applies the carry: which of its activations have to change for the answer's digit to change.

Patching the site that serves a route changes what layer 1 computes. Here only one set of layer 1's activations
takes the values it has under this patch: all queries, all keys, all values, the attention patterns, or queries,
keys and values together. In the last condition layer 1 is unchanged, and only the direct path from the site to the
logits is patched.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.hooks import Hook, activations, freeze
from sumint.interventions.patching import DIRECTIONS, FlipRates, PatchedPairs, ServedRoute, names_of, patch
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, as_array, layout_of
from sumint.task.sums import Sums

ACTIVATIONS = Q, K, V, PATTERN = tuple(f"blocks.1.attn.hook_{kind}" for kind in ("q", "k", "v", "pattern"))

PARTS = {
    "queries": (Q,),
    "keys": (K,),
    "values": (V,),
    "patterns": (PATTERN,),
    "all of layer 1": (Q, K, V),
}
"""The parts of layer 1 that receive the carry, and their activations as transformer_lens names them."""

WAYS = (*PARTS, "directly")

RESIDUAL = "blocks.1.hook_resid_post"
"""The final residual stream, which the final layer norm reads."""


@dataclass(frozen=True)
class CarryInLayer1(FlipRates, way=WAYS, carry=("without", "with"), head="H1.{}"):
    """How often the digit becomes the source's, by the patched part of layer 1; and layer 1's attention."""

    attention: Float[np.ndarray, "route carry head position"]
    """The mean attention from the position that predicts the digit, without the carry and with it."""

    @property
    def attention_shift(self) -> Float[np.ndarray, "route head"]:
        """The total variation distance between a head's mean attention without and with the carry."""
        return np.abs(self.attention[:, 1] - self.attention[:, 0]).sum(axis=-1) / 2


def carry_in_layer_1(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> CarryInLayer1:  # noqa: ARG001
    """Patches parts of layer 1 with their activations under a patch of the site that serves each route."""
    layout = layout_of(model)
    n_pairs = np.zeros((len(served_routes), len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, len(WAYS)), np.int64)
    attention = np.zeros((len(served_routes), 2, model.cfg.n_heads, layout.n_ctx), np.float32)
    for number, served in enumerate(served_routes):
        pairs = PatchedPairs.on(model, served.route)
        hook = patch(served.site, pairs.source_z)
        before, after = (activations(model, pairs.base_tokens, ACTIVATIONS, hooks) for hooks in ((), (hook,)))
        hooks_by_way = [[freeze(name, after[name]) for name in names] for names in PARTS.values()]
        hooks_by_way.append([_patch_direct_path(model, pairs, served.site)])
        n_pairs[number] = pairs.n_by_direction
        for way, hooks in enumerate(hooks_by_way):
            n_flipped[number, :, way] = pairs.count(pairs.is_flipped_by(model, hooks))

        query = layout.predicting.start + served.route.digit
        baseline, switched = (as_array(cache[PATTERN][:, :, query]) for cache in (before, after))
        for carry, pattern in enumerate(pairs.by_carry(baseline, switched)):
            attention[number, carry, :, : query + 1] = pattern.mean(axis=0)
    return CarryInLayer1(n_pairs, n_flipped, attention, route_names=names_of(served_routes))


def _patch_direct_path(model: Model, pairs: PatchedPairs, site: Site) -> Hook:
    """A hook that adds to the final residual what patching the site adds to the residual after layer 0."""
    difference = pairs.difference(site) @ model.W_O[0][site.head]

    def add(residual: Float[Tensor, "pair position d_model"], hook: object) -> Tensor:  # noqa: ARG001
        residual = residual.clone()
        residual[:, site.position] += difference
        return residual

    return RESIDUAL, add
