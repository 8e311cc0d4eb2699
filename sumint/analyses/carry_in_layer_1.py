"""How layer 1 adds one: which of its parts has to see the carry for the answer to move.

An interchange at the site that serves a route changes what layer 1 computes. Here layer 1 is left as it was but
for one of its parts, which is what the interchange would have made of it: all queries, all keys, all values, the
attention patterns, or all of these together; and last, layer 1 sees nothing of it, and only what the site adds to
the logits itself is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.data import Sums
from sumint.interchange import Asked, Moves, Trail, interchange, route_of, site_of
from sumint.interventions import Hook, activations, freeze
from sumint.model import Model, Tensor, as_array, layout_of
from sumint.sites import Site

ACTIVATIONS = Q, K, V, PATTERN = tuple(f"blocks.1.attn.hook_{kind}" for kind in ("q", "k", "v", "pattern"))

PARTS = {
    "queries": (Q,),
    "keys": (K,),
    "values": (V,),
    "patterns": (PATTERN,),
    "all of layer 1": (Q, K, V),
}
"""What of layer 1 sees the carry, and the activations that it consists of, as transformer_lens names them."""

WAYS = (*PARTS, "directly")

RESIDUAL = "blocks.1.hook_resid_post"
"""What the final layer norm reads."""


@dataclass(frozen=True)
class CarryInLayer1(Moves):
    """How often the digit moved by one, by route and by what saw the carry; and where layer 1 then looks."""

    attention: Float[np.ndarray, "trail carry head position"]
    """The mean attention from the position that predicts the digit, without the carry and with it."""

    @property
    def switched(self) -> Float[np.ndarray, "trail head"]:
        """The share of a head's attention that goes elsewhere with the carry: their total variation distance."""
        return np.abs(self.attention[:, 1] - self.attention[:, 0]).sum(axis=-1) / 2


def carry_in_layer_1(model: Model, probe: Sums, *, trails: tuple[Trail, ...]) -> CarryInLayer1:  # noqa: ARG001
    """What of layer 1 moves the digit at the end of each route, once the site that serves it has been changed."""
    layout = layout_of(model)
    n_pairs = np.zeros(len(trails), np.int64)
    n_moved = np.zeros((len(trails), len(WAYS)), np.int64)
    attention = np.zeros((len(trails), 2, model.cfg.n_heads, layout.n_ctx), np.float32)
    for number, trail in enumerate(trails):
        asked = Asked.on(model, route_of(trail))
        hook = interchange(site_of(trail), asked.source_z)
        before, after = (activations(model, asked.base_tokens, ACTIVATIONS, hooks) for hooks in ((), (hook,)))
        ways = [[freeze(name, after[name]) for name in names] for names in PARTS.values()]
        ways.append([_directly(model, asked, site_of(trail))])
        n_pairs[number] = len(asked)
        n_moved[number] = [asked.moved_with(model, hooks).sum() for hooks in ways]

        query = layout.predicting.start + trail[1]
        as_it_is, switched = (as_array(seen[PATTERN][:, :, query]) for seen in (before, after))
        for index, looks in enumerate(asked.by_carry(as_it_is, switched)):
            attention[number, index, :, : query + 1] = looks.mean(axis=0)
    return CarryInLayer1(n_pairs, n_moved, attention)


def _directly(model: Model, asked: Asked, site: Site) -> Hook:
    """Adds to the last residual what the interchange adds to the residual after layer 0."""
    apart = asked.apart(site) @ model.W_O[0][site.head]

    def added(residual: Float[Tensor, "pair position d_model"], hook: object) -> Tensor:  # noqa: ARG001
        residual = residual.clone()
        residual[:, site.position] += apart
        return residual

    return RESIDUAL, added
