"""One sum, step by step: the carry each digit needs, the sites that hold it, layer 1's attention and the phase.

Averages over many sums show the rule. This analysis measures the same quantities for a few individual sums, digit
by digit. The carry into a digit is decided by the nearest column on its right that does not sum to nine. The carry
level of a layer-0 site is a quantity: the position of the site's output along its carry direction, 0 at the mean
without the carry and 1 at the mean with it. Layer 1's heads attend to such sites. The phase of a digit's logits,
less the sum of its two digits, is the carry that the model adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from sumint.interventions.hooks import activations
from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.model.phasors import carry_amount, digit_boundaries
from sumint.results.result import Result
from sumint.task.carries import has_carry
from sumint.task.carry_routes import Pairs, Route, pairs_on, routes_of
from sumint.task.cascades import runs_of_nines
from sumint.task.column_states import NINE
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums, uniform_sums

N_CANDIDATES = 50
SEED = 3
"""For each route this many sums are drawn to choose one from, with a seed that no other measurement uses."""
N_WITHOUT = 500
"""Of this many uniform sums enough have no carry, for up to six digits."""

NONE = -1

PATTERN, LOGITS = "blocks.1.attn.hook_pattern", "unembed.hook_out"


@dataclass(frozen=True)
class WorkedExample(
    Result,
    entry=("column", "digit", "head", "position"),
    end=("column", "digit"),
    carry=("without", "with"),
    head="H1.{}",
):
    """The model's internal quantities for each digit of a few sums."""

    a: Int[np.ndarray, " sum"]
    b: Int[np.ndarray, " sum"]
    deciding_column: Int[np.ndarray, "sum digit"]
    """The nearest column on the right that does not sum to nine; −1 if there is none."""
    served_routes: Int[np.ndarray, "route entry=4"]
    """Each route that a site serves: its column and digit, and the site's head and position."""
    carry_level: Float[np.ndarray, "sum route"]
    """The carry level at the route's site: 0 at the mean without a carry and 1 at the mean with one, on the first
    route that the site serves."""
    mean_carry_level: Float[np.ndarray, "route carry"]
    """The mean carry level over sums without and with a carry on this route."""
    attention: Float[np.ndarray, "sum digit head position"]
    """The attention pattern of layer 1 from the position that predicts the digit."""
    phasor: Complex[np.ndarray, "sum digit"]
    """The first frequency of the digit's ten logits."""
    predicted: Int[np.ndarray, "sum digit"]
    """The token that the model predicts."""
    boundaries: Float[np.ndarray, " digit_value"]
    """The phase at which each of the ten digits ends and the next begins, in digits from −5 to 5."""
    chosen_for: Int[np.ndarray, "sum end=2"]
    """The column and the digit of the route for which a sum was chosen; −1 if it was chosen for none."""
    n_digits: int

    @property
    def sums(self) -> Sums:
        return Sums(Layout(self.n_digits), self.a, self.b)

    @property
    def strings(self) -> list[str]:
        """Each sum as a string."""
        return self.sums.strings

    @property
    def route_names(self) -> tuple[str, ...]:
        """The names of the served routes."""
        return tuple(Route(column, digit).name for column, digit in self.served_routes[:, :2].tolist())

    @property
    def sites(self) -> tuple[Site, ...]:
        """The site of each served route."""
        return tuple(Site(head, position) for head, position in self.served_routes[:, 2:].tolist())

    @property
    def carry_amount(self) -> Float[np.ndarray, "sum digit"]:
        """The carry that the model adds to each digit, in digits: 0 or 1 for exact addition."""
        return carry_amount(self.phasor, (self.sums.a_digits + self.sums.b_digits).astype(np.float64))

    def route(self, number: int) -> Route | None:
        """The route for which a sum was chosen; None if it was chosen for none."""
        column, digit = self.chosen_for[number].tolist()
        return None if column == NONE else Route(column, digit)


@dataclass(frozen=True)
class _CarryDirection:
    """The effect of a route's carry on the head output at the route's site."""

    vector: Float[Tensor, " d_head"]
    """The mean with the carry minus the mean without."""
    middle: Float[Tensor, " d_head"]
    """The midpoint of the two means."""

    @classmethod
    def on(cls, model: Model, served: ServedRoute) -> _CarryDirection:
        """Measures the carry direction on pairs of the route."""
        pairs, site = PatchedPairs.on(model, served.route, seed=1), served.site
        both = (pairs.base_z + pairs.source_z)[:, site.position, site.head]
        return cls(pairs.carry_vector(site), both.mean(0) / 2)

    def means(self) -> list[Float[Tensor, " d_head"]]:
        """The mean head output without the carry, and with it."""
        return [self.middle - self.vector / 2, self.middle + self.vector / 2]

    def level(
        self, z: Float[Tensor, "any d_head"], w_o: Float[Tensor, "d_head d_model"]
    ) -> Float[np.ndarray, " any"]:
        """The carry level of head outputs, measured in the residual stream: 0 at one mean and 1 at the other."""
        axis = self.vector @ w_o
        offset = (z - self.means()[0]) @ w_o
        return as_array(offset @ axis / (axis @ axis))


def worked_example(
    model: Model,
    sample: Sums,  # noqa: ARG001 — it chooses sums of its own
    *,
    served_routes: tuple[ServedRoute, ...],
    wrong: tuple[tuple[int, int], ...] = (),
) -> WorkedExample:
    """A sum for every route, longest first, one without carries, and the `wrong` operands, digit by digit."""
    layout = layout_of(model)
    all_routes = sorted(routes_of(layout), key=lambda route: -route.n_nines)
    sums = _choose_sums(model, all_routes, wrong)
    tokens = tokens_for(model, sums)
    directions = [_CarryDirection.on(model, served) for served in served_routes]
    next_column = np.arange(layout.n_digits) + 1 + runs_of_nines(sums)
    deciding_column = np.where(next_column < layout.n_digits, next_column, NONE)
    carry_level, mean_carry_level = _carry_levels(model, tokens, served_routes, directions)

    chosen_for = np.full((len(sums), 2), NONE)
    chosen_for[: len(all_routes)] = [(route.column, route.digit) for route in all_routes]
    cache = activations(model, tokens, (PATTERN, LOGITS))
    attention = as_array(cache[PATTERN][:, :, layout.predicting]).transpose(0, 2, 1, 3)
    logits = as_array(cache[LOGITS][:, layout.predicting])
    rows = [(*astuple(served.route), *astuple(served.site)) for served in served_routes]
    return WorkedExample(
        a=sums.a,
        b=sums.b,
        deciding_column=deciding_column,
        served_routes=np.array(rows, np.int64).reshape(-1, 4),
        carry_level=carry_level,
        mean_carry_level=mean_carry_level,
        attention=attention,
        phasor=first_frequency(logits[..., :N_DIGIT_TOKENS].astype(np.float64)),
        predicted=logits.argmax(axis=-1),
        boundaries=digit_boundaries(model),
        chosen_for=chosen_for,
        n_digits=layout.n_digits,
    )


def _carry_levels(
    model: Model,
    tokens: Int[Tensor, "sum position"],
    served_routes: tuple[ServedRoute, ...],
    directions: Sequence[_CarryDirection],
) -> tuple[Float[np.ndarray, "sum route"], Float[np.ndarray, "route carry"]]:
    """The carry levels of the sums at the routes' sites, and the mean levels without and with a carry."""
    import torch

    z = Layer0Activations.on(model, tokens).z
    levels, mean_levels = np.zeros((len(tokens), len(served_routes))), np.zeros((len(served_routes), 2))
    direction_of_site: dict[Site, _CarryDirection] = {}
    for number, (served, direction) in enumerate(zip(served_routes, directions, strict=True)):
        site = served.site
        w_o = model.W_O[0][site.head]
        first_direction = direction_of_site.setdefault(site, direction)
        levels[:, number] = first_direction.level(z[:, site.position, site.head], w_o)
        mean_levels[number] = first_direction.level(torch.stack(direction.means()), w_o)
    return levels, mean_levels


def _choose_sums(model: Model, routes: Sequence[Route], wrong: tuple[tuple[int, int], ...]) -> Sums:
    """A sum for every route, one without any carry, and the `wrong` operands, all different."""
    layout = layout_of(model)
    random_sums = uniform_sums(layout, N_WITHOUT, SEED)
    candidates_by_route = [_with_carry(pairs_on(layout, route, N_CANDIDATES, SEED)) for route in routes]
    chosen: list[tuple[int, int]] = []
    without = random_sums[~has_carry(random_sums)]
    # A column of nine is a carry that nearly comes: the sum without any has none of these either, if there is one.
    has_nine = (without.a_digits + without.b_digits == NINE).any(axis=1)
    for candidates in (*candidates_by_route, without if has_nine.all() else without[~has_nine]):
        predicted = model(tokens_for(model, candidates))[:, layout.predicting].argmax(-1)
        n_right = (as_array(predicted) == candidates.answer_digits).sum(axis=1)
        # The first of those with the most correct digits: all digits, if the model has learnt to add.
        by_n_right = candidates[np.argsort(-n_right, kind="stable")]
        operands = zip(by_n_right.a.tolist(), by_n_right.b.tolist(), strict=True)
        chosen.append(next(pair for pair in operands if pair not in chosen))
    chosen += [pair for pair in dict.fromkeys(wrong) if pair not in chosen]
    a, b = np.array(chosen).T
    return Sums(layout, a, b)


def _with_carry(pairs: Pairs) -> Sums:
    """The sum of each pair that has the carry."""
    base, source, carries = pairs.base, pairs.source, pairs.base_carries
    return Sums(base.layout, np.where(carries, base.a, source.a), np.where(carries, base.b, source.b))
