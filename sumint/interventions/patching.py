"""Interchange: an activation of one sum put where the same activation of another sum was.

If the answer then changes as if the other sum had been asked, what differs between the two sums passes through
there. That is evidence of a cause, which no correlation is: the rest of the network is as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from sumint.interventions.hooks import Hook
from sumint.interventions.intervals import wilson
from sumint.interventions.sites import Changes, Site, changed, replacing
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import FirstLayer, Z, answers_from, logits_from
from sumint.task.carry_routes import Pairs, Route, pairs_on

LAST = slice(-1, None)
"""The position that predicts the digit in question, where no later ones are kept."""

N_PAIRS = 300
"""How many pairs are drawn for a route, where nothing else is said."""


@dataclass(frozen=True)
class ServedRoute:
    """A route of a carry, and the site that serves it: patching the site alone changes the route's digit."""

    route: Route
    site: Site


def at_site(
    site: Site,
    change: Callable[[Float[Tensor, "sum d_head"]], Float[Tensor, "sum d_head"]],
    activation: str = Z,
) -> Hook:
    """The hook that changes an activation of one head at one position, and leaves all else as it is.

    Of layer 0 what is gathered, unless another of either layer is named.
    """

    def changed(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, site.position, site.head] = change(values[:, site.position, site.head])
        return values

    return activation, changed


def patch(site: Site, source: Float[Tensor, "sum position head d_head"], activation: str = Z) -> Hook:
    """The hook that puts what other sums have gathered at a site in the place of what these have."""
    return at_site(site, lambda _: source[:, site.position, site.head], activation)


def answers(
    model: Model, tokens: Int[Tensor, "sum position"], digit: int, hooks: Sequence[Hook] = ()
) -> Int[np.ndarray, " sum"]:
    """The token that the model says at one digit of the answer, with some activations changed."""
    logits = model.run_with_hooks(tokens, fwd_hooks=list(hooks))
    return as_array(logits[:, layout_of(model).predicting.start + digit].argmax(-1))


@dataclass(frozen=True)
class FlipRates:
    """How often the digit moved by one, by one and by what was done there."""

    n_pairs: Int[np.ndarray, " route"]
    n_flipped: Int[np.ndarray, "route way"]

    @property
    def rates(self) -> Float[np.ndarray, "route way"]:
        """The share of pairs whose digit moved; 0 where there is no pair."""
        return self.n_flipped / np.maximum(self.n_pairs, 1)[:, None]

    @property
    def intervals(self) -> Float[np.ndarray, "route way bound"]:
        """Between which rates the true ones lie, by Wilson's intervals."""
        return wilson(self.n_flipped, np.broadcast_to(self.n_pairs[:, None], self.n_flipped.shape))


@dataclass(frozen=True)
class PatchedPairs:
    """Pairs that the model gets right on both sides, with the tokens of both and what layer 0 gathers for each.

    There are only as many positions as reach the digit.
    """

    pairs: Pairs
    n_drawn: int
    """How many pairs were drawn, the others included."""
    base_tokens: Int[Tensor, "pair position"]
    source_tokens: Int[Tensor, "pair position"]
    base_z: Float[Tensor, "pair position head d_head"]
    source_z: Float[Tensor, "pair position head d_head"]
    base_residual: Float[Tensor, "pair position d_model"]
    """What layer 1 reads of the base."""

    @classmethod
    def on(cls, model: Model, route: Route, seed: int = 0, n_pairs: int = N_PAIRS) -> PatchedPairs:
        """Ask the model for both sums of so many pairs on a route."""
        return cls.of(model, pairs_on(layout_of(model), route, n_pairs, seed))

    @classmethod
    def of(cls, model: Model, pairs: Pairs) -> PatchedPairs:
        """Ask the model for both sums of each pair."""
        import torch

        # What comes after the position that predicts the digit cannot reach it.
        up_to = layout_of(model).predicting.start + pairs.route.digit + 1
        asked = [tokens_for(model, sums)[:, :up_to] for sums in (pairs.base, pairs.source)]
        base, source = (FirstLayer.on(model, tokens) for tokens in asked)
        predicted = [answers_from(model, seen.residual, LAST)[:, 0] for seen in (base, source)]
        is_right = (predicted[0] == pairs.base_digits) & (predicted[1] == pairs.source_digits)
        chosen = torch.from_numpy(is_right).to(asked[0].device)
        of_right = [of_all[chosen] for of_all in (*asked, base.z, source.z, base.residual)]
        return cls(pairs[is_right], len(pairs), *of_right)

    @property
    def towards_carry(self) -> Float[Tensor, "pair 1"]:
        """1 where the source has the carry, −1 where the base has it."""
        import torch

        signs = np.where(self.pairs.base_carries, -1.0, 1.0)[:, None]
        return torch.from_numpy(signs).to(self.base_z)

    def apart(self, site: Site) -> Float[Tensor, "pair d_head"]:
        """What a site gathers for the source less what it gathers for the base."""
        return (self.source_z - self.base_z)[:, site.position, site.head]

    def carry_vector(self, site: Site) -> Float[Tensor, " d_head"]:
        """What a site gathers with the carry less what it gathers without, on average over the pairs."""
        return (self.apart(site) * self.towards_carry).mean(0)

    def by_carry(
        self, baseline: Shaped[np.ndarray, "pair ..."], switched: Shaped[np.ndarray, "pair ..."]
    ) -> tuple[Shaped[np.ndarray, "pair ..."], Shaped[np.ndarray, "pair ..."]]:
        """What was measured of the base, and of the base with the carry switched, as without a carry and with."""
        carries = self.pairs.base_carries.reshape(-1, *[1] * (baseline.ndim - 1))
        return np.where(carries, switched, baseline), np.where(carries, baseline, switched)

    def patched(self, *sites: Site) -> Changes:
        """What makes of these sites of the base what they are for the source."""
        return replacing(self.base_z, self.source_z, *sites)

    def flipped(self, model: Model, changes: Changes) -> Bool[np.ndarray, " pair"]:
        """Whether the model, asked for the base, says the source's digit if some sites gather so much more."""
        return as_array(self.logits(model, changes).argmax(-1)) == self.pairs.source_digits

    def logits(self, model: Model, changes: Changes) -> Float[Tensor, "pair token"]:
        """What the model says of the digit, asked for the base, if some sites gather so much more."""
        return logits_from(model, changed(model, self.base_residual, changes), LAST)[:, 0]

    def flipped_with(self, model: Model, hooks: Sequence[Hook]) -> Bool[np.ndarray, " pair"]:
        """The same with any activations changed."""
        return answers(model, self.base_tokens, self.pairs.route.digit, hooks) == self.pairs.source_digits

    def __len__(self) -> int:
        return len(self.pairs)
