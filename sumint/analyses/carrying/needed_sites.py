"""Which sites of layer 0 each digit needs: one by one they are made to say the same of every sum.

A site is one head at one position. What it gathers is replaced by its mean over the sums, and the digits are
counted that are still right. A digit that is wrong then needed what the site says of the sum; one that is still
right may have had it from elsewhere as well. Where the site looks tells of which columns it can know anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from sumint.interventions.hooks import activations
from sumint.interventions.sites import Site, changed, replacing
from sumint.model.load import Model, Tensor, as_array, layout_of, tokens_for
from sumint.model.partial_pass import FirstLayer, answers_from
from sumint.task.sums import Layout, Sums

N_SUMS = 500
"""Of the sample: enough to tell what a digit needs."""

PATTERN = "blocks.0.attn.hook_pattern"

NEEDED_FROM = 0.1
"""A digit needs a site if so much less of it is right without, as a share of all sums."""

MOST_OF = 0.5
"""A site looks at a column if its digits get more than this share of the site's attention."""


@dataclass(frozen=True)
class NeededSites:
    """How much of each digit is right without each site, and where the sites look."""

    right: Float[np.ndarray, " digit"]
    """The share of sums, with the whole model."""
    accuracy_without: Float[np.ndarray, "digit head position"]
    """The same with one site replaced by its mean."""
    attention: Float[np.ndarray, "head position column"]
    """The mean attention that a site gives to the two digits of each column."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def fall(self) -> Float[np.ndarray, "digit head position"]:
        """How much less is right without a site."""
        return self.right[:, None, None] - self.accuracy_without

    @property
    def is_needed(self) -> Bool[np.ndarray, "digit head position"]:
        return self.fall >= NEEDED_FROM

    def column(self, site: Site) -> int | None:
        """The column that a site looks at; None if it looks at several, or at none."""
        attention = self.attention[site.head, site.position]
        return int(attention.argmax()) if attention.max() > MOST_OF else None


def needed_sites(model: Model, sample: Sums) -> NeededSites:
    """How much of each digit is right without each site of layer 0."""
    layout, sums = layout_of(model), sample[:N_SUMS]
    tokens = tokens_for(model, sums)
    whole = FirstLayer.on(model, tokens)
    means = whole.z.mean(0)

    def right(residual: Float[Tensor, "sum position d_model"]) -> Float[np.ndarray, " digit"]:
        return (answers_from(model, residual, layout.predicting) == sums.answer_digits).mean(axis=0)

    accuracy_without = np.empty((layout.n_digits, model.cfg.n_heads, layout.n_ctx))
    for head, position in np.ndindex(accuracy_without.shape[1:]):
        accuracy_without[:, head, position] = right(
            changed(model, whole.residual, replacing(whole.z, means, Site(head, position)))
        )
    looked = as_array(activations(model, tokens, [PATTERN])[PATTERN].mean(0))
    attention = looked[..., layout.first_operand] + looked[..., layout.second_operand]
    return NeededSites(right(whole.residual), accuracy_without, attention, layout.n_digits)
