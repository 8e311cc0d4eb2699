"""How far a carry turns the answer, and who turns it.

On the circle of digits one more is a tenth of a turn. A carry is switched by an interchange at the site that
serves its route, and the hand of the digit's logits, their first frequency, is looked at before and after. What
each head of layer 1 adds to it changes; the part of this change that is across the hand turns it, the part along
it makes it longer or shorter. The parts across add up to the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.interventions.hooks import activations
from sumint.interventions.patching import PatchedPairs, ServedRoute, patch
from sumint.model.load import Model
from sumint.model.phasors import HAND, hand_parts, part_names, turn
from sumint.task.sums import Sums

N_PAIRS = 1500
"""On each route: what a head adds differs so much from sum to sum that shares of fewer are half chance."""


@dataclass(frozen=True)
class CarryTurn:
    """What a carry does to the hand of the digit at the end of its route, on average over pairs."""

    n_pairs: Int[np.ndarray, " route"]
    turn: Float[np.ndarray, " route"]
    """How far the hand is further on with the carry, in digits: 1 for exact addition."""
    shares: Float[np.ndarray, "route part"]
    """Of the turn, what each part makes; a negative one turns back. They add up to 1."""
    parts: tuple[str, ...]
    """Layer 1's heads, and last all else, which reaches the logits directly."""

    @property
    def by_layer_1(self) -> Float[np.ndarray, " route"]:
        """The share that layer 1's heads make together."""
        return self.shares[:, :-1].sum(axis=1)


def carry_turn(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> CarryTurn:  # noqa: ARG001
    """How far the hand turns on each route that is served, and what each part has of it."""
    names = part_names(model)
    n_pairs = np.zeros(len(served), np.int64)
    turns, shares = np.zeros(len(served)), np.zeros((len(served), len(names)))
    for number, one in enumerate(served):
        asked = PatchedPairs.on(model, one.route, n_pairs=N_PAIRS)
        hook = patch(one.site, asked.source_z)
        baseline, switched = (
            hand_parts(model, activations(model, asked.base_tokens, HAND, hooks), one.route.digit)
            for hooks in ((), (hook,))
        )
        without, with_carry = asked.by_carry(baseline, switched)
        n_pairs[number] = len(asked)
        turns[number] = turn(without.sum(axis=1), with_carry.sum(axis=1)).mean()
        shares[number] = shares_of_turn(without, with_carry)
    return CarryTurn(n_pairs, turns, shares, names)


def shares_of_turn(
    before: Complex[np.ndarray, "sum part"], after: Complex[np.ndarray, "sum part"]
) -> Float[np.ndarray, " part"]:
    """What each part has in the turn from one hand to another, summed over sums; nothing where nothing turns."""
    hands = [parts.sum(axis=1) for parts in (before, after)]
    # Halfway between the two: with hands of one length, across it is all that differs between them.
    halfway = sum(hand / np.maximum(np.abs(hand), 1e-12) for hand in hands)
    across = -((after - before) * np.conj(halfway)[:, None]).imag.sum(axis=0)
    whole = across.sum()
    return np.divide(across, whole, out=np.zeros_like(across), where=whole != 0)
