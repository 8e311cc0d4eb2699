"""The opening section: a diagram of the circuit on this checkpoint, and the heads that read each column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from report.chapters.how_it_carries.head_groups import HeadGroup, head_groups
from report.chapters.joint_sites_table import routes_with_enough_pairs
from report.content.chapter import Absent
from report.content.claims.claim import Claim
from report.content.diagram import Arrow, Diagram, Group, Kind, Node, Rank
from report.content.formats import counted, joined, percent
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import ConstantBank
from sumint.analyses.carrying.joint_sites import JointSites
from sumint.analyses.carrying.needed_sites import NeededSites, needed_sites
from sumint.interventions.sites import Site
from sumint.task.sums import Layout

NAME, TITLE = "the-algorithm", "The circuit, as far as we could identify it"
PAGE = "how-it-carries.html"
JOINT_DIGITS_ADDRESS = "how-it-adds.html#digits-in-few-sites"
BANK = "constants"
CLAIM_ON_ATTENTION: Mapping[Kind, str] = {
    "carry": "sites-look-at-their-column",
    "handed-on": "sites-look-at-their-column",
}
"""The claim that supports the arrow from a column to a group of heads, by the group's kind."""


def algorithm_diagram(
    sites: CarrySites,
    needed: NeededSites,
    own: JointSites,
    bank: ConstantBank,
    claim_on_bank: Claim,
) -> Diagram | Absent:
    """The diagram of columns, heads of layer 0 at their positions, and the answer digits that need them.

    `own` has the sites that hold each column's digits together. `claim_on_bank` decides whether the diagram shows
    the bank of constants of layer 1.
    """
    layout = sites.layout
    has_bank = claim_on_bank.holds
    sites_of_digit = {own.routes[number].digit: own.sites(number) for number in routes_with_enough_pairs(own)}
    groups = head_groups(sites, needed, sites_of_digit)
    if not groups:
        return Absent(NAME, TITLE, "No digit needs any site of layer 0 on this checkpoint.")
    arrows = [*_attention_arrows(groups, needed), *_carry_arrows(groups, sites), *_need_arrows(groups, needed)]
    if has_bank:
        arrows += _constant_arrows(bank)
    return Diagram(
        NAME,
        TITLE,
        ranks=(_operand_rank(layout), _head_rank(groups, layout, has_bank=has_bank), _answer_rank(layout)),
        arrows=tuple(arrows),
        caption=(
            "Operand digits by column (top), layer-0 heads at their positions (middle) and answer digits "
            "(bottom). "
            f"Arrows: attention, carries, and digits that need a head; each links to its "
            f"claim.{_unserved_note(sites)}"
        ),
        alt=_alt_text(groups, layout),
        source=needed_sites,
    )


def _operand_rank(layout: Layout) -> Rank:
    return Rank(
        ("what is", "read"),
        tuple(
            Group(f"column {column}", (Node(_column_name(column), (f"A{column}", f"B{column}")),))
            for column in range(layout.n_digits)
        ),
    )


def _head_rank(groups: Sequence[HeadGroup], layout: Layout, *, has_bank: bool) -> Rank:
    positions = sorted({group.position for group in groups} | set(range(layout.n_ctx)[layout.predicting]))
    by_position = [
        Group(
            layout.position_names[position],
            tuple(_head_node(group, layout) for group in groups if group.position == position),
        )
        for position in positions
    ]
    if has_bank:
        by_position.insert(0, Group("elsewhere", (Node(BANK, ("means", "suffice"), "constant"),)))
    return Rank(("layer 0", "writes, at"), tuple(by_position))


def _head_node(group: HeadGroup, layout: Layout) -> Node:
    digits = "mixed" if group.column is None else " ".join(group.visible_digits(layout))
    return Node(group.name(layout), (group.short_label, digits), group.kind)


def _answer_rank(layout: Layout) -> Rank:
    return Rank(
        ("layer 1", "answers"),
        tuple(
            Group(f"at {position}", (Node(f"C{digit}", (f"C{digit}",)),), under=position)
            for digit, position in enumerate(layout.position_names[layout.predicting])
        ),
    )


def _attention_arrows(groups: Iterable[HeadGroup], needed: NeededSites) -> Iterable[Arrow]:
    """Arrows from each column to the groups that attend to it, with their mean attention."""
    for group in groups:
        if group.column is None:
            continue
        attention = float(np.mean([needed.attention[head, group.position, group.column] for head in group.heads]))
        is_carry = group.kind in ("carry", "handed-on")
        is_single = len(group.heads) == 1
        verb, whose, over_heads = ("gives", "its", "") if is_single else ("give", "their", " and heads")
        yield Arrow(
            _column_name(group.column),
            group.name(needed.layout),
            "carry" if is_carry else group.kind,
            f"{_subject(group, needed.layout)} {verb} {percent(attention, 0)} of {whose} attention to "
            f"{joined(group.visible_digits(needed.layout))}, on average over sums{over_heads}.",
            attention,
            f"{PAGE}#{CLAIM_ON_ATTENTION.get(group.kind, 'digits-need-own-heads')}",
        )


def _carry_arrows(groups: Iterable[HeadGroup], sites: CarrySites) -> Iterable[Arrow]:
    """Arrows from each site that serves a route to the route's digit, with the share of digits that it flips."""
    group_at = {(group.position, head): group for group in groups for head in group.heads}
    rates = {
        served: sites.rates_at(number, served.site)
        for number, served in zip(sites.served_numbers, sites.served_routes, strict=True)
    }
    arrows: dict[tuple[str, str], Arrow] = {}
    for served, (on, off) in sorted(rates.items(), key=lambda item: item[0].route.column):
        column, digit, nines = served.route.column, served.route.digit, served.route.n_nines
        name = group_at[served.site.position, served.site.head].name(sites.layout)
        through = "" if not nines else f" through {counted(nines, 'column')} of nine"
        sentence = (
            f"Patching {name} switches the carry of column {column}{through}: C{digit} changes by one in "
            f"{percent(float(on), 0)} of pairs (on) and {percent(float(off), 0)} (off)."
        )
        kind: Kind = "handed-on" if nines else "carry"
        earlier = arrows.get((name, f"C{digit}"))
        arrow = Arrow(name, f"C{digit}", kind, sentence, float(min(on, off)), f"{PAGE}#carry-sites")
        # One site can serve two routes to a digit: they share an arrow, whose text has a sentence for each.
        arrows[name, f"C{digit}"] = (
            arrow if earlier is None else replace(earlier, statement=f"{earlier.statement} {sentence}")
        )
    return arrows.values()


def _need_arrows(groups: Iterable[HeadGroup], needed: NeededSites) -> Iterable[Arrow]:
    """Arrows from each group to the digits that need it for anything but a carry, with the accuracy without it."""
    for group in groups:
        for digit, kind in group.kinds:
            if kind in ("carry", "handed-on"):
                continue
            sites = [Site(head, group.position) for head in group.heads]
            accuracies = [float(needed.accuracy_without[digit, site.head, site.position]) for site in sites]
            without = joined(
                f"{percent(share, 0)} with {site.name(needed.layout)} mean-ablated"
                for share, site in zip(accuracies, sites, strict=True)
            )
            is_joint = kind == "digits" and group.column != digit
            holds = "it holds" if len(sites) == 1 else "they hold"
            together = f" Together with other sites {holds} the digits of column {digit}." if is_joint else ""
            yield Arrow(
                group.name(needed.layout),
                f"C{digit}",
                kind,
                f"C{digit} is right in {percent(float(needed.accuracy[digit]), 0)} of sums, and in "
                f"{without}.{together}",
                min(accuracies),
                JOINT_DIGITS_ADDRESS if is_joint else f"{PAGE}#digits-need-own-heads",
            )


def _constant_arrows(bank: ConstantBank) -> Iterable[Arrow]:
    """Arrows from the bank of constants to each digit, with the mean attention of layer 1 to the bank."""
    positions = joined(bank.layout.position_names[position] for position in bank.bank)
    for digit, attention in enumerate(bank.bank_attention.mean(axis=-1)):
        yield Arrow(
            BANK,
            f"C{digit}",
            "constant",
            f"For C{digit}, layer 1’s heads give {percent(float(attention), 0)} of their attention to "
            f"{positions}, where "
            "the means of their keys and values suffice.",
            float(attention),
            f"{PAGE}#bank-of-constants",
        )


def _unserved_note(sites: CarrySites) -> str:
    unserved = [route.name for route in sites.unserved_routes]
    if not unserved:
        return ""
    joint = f"[several together]({PAGE}#carry-joint-sites)"
    return f" Not drawn: {joined(unserved)}, without a single site; {joint} were searched."


def _alt_text(groups: Iterable[HeadGroup], layout: Layout) -> str:
    parts = [f"{group.name(layout)} for {joined(f'C{digit}' for digit, _ in group.kinds)}" for group in groups]
    return (
        f"A diagram of columns, heads of layer 0 and digits of the answer, joined by arrows: {'; '.join(parts)}."
    )


def _subject(group: HeadGroup, layout: Layout) -> str:
    """The heads of a group and their position, as the subject of a sentence."""
    return f"{joined(group.head_names)} at {layout.position_names[group.position]}"


def _column_name(column: int) -> str:
    return f"A{column} and B{column}"
