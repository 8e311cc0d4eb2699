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

from sumint.interventions.hooks import Hook, activations, freeze
from sumint.interventions.patching import FlipRates, PatchedPairs, ServedRoute, patch
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
"""What of layer 1 sees the carry, and the activations that it consists of, as transformer_lens names them."""

WAYS = (*PARTS, "directly")

RESIDUAL = "blocks.1.hook_resid_post"
"""What the final layer norm reads."""


@dataclass(frozen=True)
class CarryInLayer1(FlipRates):
    """How often the digit moved by one, by route and by what saw the carry; and where layer 1 then looks."""

    attention: Float[np.ndarray, "route carry head position"]
    """The mean attention from the position that predicts the digit, without the carry and with it."""

    @property
    def switched(self) -> Float[np.ndarray, "route head"]:
        """The share of a head's attention that goes elsewhere with the carry: their total variation distance."""
        return np.abs(self.attention[:, 1] - self.attention[:, 0]).sum(axis=-1) / 2


def carry_in_layer_1(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> CarryInLayer1:  # noqa: ARG001
    """What of layer 1 moves the digit at the end of each route, once the site that serves it has been changed."""
    layout = layout_of(model)
    n_pairs = np.zeros(len(served), np.int64)
    n_flipped = np.zeros((len(served), len(WAYS)), np.int64)
    attention = np.zeros((len(served), 2, model.cfg.n_heads, layout.n_ctx), np.float32)
    for number, one in enumerate(served):
        asked = PatchedPairs.on(model, one.route)
        hook = patch(one.site, asked.source_z)
        before, after = (activations(model, asked.base_tokens, ACTIVATIONS, hooks) for hooks in ((), (hook,)))
        ways = [[freeze(name, after[name]) for name in names] for names in PARTS.values()]
        ways.append([_directly(model, asked, one.site)])
        n_pairs[number] = len(asked)
        n_flipped[number] = [asked.flipped_with(model, hooks).sum() for hooks in ways]

        query = layout.predicting.start + one.route.digit
        baseline, switched = (as_array(seen[PATTERN][:, :, query]) for seen in (before, after))
        for index, looks in enumerate(asked.by_carry(baseline, switched)):
            attention[number, index, :, : query + 1] = looks.mean(axis=0)
    return CarryInLayer1(n_pairs, n_flipped, attention)


def _directly(model: Model, asked: PatchedPairs, site: Site) -> Hook:
    """Adds to the last residual what the interchange adds to the residual after layer 0."""
    apart = asked.apart(site) @ model.W_O[0][site.head]

    def added(residual: Float[Tensor, "pair position d_model"], hook: object) -> Tensor:  # noqa: ARG001
        residual = residual.clone()
        residual[:, site.position] += apart
        return residual

    return RESIDUAL, added
