"""The sites of layer 0 that each digit needs: mean ablation of one site at a time.

A site is one head at one position. Its output is replaced by its mean over the sums, and the accuracy of each
digit is measured. A digit whose accuracy does not fall may receive the site's information from elsewhere, too. A
digit whose accuracy falls does not yet need it: if two heads at a position write opposite parts, to ablate one of
them unmasks the other. So all heads of a position are ablated together as well, and a digit needs a site only if
it needs the position. The site's attention shows which columns its output can depend on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from sumint.interventions.hooks import activations
from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums

N_SUMS = 500
"""The number of sums of the sample, which is enough to measure the accuracy."""

PATTERN = "blocks.0.attn.hook_pattern"

NEEDED_FROM = 0.1
"""A digit needs a site if ablating the site lowers the digit's accuracy by at least this."""

MOST_OF = 0.5
"""A site attends to a column if the column's digits receive more than this share of its attention."""


@dataclass(frozen=True)
class NeededSites(Result, head="H0.{}"):
    """The accuracy of each digit without each site, and the attention of the sites."""

    accuracy: Float[np.ndarray, " digit"]
    """The accuracy of the whole model."""
    accuracy_without: Float[np.ndarray, "digit head position"]
    """The accuracy with one site replaced by its mean."""
    accuracy_without_position: Float[np.ndarray, "digit position"]
    """The accuracy with all heads at one position replaced by their means."""
    attention: Float[np.ndarray, "head position column"]
    """The mean attention of a site to the two digits of each column."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def accuracy_drop(self) -> Float[np.ndarray, "digit head position"]:
        """The accuracy of the whole model minus the accuracy without a site."""
        return self.accuracy[:, None, None] - self.accuracy_without

    @property
    def position_drop(self) -> Float[np.ndarray, "digit position"]:
        """The accuracy of the whole model minus the accuracy without any head at a position."""
        return self.accuracy[:, None] - self.accuracy_without_position

    @property
    def is_needed(self) -> Bool[np.ndarray, "digit head position"]:
        """Whether ablating the site costs the digit, and ablating the whole position does, too."""
        return (self.accuracy_drop >= NEEDED_FROM) & (self.position_drop >= NEEDED_FROM)[:, None]

    @property
    def is_cancelled(self) -> Bool[np.ndarray, "digit head position"]:
        """Whether ablating the site costs the digit, but ablating the whole position does not: heads cancel."""
        return (self.accuracy_drop >= NEEDED_FROM) & (self.position_drop < NEEDED_FROM)[:, None]

    def own_sites(self, digit: int) -> tuple[Site, ...]:
        """The sites at the position that predicts a digit that it needs, and that attend to its column."""
        position = self.layout.predicting.start + digit
        sites = (Site(head, position) for head in range(self.attention.shape[0]))
        return tuple(
            site for site in sites if self.is_needed[digit, site.head, position] and self.column(site) == digit
        )

    @property
    def most_needed_own_site(self) -> Site | None:
        """Of all digits' own sites, the one whose ablation costs its digit the most accuracy; None without any."""
        own = [(digit, site) for digit in range(self.n_digits) for site in self.own_sites(digit)]
        drops = [self.accuracy_drop[digit, site.head, site.position] for digit, site in own]
        return own[int(np.argmax(drops))][1] if own else None

    @property
    def most_cancelled_site(self) -> Site | None:
        """The site that costs a digit the most accuracy at a position that does not; None without any."""
        drops = np.where(self.is_cancelled, self.accuracy_drop, 0)
        _, head, position = np.unravel_index(drops.argmax(), drops.shape)
        return Site(int(head), int(position)) if drops.any() else None

    def column(self, site: Site) -> int | None:
        """The column to which a site attends; None if it attends to several columns or to none."""
        attention = self.attention[site.head, site.position]
        return int(attention.argmax()) if attention.max() > MOST_OF else None


def needed_sites(model: Model, sample: Sums) -> NeededSites:
    """Ablates each site of layer 0, and measures the accuracy of each digit and the attention of the sites."""
    layout, sums = layout_of(model), sample[:N_SUMS]
    tokens = tokens_for(model, sums)
    unablated = Layer0Activations.on(model, tokens)
    means = unablated.z.mean(0)

    def accuracy(residual: Float[Tensor, "sum position d_model"]) -> Float[np.ndarray, " digit"]:
        return (predictions_from(model, residual, layout.predicting) == sums.answer_digits).mean(axis=0)

    accuracy_without = np.empty((layout.n_digits, model.cfg.n_heads, layout.n_ctx))
    for head, position in np.ndindex(accuracy_without.shape[1:]):
        changes = changes_to(unablated.z, means, Site(head, position))
        accuracy_without[:, head, position] = accuracy(apply_changes(model, unablated.residual, changes))
    accuracy_without_position = np.empty((layout.n_digits, layout.n_ctx))
    for position in range(layout.n_ctx):
        heads = (Site(head, position) for head in range(model.cfg.n_heads))
        changes = changes_to(unablated.z, means, *heads)
        accuracy_without_position[:, position] = accuracy(apply_changes(model, unablated.residual, changes))
    pattern = as_array(activations(model, tokens, [PATTERN])[PATTERN].mean(0))
    attention = pattern[..., layout.first_operand] + pattern[..., layout.second_operand]
    return NeededSites(
        accuracy(unablated.residual), accuracy_without, accuracy_without_position, attention, layout.n_digits
    )
