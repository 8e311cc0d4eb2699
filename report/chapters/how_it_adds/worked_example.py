"""Section "One sum, step by step": the figure that follows one carry through the model, digit by digit.

It shows each sum unchanged and with one carry switched: the mean difference that the carry makes at its site is
added or subtracted, and nothing else.
"""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_adds.worked_sum import worked_sum
from report.content.budget import tally_of_every_sum
from report.content.component import Component
from report.content.formats import counted
from sumint.analyses.adding.worked_example import UNCHANGED, WorkedExample, worked_example
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY

N_WRONG = 3
"""The number of wrong sums in the figure, those with the least margins."""


def worked_example_figure(lab: Lab, sites: CarrySites) -> Component:
    """The figure with the data of each sum."""
    tally = tally_of_every_sum(lab)
    wrong = () if isinstance(tally, str) else tuple((a, b) for a, b in tally.listed_sums[:N_WRONG].tolist())
    example = lab.run(worked_example, served_routes=sites.served_routes, wrong=wrong)
    n_heads = len(example.part_names) - 1
    scales_height = 40 * int(np.bincount(example.served_routes[:, 1], minlength=1).max())
    return Component(
        "worked-example",
        "One sum, step by step",
        {label: worked_sum(example, number) for number, label in enumerate(_labels(example))},
        caption=(
            "For a sum and a digit of its answer: the carry level at the sites, the attention of layer-1 heads "
            "and their first frequencies, which add up on the dial. Faint: the same with this one carry "
            "switched."
        ),
        alt=(
            "The sum as on paper; a scale with what is held of the carry; bars of attention by position for each "
            "head of the second layer; and a dial of ten digits with the arrows of all heads, head to tail."
        ),
        source=worked_example,
        script="worked-example",
        part_title="Part",
        control="Sum",
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
            return f"the model predicts {''.join(VOCABULARY[token] for token in predicted[number])}"
        route = example.route(number)
        if route is None:
            return "no carry"
        through = f" through {counted(route.n_nines, 'nine')}" if route.n_nines else ""
        return f"a carry into C{route.digit}{through}"

    return [f"{written}, {kind(number)}" for number, written in enumerate(example.sums.strings)]
