"""One sum, step by step: which carry a digit needs, who holds it, where layer 1 looks, and what turns the hand.

Averages over many sums say what is so as a rule. Here the same is measured of a few sums one by one, digit by
digit. A digit of the answer needs the carry that the nearest column decides which does not sum to nine. A site of
layer 0 holds it as a quantity: how far what it writes lies on the way from the mean without the carry to the mean
with it. Layer 1's heads look for it, and each adds an arrow to the hand of the digit's logits, their first
frequency.

Then the carry is switched: the difference that it makes on average is taken away at the site that serves its
route, or added where no carry comes, and nothing else is changed. What layer 1 then does otherwise is due to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.interventions.hooks import Hook, activations
from sumint.interventions.patching import PatchedPairs, ServedRoute, at_site
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import FirstLayer
from sumint.model.phasors import HAND, carried, hand_parts, part_names
from sumint.task.carries import carrying
from sumint.task.carry_routes import Pairs, Route, pairs_on, routes_of
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import Layout, Sums, drawn_evenly

AS_IT_IS, SWITCHED = range(2)
"""The two ways in which the model is asked."""

N_DRAWN = 50
SEED = 3
"""For each route so many sums are drawn to choose one from, and not those on which anything else was measured."""
N_WITHOUT = 500
"""Of so many sums drawn evenly, enough carry nothing, with up to six digits."""

NONE = -1

PATTERN, LOGITS = "blocks.1.attn.hook_pattern", "unembed.hook_out"


@dataclass(frozen=True)
class WorkedExample:
    """What happens inside the model for each digit of a few sums, as it is and with the digit's carry switched.

    A digit's carry can be switched if a column decides it and a site serves the route; else what would be there
    then is NaN.
    """

    a: Int[np.ndarray, " sum"]
    b: Int[np.ndarray, " sum"]
    decides: Int[np.ndarray, "sum digit"]
    """The nearest column on the right that does not sum to nine; −1 if there is none."""
    served: Int[np.ndarray, "route 4"]
    """Each route that a site serves: its column and digit, and the site's head and position."""
    held: Float[np.ndarray, "sum route"]
    """What the one's site holds: 0 is its mean without a carry and 1 that with one, on the first route that it
    serves."""
    usual: Float[np.ndarray, "route carry"]
    """The same on average over sums without and with a carry on this route."""
    attention: Float[np.ndarray, "sum digit way head position"]
    """Layer 1's, from the position that predicts the digit."""
    parts: Complex[np.ndarray, "sum digit way part"]
    """What each part adds to the first frequency of the digit's ten logits."""
    part_names: tuple[str, ...]
    """Layer 1's heads, and last all that was there before: embeddings, layer 0 and biases."""
    predicted: Int[np.ndarray, "sum digit way"]
    """The token that the model says; −1 where nothing is switched."""
    chosen_for: Int[np.ndarray, "sum 2"]
    """The column and the digit of the route that a sum was chosen for; −1 if it was for none."""
    n_digits: int

    @property
    def sums(self) -> Sums:
        return Sums(Layout(self.n_digits), self.a, self.b)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The site of each one."""
        return tuple(Site(head, position) for head, position in self.served[:, 2:].tolist())

    @property
    def hand(self) -> Complex[np.ndarray, "sum digit way"]:
        """All parts together."""
        return self.parts.sum(axis=-1)

    @property
    def carried(self) -> Float[np.ndarray, "sum digit way"]:
        """How much is carried into each digit, in digits: 0 or 1 for exact addition."""
        totals = (self.sums.a_digits + self.sums.b_digits).astype(np.float64)
        return carried(self.hand, np.stack([totals, totals], axis=-1))

    def route(self, number: int) -> Route | None:
        """The route that a sum was chosen for; None if it was for none."""
        column, digit = self.chosen_for[number].tolist()
        return None if column == NONE else Route(column, digit)


@dataclass(frozen=True)
class _Carry:
    """What the carry on a one is at its site."""

    vector: Float[Tensor, " d_head"]
    """The mean with it less the mean without."""
    middle: Float[Tensor, " d_head"]
    """Halfway between the two."""

    @classmethod
    def on(cls, model: Model, one: ServedRoute) -> _Carry:
        asked, site = PatchedPairs.on(model, one.route, seed=1), one.site
        both = (asked.base_z + asked.source_z)[:, site.position, site.head]
        return cls(asked.carry_vector(site), both.mean(0) / 2)

    @property
    def is_known(self) -> bool:
        """Whether there were pairs to measure it on."""
        return bool(self.vector.isfinite().all())

    def sides(self) -> list[Float[Tensor, " d_head"]]:
        """The mean without the carry, and the mean with it."""
        return [self.middle - self.vector / 2, self.middle + self.vector / 2]

    def held(
        self, z: Float[Tensor, "any d_head"], w_o: Float[Tensor, "d_head d_model"]
    ) -> Float[np.ndarray, " any"]:
        """How far what is gathered lies from the one mean to the other, once it is written."""
        axis = self.vector @ w_o
        wrote = (z - self.sides()[0]) @ w_o
        return as_array(wrote @ axis / (axis @ axis))


def worked_example(
    model: Model,
    sample: Sums,  # noqa: ARG001 — it looks at sums of its own
    *,
    served: tuple[ServedRoute, ...],
    wrong: tuple[tuple[int, int], ...] = (),
) -> WorkedExample:
    """A sum for every route, the longest first, one that carries nothing, and those given, digit by digit."""
    layout = layout_of(model)
    all_routes = sorted(routes_of(layout), key=lambda route: -route.n_nines)
    sums = _chosen(model, all_routes, wrong)
    tokens = tokens_for(model, sums)
    carries = [_Carry.on(model, one) for one in served]
    behind = np.arange(layout.n_digits) + 1 + runs_of_nines(sums)
    decides = np.where(behind < layout.n_digits, behind, NONE)
    held, usual = _held(model, tokens, served, carries)

    shape = (len(sums), layout.n_digits, 2)
    attention = np.full((*shape, model.cfg.n_heads, layout.n_ctx), np.nan, np.float32)
    parts = np.full((*shape, model.cfg.n_heads + 1), complex(np.nan, np.nan))
    predicted = np.full(shape, NONE)
    routes = [one.route for one in served]
    chosen_for = np.full((len(sums), 2), NONE)
    chosen_for[: len(all_routes)] = [(route.column, route.digit) for route in all_routes]
    for digit in range(layout.n_digits):
        attention[:, digit, AS_IT_IS], parts[:, digit, AS_IT_IS], predicted[:, digit, AS_IT_IS] = _asked(
            model, tokens, digit
        )
        for route, one, carry in zip(routes, served, carries, strict=True):
            chosen = np.flatnonzero(decides[:, digit] == route.column)
            if route.digit != digit or not len(chosen) or not carry.is_known:
                continue
            signs = np.where(sums.carry_in[chosen, digit], -1.0, 1.0)[:, None]
            change = carry.vector.new_tensor(signs) * carry.vector
            hook = at_site(one.site, lambda z, change=change: z + change)
            here = chosen, digit, SWITCHED
            attention[here], parts[here], predicted[here] = _asked(model, tokens[chosen], digit, [hook])
    return WorkedExample(
        a=sums.a,
        b=sums.b,
        decides=decides,
        served=np.array([(*astuple(one.route), *astuple(one.site)) for one in served], np.int64).reshape(-1, 4),
        held=held,
        usual=usual,
        attention=attention,
        parts=parts,
        part_names=part_names(model),
        predicted=predicted,
        chosen_for=chosen_for,
        n_digits=layout.n_digits,
    )


def _asked(
    model: Model, tokens: Int[Tensor, "sum position"], digit: int, hooks: Sequence[Hook] = ()
) -> tuple[Float[np.ndarray, "sum head position"], Complex[np.ndarray, "sum part"], Int[np.ndarray, " sum"]]:
    """Where layer 1 looks from the position that predicts a digit, what the parts add, and what is said."""
    seen = activations(model, tokens, (*HAND, PATTERN, LOGITS), hooks)
    position = layout_of(model).predicting.start + digit
    looks, logits = seen[PATTERN][:, :, position], seen[LOGITS][:, position]
    return as_array(looks), hand_parts(model, seen, digit), as_array(logits.argmax(-1))


def _held(
    model: Model, tokens: Int[Tensor, "sum position"], served: tuple[ServedRoute, ...], carries: Sequence[_Carry]
) -> tuple[Float[np.ndarray, "sum route"], Float[np.ndarray, "route carry"]]:
    """What the sums' sites hold of the carry, and what they hold without and with one on average."""
    import torch

    z = FirstLayer.on(model, tokens).z
    held, usual = np.zeros((len(tokens), len(served))), np.zeros((len(served), 2))
    first: dict[Site, _Carry] = {}
    for number, (one, carry) in enumerate(zip(served, carries, strict=True)):
        site = one.site
        w_o = model.W_O[0][site.head]
        measure = first.setdefault(site, carry)
        held[:, number] = measure.held(z[:, site.position, site.head], w_o)
        usual[number] = measure.held(torch.stack(carry.sides()), w_o)
    return held, usual


def _chosen(model: Model, routes: Sequence[Route], wrong: tuple[tuple[int, int], ...]) -> Sums:
    """A sum for every route, one without any carry, and those given; none of them twice."""
    layout = layout_of(model)
    evenly = drawn_evenly(layout, N_WITHOUT, SEED)
    drawn = [_with_carry(pairs_on(layout, route, N_DRAWN, SEED)) for route in routes]
    chosen: list[tuple[int, int]] = []
    for candidates in (*drawn, evenly[~carrying(evenly)]):
        predicted = model(tokens_for(model, candidates))[:, layout.predicting].argmax(-1)
        n_right = (as_array(predicted) == candidates.answer_digits).sum(axis=1)
        # The first of those that the model gets most digits of right: all, where it has learnt to add.
        by_right = candidates[np.argsort(-n_right, kind="stable")]
        operands = zip(by_right.a.tolist(), by_right.b.tolist(), strict=True)
        chosen.append(next(pair for pair in operands if pair not in chosen))
    chosen += [pair for pair in dict.fromkeys(wrong) if pair not in chosen]
    a, b = np.array(chosen).T
    return Sums(layout, a, b)


def _with_carry(pairs: Pairs) -> Sums:
    """Of each pair the sum that has the carry."""
    base, source, carries = pairs.base, pairs.source, pairs.base_carries
    return Sums(base.layout, np.where(carries, base.a, source.a), np.where(carries, base.b, source.b))
