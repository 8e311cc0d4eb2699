"""What the chapter on how the model carries asserts of positions where a constant is all that layer 1 needs."""

from __future__ import annotations

from report.chapter import Claim
from report.chapters.how_it_carries_served import at_sites, range_of
from report.claims import Finding, general_claim
from report.parts import part
from report.theme import joined, percent
from sumint.analyses.carry_sites import CarrySites
from sumint.analyses.constant_bank import KINDS, ConstantBank, constant_bank
from sumint.analyses.needed_sites import NeededSites, needed_sites
from sumint.interchange import Site

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
RIGHT_AT_LEAST = 0.9
LESS_BY = 2


@part
def bank_claims(sites: CarrySites, bank: ConstantBank, needed: NeededSites) -> tuple[Claim, ...]:
    """The claims on the bank of constants, and on what layer 0 is needed for there."""

    def constant() -> Finding:
        names = [bank.layout.position_names[position] for position in bank.bank]
        right = dict(zip(KINDS, map(float, bank.right_with_bank_constant), strict=True))
        others = float(bank.right_with_others_constant[list(KINDS).index("both")])
        return Finding(
            f"with keys and values of {joined(names)} replaced {percent(right['both'])} of the digits are right, "
            f"with those of all others {percent(others)}; the heads give {range_of(bank.bank_attention)} of "
            "their attention to the first",
            right["both"] >= RIGHT_AT_LEAST,
            {f"right, {kind}": share for kind, share in right.items()} | {"right, others": others},
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
        both = bank.right_without[list(KINDS).index("both")]
        costs = {
            Site(head, position).name(bank.layout): (
                float(needed.fall[:, head, position].mean()),
                max(bank.right - float(both[position]), 0.0),
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
                "Of a position before = that holds no carry, layer 1 needs nothing that depends on the sum: its "
                "keys and values are a bank of constants."
            ),
            criterion=(
                f"at least {percent(RIGHT_AT_LEAST, 0)} of the digits are right with the keys and values of all "
                "these positions replaced by their means"
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
