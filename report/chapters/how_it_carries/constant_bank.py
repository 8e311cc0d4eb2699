"""Section "How the second layer adds one", continued: positions whose keys and values can be constant in layer 1.

Mean ablation of layer 1's keys and values at one position shows whether it needs anything there that depends on
the sum. The positions where it needs nothing form a bank of constants, which heads combine by attention alone.
"""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import no_served_route
from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import joined, percent
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import KINDS, ConstantBank, constant_bank

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ACCURACY_AT_LEAST = 0.85


@optional_figure(
    "constant-bank", "Accuracy lost when layer 1’s keys and values are ablated", unless=no_served_route
)
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
                is_share=True,
            ),
            "attention": charts.bars(
                positions,
                {f"H1.{head}": of_head for head, of_head in enumerate(bank.attention.mean(axis=0))},
                x_title="position attended to",
                y_title="attention",
                is_share=True,
            ),
        },
        caption=(
            "Net share of digits that become wrong when layer 1’s keys, values or both are mean-ablated at one "
            "position; or the mean attention of its heads to each position."
        ),
        alt="Bars by position: digits lost, and attention, which is large also where none are lost.",
        source=constant_bank,
        control="Shown",
        height=380,
    )


@claim(
    "bank-of-constants",
    "With layer 1’s keys and values at their means at all positions before = that hold no carry, every answer "
    "digit is "
    f"still right in at least {percent(ACCURACY_AT_LEAST, 0)} of sums.",
    analysis=constant_bank,
    figure="constant-bank",
    otherwise="With layer 1’s keys and values at their means at all positions before = that hold no carry, {case} "
    "is right in only {value} of the sums.",
)
def positions_without_a_carry_are_constant(bank: ConstantBank) -> Check:
    """The accuracy of each digit with layer 1's keys and values at all these positions mean-ablated."""
    if not len(bank.candidates):
        return not_applicable("Every position before = holds a carry.")
    both = list(KINDS).index("both")
    accuracy = bank.accuracy_with_candidates_constant[both]
    names = joined(bank.layout.position_names[position] for position in bank.candidates)
    exceptions = [bank.layout.position_names[position] for position in np.setdiff1d(bank.candidates, bank.bank)]
    kept = percent(float(bank.accuracy_with_bank_constant[both].min()))
    worst = f"; with {joined(exceptions)} left unablated, {kept}"
    others = float(bank.accuracy_with_others_constant[both].mean())
    return all_of(
        at_least(
            ACCURACY_AT_LEAST,
            {f"C{digit}": float(share) for digit, share in enumerate(accuracy)},
            "every digit is right in {bound} of sums with layer 1’s keys and values at all of these positions "
            "replaced by their means",
            n=bank.n_sums,
        ),
        note=(
            f"positions {names}{worst if exceptions else ''}; with the keys and values of all other positions at "
            f"their means instead, {percent(others)} of all digits are right"
        ),
    )
