"""How far a carry shifts the phase of the logits, and what each component contributes to the phase shift.

On the circle of digits one digit is a tenth of a period. A carry is switched by patching the site that serves its
route, and the first frequency of the digit's logits is compared before and after. What each head of layer 1 adds
to it, a complex number, changes. The component of this change orthogonal to the phasor shifts its phase, the
component along it changes its length. The orthogonal components add up to the phase shift.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.interventions.hooks import activations
from sumint.interventions.patching import DIRECTIONS, PatchedPairs, ServedRoute, names_of, patch
from sumint.model.load import Model
from sumint.model.phasors import PHASOR_ACTIVATIONS, part_names, phase_shift, phasor_parts
from sumint.results.result import Result
from sumint.task.sums import Sums

N_PAIRS = 1500
"""The number of pairs for each route: contributions vary so much that shares from fewer pairs are half noise."""


@dataclass(frozen=True)
class CarryTurn(Result, route="route_names", direction=DIRECTIONS, part="parts"):
    """The effect of a carry on the phase of the digit at the end of its route, averaged over pairs."""

    n_pairs: Int[np.ndarray, "route direction"]
    mean_phase_shift: Float[np.ndarray, "route direction"]
    """The mean phase shift due to the carry, in digits: 1 for exact addition; NaN if there is no pair."""
    shares: Float[np.ndarray, "route direction part"]
    """The share of each part in the phase shift, negative if it opposes the shift. The shares add up to 1."""
    parts: tuple[str, ...]
    """The heads of layer 1, and last everything else, which reaches the logits directly."""
    route_names: tuple[str, ...]

    @property
    def layer_1_shares(self) -> Float[np.ndarray, "route direction"]:
        """The share of all heads of layer 1 together."""
        return self.shares[..., :-1].sum(axis=-1)


def carry_turn(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> CarryTurn:  # noqa: ARG001
    """Measures the phase shift due to the carry on each served route, and the share of each part in it."""
    names = part_names(model)
    n_pairs = np.zeros((len(served_routes), len(DIRECTIONS)), np.int64)
    shifts, shares = np.zeros(n_pairs.shape), np.zeros((*n_pairs.shape, len(names)))
    for number, served in enumerate(served_routes):
        pairs = PatchedPairs.on(model, served.route, n_pairs=N_PAIRS)
        hook = patch(served.site, pairs.source_z)
        baseline, switched = (
            phasor_parts(
                model, activations(model, pairs.base_tokens, PHASOR_ACTIVATIONS, hooks), served.route.digit
            )
            for hooks in ((), (hook,))
        )
        without, with_carry = pairs.by_carry(baseline, switched)
        n_pairs[number] = pairs.n_by_direction
        shifts[number] = pairs.mean_by_direction(phase_shift(without.sum(axis=1), with_carry.sum(axis=1)))
        shares[number] = [
            shares_of_phase_shift(without[mask], with_carry[mask]) for mask in (~pairs.is_off, pairs.is_off)
        ]
    return CarryTurn(n_pairs, shifts, shares, names, names_of(served_routes))


def shares_of_phase_shift(
    before: Complex[np.ndarray, "sum part"], after: Complex[np.ndarray, "sum part"]
) -> Float[np.ndarray, " part"]:
    """The share of each part in the phase shifts of all sums together; zero if there is no phase shift."""
    phasors = [parts.sum(axis=1) for parts in (before, after)]
    # The bisector of the two: for phasors of equal length, their difference is orthogonal to it.
    bisector = sum(phasor / np.maximum(np.abs(phasor), 1e-12) for phasor in phasors)
    orthogonal = -((after - before) * np.conj(bisector)[:, None]).imag.sum(axis=0)
    total = orthogonal.sum()
    return np.divide(orthogonal, total, out=np.zeros_like(orthogonal), where=total != 0)
