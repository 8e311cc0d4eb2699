"""Section "How the second layer adds one", continued: positions whose keys and values can be constant in layer 1.

Mean ablation of layer 1's keys and values at one position shows whether it needs anything there that depends on
the sum. The positions where it needs nothing form a bank of constants, which heads combine by attention alone.
"""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import finding_at_sites, no_served_route, range_of
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import joined, percent
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import COSTS_UP_TO, KINDS, ConstantBank, constant_bank
from sumint.analyses.carrying.needed_sites import NeededSites, needed_sites
from sumint.interventions.sites import Site

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ACCURACY_AT_LEAST = 0.9
COST_RATIO_AT_LEAST = 2


@optional_figure("constant-bank", "What layer 1 needs to know of each position", unless=no_served_route)
def constant_bank_figure(name: str, title: str, sites: CarrySites, bank: ConstantBank) -> Figure:
    """Bars of the digits lost by mean-ablating keys and values at each position, and of the attention to it."""
    positions = sites.layout.position_names
    lost = (bank.accuracy_before - bank.accuracy_without).mean(axis=-1)
    return Figure(
        name,
        title,
        {
            "digits lost": charts.bars(
                positions,
                dict(zip(KINDS, lost, strict=True)),
                x_title="position",
                y_title="net share of digits lost",
            ),
            "attention": charts.bars(
                positions,
                {f"H1.{head}": of_head for head, of_head in enumerate(bank.attention.mean(axis=0))},
                x_title="position attended to",
                y_title="attention",
            ),
        },
        caption=(
            "The share of digits that are right less that when layer 1’s keys, its values or both are replaced at "
            "one position by their means over the sample, which makes some digits right, too; and how much its "
            "heads look there, on average over the digits and the sample."
        ),
        alt="Bars by position: digits lost, and attention, which is large also where none are lost.",
        source=constant_bank,
        control="Shown",
        height=380,
    )


def constant_bank_claims(sites: CarrySites, bank: ConstantBank, needed: NeededSites) -> tuple[Claim, ...]:
    """The claims that most positions without a carry can be constant, and that layer 0 keeps them constant."""
    both = list(KINDS).index("both")

    def position_list(positions: np.ndarray) -> str:
        return joined(bank.layout.position_names[position] for position in positions)

    def mean_ablation() -> Finding:
        if not len(bank.candidates):
            return Finding("all of them hold a carry", None)
        of_bank, of_all, of_others = (
            right[both]
            for right in (
                bank.accuracy_with_bank_constant,
                bank.accuracy_with_candidates_constant,
                bank.accuracy_with_others_constant,
            )
        )
        exceptions = np.setdiff1d(bank.candidates, bank.bank)
        without = (
            f"; with {position_list(exceptions)} as well {percent(float(of_all.mean()))}"
            if len(exceptions)
            else ""
        )
        return Finding(
            f"with keys and values of {position_list(bank.bank)} replaced {percent(float(of_bank.mean()))} of "
            f"the digits are right, of the worst digit {percent(float(of_bank.min()))}{without}; with those of "
            f"all other positions {percent(float(of_others.mean()))}; each head gives the bank "
            f"{range_of(bank.bank_attention)} of its attention, by digit",
            bool(len(bank.bank) > len(bank.candidates) / 2 and of_bank.min() >= ACCURACY_AT_LEAST),
            {
                "right": float(of_bank.mean()),
                "right, worst digit": float(of_bank.min()),
                "right, with the exceptions": float(of_all.mean()),
                "right, others": float(of_others.mean()),
            },
        )

    def needed_heads() -> Finding:
        needed_there = [
            (head, position)
            for position in bank.bank.tolist()
            for head in range(needed.attention.shape[0])
            if needed.is_needed[:, head, position].any()
        ]
        if not needed_there:
            return Finding("no digit needs a head there", None)
        replaced_costs = (bank.accuracy_before - bank.accuracy_without[both]).mean(axis=-1)
        costs = {
            Site(head, position).name(bank.layout): (
                float(needed.accuracy_drop[:, head, position].mean()),
                max(float(replaced_costs[position]), 0.0),
            )
            for head, position in needed_there
        }
        summary = joined(
            f"{percent(lost)} of the digits without {name}, {percent(replaced)} with keys and values replaced"
            for name, (lost, replaced) in costs.items()
        )
        return Finding(
            summary,
            all(lost >= COST_RATIO_AT_LEAST * replaced for lost, replaced in costs.values()),
            {f"without {name}": lost for name, (lost, _) in costs.items()},
        )

    return (
        general_claim(
            "bank-of-constants",
            (
                "Of most positions before = that hold no carry, layer 1 needs nothing that depends on the sum: "
                "their keys and values are a bank of constants."
            ),
            criterion=(
                "at more than half of them replacing both by their means costs no digit more than "
                f"{percent(COSTS_UP_TO, 0)}, and with all of these replaced at least "
                f"{percent(ACCURACY_AT_LEAST, 0)} of every digit are right"
            ),
            source=constant_bank,
            otherwise="On these weights layer 1 needs more of some of these positions.",
            finding=finding_at_sites(sites, mean_ablation),
        ),
        general_claim(
            "kept-constant",
            "Where layer 0 is needed at such a position, it is to keep it the same for every sum.",
            criterion=(
                f"of every head that a digit needs there, the loss costs at least {COST_RATIO_AT_LEAST} times as "
                "many digits as to replace the keys and values of the whole position"
            ),
            source=needed_sites,
            otherwise="On these weights some head there says something that is needed.",
            finding=finding_at_sites(sites, needed_heads),
        ),
    )
