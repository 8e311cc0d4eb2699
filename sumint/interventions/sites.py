"""Sites of layer 0, and what layer 1 reads where something else is gathered at some of them.

An experiment at a site leaves layer 0 as it was but for one thing: what one head writes to one position of the
residual stream. So there is no need to run layer 0 again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Float

from sumint.model.load import Model, Tensor
from sumint.task.sums import Layout


@dataclass(frozen=True, order=True)
class Site:
    """One head of layer 0 at one position: the smallest place where it can have written something."""

    head: int
    position: int

    def name(self, layout: Layout) -> str:
        """As the field calls the head, and by the report's name of the position: H0.1 at B3."""
        return f"H0.{self.head} at {layout.position_names[self.position]}"


Changes = Mapping[Site, Float[Tensor, "sum d_head"]]
"""How much more each of some sites gathers, before W_O."""


def replacing(
    z: Float[Tensor, "sum position head d_head"],
    by: Float[Tensor, "*any position head d_head"],
    *sites: Site,
) -> Changes:
    """What puts something else in the place of what some sites gather: what they do for other sums, or a mean."""
    return {site: by[..., site.position, site.head, :] - z[:, site.position, site.head] for site in sites}


def changed(
    model: Model, residual: Float[Tensor, "sum position d_model"], changes: Changes
) -> Float[Tensor, "sum position d_model"]:
    """The residual that layer 1 reads, with so much more gathered at some sites of layer 0."""
    residual = residual.clone()
    for site, change in changes.items():
        residual[:, site.position] += change @ model.W_O[0][site.head]
    return residual
