"""Interventions on subspaces of one site, and distributed alignment search (DAS), with `transformer_lens`.

An interchange intervention on a subspace gives the base the source's coordinates inside the subspace and leaves it
its own outside. DAS trains the subspace so that the answer becomes the one that a hypothesis predicts. As training
can find a subspace that the model does not use [Makelov et al., arXiv 2311.17030], and fits even labels without a
meaning [Arora et al., arXiv 2402.12560], it needs controls: arbitrary labels, and a network with other weights.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.head_view import HeadView
from sumint.interventions.patching import FlipRates, PatchedPairs
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, as_array
from sumint.model.partial_pass import Z
from sumint.model.position_pass import PositionPass

N_TRAINING = 120
"""The number of pairs on which a subspace is trained, at most."""

EPOCHS, BATCH, LEARNING_RATE = 10, 30, 0.1
"""The training: 40 steps of Adam. With twice as many the rates change by a few percentage points."""

AT_ONCE = 1000
"""The number of pairs in one pass without gradients."""

Intervention = Callable[[Tensor, Tensor], Tensor]
"""Maps the head outputs of bases and sources [pair, d_head] to new head outputs of the bases."""


@dataclass(frozen=True)
class PairsAtSite:
    """Pairs of sums on a model, as interventions on the head output at one site see them."""

    view: HeadView
    run: PositionPass
    """The bases, then the sources."""
    base_digits: Int[Tensor, " pair"]
    source_digits: Int[Tensor, " pair"]
    source_names: tuple[str, ...]

    @classmethod
    def on(cls, model: Model, pairs: PatchedPairs, site: Site) -> PairsAtSite:
        """Runs a model on the pairs; it may be another model than the one that predicts them correctly."""
        import torch

        tokens = torch.cat([pairs.base_tokens, pairs.source_tokens])
        base_digits, source_digits = (
            torch.from_numpy(digits).to(tokens.device)
            for digits in (pairs.pairs.base_digits, pairs.pairs.source_digits)
        )
        return cls(
            HeadView(model, site.head),
            PositionPass.on(model, tokens, site.position),
            base_digits,
            source_digits,
            tuple(pairs.pairs.source.strings),
        )

    def __len__(self) -> int:
        return len(self.base_digits)

    def train(self, targets: Int[Tensor, " pair"], rank: int) -> Float[Tensor, "d_head rank"]:
        """An orthonormal basis of the subspace in which the source's coordinates give the targets, by DAS."""
        from transformer_lens.tools.analysis.interchange import fit_das

        return fit_das(
            self.view,
            Z,
            self._bases,
            self._sources,
            targets,
            self.run.logits,
            rank=rank,
            base_positions=self._position,
            source_positions=self._position,
            epochs=EPOCHS,
            batch_size=BATCH,
            lr=LEARNING_RATE,
        ).basis

    @cached_property
    def base_z(self) -> Float[Tensor, "pair d_head"]:
        """The head output at the site for the bases."""
        return self._z(self._bases)

    @cached_property
    def source_z(self) -> Float[Tensor, "pair d_head"]:
        """The head output at the site for the sources."""
        return self._z(self._sources)

    def logits(self, intervention: Intervention) -> Float[Tensor, "pair token"]:
        """The logits of the bases under an intervention."""
        from transformer_lens.tools.analysis.interchange import intervened_logits

        return intervened_logits(
            self.view,
            Z,
            intervention,
            self._bases,
            self.source_z,
            self.run.logits,
            positions=self._position,
            batch_size=AT_ONCE,
        )

    def becomes(self, targets: Int[Tensor, " pair"], intervention: Intervention) -> Bool[np.ndarray, " pair"]:
        """Whether the model predicts the targets for the bases under an intervention."""
        return as_array(self.logits(intervention).argmax(-1)) == as_array(targets)

    def gradients(self, share: float) -> Float[Tensor, "pair d_head"]:
        """The gradients, with respect to the head output, of the source digit's logit minus the base digit's.

        They are taken at a share of the way from the base's head output to the source's.
        """
        import torch
        from transformer_lens.tools.analysis.interchange import run_with_intervention

        z = self.base_z.lerp(self.source_z, share).requires_grad_()
        logits = run_with_intervention(
            self.view,
            Z,
            lambda base, source: z.to(base),
            self._bases,
            self.source_z,
            self.run.logits,
            positions=self._position,
        )
        digits = torch.stack([self.source_digits, self.base_digits], dim=1)
        towards_source, towards_base = logits.gather(1, digits).sum(0)
        (gradients,) = torch.autograd.grad(towards_source - towards_base, z)
        return gradients

    @property
    def arbitrary_digits(self) -> Int[Tensor, " pair"]:
        """One of the pair's two digits, by a fixed random assignment to the sources: labels without a meaning.

        Both digits are within the reach of the site, so the labels are harder to refute than random digits.
        """
        from transformer_lens.tools.analysis.interchange import arbitrary_targets

        is_base = arbitrary_targets(self.source_names, 2, seed=0).to(self.base_digits.device) == 0
        return self.base_digits.where(is_base, self.source_digits)

    def _z(self, rows: Int[Tensor, " pair"]) -> Float[Tensor, "pair d_head"]:
        from transformer_lens.tools.analysis.interchange import collect_activations

        return collect_activations(
            self.view, Z, rows, self.run.logits, positions=self._position, batch_size=AT_ONCE
        )

    @property
    def _bases(self) -> Int[Tensor, " pair"]:
        import torch

        return torch.arange(len(self), device=self.base_digits.device)

    @property
    def _sources(self) -> Int[Tensor, " pair"]:
        return self._bases + len(self)

    @property
    def _position(self) -> Int[Tensor, " pair"]:
        """The position of the site in what the hook receives, which is that position alone."""
        return self._bases * 0


def interchange(basis: Float[Tensor, "d_head rank"]) -> Intervention:
    """Gives the base the source's coordinates in a subspace with this orthonormal basis."""
    from transformer_lens.tools.analysis.interchange import SubspaceInterchange

    return SubspaceInterchange(basis)


def random_move(basis: Float[Tensor, "d_head rank"], seed: int) -> Intervention:
    """Moves the base as far as `interchange` on this basis does, but in a random subspace of the same rank."""
    from transformer_lens.tools.analysis.interchange import NormMatchedPlacebo, SubspaceInterchange, random_basis

    return NormMatchedPlacebo(
        SubspaceInterchange(basis), random_basis(d_model=basis.shape[0], rank=basis.shape[1], seed=seed)
    )


def random_direction(d_head: int, seed: int) -> Float[Tensor, " d_head"]:
    """The direction of norm 1 along which `random_move` moves, for a subspace of rank 1."""
    from transformer_lens.tools.analysis.interchange import random_basis

    return random_basis(d_model=d_head, rank=1, seed=seed)[:, 0]


TRAININGS = ("true digits", "arbitrary digits", "random weights")
"""What a subspace is trained on: the hypothesis, and the two controls that should fail."""


@dataclass(frozen=True)
class FittedRates(FlipRates, way=TRAININGS):
    """How often training pairs get the digit that they were trained to get, by what was trained (`TRAININGS`)."""


@dataclass(frozen=True)
class Training:
    """A subspace that was trained at a site, and how well it and its controls fit their training pairs."""

    pairs: PairsAtSite
    """The training pairs."""
    basis: Float[Tensor, "d_head rank"]
    n_pairs: Int[np.ndarray, " direction"]
    n_fitted: Int[np.ndarray, "direction training"]
    """The number of training pairs for which the intervention gives the digit that it was trained to give."""

    @classmethod
    def at(cls, model: Model, untrained: Model, pairs: PatchedPairs, site: Site, rank: int) -> Training:
        """Trains a subspace at a site to switch the carry, one for arbitrary digits, and one on random weights."""
        pairs = pairs.first(N_TRAINING)
        at_site, at_random = (PairsAtSite.on(network, pairs, site) for network in (model, untrained))
        cases = (
            (at_site, at_site.source_digits),
            (at_site, at_site.arbitrary_digits),
            (at_random, at_random.source_digits),
        )
        bases = [of.train(targets, rank) for of, targets in cases]
        n_fitted = [
            pairs.count(of.becomes(targets, interchange(basis)))
            for (of, targets), basis in zip(cases, bases, strict=True)
        ]
        return cls(at_site, bases[0], pairs.n_by_direction, np.stack(n_fitted, axis=1))


def untrained_copy(model: Model) -> Model:
    """A copy of the model with random weights, drawn as PyTorch's modules do by default."""
    from transformer_lens.tools.analysis.interchange import reinitialized

    # transformer_lens prints where it moves the copy.
    with redirect_stdout(StringIO()):
        copy: Any = reinitialized(model, seed=0)
    return copy.requires_grad_(False)
