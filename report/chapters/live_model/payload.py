"""What the page's own network needs: weights, means, carry directions, and sums to begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from report.content.component import Matrix, Part
from sumint.analyses.adding.live_model import LiveModelData, value_biases
from sumint.analyses.carrying.aligned_subspaces import RANKS, AlignedSubspaces
from sumint.analyses.carrying.direction_controls import PATCHED, DirectionControls
from sumint.checkpoints.files import N_LAYERS, Weights
from sumint.exhaustive.tally import Tally
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.task.sums import VOCABULARY, Layout

MOST_WRONG = 100
"""The number of wrong sums that the page can pick one from at random."""


@dataclass(frozen=True, eq=False)
class LiveSite:
    """A site that holds a carry, and the direction in which it does."""

    name: str
    head: int
    position: int
    column: int
    digit: int
    without: Float[np.ndarray, " d_head"]
    """The mean head output without the carry, …"""
    vector: Float[np.ndarray, " d_head"]
    """… and what the carry adds to it on average."""


@dataclass(frozen=True, eq=False)
class LiveSubspace:
    """A direction or a plane of a site's output, of which alone a second sum is patched."""

    name: str
    head: int
    position: int
    column: int
    digit: int
    basis: Float[np.ndarray, "dimension d_head"]
    """Orthonormal vectors, up to rounding to half precision."""
    as_far_as: int | None
    """The number of the subspace along which a patch would be as long; None if the second sum decides."""


@dataclass(frozen=True, eq=False)
class LiveModelPayload:
    """The network and what the page does with it."""

    n_digits: int
    n_heads: int
    n_layers: int
    d_model: int
    d_head: int
    vocabulary: tuple[str, ...]
    position_names: tuple[str, ...]
    tensors: Mapping[str, Float[np.ndarray, "*shape"]]
    means: Float[np.ndarray, "layer position head d_head"]
    """Of the checkpoint's own head outputs; rounded to half precision, as the carry directions are."""
    read: Float[np.ndarray, "group layer position d_model"]
    """The mean of what a layer's heads read, before the norm's weights, over sums without a carry and with one."""
    carrying_share: float
    sites: tuple[LiveSite, ...]
    subspaces: tuple[LiveSubspace, ...]
    has_phases: bool
    """Whether the logits are a cosine, so that they have a phase."""
    wrong: tuple[tuple[int, int], ...]
    """Sums that the model gets wrong."""

    def parts(self) -> Mapping[str, Part]:
        """The means and the carry directions; the weights are those of the checkpoint."""
        heads = [
            f"H{layer}.{head} at {place}"
            for layer in range(self.n_layers)
            for place in self.position_names
            for head in range(self.n_heads)
        ]
        dimensions = [str(number) for number in range(self.d_head)]
        rows = self.means.reshape(-1, self.d_head)
        parts = {"means": Part([Matrix(heads, dimensions, rows, "head output", "dimension", "mean")])}
        if self.sites:
            names = [f"{site.name}, column {site.column} to C{site.digit}" for site in self.sites]
            vectors = np.stack([site.vector for site in self.sites])
            parts["carry vectors"] = Part(
                [Matrix(names, dimensions, vectors, "site", "dimension", "mean difference")]
            )
        if self.subspaces:
            names = [
                f"{space.name}, column {space.column} to C{space.digit} ({number})"
                for space in self.subspaces
                for number in range(len(space.basis))
            ]
            vectors = np.concatenate([space.basis for space in self.subspaces])
            parts["subspaces"] = Part([Matrix(names, dimensions, vectors, "subspace", "dimension", "basis")])
        inputs = [
            f"layer {layer} at {place}, {group}"
            for group in ("without a carry", "with a carry")
            for layer in range(self.n_layers)
            for place in self.position_names
        ]
        read = self.read.reshape(-1, self.d_model)
        model = [str(number) for number in range(self.d_model)]
        parts["inputs"] = Part([Matrix(inputs, model, read, "input of layer", "dimension", "mean")])
        return parts


def live_payload(
    weights: Weights,
    data: LiveModelData,
    tally: Tally | None,
    subspaces: tuple[LiveSubspace, ...],
    *,
    has_phases: bool,
) -> LiveModelPayload:
    """The payload of a checkpoint; without a tally it has no wrong sums."""
    sizes, layout = weights.architecture, data.layout
    wrong: Int[np.ndarray, "wrong operand"] = np.zeros((0, 2), np.int64) if tally is None else tally.listed_sums
    # Spread over the list, which is in the order of the margins.
    biases = value_biases(weights)
    chosen = np.unique(np.linspace(0, len(wrong) - 1, MOST_WRONG).astype(np.int64)) if len(wrong) else []
    return LiveModelPayload(
        n_digits=layout.n_digits,
        n_heads=sizes.n_heads,
        n_layers=N_LAYERS,
        d_model=sizes.d_model,
        d_head=sizes.d_head,
        vocabulary=VOCABULARY,
        position_names=layout.position_names,
        tensors=weights.tensors,
        means=_rounded(data.means + biases[:, None]),
        sites=tuple(
            LiveSite(
                Site(head, position).name(layout),
                head,
                position,
                column,
                digit,
                _rounded(without + biases[0, head]),
                _rounded(vector),
            )
            for (column, digit, head, position), without, vector in zip(
                data.served_routes.tolist(), data.without, data.vectors, strict=True
            )
        ),
        read=_rounded(data.read),
        carrying_share=data.carrying_share,
        subspaces=subspaces,
        has_phases=has_phases,
        wrong=tuple((int(a), int(b)) for a, b in wrong[chosen].tolist()),
    )


def subspaces_of(
    layout: Layout,
    served: Sequence[ServedRoute],
    controls: DirectionControls,
    unserved: Sequence[ServedRoute],
    trained: AlignedSubspaces,
) -> tuple[LiveSubspace, ...]:
    """The directions at each carry site, then the trained subspaces at the best site of every other route."""
    found = []
    for one, directions in zip(served, controls.directions, strict=True):
        # A random direction is followed as far as a patch goes along the carry direction, the first of the site.
        first = len(found)
        for name, direction in zip(PATCHED, directions, strict=True):
            reference = first if name == "random direction" else None
            found.append(_subspace(layout, name, one, direction[None], reference))
    for one, bases in zip(unserved, trained.bases, strict=True):
        for rank, basis in zip(RANKS, bases, strict=True):
            name = "trained direction" if rank == 1 else f"trained subspace of {rank} dimensions"
            found.append(_subspace(layout, name, one, basis.T[:rank], None))
    return tuple(found)


def _subspace(
    layout: Layout,
    name: str,
    one: ServedRoute,
    basis: Float[np.ndarray, "dimension d_head"],
    as_far_as: int | None,
) -> LiveSubspace:
    site, route = one.site, one.route
    return LiveSubspace(
        f"{name} of {site.name(layout)}",
        site.head,
        site.position,
        route.column,
        route.digit,
        _rounded(basis),
        as_far_as,
    )


def _rounded(values: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Values in half precision, which compress to half of those in single precision."""
    return values.astype(np.float16).astype(np.float32)
