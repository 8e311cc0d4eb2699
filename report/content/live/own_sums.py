"""Figures of single sums that also show a sum of the reader's own, which the page's network runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from report.content.live.address import LIVE_FIGURE, runs_live
from sumint.lab import Lab

Shown = Literal["probabilities", "attention", "components", "paths", "phases"]
"""What a figure shows of a sum, and so what the script computes of another."""


@dataclass(frozen=True)
class OwnSums:
    """A form below a figure's title, in which a sum can be typed."""

    shows: Shown
    n_digits: int
    live_figure: str
    """The figure whose script holds the network."""


def own_sums(lab: Lab, shows: Shown) -> OwnSums | None:
    """The form of a figure; None if the network is too large to run in a page."""
    if not runs_live(lab.weights.architecture.n_parameters):
        return None
    return OwnSums(shows, lab.layout.n_digits, LIVE_FIGURE)
