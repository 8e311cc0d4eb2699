"""How layer 1 adds one: which of its parts has to see the carry for the answer to move.

An interchange at the site that serves a route changes what layer 1 computes. Here layer 1 is left as it was but
for one of its parts, which is what the interchange would have made of it: all queries, all keys, all values, the
attention patterns, or all of these together; and last, layer 1 sees nothing of it, and only what the site adds to
the logits itself is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.data import Sums
from sumint.interchange import Asked, Moves, Site, Trail, interchange, route_of, site_of
from sumint.interventions import Hook, freeze
from sumint.model import Model, Tensor, as_array, layout_of

PARTS = {
    "queries": ("q",),
    "keys": ("k",),
    "values": ("v",),
    "patterns": ("pattern",),
    "all of layer 1": ("q", "k", "v"),
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
        seen = _activations(model, asked.base_tokens, [hook])
        ways = [[freeze(_name(kind), seen[kind]) for kind in kinds] for kinds in PARTS.values()]
        ways.append([_directly(model, asked, site_of(trail))])
        n_pairs[number] = len(asked)
        n_moved[number] = [asked.moved(model, hooks).sum() for hooks in ways]

        before = as_array(_activations(model, asked.base_tokens)["pattern"])
        after = as_array(seen["pattern"])
        carries = asked.pairs.base_carries[:, None, None, None]
        query = layout.predicting.start + trail[1]
        for index, patterns in enumerate((np.where(carries, after, before), np.where(carries, before, after))):
            attention[number, index] = patterns[:, :, query].mean(axis=0)
    return CarryInLayer1(n_pairs, n_moved, attention)


def _activations(
    model: Model, tokens: Int[Tensor, "pair position"], hooks: Sequence[Hook] = ()
) -> dict[str, Tensor]:
    """Layer 1's queries, keys, values and patterns, with something changed before it."""
    seen: dict[str, Tensor] = {}

    def keep(kind: str) -> Hook:
        def kept(values: Tensor, hook: object) -> None:  # noqa: ARG001
            seen[kind] = values.clone()

        return _name(kind), kept

    model.run_with_hooks(tokens, fwd_hooks=[*hooks, *map(keep, ("q", "k", "v", "pattern"))])
    return seen


def _name(kind: str) -> str:
    return f"blocks.1.attn.hook_{kind}"


def _directly(model: Model, asked: Asked, site: Site) -> Hook:
    """Adds to the last residual what the interchange adds to the residual after layer 0."""
    apart = asked.apart(site) @ model.W_O[0][site.head]

    def added(residual: Float[Tensor, "pair position d_model"], hook: object) -> Tensor:  # noqa: ARG001
        residual = residual.clone()
        residual[:, site.position] += apart
        return residual

    return RESIDUAL, added
