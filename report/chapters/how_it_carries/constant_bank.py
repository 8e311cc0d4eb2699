"""What the chapter on how the model carries asserts of positions where a constant is all that layer 1 needs."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import at_sites, range_of
from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import joined, percent
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import COSTS_UP_TO, KINDS, ConstantBank, constant_bank
from sumint.analyses.carrying.needed_sites import NeededSites, needed_sites
from sumint.interventions.sites import Site

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
RIGHT_AT_LEAST = 0.9
LESS_BY = 2


@isolated
def bank_claims(sites: CarrySites, bank: ConstantBank, needed: NeededSites) -> tuple[Claim, ...]:
    """The claims on the bank of constants, and on what layer 0 is needed for there."""
    both = list(KINDS).index("both")

    def named(positions: np.ndarray) -> str:
        return joined(bank.layout.position_names[position] for position in positions)

    def constant() -> Finding:
        if not len(bank.candidates):
            return Finding("all of them hold a carry", None)
        of_bank, of_all, of_others = (
            right[both]
            for right in (
                bank.right_with_bank_constant,
                bank.right_with_candidates_constant,
                bank.right_with_others_constant,
            )
        )
        exceptions = np.setdiff1d(bank.candidates, bank.bank)
        without = f"; with {named(exceptions)} as well {percent(float(of_all.mean()))}" if len(exceptions) else ""
        return Finding(
            f"with keys and values of {named(bank.bank)} replaced {percent(float(of_bank.mean()))} of "
            f"the digits are right, of the worst digit {percent(float(of_bank.min()))}{without}; with those of "
            f"all other positions {percent(float(of_others.mean()))}; each head gives the bank "
            f"{range_of(bank.bank_attention)} of its attention, by digit",
            bool(len(bank.bank) > len(bank.candidates) / 2 and of_bank.min() >= RIGHT_AT_LEAST),
            {
                "right": float(of_bank.mean()),
                "right, worst digit": float(of_bank.min()),
                "right, with the exceptions": float(of_all.mean()),
                "right, others": float(of_others.mean()),
            },
        )

    def kept() -> Finding:
        places = [
            (head, position)
            for position in bank.bank.tolist()
            for head in range(needed.attention.shape[0])
            if needed.is_needed[:, head, position].any()
        ]
        if not places:
            return Finding("no digit needs a head there", None)
        replaced_costs = (bank.accuracy_before - bank.accuracy_without[both]).mean(axis=-1)
        costs = {
            Site(head, position).name(bank.layout): (
                float(needed.fall[:, head, position].mean()),
                max(float(replaced_costs[position]), 0.0),
            )
            for head, position in places
        }
        listed = joined(
            f"{percent(lost)} of the digits without {name}, {percent(replaced)} with keys and values replaced"
            for name, (lost, replaced) in costs.items()
        )
        return Finding(
            listed,
            all(lost >= LESS_BY * replaced for lost, replaced in costs.values()),
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
                f"{percent(COSTS_UP_TO, 0)}, and with all of these replaced at least {percent(RIGHT_AT_LEAST, 0)} "
                "of every digit are right"
            ),
            source=constant_bank,
            otherwise="On these weights layer 1 needs more of some of these positions.",
            finding=at_sites(sites, constant),
        ),
        general_claim(
            "kept-constant",
            "Where layer 0 is needed at such a position, it is to keep it the same for every sum.",
            criterion=(
                f"of every head that a digit needs there, the loss costs at least {LESS_BY} times as many digits "
                "as to replace the keys and values of the whole position"
            ),
            source=needed_sites,
            otherwise="On these weights some head there says something that is needed.",
            finding=at_sites(sites, kept),
        ),
    )
