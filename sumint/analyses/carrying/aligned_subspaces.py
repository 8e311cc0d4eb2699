"""What the best single site holds of a carry that no site switches: subspaces trained to switch it.

Patching the whole head output of a site replaces all that the site holds, and some of it may work against the
carry. Distributed alignment search (DAS) trains the subspace whose patch switches the carry most often. Where even
that switches it in few pairs, the site holds a part of the carry only. Subspaces are tested on other pairs than
those they are trained on, with the controls of `sumint.interventions.alignment`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from sumint.interventions.alignment import (
    TRAININGS,
    FittedRates,
    PairsAtSite,
    Training,
    interchange,
    untrained_copy,
)
from sumint.interventions.patching import DIRECTIONS, FlipRates, PatchedPairs, ServedRoute, names_of
from sumint.model.load import Model, as_array
from sumint.task.sums import Sums

RANKS = (1, 2)
"""The dimensions of the subspaces that are trained."""

WAYS = ("full output", "carry direction", *(f"rank {rank}" for rank in RANKS))
"""What is patched: the whole head output, its component along the mean difference, or along a trained subspace."""


@dataclass(frozen=True)
class AlignedSubspaces(FlipRates, way=WAYS, rank=RANKS):
    """How often the digit becomes the source's, by what is patched at the best site of each route."""

    share_inside: Float[np.ndarray, "route rank"]
    """The share of the carry direction's squared norm inside the trained subspace; NaN if there is no pair."""
    fitted: FittedRates
    """How well each training of a subspace of the highest rank fits its own pairs."""
    bases: Float[np.ndarray, "route rank d_head dimension"]
    """An orthonormal basis of each trained subspace; the columns beyond its rank are zero."""


def aligned_subspaces(model: Model, sample: Sums, *, best_sites: tuple[ServedRoute, ...]) -> AlignedSubspaces:  # noqa: ARG001
    """Trains subspaces at the best site of each route, and patches them on other pairs."""
    import torch.nn.functional as F

    n_pairs, n_trained = np.zeros((2, len(best_sites), len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, len(WAYS)), np.int64)
    n_fitted = np.zeros((*n_pairs.shape, len(TRAININGS)), np.int64)
    share_inside = np.full((len(best_sites), len(RANKS)), np.nan)
    vectors = np.zeros((len(best_sites), len(RANKS), model.cfg.d_head, max(RANKS)), np.float32)
    untrained = untrained_copy(model)
    for number, (route, site) in enumerate((best.route, best.site) for best in best_sites):
        training, fresh = (PatchedPairs.on(model, route, seed=seed) for seed in (1, 2))
        if not (len(training) and len(fresh)):
            continue
        # It stays zero at a site whose output is the same for both sums.
        direction = F.normalize(training.carry_vector(site), dim=0)
        *lower, highest = RANKS
        with_controls = Training.at(model, untrained, training, site, highest)
        pairs = with_controls.pairs
        bases = [*(pairs.train(pairs.source_digits, rank) for rank in lower), with_controls.basis]
        at_site = PairsAtSite.on(model, fresh, site)
        interventions = [
            lambda base, source: source,
            interchange(direction[:, None]),
            *map(interchange, bases),
        ]
        flipped = [fresh.count(at_site.becomes(at_site.source_digits, patch)) for patch in interventions]
        n_pairs[number], n_flipped[number] = fresh.n_by_direction, np.stack(flipped, axis=1)
        share_inside[number] = [float((direction @ basis).square().sum()) for basis in bases]
        for rank, basis in enumerate(bases):
            vectors[number, rank, :, : basis.shape[1]] = as_array(basis)
        n_trained[number], n_fitted[number] = with_controls.n_pairs, with_controls.n_fitted
    names = names_of(best_sites)
    fitted = FittedRates(n_trained, n_fitted, route_names=names)
    return AlignedSubspaces(n_pairs, n_flipped, share_inside, fitted, vectors, route_names=names)
