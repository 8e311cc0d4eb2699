"""The paths of the circuit's edges: which head of layer 1 reads a site, and as query, key or value.

An edge from a layer-0 site to an answer digit consists of paths: through the queries, the keys or the values of
each layer-1 head, and the direct path to the logits. Path patching gives one of these inputs the value that it has
when the site's output is that of another sum, and leaves all others unchanged: only the path's own part of the
information is another sum's. A site at an earlier position than the one that predicts the digit has no path
through queries and no direct path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.circuits import Ablation, Edge, edge_names, scoring_sums
from sumint.interventions.digit_state import DigitState
from sumint.interventions.hooks import KINDS
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, layout_of
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums

N_SUMS = 500
"""The number of sums on which each path is patched."""


@dataclass(frozen=True)
class CircuitPaths(Result, edge="edge_names", entry=("digit", "head", "position"), head="H1.{}", kind=KINDS):
    """How often a digit changes when one path of an edge, or all of them, carry another sum's information."""

    listed: Int[np.ndarray, "edge entry=3"]
    """The digit, the head and the position of each edge."""
    through_heads: Float[np.ndarray, "edge head kind"]
    """The share of predictions that change, by layer-1 head and by queries, keys and values."""
    direct: Float[np.ndarray, " edge"]
    """The same for the direct path; NaN if the site is at an earlier position."""
    whole: Float[np.ndarray, " edge"]
    """The same if all paths of the edge are patched."""
    n_sums: int
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def edge_names(self) -> tuple[str, ...]:
        """The names of the edges."""
        return edge_names(self.listed.tolist(), self.layout)

    @property
    def is_local(self) -> np.ndarray:
        """Whether each edge's site is at the position that predicts the digit."""
        return self.listed[:, 2] == self.layout.predicting.start + self.listed[:, 0]


def circuit_paths(model: Model, sample: Sums, *, edges: tuple[Edge, ...]) -> CircuitPaths:  # noqa: ARG001
    """Patches each path of each edge with its value on another sum, in the whole model."""
    layout, n_heads = layout_of(model), model.cfg.n_heads
    ablation = Ablation.by_resampling(model, scoring_sums(layout)[:N_SUMS])
    all_sites = np.ones((n_heads, layout.n_ctx), bool)
    whole = [ablation.digit(digit, all_sites) for digit in range(layout.n_digits)]
    through_heads = np.full((len(edges), n_heads, len(KINDS)), np.nan)
    direct, together = np.full((2, len(edges)), np.nan)
    for number, (digit, head, position) in enumerate(edges):
        before = whole[digit]
        after = ablation.replace_sites(before, Site(head, position)).settled

        def changed(state: DigitState, before: DigitState = before) -> float:
            return float((state.predictions != before.predictions).mean())

        together[number] = changed(after)
        for of_head, kind, state in _by_path(before, after, is_local=position == layout.predicting.start + digit):
            through_heads[number, of_head, kind] = changed(state)
        if position == layout.predicting.start + digit:
            direct[number] = changed(replace(before, residual=after.residual))
    return CircuitPaths(
        np.array(edges, np.int64).reshape(-1, 3), through_heads, direct, together, N_SUMS, layout.n_digits
    )


def _by_path(before: DigitState, after: DigitState, *, is_local: bool) -> Iterator[tuple[int, int, DigitState]]:
    """The state with one input of one layer-1 head as after the patch, by the head and the input's kind."""

    def of_head(kind: str, head: int) -> Tensor:
        values = getattr(before.means, kind).clone()
        values[:, head] = getattr(after.means, kind)[:, head]
        return values

    for number, name in enumerate(("queries", "keys", "values")):
        if name == "queries" and not is_local:
            continue
        for head in range(before.means.queries.shape[1]):
            yield head, number, before.with_inputs(**{name: of_head(name, head)})
