"""How a site computes a carry from two digits: the attention score of each digit, and what its value writes.

A carry site attends to the two digits of a column. Its attention is a softmax, so it mostly reads the digit with
the higher score: the QK circuit's score of each digit determines which of the two is read, and the digit's value,
projected on the carry direction, determines what is written. Both are computed from the embeddings of the digit
and of its position, divided by the layer norm's scale for just these two.

The sites that read a column's digits for the digit of that column, rather than for a carry, are measured as well,
so that the shapes of both kinds of scores can be compared.

ARENA's published solution finds that heads attend most to 0, then to 9, 1, 8 and so on to the middle: to the digit
that decides the carry more. It conjectures that a cosine of the digit, with a maximum slightly off 0, gives this
order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from einops import rearrange
from jaxtyping import Float, Int

from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.results.result import Result
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

BY_DECISIVENESS = (0, 9, 1, 8, 2, 7, 3, 6, 4, 5)
"""The digits, from the one that decides a carry most to the one that decides it least, by ARENA's solution."""


@dataclass(frozen=True)
class CosineFit:
    """A·cos(2π(d − d₀)/10) + c, fitted to a function of the digit d by least squares."""

    amplitude: float
    peak: float
    """d₀, the position of the maximum, in digits from −5 to 5."""
    share: float
    """R²: the share of the function's variance that the cosine explains."""
    fitted: Float[np.ndarray, " digit"]


@dataclass(frozen=True)
class LineFit:
    """a·|d − m| + c, two straight lines that meet at m, fitted by least squares; three parameters as well."""

    middle: float
    """m, in digits."""
    share: float
    """R²: the share of the function's variance that the lines explain."""
    fitted: Float[np.ndarray, " digit"]


@dataclass(frozen=True)
class DigitScores(Result, site="sites", entry=("head", "position"), operand=("a", "b")):
    """The attention score of the mean query for each digit, at some sites and at the two digits of a column."""

    places: Int[np.ndarray, "site entry=2"]
    """The head and the position of each site."""
    columns: Int[np.ndarray, " site"]
    """The column of whose digits the scores are."""
    scores: Float[np.ndarray, "site operand digit_value"]
    """The score of the key of each digit at the position of the column's digit in the first and second operand."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        """The token layout of the sums."""
        return Layout(self.n_digits)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites."""
        return tuple(Site(*place) for place in self.places.tolist())

    @property
    def readings(self) -> tuple[tuple[Site, str], ...]:
        """Each site with the name of each digit that it reads, in the order in which the fits are: A3, B3."""
        return tuple(
            (site, f"{operand}{column}")
            for site, column in zip(self.sites, self.columns.tolist(), strict=True)
            for operand in "AB"
        )

    @property
    def of_readings(self) -> Float[np.ndarray, "reading digit"]:
        """The scores of each reading."""
        return self.scores.reshape(-1, N_DIGIT_TOKENS).astype(np.float64)

    @property
    def orders(self) -> Int[np.ndarray, "reading place"]:
        """The digits in the order of their scores, from the highest."""
        return np.argsort(-self.of_readings, axis=1, kind="stable")

    @property
    def agreement(self) -> Float[np.ndarray, " reading"]:
        """Spearman's rank correlation of the scores with the order by decisiveness."""
        ranks = np.argsort(self.orders, axis=1)
        expected = np.argsort(BY_DECISIVENESS)
        return np.array([np.corrcoef(of_reading, expected)[0, 1] for of_reading in ranks])

    @property
    def cosines(self) -> tuple[CosineFit, ...]:
        """A cosine of the digit, fitted to the scores of each reading."""
        return tuple(map(fit_cosine, self.of_readings))

    @property
    def lines(self) -> tuple[LineFit, ...]:
        """Two straight lines, fitted to the scores of each reading."""
        return tuple(map(fit_lines, self.of_readings))


@dataclass(frozen=True)
class CarryReadout(Result, site="carry_site_names", operand=("a", "b")):
    """The scores and values of digits at the carry sites, and the scores at the sites that read digits to add."""

    carry: DigitScores
    """The scores at the carry sites, for the column whose carry each writes."""
    value_projections: Float[np.ndarray, "site operand digit_value"]
    """The projection of the digit's value on the carry direction, centred over the digits."""
    attention: Float[np.ndarray, " site"]
    """The mean attention of each carry site to the two digits of its column together."""
    own: DigitScores
    """The scores at the sites that read a column's digits for the digit of that column."""

    @property
    def carry_site_names(self) -> tuple[str, ...]:
        """The names of the carry sites."""
        return tuple(site.name(self.carry.layout) for site in self.carry.sites)


def fit_lines(values: Float[np.ndarray, " digit"]) -> LineFit:
    """Fits two straight lines to the values, with m on a grid of hundredths of a digit."""
    middles = np.arange(0, len(values) - 1 + 0.005, 0.01)
    distances = np.abs(np.arange(len(values)) - middles[:, None])
    distances -= distances.mean(axis=1, keepdims=True)
    slopes = distances @ (values - values.mean()) / (distances**2).sum(axis=1)
    fits = values.mean() + slopes[:, None] * distances
    best = int(((values - fits) ** 2).sum(axis=1).argmin())
    return LineFit(float(middles[best]), _share(values, fits[best]), fits[best])


def _share(values: Float[np.ndarray, " digit"], fitted: Float[np.ndarray, " digit"]) -> float:
    """R²: the share of the values' variance that a fit explains."""
    residual, total = ((values - fitted) ** 2).sum(), ((values - values.mean()) ** 2).sum()
    return float(1 - residual / total) if total else 0.0


def fit_cosine(values: Float[np.ndarray, " digit"]) -> CosineFit:
    """Fits a cosine with one period in all digits to the values."""
    step = 2 * np.pi / len(values)
    digits = np.arange(len(values))
    waves = np.stack([np.cos(step * digits), np.sin(step * digits), np.ones(len(values))], axis=1)
    weights, *_ = np.linalg.lstsq(waves, values, rcond=None)
    (cosine, sine, _), fitted = weights, waves @ weights
    return CosineFit(
        amplitude=float(np.hypot(cosine, sine)),
        peak=float(np.arctan2(sine, cosine) / step),
        share=_share(values, fitted),
        fitted=fitted,
    )


def carry_readout(
    model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...], own_sites: tuple[tuple[Site, ...], ...]
) -> CarryReadout:
    """Measures scores and values at each carry site; the first of its routes gives its carry direction.

    `own_sites` are the sites that each answer digit needs for the digits of its column; those that are carry
    sites, too, are left out.
    """
    layout = layout_of(model)
    route_of_site = {served.site: served.route for served in reversed(served_routes)}
    names = ("blocks.0.attn.hook_q", "blocks.0.attn.hook_pattern")
    _, cache = model.run_with_cache(tokens_for(model, sample), names_filter=list(names))
    queries, patterns = (cache[name].mean(0) for name in names)
    keys, values = _keys_and_values(model)

    def scores_at(places: Sequence[tuple[Site, int]]) -> DigitScores:
        scores = np.zeros((len(places), 2, N_DIGIT_TOKENS), np.float32)
        for number, (site, column) in enumerate(places):
            of_head = keys[_positions(layout, column)][:, :, site.head]
            scores[number] = as_array(of_head @ queries[site.position, site.head]) / model.cfg.d_head**0.5
        columns = np.array([column for _, column in places], np.int64)
        at = np.array([astuple(site) for site, _ in places], np.int64).reshape(-1, 2)
        return DigitScores(at, columns, scores, layout.n_digits)

    carry = [(site, route.column) for site, route in sorted(route_of_site.items())]
    value_projections = np.zeros((len(carry), 2, N_DIGIT_TOKENS), np.float32)
    attention = np.zeros(len(carry), np.float32)
    for number, (site, column) in enumerate(carry):
        both = _positions(layout, column)
        vector = PatchedPairs.on(model, route_of_site[site]).carry_vector(site)
        projections = as_array(values[both][:, :, site.head] @ (vector / vector.norm()))
        value_projections[number] = projections - projections.mean(axis=1, keepdims=True)
        attention[number] = as_array(patterns[site.head, site.position, both]).sum()
    own = [(site, column) for column, sites in enumerate(own_sites) for site in sites if site not in route_of_site]
    return CarryReadout(scores_at(carry), value_projections, attention, scores_at(own))


def _positions(layout: Layout, column: int) -> list[int]:
    """The positions of a column's digits in the first and in the second operand."""
    return [range(layout.n_ctx)[operand][column] for operand in (layout.first_operand, layout.second_operand)]


def _keys_and_values(model: Model) -> tuple[Tensor, Tensor]:
    """Layer 0's keys and values of every digit at every position [position, digit, head, d_head]."""
    attention = model.blocks[0].attn
    normalized = model.blocks[0].ln1(model.W_pos[:, None] + model.W_E[None, :N_DIGIT_TOKENS])
    by_head = "position digit (head d_head) -> position digit head d_head"
    keys, values = (
        rearrange(project(normalized), by_head, head=model.cfg.n_heads) for project in (attention.k, attention.v)
    )
    return keys, values
