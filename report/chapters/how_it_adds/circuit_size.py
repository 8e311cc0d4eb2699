"""Section "How few parts suffice": mean ablation of one site of layer 0 after another.

The criteria were chosen after seeing the write-up's checkpoint and the bundled one: they guard those results.
"""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, percent
from report.figures import charts
from sumint.analyses.adding.minimal_circuit import ENOUGH, MinimalCircuit, minimal_circuit
from sumint.analyses.carrying.carry_sites import CarrySites

SITES_AT_MOST = 0.5


def accuracy_figure(circuit: MinimalCircuit) -> Figure:
    """The accuracy by the number of sites of layer 0 that are not ablated."""
    return Figure(
        "sites-spared",
        "What is left right with fewer and fewer sites",
        charts.lines(
            range(len(circuit.accuracy)),
            {"digits right": circuit.accuracy},
            x_title="sites of layer 0 that are kept",
            y_title="share of digits right",
        ),
        caption=(
            "One site after the other is replaced by its mean over the sample, each time that without which most "
            "digits of the sample stay right. Drawn are the digits of other sums."
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
    return Figure(
        "sites-kept",
        "Which sites are kept",
        charts.heatmap(
            n_left,
            x=positions,
            y=[f"H0.{head}" for head in range(heads)],
            x_title="position",
            y_title="head",
            quantity="sites left",
            diverging=False,
            text=marks,
        ),
        caption=(
            "How many sites were left when this one was replaced: the lower, the longer it was kept. A dot marks "
            f"those that are needed for {percent(ENOUGH, 0)} of the digits that the whole model gets right."
        ),
        alt="A heatmap of heads by positions, with a dot in the cells of the sites that are needed.",
        source=minimal_circuit,
        height=250,
    )


def circuit_claims(circuit: MinimalCircuit, sites: CarrySites) -> tuple[Claim, ...]:
    """Checks that few sites suffice, and that the minimal circuit contains every carry site."""
    n_sites = len(circuit.removal_order)
    circuit_set = set(circuit.sites)
    carry_set = set(sites.smallest_set)
    ratio = float(circuit.accuracy[circuit.n_kept] / max(circuit.accuracy[-1], 1e-9))
    return (
        general_claim(
            "few-sites-suffice",
            "Fewer than half of the first layer’s sites suffice.",
            criterion=(
                f"at most {percent(SITES_AT_MOST, 0)} of the sites keep at least {percent(ENOUGH, 0)} of the "
                "digits right that the whole model gets right"
            ),
            source=minimal_circuit,
            otherwise="On these weights more are needed, or the search does not find so few.",
            finding=Finding(
                f"{circuit.n_kept} of {counted(n_sites, 'site')}; they keep {percent(ratio)} of the digits",
                circuit.n_kept <= SITES_AT_MOST * n_sites,
                {"kept": circuit.n_kept, "sites": n_sites, "kept right": ratio},
            ),
        ),
        general_claim(
            "circuit-holds-the-carries",
            "Every site that a carry passes through is among them.",
            criterion="the smallest set of sites that serve routes is part of those that are kept",
            source=minimal_circuit,
            otherwise="On these weights some carry’s site can be spared.",
            finding=Finding(
                f"{len(carry_set & circuit_set)} of {counted(len(carry_set), 'site')}",
                carry_set <= circuit_set,
            )
            if carry_set
            else Finding("no site serves any route", None),
        ),
    )
