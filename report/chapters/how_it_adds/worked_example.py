"""The figure that follows one sum through the model, step by step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report.content.budget import tally_of_every_sum
from report.content.chapter import Figure
from report.content.failures import isolated
from report.content.formats import counted, decimals
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.adding.worked_example import AS_IT_IS, NONE, SWITCHED, WorkedExample, worked_example
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY

N_WRONG = 3
"""So many of the model's wrong sums are shown, the clearest errors first."""

WAYS = {"as it is": AS_IT_IS, "switched": SWITCHED}
THE_REST = "the rest"
"""What is not layer 1's heads': embeddings, layer 0 and biases."""


@isolated
def worked(lab: Lab, sites: CarrySites) -> Figure:
    """Every sum with its four parts, which the page shows together."""
    tally = tally_of_every_sum(lab)
    wrong = () if isinstance(tally, str) else tuple((a, b) for a, b in tally.listed[:N_WRONG].tolist())
    example = lab.run(worked_example, served=sites.served_routes, wrong=wrong)
    n_heads = len(example.part_names) - 1
    scales = 40 * int(np.bincount(example.served[:, 1], minlength=1).max())
    return Figure(
        "worked-example",
        "One sum, step by step",
        {
            (label, name): plot
            for number, label in enumerate(_labels(example))
            for name, plot in _parts(example, number).items()
        },
        caption=(
            "Choose a sum, and a digit of its answer. Three steps lead to it: what a site of the first layer "
            "holds of the carry, where the heads of the second look, and what each adds to the hand that points "
            "to the digit, in logits; the rest is what embeddings, the first layer and biases add. Faint is the "
            "same with this one carry switched to the other way, and nothing else. The answer’s earlier digits "
            "are given. The sums were chosen by the program: one for every route of a carry, one without any, "
            "and, where all sums have been gone through, the clearest errors."
        ),
        alt=(
            "The sum as on paper; a scale with what is held of the carry; bars of attention by position for each "
            "head of the second layer; and a dial of ten digits with the arrows of all heads, head to tail."
        ),
        source=worked_example,
        control=("Sum", "Part"),
        component="worked-example",
        shown_at_once=("Part",),
        # Of what is always there, and of a row for each site, head and arrow.
        height=max(290, 150 + scales) + max(480 + 26 * n_heads, 130 + 124 * n_heads),
        narrow_height=1100 + scales + 122 * n_heads,
    )


def _labels(example: WorkedExample) -> list[str]:
    """Each sum as it is written, and what is to be seen in it."""
    predicted = example.predicted[..., AS_IT_IS]
    is_wrong = (predicted != example.sums.answer_digits).any(axis=1)

    def kind(number: int) -> str:
        if is_wrong[number]:
            return f"the model says {''.join(VOCABULARY[token] for token in predicted[number])}"
        route = example.route(number)
        if route is None:
            return "no carry"
        through = f" through {counted(route.n_nines, 'nine')}" if route.n_nines else ""
        return f"a carry into C{route.digit}{through}"

    return [f"{written}, {kind(number)}" for number, written in enumerate(example.sums.strings)]


def _parts(example: WorkedExample, number: int) -> Mapping[str, LazyChart]:
    carry = {"carry": _carry(example, number)} if len(example.served) else {}
    return {
        "answer": _answer(example, number),
        **carry,
        "attention": _attention(example, number),
        "hand": _hand(example, number),
    }


def _answer(example: WorkedExample, number: int) -> LazyChart:
    """What the model says, and how much it carries."""
    rows: dict[str, np.ndarray] = {}
    text: list[list[str]] = []
    for way, index in WAYS.items():
        predicted, carried = example.predicted[number, :, index], example.carried[number, :, index]
        rows[f"said, {way}"] = np.where(predicted == NONE, np.nan, predicted)
        text.append(["" if token == NONE else VOCABULARY[token] for token in predicted])
        rows[f"carried, {way}"] = carried
        text.append(["" if np.isnan(amount) else decimals(amount) for amount in carried])
    return charts.heatmap(
        np.stack([*rows.values()]),
        x=_digits(example),
        y=[*rows],
        x_title="digit",
        y_title="",
        quantity="",
        text=text,
    )


def _carry(example: WorkedExample, number: int) -> LazyChart:
    """What each site holds of the carry on the routes that it serves, in this sum and on average."""
    without, with_carry = example.usual.T
    return charts.bars(
        [
            f"column {column} → C{digit}, {site.name(example.sums.layout)}"
            for (column, digit), site in zip(example.served[:, :2].tolist(), example.sites, strict=True)
        ],
        {
            "this sum": example.held[number],
            "no carry, on average": without,
            "a carry, on average": with_carry,
        },
        x_title="route, and the site that serves it",
        y_title="held of the carry",
    )


def _attention(example: WorkedExample, number: int) -> LazyChart:
    """Where each head looks from each digit's position."""
    layout = example.sums.layout
    positions = slice(0, layout.predicting.stop)
    tokens = [VOCABULARY[token] for token in example.sums.tokens[number, positions]]
    names = layout.position_names[positions]
    read = [name if name == token else f"{name} {token}" for name, token in zip(names, tokens, strict=True)]
    heads = example.part_names[:-1]
    # A position that comes after the one that looks is not attended to.
    is_seen = np.arange(len(names)) <= np.arange(layout.predicting.start, layout.predicting.stop)[:, None]
    seen = np.where(is_seen[:, None, None], example.attention[number, ..., positions], np.nan)
    return charts.panels(
        {
            way: charts.heatmap(
                seen[:, index].reshape(-1, len(names)),
                x=read,
                y=[f"{digit}, {head}" for digit in _digits(example) for head in heads],
                x_title="looks at",
                y_title="digit, head",
                quantity="attention",
                diverging=False,
                limits=(0, 1),
            )
            for way, index in WAYS.items()
        },
        columns=1,
    )


def _hand(example: WorkedExample, number: int) -> LazyChart:
    """What each part adds to the first frequency of each digit's logits."""
    names = (*example.part_names[:-1], THE_REST)
    digits = np.array(_digits(example))
    panels: dict[str, LazyChart] = {}
    for way, index in WAYS.items():
        parts = example.parts[number, :, index]
        known = np.isfinite(parts[:, 0])
        if known.any():
            panels[way] = charts.polar(
                {
                    name: charts.Polar(np.abs(added), np.angle(added), labels=digits[known].tolist())
                    for name, added in zip(names, parts[known].T, strict=True)
                }
            )
    return charts.panels(panels)


def _digits(example: WorkedExample) -> list[str]:
    return [f"C{digit}" for digit in range(example.n_digits)]
