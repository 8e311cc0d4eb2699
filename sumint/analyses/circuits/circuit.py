"""The circuit: which layer-0 sites each answer digit needs to see for the answer to be the whole model's.

It is found by interventions, not by attention patterns. First each edge is patched alone, in the whole model: the
digit sees the site's output on another sum. Edges whose patch changes the digit often are the beginning of the
circuit, unless patching all heads of the position does not: two heads can cancel, so that patching one of them
disturbs what the model does not need. All other outputs are at their means then. As long as too few answers are
those of the whole model, the search adds the edge that lowers the loss most, or all edges from one position to a
digit. In the end edges are removed without which as many answers are, alone or all from one position to a digit.

The search sees half of a sample. How well the circuit does is measured on the other half, by `circuit_scores`.
The search is greedy: a smaller circuit may exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.circuits import Ablation, Edge, Edges, finding_sums, list_edges, possible_edges
from sumint.interventions.digit_state import DigitState, share_all_right
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums

N_PATCHED = 500
"""The number of the first of these sums on which single edges are patched."""

STARTS_FROM = 0.05
"""The search starts with the edges whose patch changes at least this share of the digit's predictions."""

ENOUGH = 0.98
"""The search adds edges until at least this share of whole answers is that of the whole model, …"""

MOST = 0.5
"""… or the circuit has this share of all edges, …"""

MOST_STEPS = 40
"""… or it has added edges this many times."""


@dataclass(frozen=True)
class Circuit(Result, head="H0.{}"):
    """The edges from layer-0 sites to answer digits that the search found."""

    edges: Edges
    """The edges of the circuit."""
    patch_effects: Float[np.ndarray, "digit head position"]
    """The share of a digit's predictions that change when it sees a site's output on another sum; 0 after it."""
    position_effects: Float[np.ndarray, "digit position"]
    """The same when it sees the outputs of all heads at a position on another sum."""
    agreement: Float[np.ndarray, " step"]
    """The share of whole answers that are those of the whole model, on the sums of the search, from the start to
    the last edge that was added."""
    n_edges: Int[np.ndarray, " step"]
    """The number of edges at these steps."""
    found_agreement: float
    """The same share on the circuit that was found."""

    @property
    def n_digits(self) -> int:
        return len(self.edges)

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def listed(self) -> tuple[Edge, ...]:
        """The edges, ordered by digit, head and position."""
        return list_edges(self.edges)

    @property
    def possible(self) -> Edges:
        """All edges that there can be."""
        return possible_edges(self.layout, self.edges.shape[1])

    @property
    def is_reached(self) -> bool:
        """Whether enough answers are the whole model's with at most half of the edges."""
        return self.found_agreement >= ENOUGH and bool(self.edges.sum() <= MOST * self.possible.sum())

    def sites(self, digit: int | None = None) -> tuple[Site, ...]:
        """The sites with an edge to a digit, or to any."""
        mask = self.edges.any(axis=0) if digit is None else self.edges[digit]
        return tuple(Site(*place) for place in np.argwhere(mask).tolist())


def circuit(model: Model, sample: Sums) -> Circuit:
    """Finds the circuit by patching single edges, adding what is missing and removing what is not needed."""
    layout = layout_of(model)
    finding = finding_sums(layout)
    means = Layer0Activations.on(model, tokens_for(model, sample)).z.mean(0)
    patch_effects, position_effects = _patch_effects(Ablation.by_resampling(model, finding[:N_PATCHED]))
    start = (patch_effects >= STARTS_FROM) & (position_effects >= STARTS_FROM)[:, None]
    search = _Search(Ablation.by_means(model, finding, means).towards_the_whole_model(), start)
    agreement, n_edges = [search.agreement], [int(search.edges.sum())]
    possible = possible_edges(layout, model.cfg.n_heads)
    while search.agreement < ENOUGH and n_edges[-1] < MOST * possible.sum() and len(n_edges) <= MOST_STEPS:
        search.add_the_best(possible)
        agreement.append(search.agreement)
        n_edges.append(int(search.edges.sum()))
    while search.remove_what_is_needless():
        pass
    return Circuit(
        search.edges,
        patch_effects,
        position_effects,
        np.array(agreement),
        np.array(n_edges, np.int64),
        search.agreement,
    )


def _patch_effects(
    ablation: Ablation,
) -> tuple[Float[np.ndarray, "digit head position"], Float[np.ndarray, "digit position"]]:
    """The share of each digit's predictions that change when one edge, or all of a position, are patched."""
    possible = possible_edges(layout_of(ablation.model), ablation.model.cfg.n_heads)
    by_site, by_position = np.zeros(possible.shape), np.zeros((len(possible), possible.shape[2]))
    for digit, of_digit in enumerate(possible):
        whole = ablation.digit(digit, np.ones_like(of_digit))

        def effect(*sites: Site, whole: DigitState = whole) -> float:
            return float((ablation.replace_sites(whole, *sites).predictions != whole.predictions).mean())

        for position in np.flatnonzero(of_digit.any(axis=0)).tolist():
            sites = [Site(head, position) for head in range(of_digit.shape[0])]
            by_site[digit, :, position] = [effect(site) for site in sites]
            by_position[digit, position] = effect(*sites)
    return by_site, by_position


class _Search:
    """A circuit that changes edge by edge, and the state of every digit on it."""

    def __init__(self, ablation: Ablation, edges: Edges) -> None:
        self.ablation = ablation
        self.edges = edges.copy()
        self.states = [ablation.digit(digit, of_digit) for digit, of_digit in enumerate(edges)]
        self._additions: dict[int, list[tuple[tuple[Site, ...], DigitState]]] = {}

    @property
    def agreement(self) -> float:
        """The share of whole answers that are those of the whole model."""
        return share_all_right(self.states)

    def add_the_best(self, possible: Edges) -> None:
        """Adds the edges that lower the loss most, per edge: a single one, or all from a position to a digit."""
        for digit in range(len(self.states)):
            if digit not in self._additions:
                self._additions[digit] = list(self._candidates(digit, possible[digit] & ~self.edges[digit]))
        _, digit, sites, state = max(
            (
                ((self.states[digit].loss - state.loss) / len(sites), digit, sites, state)
                for digit, additions in self._additions.items()
                for sites, state in additions
            ),
            key=lambda addition: addition[0],
        )
        for site in sites:
            self.edges[digit, site.head, site.position] = True
        self._move(digit, state)

    def remove_what_is_needless(self) -> bool:
        """Removes the edges that cost the least loss and no agreement; False if there are none."""
        removals = []
        for digit, edges in enumerate(self.edges):
            for sites in _groups(edges):
                state = self.ablation.replace_sites(self.states[digit], *sites)
                others = [state if number == digit else other for number, other in enumerate(self.states)]
                if share_all_right(others) >= self.agreement:
                    removals.append((state.loss - self.states[digit].loss, digit, sites, state))
        if not removals:
            return False
        _, digit, sites, state = min(removals, key=lambda removal: removal[0])
        for site in sites:
            self.edges[digit, site.head, site.position] = False
        self._move(digit, state)
        return True

    def _candidates(
        self, digit: int, missing: Bool[np.ndarray, "head position"]
    ) -> Iterator[tuple[tuple[Site, ...], DigitState]]:
        for sites in _groups(missing):
            yield sites, self.ablation.restore_sites(self.states[digit], *sites)

    def _move(self, digit: int, state: DigitState) -> None:
        self.states[digit] = state.settled
        self._additions.pop(digit, None)


def _groups(mask: Bool[np.ndarray, "head position"]) -> Iterator[tuple[Site, ...]]:
    """Each of some sites alone, and all of them at each position that has several."""
    for position in np.flatnonzero(mask.any(axis=0)).tolist():
        sites = tuple(Site(head, position) for head in np.flatnonzero(mask[:, position]).tolist())
        yield from ((site,) for site in sites)
        if len(sites) > 1:
            yield sites
