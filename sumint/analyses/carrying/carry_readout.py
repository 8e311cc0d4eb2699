"""How a carry is read off two digits: what a site looks for in a digit, and what it takes from it.

A site that knows whether a column carries looks at the column's two digits. Its attention is a softmax, so the
digit with the higher score outvotes the other: a score for each digit says whom the head listens to, and the part
of what it takes from that digit along the carry's own direction says what it then believes.

ARENA's published solution finds that heads listen to 0 first, then to 9, 1, 8 and so on to the middle: to the
digit that settles more. That a cosine of the digit, a little off its maximum at 0, gives the same order is its
guess.
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
"""The digits, from the one that says most of a carry to the one that says least, as ARENA's solution has them."""


@dataclass(frozen=True)
class CosineFit:
    """A·cos(2π(d − d₀)/10) + c, fitted to a function of the digit d by least squares."""

    amplitude: float
    first: float
    """d₀, where the cosine is largest, in digits from −5 to 5."""
    share: float
    """Of the function's variance, how much the cosine has: R²."""
    fitted: Float[np.ndarray, " digit"]


@dataclass(frozen=True)
class LineFit:
    """a·|d − m| + c, straight lines that meet in the middle m, fitted likewise; with as many parameters."""

    middle: float
    """m, in digits."""
    share: float
    """R²."""
    fitted: Float[np.ndarray, " digit"]


@dataclass(frozen=True)
class CarryReadout:
    """What each site looks for and takes."""

    places: Int[np.ndarray, "site 2"]
    """The head and the position of each site."""
    columns: Int[np.ndarray, " site"]
    """The column whose carry the site knows."""
    scores: Float[np.ndarray, "site digit"]
    """What a digit adds to the attention score, from the mean query."""
    taken: Float[np.ndarray, "site digit"]
    """What of the digit's value lies along the carry's direction, its mean over the digits taken away."""
    attention: Float[np.ndarray, " site"]
    """The mean attention that the site gives to the two digits of its column together."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def sites(self) -> tuple[Site, ...]:
        return tuple(Site(*place) for place in self.places.tolist())

    @property
    def orders(self) -> Int[np.ndarray, "site place"]:
        """The digits by their scores, the highest first."""
        return np.argsort(-self.scores, axis=1, kind="stable")

    @property
    def agreement(self) -> Float[np.ndarray, " site"]:
        """Spearman's rank correlation of the scores with the order by decisiveness."""
        ranks = np.argsort(self.orders, axis=1)
        expected = np.argsort(BY_DECISIVENESS)
        return np.array([np.corrcoef(of_site, expected)[0, 1] for of_site in ranks])

    @property
    def cosines(self) -> tuple[CosineFit, ...]:
        """A cosine of the digit, fitted to each site's scores."""
        return tuple(fit_cosine(of_site) for of_site in self.scores.astype(np.float64))

    @property
    def lines(self) -> tuple[LineFit, ...]:
        """Two straight lines, fitted to the same."""
        return tuple(fit_lines(of_site) for of_site in self.scores.astype(np.float64))


def fit_lines(values: Float[np.ndarray, " digit"]) -> LineFit:
    """The straight lines nearest to the values, of all whose middle is a hundredth of a digit apart."""
    middles = np.arange(0, len(values) - 1 + 0.005, 0.01)
    distances = np.abs(np.arange(len(values)) - middles[:, None])
    distances -= distances.mean(axis=1, keepdims=True)
    slopes = distances @ (values - values.mean()) / (distances**2).sum(axis=1)
    fits = values.mean() + slopes[:, None] * distances
    best = int(((values - fits) ** 2).sum(axis=1).argmin())
    return LineFit(float(middles[best]), _share(values, fits[best]), fits[best])


def _share(values: Float[np.ndarray, " digit"], fitted: Float[np.ndarray, " digit"]) -> float:
    """R²: how much of the values' variance is in what was fitted."""
    left, whole = ((values - fitted) ** 2).sum(), ((values - values.mean()) ** 2).sum()
    return float(1 - left / whole) if whole else 0.0


def fit_cosine(values: Float[np.ndarray, " digit"]) -> CosineFit:
    """The cosine that goes round once in all digits and is nearest to the values."""
    turn = 2 * np.pi / len(values)
    digits = np.arange(len(values))
    waves = np.stack([np.cos(turn * digits), np.sin(turn * digits), np.ones(len(values))], axis=1)
    weights, *_ = np.linalg.lstsq(waves, values, rcond=None)
    (cosine, sine, _), fitted = weights, waves @ weights
    return CosineFit(
        amplitude=float(np.hypot(cosine, sine)),
        first=float(np.arctan2(sine, cosine) / turn),
        share=_share(values, fitted),
        fitted=fitted,
    )


def carry_readout(model: Model, sample: Sums, *, served: tuple[ServedRoute, ...]) -> CarryReadout:
    """What each of the sites looks for and takes; a site that serves several routes by the first of them."""
    layout = layout_of(model)
    by_site = {one.site: one for one in reversed(served)}
    sites = tuple(sorted(by_site))
    columns = np.array([by_site[site].route.column for site in sites], np.int64)
    attention_of = "blocks.0.attn"
    hooks = (f"{attention_of}.hook_q", f"{attention_of}.hook_pattern", "blocks.0.ln1.hook_scale")
    _, cache = model.run_with_cache(tokens_for(model, sample), names_filter=list(hooks))
    queries, patterns, scales = (cache[hook].mean(0) for hook in hooks)
    digits = model.W_E[:N_DIGIT_TOKENS]
    scores = np.zeros((len(sites), N_DIGIT_TOKENS), np.float32)
    taken = np.zeros_like(scores)
    attention = np.zeros(len(sites), np.float32)
    for number, (site, column) in enumerate(zip(sites, columns.tolist(), strict=True)):
        both = [range(layout.n_ctx)[operand][column] for operand in (layout.first_operand, layout.second_operand)]
        keys = digits / scales[both].mean() @ model.W_K[0][site.head]
        scores[number] = as_array(keys @ queries[site.position, site.head]) / model.cfg.d_head**0.5
        vector = PatchedPairs.on(model, by_site[site].route).carry_vector(site)
        values = as_array(digits @ model.W_V[0][site.head] @ (vector / vector.norm()))
        taken[number] = values - values.mean()
        attention[number] = as_array(patterns[site.head, site.position, both]).sum()
    places = np.array([astuple(site) for site in sites], np.int64).reshape(-1, 2)
    return CarryReadout(places, columns, scores, taken, attention, layout.n_digits)
