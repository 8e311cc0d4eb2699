"""Controls for the carry direction of each carry site, and the direction that training finds beside it.

Three things could make one direction look as if it held the carry.

1. The patch moves the head output far, and any direction might do. So it is moved as far along random directions.
2. Sums with and without the carry might differ along what the rest of the model does not read, while the patch
   changes the answer along what it reads: a subspace illusion [Makelov et al., arXiv 2311.17030]. So the direction
   is divided into its part in the subspace that the answer is sensitive to and the rest, each patched alone.
3. The mean difference might be one choice of many. So a direction is trained to switch the carry by distributed
   alignment search (DAS), with controls that should fail.

Every weight matrix that reads the site together reads all of its dimensions in general, so no part of a direction
lies in their common nullspace. How much each dimension matters differs by orders of magnitude, and depends on
attention scores that are not linear. The subspace is therefore that of the gradients of the answer's logits with
respect to the head output: the fewest principal directions of these gradients that hold 95% of them, an active
subspace. Each gradient counts alike, whatever its norm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.alignment import (
    TRAININGS,
    FittedRates,
    Intervention,
    PairsAtSite,
    Training,
    interchange,
    random_direction,
    random_move,
    untrained_copy,
)
from sumint.interventions.patching import DIRECTIONS, FlipRates, PatchedPairs, ServedRoute, names_of, shares_of
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, as_array
from sumint.task.sums import Sums

VECTORS = ("carry direction", "trained direction")
PARTS = ("whole", "inside", "outside")
WAYS = tuple(f"{vector}, {part}" for vector in VECTORS for part in PARTS)
"""The direction that is patched: the whole vector, or its part inside or outside the active subspace."""

PATCHED = ("carry direction", "its active part", "trained direction", "random direction")
"""The directions of each site that are given as vectors, so that anyone can patch them."""

N_RANDOM = 10
"""The number of random directions at each site."""

GRADIENTS_HELD = 0.95
"""The share of the squared gradients that the active subspace holds, each gradient scaled to norm 1."""

ROUNDING = 1e-5
"""A norm or a singular value that is at most this, relative to the largest, is rounding error."""

WAYPOINTS = (0.0, 0.5, 1.0)
"""Where gradients are taken, as shares of the way from the base's head output to the source's."""


@dataclass(frozen=True)
class DirectionControls(FlipRates, way=WAYS, vector=VECTORS, patched=PATCHED):
    """How often the digit becomes the source's, by what is patched, on pairs that were not used to find it."""

    n_flipped_at_random: Int[np.ndarray, "route direction draw"]
    """The number of flipped pairs when each head output moves along a random direction, as far as a patch moves it
    along the carry direction."""
    nullspace_share: Float[np.ndarray, " route"]
    """The share of the carry direction's squared norm that neither layer 1's queries, keys and values nor the
    unembedding read."""
    n_active: Int[np.ndarray, " route"]
    """The number of dimensions of the active subspace."""
    active_share: Float[np.ndarray, "route vector"]
    """The share of each direction's squared norm inside the active subspace."""
    cosine: Float[np.ndarray, " route"]
    """The absolute cosine between the trained direction and the carry direction."""
    fitted: FittedRates
    """How well each training of the direction fits its own pairs."""
    directions: Float[np.ndarray, "route patched d_head"]
    """The directions of `PATCHED`, each of norm 1: the carry direction, its part in the active subspace, the
    trained direction, and the first of the random ones; zero if there is no pair."""

    @property
    def d_head(self) -> int:
        """The number of dimensions of a head's output."""
        return self.directions.shape[-1]

    @property
    def random_rates(self) -> Float[np.ndarray, "route direction draw"]:
        """The share of flipped pairs by random direction; NaN if there is no pair."""
        return shares_of(self.n_flipped_at_random, self.n_pairs[..., None])


def direction_controls(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> DirectionControls:  # noqa: ARG001
    """Patches the carry direction at each carry site, its parts, random directions and a trained direction."""
    import torch.nn.functional as F

    n_routes = len(served_routes)
    n_pairs, n_trained = np.zeros((2, n_routes, len(DIRECTIONS)), np.int64)
    n_flipped = np.zeros((*n_pairs.shape, len(WAYS)), np.int64)
    n_flipped_at_random = np.zeros((*n_pairs.shape, N_RANDOM), np.int64)
    n_fitted = np.zeros((*n_pairs.shape, len(TRAININGS)), np.int64)
    nullspace_share, cosine = np.full((2, n_routes), np.nan)
    n_active, active_share = np.zeros(n_routes, np.int64), np.full((n_routes, len(VECTORS)), np.nan)
    vectors = np.zeros((n_routes, len(PATCHED), model.cfg.d_head), np.float32)
    untrained = untrained_copy(model)
    for number, served in enumerate(served_routes):
        site = served.site
        training, fresh = (PatchedPairs.on(model, served.route, seed=seed) for seed in (1, 2))
        if not (len(training) and len(fresh)):
            continue
        trained = Training.at(model, untrained, training, site, rank=1)
        directions = (F.normalize(training.carry_vector(site), dim=0), trained.basis[:, 0])
        active = active_subspace(trained.pairs)
        at_site = PairsAtSite.on(model, fresh, site)
        parts = [part for direction in directions for part in _parts(direction, active)]
        patches = [interchange(part[:, None]) for part in parts]
        placebos = [random_move(directions[0][:, None], seed) for seed in range(N_RANDOM)]
        random = random_direction(model.cfg.d_head, seed=0).to(directions[0])
        vectors[number] = [as_array(vector) for vector in (directions[0], parts[1], directions[1], random)]
        n_pairs[number] = fresh.n_by_direction
        n_flipped[number] = _count_flipped(fresh, at_site, patches)
        n_flipped_at_random[number] = _count_flipped(fresh, at_site, placebos)
        nullspace_share[number] = _nullspace_share(model, site, directions[0])
        n_active[number] = active.shape[1]
        active_share[number] = [float((direction @ active).square().sum()) for direction in directions]
        cosine[number] = abs(float(directions[0] @ directions[1]))
        n_trained[number], n_fitted[number] = trained.n_pairs, trained.n_fitted
    return DirectionControls(
        n_pairs=n_pairs,
        n_flipped=n_flipped,
        n_flipped_at_random=n_flipped_at_random,
        nullspace_share=nullspace_share,
        n_active=n_active,
        active_share=active_share,
        cosine=cosine,
        fitted=FittedRates(n_trained, n_fitted, route_names=names_of(served_routes)),
        route_names=names_of(served_routes),
        directions=vectors,
    )


def _count_flipped(
    pairs: PatchedPairs, at_site: PairsAtSite, interventions: Sequence[Intervention]
) -> Int[np.ndarray, "direction intervention"]:
    """The number of pairs whose digit becomes the source's under each intervention."""
    flipped = [at_site.becomes(at_site.source_digits, intervention) for intervention in interventions]
    return np.stack([pairs.count(is_flipped) for is_flipped in flipped], axis=1)


def active_subspace(pairs: PairsAtSite) -> Float[Tensor, "d_head dimension"]:
    """An orthonormal basis of the principal directions of the gradients; empty if all gradients are zero."""
    import torch

    gradients = torch.cat([pairs.gradients(share) for share in WAYPOINTS])
    norms = gradients.norm(dim=1, keepdim=True)
    _, singular_values, directions = torch.linalg.svd((gradients / norms)[norms[:, 0] > 0], full_matrices=False)
    held = singular_values.square().cumsum(0)
    # The first dimensions that hold less than the share, and one more.
    n_dimensions = int((held < GRADIENTS_HELD * held[-1:]).sum()) + 1
    return directions[:n_dimensions].T


def _parts(direction: Float[Tensor, " d_head"], active: Float[Tensor, "d_head dimension"]) -> tuple[Tensor, ...]:
    """The direction, and its parts inside and outside the active subspace, each of norm 1; or 0 if it is empty."""
    inside = active @ (direction @ active)
    return direction, _unit(inside), _unit(direction - inside)


def _unit(vector: Float[Tensor, " d_head"]) -> Tensor:
    """The vector at norm 1; zero if it is only rounding error of a vector of norm 1."""
    norm = vector.norm()
    return vector / norm if norm > ROUNDING else vector * 0


def _nullspace_share(model: Model, site: Site, direction: Float[Tensor, " d_head"]) -> float:
    """The share of a direction's squared norm outside all that the weight matrices after the site read of it."""
    import torch

    w_o = model.W_O[0][site.head]
    readers = [matrix for kind in (model.W_Q, model.W_K, model.W_V) for matrix in kind[1]]
    left, singular_values, _ = torch.linalg.svd(w_o @ torch.cat([*readers, model.W_U], dim=1), full_matrices=False)
    read = left[:, singular_values > ROUNDING * singular_values[0]]
    return float((direction - read @ (direction @ read)).square().sum())
