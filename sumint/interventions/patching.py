"""Activation patching, also called interchange intervention: replaces an activation by that of another sum.

If the answer then becomes that of the other sum, the difference between the two sums passes through the patched
activation. This is causal evidence, which a correlation is not: the rest of the network is unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from sumint.interventions.hooks import Hook
from sumint.interventions.intervals import wilson
from sumint.interventions.sites import Changes, Site, apply_changes, changes_to
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, Z, logits_from, predictions_from
from sumint.results.result import Result
from sumint.task.carry_routes import Pairs, Route, pairs_on

LAST = slice(-1, None)
"""The position that predicts the route's digit, in sequences that end there."""

N_PAIRS = 300
"""The default number of random pairs for a route."""


DIRECTIONS = ("on", "off")
"""The two directions of a patch: a carry is switched on where only the source has it, and off where only the base
has it. What switches a carry on need not switch it off, so the two are never pooled."""


@dataclass(frozen=True)
class ServedRoute:
    """A route of a carry, and the site that serves it: patching the site alone changes the route's digit."""

    route: Route
    site: Site


def names_of(served_routes: Iterable[ServedRoute]) -> tuple[str, ...]:
    """The names of some routes, in order."""
    return tuple(served.route.name for served in served_routes)


@dataclass(frozen=True)
class RouteSites:
    """A route, and the sites that are patched together on it: one that holds its carry, or several."""

    route: Route
    sites: tuple[Site, ...]


def edit_site(
    site: Site,
    change: Callable[[Float[Tensor, "sum d_head"]], Float[Tensor, "sum d_head"]],
    activation: str = Z,
) -> Hook:
    """A hook that changes an activation of one head at one position, by default the output of a layer-0 head."""

    def edit(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, site.position, site.head] = change(values[:, site.position, site.head])
        return values

    return activation, edit


def patch(site: Site, source: Float[Tensor, "sum position head d_head"], activation: str = Z) -> Hook:
    """A hook that replaces an activation at a site by that of the source sums."""
    return edit_site(site, lambda _: source[:, site.position, site.head], activation)


def predictions(
    model: Model, tokens: Int[Tensor, "sum position"], digit: int, hooks: Sequence[Hook] = ()
) -> Int[np.ndarray, " sum"]:
    """The token that the model predicts at one digit of the answer, in a forward pass with some hooks."""
    logits = model.run_with_hooks(tokens, fwd_hooks=list(hooks))
    return as_array(logits[:, layout_of(model).predicting.start + digit].argmax(-1))


@dataclass(frozen=True)
class FlipRates(Result, route="route_names", direction=DIRECTIONS):
    """How often the predicted digit becomes the source's, by route, direction and intervention."""

    n_pairs: Int[np.ndarray, "route direction"]
    n_flipped: Int[np.ndarray, "route direction way"]
    route_names: tuple[str, ...] = field(kw_only=True)

    @property
    def rates(self) -> Float[np.ndarray, "route direction way"]:
        """The share of pairs whose digit becomes the source's; NaN if there is no pair."""
        return shares_of(self.n_flipped, self.n_pairs[..., None])

    @property
    def intervals(self) -> Float[np.ndarray, "route direction way bound"]:
        """Wilson's intervals of the rates."""
        return wilson(self.n_flipped, np.broadcast_to(self.n_pairs[..., None], self.n_flipped.shape))


def shares_of(counts: Int[np.ndarray, ...], totals: Int[np.ndarray, ...]) -> Float[np.ndarray, ...]:
    """Counts divided by totals; NaN where the total is 0."""
    return np.where(totals > 0, counts / np.maximum(totals, 1), np.nan)


@dataclass(frozen=True)
class PatchedPairs:
    """Pairs on which the model predicts both digits correctly, with tokens and layer-0 activations.

    Sequences end at the position that predicts the route's digit, which later positions cannot influence.
    """

    pairs: Pairs
    n_drawn: int
    """The number of pairs before those with a wrong prediction were removed."""
    base_tokens: Int[Tensor, "pair position"]
    source_tokens: Int[Tensor, "pair position"]
    base_z: Float[Tensor, "pair position head d_head"]
    source_z: Float[Tensor, "pair position head d_head"]
    base_residual: Float[Tensor, "pair position d_model"]
    """The residual of the base that layer 1 reads."""

    @classmethod
    def on(cls, model: Model, route: Route, seed: int = 0, n_pairs: int = N_PAIRS) -> PatchedPairs:
        """Draws this many random pairs on a route and runs the model on them."""
        return cls.of(model, pairs_on(layout_of(model), route, n_pairs, seed))

    @classmethod
    def of(cls, model: Model, pairs: Pairs) -> PatchedPairs:
        """Runs the model on both sums of each pair."""
        import torch

        # Positions after the one that predicts the digit cannot influence it.
        stop = layout_of(model).predicting.start + pairs.route.digit + 1
        tokens = [tokens_for(model, sums)[:, :stop] for sums in (pairs.base, pairs.source)]
        base, source = (Layer0Activations.on(model, of_sums) for of_sums in tokens)
        predicted = [predictions_from(model, layer_0.residual, LAST)[:, 0] for layer_0 in (base, source)]
        is_right = (predicted[0] == pairs.base_digits) & (predicted[1] == pairs.source_digits)
        mask = torch.from_numpy(is_right).to(tokens[0].device)
        of_right = [tensor[mask] for tensor in (*tokens, base.z, source.z, base.residual)]
        return cls(pairs[is_right], len(pairs), *of_right)

    def first(self, n_pairs: int) -> PatchedPairs:
        """The first of the pairs, or all if there are fewer."""
        tensors = (self.base_tokens, self.source_tokens, self.base_z, self.source_z, self.base_residual)
        return PatchedPairs(
            self.pairs[np.arange(len(self)) < n_pairs], self.n_drawn, *(tensor[:n_pairs] for tensor in tensors)
        )

    @property
    def towards_carry(self) -> Float[Tensor, "pair 1"]:
        """1 if the source has the carry, −1 if the base has it."""
        import torch

        signs = np.where(self.pairs.base_carries, -1.0, 1.0)[:, None]
        return torch.from_numpy(signs).to(self.base_z)

    def difference(self, site: Site) -> Float[Tensor, "pair d_head"]:
        """The head output at a site for the source, minus that for the base."""
        return (self.source_z - self.base_z)[:, site.position, site.head]

    def carry_vector(self, site: Site) -> Float[Tensor, " d_head"]:
        """The mean over pairs of the head output at a site with the carry, minus that without."""
        return (self.difference(site) * self.towards_carry).mean(0)

    @property
    def is_off(self) -> Bool[np.ndarray, " pair"]:
        """Whether a patch switches the carry off; otherwise it switches it on."""
        return self.pairs.base_carries

    @property
    def n_by_direction(self) -> Int[np.ndarray, " direction"]:
        """The number of pairs by the direction of the patch."""
        return self.count(np.ones(len(self), bool))

    def count(self, is_counted: Bool[np.ndarray, " pair"]) -> Int[np.ndarray, " direction"]:
        """How many of the marked pairs there are, by the direction of the patch."""
        return np.array([(is_counted & ~self.is_off).sum(), (is_counted & self.is_off).sum()], np.int64)

    def mean_by_direction(self, values: Float[np.ndarray, "*kind pair"]) -> Float[np.ndarray, "*kind direction"]:
        """The mean over the pairs of each direction; NaN if there is none."""
        means = [
            values[..., mask].mean(axis=-1) if mask.any() else np.full(values.shape[:-1], np.nan)
            for mask in (~self.is_off, self.is_off)
        ]
        return np.stack(means, axis=-1)

    def by_carry(
        self, baseline: Shaped[np.ndarray, "pair ..."], switched: Shaped[np.ndarray, "pair ..."]
    ) -> tuple[Shaped[np.ndarray, "pair ..."], Shaped[np.ndarray, "pair ..."]]:
        """Measurements of the base, and of the base with its carry switched, as those without and with a carry."""
        carries = self.pairs.base_carries.reshape(-1, *[1] * (baseline.ndim - 1))
        return np.where(carries, switched, baseline), np.where(carries, baseline, switched)

    def changes_at(self, *sites: Site) -> Changes:
        """The changes that patch these sites of the base with the head outputs of the source."""
        return changes_to(self.base_z, self.source_z, *sites)

    def is_flipped(self, model: Model, changes: Changes) -> Bool[np.ndarray, " pair"]:
        """Whether the model predicts the source's digit for the base, after changes at some sites."""
        return as_array(self.logits(model, changes).argmax(-1)) == self.pairs.source_digits

    def logits(self, model: Model, changes: Changes) -> Float[Tensor, "pair token"]:
        """The logits at the route's digit for the base, after changes at some sites."""
        return logits_from(model, apply_changes(model, self.base_residual, changes), LAST)[:, 0]

    def is_flipped_by(self, model: Model, hooks: Sequence[Hook]) -> Bool[np.ndarray, " pair"]:
        """Whether the model predicts the source's digit for the base, in a forward pass with some hooks."""
        return predictions(model, self.base_tokens, self.pairs.route.digit, hooks) == self.pairs.source_digits

    def __len__(self) -> int:
        return len(self.pairs)
