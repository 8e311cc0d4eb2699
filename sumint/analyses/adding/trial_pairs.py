"""Sums on which one intervention has the effect that it has on most, so that a page can show it on a single pair.

A claim is about hundreds of pairs, and on some of them its intervention does something else. A pair that is chosen
at random would mislead as often; one that is chosen for its effect proves nothing, and illustrates the claim.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from sumint.interventions.hooks import activations, freeze
from sumint.interventions.patching import PatchedPairs, ServedRoute, patch
from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.column_states import same_states
from sumint.task.sums import Sums

PARTS = ("q", "k", "v", "pattern")
"""Parts of layer 1, as transformer_lens names them, that alone receive the patch of a site."""

COMPARED_WITH = {"q": "k", "k": "q", "v": "pattern", "pattern": "v"}
"""The part through which the same patch shall have no effect, if there is such a pair."""

N_PAIRS, SEED = 60, 9


@dataclass(frozen=True)
class TrialPairs(Result, part=PARTS, number=("a", "b", "other a", "other b")):
    """The operands of sums that show an intervention, or −1 where no sum does."""

    through: Int[np.ndarray, "route part number=4"]
    """For each served route and part of layer 1: a sum and another, from which the site is patched."""
    same_states: Int[np.ndarray, "route number=4"]
    """For each served route: a sum, and another with the same states, from which patching the site is harmless."""


def trial_pairs(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> TrialPairs:  # noqa: ARG001
    """Looks for a pair for each served route and part of layer 1, and for one with the same states."""
    through = np.full((len(served_routes), len(PARTS), 4), -1, np.int64)
    states = np.full((len(served_routes), 4), -1, np.int64)
    for number, served in enumerate(served_routes):
        pairs = PatchedPairs.on(model, served.route, seed=SEED, n_pairs=N_PAIRS)
        if len(pairs):
            through[number] = _pairs_by_part(model, pairs, served.site)
            states[number] = _pair_with_same_states(model, pairs, served.site)
    return TrialPairs(through, states)


def _pairs_by_part(model: Model, pairs: PatchedPairs, site: Site) -> Int[np.ndarray, "part 4"]:
    """A pair for each part of layer 1 that switches the digit alone."""
    names = {part: f"blocks.1.attn.hook_{part}" for part in PARTS}
    after = activations(model, pairs.base_tokens, tuple(names.values()), [patch(site, pairs.source_z)])
    is_flipped = {part: pairs.is_flipped_by(model, [freeze(name, after[name])]) for part, name in names.items()}
    return np.stack(
        [
            _operands(pairs.pairs.base, pairs.pairs.source, is_flipped[part], ~is_flipped[COMPARED_WITH[part]])
            for part in PARTS
        ]
    )


def _pair_with_same_states(model: Model, pairs: PatchedPairs, site: Site) -> Int[np.ndarray, " 4"]:
    """A pair of sums with the same states of all columns between which patching the site changes no digit."""
    base = pairs.pairs.base
    other = same_states(base, SEED)
    layer_0, of_other = (Layer0Activations.on(model, tokens_for(model, sums)) for sums in (base, other))
    patched = apply_changes(model, layer_0.residual, changes_to(layer_0.z, of_other.z, site))
    is_right = [_is_right(model, residual, base) for residual in (layer_0.residual, patched)]
    return _operands(base, other, is_right[0] & is_right[1])


def _is_right(model: Model, residual: Tensor, sums: Sums) -> Bool[np.ndarray, " sum"]:
    """Whether every digit of each sum is right, from the residual that layer 1 reads."""
    predicted = predictions_from(model, residual, layout_of(model).predicting)
    return np.asarray((predicted == sums.answer_digits).all(axis=1))


def _operands(
    sums: Sums,
    others: Sums,
    is_fitting: Bool[np.ndarray, " sum"],
    is_preferred: Bool[np.ndarray, " sum"] | None = None,
) -> Int[np.ndarray, " 4"]:
    """The operands of the first sum that fits, and of its other; −1 if none does."""
    preferred = is_fitting if is_preferred is None else is_fitting & is_preferred
    chosen = np.flatnonzero(preferred if preferred.any() else is_fitting)
    if not len(chosen):
        return np.full(4, -1, np.int64)
    first = chosen[0]
    return np.array([sums.a[first], sums.b[first], others.a[first], others.b[first]], np.int64)
