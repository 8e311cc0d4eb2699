"""Circuits of edges from layer-0 sites to answer digits, and the model run on such a circuit alone.

An edge leads from a site, which is the output of one layer-0 head at one position, to one digit of the answer. The
model is run on a circuit by computing each digit from the sites with an edge to it: the outputs of all other sites
are replaced by their means over the sample, or by those of another sum. Two digits can see different sites, so
layer 1 runs once for each digit, at the position that predicts it.

Some things are given to every digit and have no edge: the embeddings of tokens and positions, at all positions up
to the one that predicts it, and layer 1 itself. A site that is kept has the output that it has in the whole model,
where it attends to all tokens up to its position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from einops import einsum, rearrange
from jaxtyping import Bool, Float, Int

from sumint.interventions.digit_state import DigitState
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.task.sums import Layout, Sums, uniform_sums

N_FINDING, N_SCORING, SEED = 1000, 1000, 5
"""The halves of a sample: the sums on which a circuit is found and those on which it is scored; and its seed."""

Edges = Bool[np.ndarray, "digit head position"]
"""Which sites each answer digit sees."""

Edge = tuple[int, int, int]
"""The digit that an edge leads to, and the head and the position of the site from which it comes."""


def finding_sums(layout: Layout) -> Sums:
    """The sums on which a circuit is found."""
    return uniform_sums(layout, N_FINDING + N_SCORING, SEED)[:N_FINDING]


def scoring_sums(layout: Layout) -> Sums:
    """The sums on which a circuit is scored: none that the search has seen, but for chance."""
    return uniform_sums(layout, N_FINDING + N_SCORING, SEED)[N_FINDING:]


def possible_edges(layout: Layout, n_heads: int) -> Edges:
    """All edges that there can be: to each digit, from every site up to the position that predicts it."""
    digits = np.arange(layout.n_digits)[:, None, None]
    is_before = np.arange(layout.n_ctx) <= layout.predicting.start + digits
    return np.broadcast_to(is_before, (layout.n_digits, n_heads, layout.n_ctx)).copy()


def list_edges(edges: Edges) -> tuple[Edge, ...]:
    """The edges of a circuit, ordered by digit, head and position."""
    return tuple((digit, head, position) for digit, head, position in np.argwhere(edges).tolist())


def edge_names(listed: Iterable[Sequence[int]], layout: Layout) -> tuple[str, ...]:
    """The names of edges, by the site and the digit: H0.1 at B3 → C2."""
    return tuple(f"{Site(head, position).name(layout)} → C{digit}" for digit, head, position in listed)


def edges_of(listed: tuple[Edge, ...], layout: Layout, n_heads: int) -> Edges:
    """The circuit that has the listed edges."""
    edges = np.zeros((layout.n_digits, n_heads, layout.n_ctx), bool)
    for edge in listed:
        edges[edge] = True
    return edges


@dataclass(frozen=True)
class Ablation:
    """Some sums, and what replaces the outputs of the sites that a circuit leaves out."""

    model: Model
    sums: Sums
    residual: Float[Tensor, "sum position d_model"]
    """The residual stream that layer 1 reads in the whole model."""
    changes: Float[Tensor, "sum head position d_model"]
    """What replacing the output of each site adds to it."""
    targets: Int[Tensor, "sum digit"]
    """The digits that count as right: those of the sums, or those that the whole model predicts."""

    @classmethod
    def by_means(cls, model: Model, sums: Sums, means: Float[Tensor, "position head d_head"]) -> Ablation:
        """The outputs of layer-0 heads are replaced by their means."""
        layer_0 = Layer0Activations.on(model, tokens_for(model, sums))
        return cls._of(model, sums, layer_0, means - layer_0.z)

    @classmethod
    def by_resampling(cls, model: Model, sums: Sums, seed: int = 0) -> Ablation:
        """The outputs are replaced by those of another sum, one for all sites, drawn without replacement."""
        layer_0 = Layer0Activations.on(model, tokens_for(model, sums))
        others = layer_0.z[_derangement(len(sums), seed)]
        return cls._of(model, sums, layer_0, others - layer_0.z)

    @classmethod
    def _of(
        cls,
        model: Model,
        sums: Sums,
        layer_0: Layer0Activations,
        change: Float[Tensor, "sum position head d_head"],
    ) -> Ablation:
        import torch

        written = einsum(
            change,
            model.W_O[0],
            "sum position head d_head, head d_head d_model -> sum head position d_model",
        )
        targets = torch.from_numpy(sums.answer_digits).to(layer_0.residual.device)
        return cls(model, sums, layer_0.residual, written, targets)

    def towards_the_whole_model(self) -> Ablation:
        """The same, where the whole model's predictions count as right."""
        import torch

        all_sites = np.ones(tuple(self.changes.shape[1:3]), bool)
        whole = [self.digit(digit, all_sites).predictions for digit in range(self.targets.shape[1])]
        return replace(self, targets=torch.from_numpy(np.stack(whole, axis=1)).to(self.targets.device))

    def __getitem__(self, which: slice) -> Ablation:
        """The same for some of the sums."""
        return replace(
            self,
            sums=self.sums[which],
            residual=self.residual[which],
            changes=self.changes[which],
            targets=self.targets[which],
        )

    def digit(self, digit: int, edges: Bool[np.ndarray, "head position"]) -> DigitState:
        """The computation of one answer digit that sees only the sites of these edges."""
        return self.digit_on_each(digit, edges[None])

    def digit_on_each(self, digit: int, edges: Bool[np.ndarray, "circuit head position"]) -> DigitState:
        """The same on several circuits at once: all sums on the first, then all on the second, and so on."""
        import torch

        stop = layout_of(self.model).predicting.start + digit + 1
        is_replaced = torch.from_numpy(~edges[..., :stop]).to(self.changes)
        changes = einsum(
            is_replaced,
            self.changes[:, :, :stop],
            "circuit head position, sum head position d_model -> circuit sum position d_model",
        )
        residual = rearrange(
            self.residual[:, :stop] + changes, "circuit sum position d_model -> (circuit sum) position d_model"
        )
        return DigitState.of(self.model, residual, self.targets[:, digit].repeat(len(edges)))

    def replace_sites(self, state: DigitState, *sites: Site) -> DigitState:
        """The computation of a digit with the sites, which are at one position, replaced as well."""
        return state.after(sites[0].position, self.change_of(*sites))

    def restore_sites(self, state: DigitState, *sites: Site) -> DigitState:
        """The computation of a digit with the sites, which are at one position, no longer replaced."""
        return state.after(sites[0].position, -self.change_of(*sites))

    def change_of(self, *sites: Site) -> Float[Tensor, "sum d_model"]:
        """What replacing the outputs of some sites, which are at one position, adds to the residual stream."""
        (position,) = {site.position for site in sites}
        return self.changes[:, [site.head for site in sites], position].sum(dim=1)


def _derangement(n: int, seed: int) -> Int[np.ndarray, " n"]:
    """A random permutation that leaves nothing in its place: each is followed by the next of a random cycle."""
    order = np.random.default_rng([seed, n]).permutation(n)
    following = np.empty(n, np.int64)
    following[order] = np.roll(order, -1)
    return following
