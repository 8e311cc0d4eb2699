"""Sites of layer 0, and the residual that layer 1 reads when the head output at some of them is changed.

A site is one head of layer 0 at one position. An intervention at a site changes one term of the residual stream:
what that head writes at that position. Layer 0 therefore does not have to run again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Float

from sumint.model.load import Model, Tensor
from sumint.task.sums import Layout


@dataclass(frozen=True, order=True)
class Site:
    """One head of layer 0 at one position."""

    head: int
    position: int

    def name(self, layout: Layout) -> str:
        """The name of the head and of the position: H0.1 at B3."""
        return f"H0.{self.head} at {layout.position_names[self.position]}"


Changes = Mapping[Site, Float[Tensor, "sum d_head"]]
"""The change of the head output z, before W_O, at each of some sites."""


def changes_to(
    z: Float[Tensor, "sum position head d_head"],
    target: Float[Tensor, "*any position head d_head"],
    *sites: Site,
) -> Changes:
    """The changes that replace the head output at some sites by another: that of other sums, or a mean."""
    return {site: target[..., site.position, site.head, :] - z[:, site.position, site.head] for site in sites}


def apply_changes(
    model: Model, residual: Float[Tensor, "sum position d_model"], changes: Changes
) -> Float[Tensor, "sum position d_model"]:
    """The residual that layer 1 reads after changes of the head output at some sites of layer 0."""
    residual = residual.clone()
    for site, change in changes.items():
        residual[:, site.position] += change @ model.W_O[0][site.head]
    return residual
