"""How a site computes a carry from two digits: the attention score of each digit, and what its value writes.

A carry site attends to the two digits of a column. Its attention is a softmax, so it mostly reads the digit with
the higher score: the QK circuit's score of each digit determines which of the two is read, and the digit's value,
projected on the carry direction, determines what is written.

ARENA's published solution finds that heads attend most to 0, then to 9, 1, 8 and so on to the middle: to the digit
that decides the carry more. It conjectures that a cosine of the digit, with a maximum slightly off 0, gives this
order.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.patching import PatchedPairs, ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model, as_array, layout_of, tokens_for
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
class CarryReadout:
    """The attention score of each digit at each carry site, and its value along the carry direction."""

    places: Int[np.ndarray, "site 2"]
    """The head and the position of each site."""
    columns: Int[np.ndarray, " site"]
    """The column whose carry the site writes."""
    scores: Float[np.ndarray, "site digit"]
    """What a digit adds to the attention score of the mean query."""
    value_projections: Float[np.ndarray, "site digit"]
    """The projection of the digit's value on the carry direction, centred over the digits."""
    attention: Float[np.ndarray, " site"]
    """The mean attention of the site to the two digits of its column together."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def sites(self) -> tuple[Site, ...]:
        return tuple(Site(*place) for place in self.places.tolist())

    @property
    def orders(self) -> Int[np.ndarray, "site place"]:
        """The digits in the order of their scores, from the highest."""
        return np.argsort(-self.scores, axis=1, kind="stable")

    @property
    def agreement(self) -> Float[np.ndarray, " site"]:
        """Spearman's rank correlation of the scores with the order by decisiveness."""
        ranks = np.argsort(self.orders, axis=1)
        expected = np.argsort(BY_DECISIVENESS)
        return np.array([np.corrcoef(ranks_of_site, expected)[0, 1] for ranks_of_site in ranks])

    @property
    def cosines(self) -> tuple[CosineFit, ...]:
        """A cosine of the digit, fitted to each site's scores."""
        return tuple(fit_cosine(scores) for scores in self.scores.astype(np.float64))

    @property
    def lines(self) -> tuple[LineFit, ...]:
        """Two straight lines, fitted to each site's scores."""
        return tuple(fit_lines(scores) for scores in self.scores.astype(np.float64))


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


def carry_readout(model: Model, sample: Sums, *, served_routes: tuple[ServedRoute, ...]) -> CarryReadout:
    """Measures scores and values at each carry site; the first of its routes gives its carry direction."""
    layout = layout_of(model)
    route_of_site = {served.site: served.route for served in reversed(served_routes)}
    sites = tuple(sorted(route_of_site))
    columns = np.array([route_of_site[site].column for site in sites], np.int64)
    names = ("blocks.0.attn.hook_q", "blocks.0.attn.hook_pattern", "blocks.0.ln1.hook_scale")
    _, cache = model.run_with_cache(tokens_for(model, sample), names_filter=list(names))
    queries, patterns, scales = (cache[name].mean(0) for name in names)
    digits = model.W_E[:N_DIGIT_TOKENS]
    scores = np.zeros((len(sites), N_DIGIT_TOKENS), np.float32)
    value_projections = np.zeros_like(scores)
    attention = np.zeros(len(sites), np.float32)
    for number, (site, column) in enumerate(zip(sites, columns.tolist(), strict=True)):
        both = [range(layout.n_ctx)[operand][column] for operand in (layout.first_operand, layout.second_operand)]
        keys = digits / scales[both].mean() @ model.W_K[0][site.head]
        scores[number] = as_array(keys @ queries[site.position, site.head]) / model.cfg.d_head**0.5
        vector = PatchedPairs.on(model, route_of_site[site]).carry_vector(site)
        values = as_array(digits @ model.W_V[0][site.head] @ (vector / vector.norm()))
        value_projections[number] = values - values.mean()
        attention[number] = as_array(patterns[site.head, site.position, both]).sum()
    places = np.array([astuple(site) for site in sites], np.int64).reshape(-1, 2)
    return CarryReadout(places, columns, scores, value_projections, attention, layout.n_digits)
