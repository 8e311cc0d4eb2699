"""Section "How few parts suffice": mean ablation of one site of layer 0 after another.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, at_most, between, not_applicable
from report.content.claims.claim import claim
from report.content.formats import counted, joined, percent
from report.figures import charts
from sumint.analyses.adding.minimal_circuit import ENOUGH, N_FRESH, MinimalCircuit, minimal_circuit
from sumint.analyses.carrying.carry_sites import CarrySites

SITES_AT_MOST = 0.5
ACCURACY_AT_LEAST = 0.95
"""Chosen after measuring the write-up's checkpoint, the bundled one and the null networks."""


def accuracy_figure(circuit: MinimalCircuit) -> Figure:
    """The accuracy by the number of sites of layer 0 that are not ablated."""
    return Figure(
        "sites-spared",
        "Accuracy by the number of sites that are kept",
        charts.lines(
            range(len(circuit.accuracy)),
            {"digits right": circuit.accuracy},
            x_title="sites of layer 0 that are kept",
            y_title="share of digits right",
            is_share=True,
            logarithmic_x=True,
            marked=(circuit.n_kept, f"{circuit.n_kept} kept"),
        ),
        caption=(
            "Share of digits right on fresh sums by the number of layer-0 sites that are not mean-ablated "
            "(logarithmic axis), ablated greedily on the sample. The mark is the smallest set that was found."
        ),
        alt="A line over the number of sites that are kept: the share of digits that are right.",
        source=minimal_circuit,
        height=320,
    )


def kept_sites_figure(circuit: MinimalCircuit) -> Figure:
    """The order in which sites are ablated, by head and position, with the sites of the minimal circuit marked."""
    positions = circuit.layout.position_names[:-1]
    heads = 1 + int(circuit.removal_order[:, 0].max())
    n_left = np.zeros((heads, len(positions)))
    for n_replaced, (head, position) in enumerate(circuit.removal_order.tolist()):
        n_left[head, position] = len(circuit.removal_order) - n_replaced
    marks = [["●" if n <= circuit.n_kept else "" for n in row] for row in n_left]
    cells: dict[str, Any] = {
        "x": positions,
        "y": [f"H0.{head}" for head in range(heads)],
        "x_title": "position",
        "y_title": "head",
        "diverging": False,
        "text": marks,
    }
    return Figure(
        "sites-kept",
        "Order in which sites are ablated",
        charts.heatmap(
            len(circuit.removal_order) + 1 - n_left,
            quantity="ablated as number",
            **cells,
        ),
        numbers=charts.heatmap(n_left, quantity="sites left", **cells),
        caption=(
            "Order in which each layer-0 head (rows) at each position (columns) is ablated, the last in the "
            f"strongest colour. Dots: the smallest set that keeps {percent(ENOUGH, 0)} of the digits right that "
            "the whole model gets right."
        ),
        alt="A heatmap of heads by positions, with a dot in the cells of the smallest set found.",
        source=minimal_circuit,
        height=250,
    )


@claim(
    "few-sites-suffice",
    "Fewer than half of layer 0’s sites suffice for an accurate model, with all others at their means.",
    analysis=minimal_circuit,
    figure="sites-spared",
    otherwise=(
        "The greedy search does not find that fewer than half of layer 0’s sites suffice for an accurate model: "
        "the share of {case} is {value}, where {bound} is required."
    ),
)
def few_sites_suffice(circuit: MinimalCircuit) -> Check:
    """The share of layer 0's sites that keep nearly all digits right when the others are mean-ablated."""
    n_sites, whole = len(circuit.removal_order), float(circuit.accuracy[-1])
    kept_right = float(circuit.accuracy[circuit.n_kept])
    return all_of(
        at_most(
            SITES_AT_MOST,
            {"sites that suffice": circuit.n_kept / n_sites},
            (
                f"with all other sites of layer 0 at their means, {{bound}} of the sites keep "
                f"{percent(ENOUGH, 0)} of the digits right that the whole model gets right"
            ),
        ),
        at_least(
            ACCURACY_AT_LEAST,
            {"digits that the whole model gets right": whole},
            "the whole model gets {bound} of the digits right",
            is_precondition=True,
            n=N_FRESH * circuit.n_digits,
        ),
        note=(
            f"{circuit.n_kept} of {counted(n_sites, 'site')}; with them {percent(kept_right)} of the digits are "
            "right"
        ),
    )


@claim(
    "circuit-holds-the-carries",
    "The sites that suffice, with all others at their means, include every site that holds a carry.",
    analysis=minimal_circuit,
    figure="sites-kept",
    otherwise=(
        "The sites that suffice, with all others at their means, lack {value} of the sites that hold a carry."
    ),
)
def circuit_contains_the_carry_sites(circuit: MinimalCircuit, sites: CarrySites) -> Check:
    """The number of carry sites that are not among the sites that suffice."""
    carry_sites = set(sites.smallest_set)
    if not carry_sites:
        return not_applicable("No single site holds a carry on any route of this checkpoint.")
    missing = sorted(carry_sites - set(circuit.sites))
    listed = f": {joined(site.name(circuit.layout) for site in missing)}" if missing else ""
    return all_of(
        between(
            0,
            0,
            len(missing),
            "{bound} of the sites that hold a carry are missing from the sites that suffice",
            label="missing",
            unit="count",
        ),
        asked=(len(sites.served_numbers), len(sites.routes), "routes"),
        note=f"of {counted(len(carry_sites), 'site')}{listed}",
    )
