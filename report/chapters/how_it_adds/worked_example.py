"""Section "One sum, step by step": the figure that follows one carry through the model, digit by digit.

It shows each sum unchanged and with one carry switched: the mean difference that the carry makes at its site is
added or subtracted, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from report.content.budget import tally_of_every_sum
from report.content.chapter import Figure
from report.content.formats import counted, decimals
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.adding.worked_example import NONE, SWITCHED, UNCHANGED, WorkedExample, worked_example
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY

N_WRONG = 3
"""The number of wrong sums in the figure, those with the least margins."""

VERSIONS = {"as it is": UNCHANGED, "switched": SWITCHED}
THE_REST = "the rest"
"""The name of all parts but layer 1's heads: embeddings, layer 0 and biases."""


def worked_example_figure(lab: Lab, sites: CarrySites) -> Figure:
    """The figure with a view for each part of each sum; the page shows the parts of one sum together."""
    tally = tally_of_every_sum(lab)
    wrong = () if isinstance(tally, str) else tuple((a, b) for a, b in tally.listed_sums[:N_WRONG].tolist())
    example = lab.run(worked_example, served_routes=sites.served_routes, wrong=wrong)
    n_heads = len(example.part_names) - 1
    scales_height = 40 * int(np.bincount(example.served_routes[:, 1], minlength=1).max())
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
        simultaneous_controls=("Part",),
        # The fixed parts, and a row for each site, head and arrow.
        height=max(290, 150 + scales_height) + max(480 + 26 * n_heads, 130 + 124 * n_heads),
        narrow_height=1100 + scales_height + 122 * n_heads,
    )


def _labels(example: WorkedExample) -> list[str]:
    """The label of each sum: the sum, then its wrong prediction or the carry that it is an example of."""
    predicted = example.predicted[..., UNCHANGED]
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
    """The charts of one sum by the name of the part; without a served route there is no chart of the carry."""
    carry = {"carry": _carry(example, number)} if len(example.served_routes) else {}
    return {
        "answer": _answer(example, number),
        **carry,
        "attention": _attention(example, number),
        "hand": _phasors(example, number),
    }


def _answer(example: WorkedExample, number: int) -> LazyChart:
    """The predicted digits and the carry amount of each digit, unchanged and switched."""
    rows: dict[str, np.ndarray] = {}
    text: list[list[str]] = []
    for version, index in VERSIONS.items():
        predicted, amounts = example.predicted[number, :, index], example.carry_amount[number, :, index]
        rows[f"said, {version}"] = np.where(predicted == NONE, np.nan, predicted)
        text.append(["" if token == NONE else VOCABULARY[token] for token in predicted])
        rows[f"carried, {version}"] = amounts
        text.append(["" if np.isnan(amount) else decimals(amount) for amount in amounts])
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
    """The carry level at the site of each served route, in this sum and on average over sums with and without."""
    without, with_carry = example.mean_carry_level.T
    return charts.bars(
        [
            f"column {column} → C{digit}, {site.name(example.sums.layout)}"
            for (column, digit), site in zip(example.served_routes[:, :2].tolist(), example.sites, strict=True)
        ],
        {
            "this sum": example.carry_level[number],
            "no carry, on average": without,
            "a carry, on average": with_carry,
        },
        x_title="route, and the site that serves it",
        y_title="held of the carry",
    )


def _attention(example: WorkedExample, number: int) -> LazyChart:
    """The attention pattern of each head of layer 1 at each digit's position."""
    layout = example.sums.layout
    positions = slice(0, layout.predicting.stop)
    tokens = [VOCABULARY[token] for token in example.sums.tokens[number, positions]]
    names = layout.position_names[positions]
    labels = [name if name == token else f"{name} {token}" for name, token in zip(names, tokens, strict=True)]
    heads = example.part_names[:-1]
    # The causal mask: no position attends to a later one.
    is_visible = np.arange(len(names)) <= np.arange(layout.predicting.start, layout.predicting.stop)[:, None]
    pattern = np.where(is_visible[:, None, None], example.attention[number, ..., positions], np.nan)
    return charts.panels(
        {
            version: charts.heatmap(
                pattern[:, index].reshape(-1, len(names)),
                x=labels,
                y=[f"{digit}, {head}" for digit in _digits(example) for head in heads],
                x_title="looks at",
                y_title="digit, head",
                quantity="attention",
                diverging=False,
                limits=(0, 1),
            )
            for version, index in VERSIONS.items()
        },
        columns=1,
    )


def _phasors(example: WorkedExample, number: int) -> LazyChart:
    """The first frequency of what each head of layer 1 and the rest add to each digit's logits."""
    names = (*example.part_names[:-1], THE_REST)
    digits = np.array(_digits(example))
    panels: dict[str, LazyChart] = {}
    for version, index in VERSIONS.items():
        parts = example.parts[number, :, index]
        is_known = np.isfinite(parts[:, 0])
        if is_known.any():
            panels[version] = charts.polar(
                {
                    name: charts.Polar(np.abs(phasors), np.angle(phasors), labels=digits[is_known].tolist())
                    for name, phasors in zip(names, parts[is_known].T, strict=True)
                }
            )
    return charts.panels(panels)


def _digits(example: WorkedExample) -> list[str]:
    """The names C0, C1, … of the answer's digits."""
    return [f"C{digit}" for digit in range(example.n_digits)]
