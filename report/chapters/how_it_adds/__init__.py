"""How two digits become one on a circle, and which symbolic model the network comes closest to."""

from __future__ import annotations

from functools import partial

import numpy as np

from report.chapters.how_it_adds.claims import claims
from report.chapters.how_it_adds.digit_sites import digit_claims, digit_table
from report.chapters.how_it_adds.worked_example import worked
from report.content.budget import tally_of_every_sum
from report.content.chapter import Chapter, Figure
from report.content.failures import isolated
from report.content.formats import decimals, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional
from report.figures import charts
from sumint.analyses.adding.digit_sum_circle import COMPONENTS, STAGES, DigitSumCircle, digit_sum_circle
from sumint.analyses.adding.minimal_circuit import ENOUGH, MinimalCircuit, minimal_circuit
from sumint.analyses.adding.soft_carry import SoftCarry, soft_carry
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.exhaustive.symbolic import SymbolicAgreement, symbolic_agreement
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model adds, measured on the lab's checkpoint."""
    layout = lab.layout
    own = lab.run(joint_sites, routes=own_routes(layout))
    circle = lab.run(digit_sum_circle)
    agreement = _agreement(lab)
    soft = lab.run(soft_carry)
    circuit = lab.run(minimal_circuit)
    sites = lab.run(carry_sites)
    return Chapter(
        title="How it adds",
        question="How do two digits and a carry become one digit?",
        figures=(
            _components(circle),
            _heads(circle),
            _by_run(agreement),
            _softly(soft),
            worked(lab, sites),
            _spared(circuit),
            _kept(circuit),
        ),
        tables=(digit_table(own),),
        claims=(*digit_claims(own), *claims(circle, agreement, soft, circuit, sites)),
        findings=("sum-on-a-circle", "push-and-pull", "soft-carry-fades"),
    )


@isolated
def _agreement(lab: Lab) -> SymbolicAgreement | str:
    """How far each symbolic model agrees; or why that is not known."""
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        return tally
    if len(tally.listed) < tally.n_wrong:
        return "More sums are wrong than are listed, so that they cannot be compared one by one."
    return symbolic_agreement(tally)


@isolated
def _components(circle: DigitSumCircle) -> Figure:
    plot: dict[str, LazyChart] = {
        f"C{column}": charts.heatmap(
            circle.shares[number],
            x=COMPONENTS,
            y=STAGES,
            x_title="what it depends on",
            y_title="",
            quantity="share",
            diverging=False,
            limits=(0, 1),
            written=decimals,
        )
        for number, column in enumerate(circle.columns)
    }
    return Figure(
        "digit-sum-components",
        "What is written of a column’s two digits",
        plot,
        caption=(
            "The shares of what depends on the two digits at all, in what each layer writes where the column’s "
            "digit is predicted, and in both together. What depends on the sum or the difference does so at any "
            "frequency; the claims below say how much of it is the first."
        ),
        alt=(
            "A heatmap of layers by what depends on one digit, on the sum, on the difference and on anything else."
        ),
        source=digit_sum_circle,
        control="Digit",
        height=260,
        width=640,
    )


@isolated
def _heads(circle: DigitSumCircle) -> Figure:
    heads = [f"H0.{head}" for head in range(circle.alone_cosine.shape[-1])]
    plot: dict[str, LazyChart] = {
        f"C{column}": charts.panels(
            {
                name: charts.heatmap(
                    cosines[number], heads, heads, "head", "head", "cosine", limits=(-1, 1), written=decimals
                )
                for name, cosines in (
                    ("one digit alone", circle.alone_cosine),
                    ("both together", circle.product_cosine),
                )
            }
        )
        for number, column in enumerate(circle.columns)
    }
    return Figure(
        "push-and-pull-heads",
        "How the heads of the first layer go together",
        plot,
        caption=(
            "The cosine between what two heads write: of one digit alone, and of what only both digits together "
            "have. Negative on the left and positive on the right means that they take back each other’s single "
            "digits, and add up what they have of both."
        ),
        alt="Two heatmaps of the heads by one another, with the cosine in each cell.",
        source=digit_sum_circle,
        control="Digit",
        height=340,
        narrow_height=620,
    )


def _uncompared(agreement: SymbolicAgreement | str) -> str:
    """Why they are not compared."""
    return agreement if isinstance(agreement, str) else ""


@optional("symbolic-agreement", "How often each symbolic model says what the network says", unless=_uncompared)
def _by_run(name: str, title: str, agreement: SymbolicAgreement) -> Figure:
    by_run = agreement.by_run
    return Figure(
        name,
        title,
        charts.heatmap(
            100 * np.column_stack([by_run, agreement.overall]),
            x=[*(str(run) for run in range(by_run.shape[1])), "all"],
            y=["none", *map(str, range(1, len(by_run) - 1)), "full"][-len(by_run) :],
            x_title="nines in a row behind the digit",
            y_title="look-ahead",
            quantity="digits agreed (%)",
            diverging=False,
            limits=(0, 100),
            written=partial(decimals, places=3),
        ),
        caption=(
            "In percent of all digits of all sums, by how many columns in a row behind them sum to nine; in the "
            "last column whatever their number. A model that does not see far enough carries nothing."
        ),
        alt="A heatmap of symbolic models by the length of the run of nines, with the agreement in each cell.",
        source=symbolic_agreement,
        height=300,
        width=640,
    )


@isolated
def _softly(soft: SoftCarry) -> Figure:
    names = [f"{route.column} → C{route.digit}" for route in soft.routes]
    sides = {"no carry comes": 0, "a carry comes": 1}
    return Figure(
        "soft-carry",
        "How much the model carries",
        charts.bars(
            names,
            {name: soft.mean[:, side] for name, side in sides.items()},
            x_title="route, from a column to a digit",
            y_title="carried, in digits",
            errors={name: soft.deviation[:, side] for name, side in sides.items()},
        ),
        caption=(
            "The angle of the ten logits, in digits, less the sum of the two digits: its mean and standard "
            "deviation over sums with a carry on the route and sums without. Exact addition has 0 and 1; on the "
            "wrong side of one half another digit is nearer."
        ),
        alt="Bars by route: how much is carried on average where no carry comes, and where one does.",
        source=soft_carry,
    )


@isolated
def _spared(circuit: MinimalCircuit) -> Figure:
    return Figure(
        "sites-spared",
        "What is left right with fewer and fewer sites",
        charts.lines(
            range(len(circuit.right)),
            {"digits right": circuit.right},
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


@isolated
def _kept(circuit: MinimalCircuit) -> Figure:
    positions = circuit.layout.position_names[:-1]
    heads = 1 + int(circuit.removed[:, 0].max())
    left = np.zeros((heads, len(positions)))
    for n_replaced, (head, position) in enumerate(circuit.removed.tolist()):
        left[head, position] = len(circuit.removed) - n_replaced
    marks = [["●" if n <= circuit.n_kept else "" for n in of_head] for of_head in left]
    return Figure(
        "sites-kept",
        "Which sites are kept",
        charts.heatmap(
            left,
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
