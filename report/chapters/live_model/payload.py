"""What the page's own network needs: weights, means, carry directions, and sums to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from report.content.component import Matrix, Part
from sumint.analyses.adding.live_model import LiveModelData, value_biases
from sumint.checkpoints.files import N_LAYERS, Weights
from sumint.exhaustive.tally import Tally
from sumint.interventions.sites import Site
from sumint.task.sums import VOCABULARY

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
    sites: tuple[LiveSite, ...]
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
        return parts


def live_payload(
    weights: Weights, data: LiveModelData, tally: Tally | None, *, has_phases: bool
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
        has_phases=has_phases,
        wrong=tuple((int(a), int(b)) for a, b in wrong[chosen].tolist()),
    )


def _rounded(values: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Values in half precision, which compress to half of those in single precision."""
    return values.astype(np.float16).astype(np.float32)
