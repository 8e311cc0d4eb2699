"""The whole algorithm in one picture, drawn from what was found on the weights at hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from report.chapters.how_it_carries.gathering import Gathering, gatherings
from report.chapters.joint_sites_table import measured
from report.content.chapter import Absent, Claim
from report.content.diagram import Arrow, Diagram, Group, Kind, Node, Rank
from report.content.failures import isolated
from report.content.formats import joined, percent
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import ConstantBank
from sumint.analyses.carrying.joint_sites import JointSites
from sumint.analyses.carrying.needed_sites import NEEDED_FROM, NeededSites, needed_sites
from sumint.interventions.sites import Site
from sumint.task.sums import Layout

NAME, TITLE = "the-algorithm", "How the model adds, as far as it was found"
PAGE = "how-it-carries.html"
HELD_TOGETHER = "how-it-adds.html#digits-in-few-sites"
BANK = "constants"
SHOWN_BY: Mapping[Kind, str] = {
    "carry": "sites-look-at-their-column",
    "handed-on": "sites-look-at-their-column",
    "constant": "kept-constant",
}
"""The claim on what a gathering reads, by what it is first of all."""


@isolated
def the_algorithm(
    sites: CarrySites, needed: NeededSites, own: JointSites, bank: ConstantBank, claims: Iterable[Claim]
) -> Diagram | Absent:
    """What layer 0 gathers where, for which digit.

    `own` tells the sites that hold a column's digits together; `claims`, whether layer 1 has a bank of constants.
    """
    layout = sites.layout
    true = {claim.name for claim in claims if claim.holds}
    has_bank = "bank-of-constants" in true
    is_kept = has_bank and "kept-constant" in true
    holding = {own.routes[number].digit: own.sites(number) for number in measured(own)}
    found = gatherings(sites, needed, holding, bank.bank.tolist() if is_kept else ())
    if not found:
        return Absent(NAME, TITLE, "On these weights no digit needs any site of the first layer.")
    arrows = [*_reading(found, needed), *_carrying(found, sites), *_needing(found, needed)]
    if has_bank:
        arrows += _constants(bank)
    return Diagram(
        NAME,
        TITLE,
        ranks=(_read(layout), _gathered(found, layout, has_bank=has_bank), _answered(layout)),
        arrows=tuple(arrows),
        caption=(
            "From top to bottom, on a small screen and on paper from left to right: the digits of each column; "
            "the heads of layer 0 that gather them, at the positions where they do; and the positions where layer "
            "1 makes the answer’s digits of what it finds. A head is drawn if a carry passes there, or if without "
            f"what it says at least {percent(NEEDED_FROM, 0)} more of a digit are wrong: both are found by "
            "intervention. The arrows from above only say where it looks, on average. What a site writes to the "
            "logits itself is not drawn. Each arrow says what was measured when it is pointed at, and "
            f"leads to the claim behind it; all are in words below.{_left_out(sites)}"
        ),
        alt=_in_words(found, layout),
        source=needed_sites,
    )


def _read(layout: Layout) -> Rank:
    return Rank(
        ("what is", "read"),
        tuple(
            Group(f"column {column}", (Node(_column(column), (f"A{column}", f"B{column}")),))
            for column in range(layout.n_digits)
        ),
    )


def _gathered(found: Sequence[Gathering], layout: Layout, *, has_bank: bool) -> Rank:
    positions = sorted({one.position for one in found} | set(range(layout.n_ctx)[layout.predicting]))
    groups = [
        Group(
            layout.position_names[position],
            tuple(_node(one, layout) for one in found if one.position == position),
        )
        for position in positions
    ]
    if has_bank:
        groups.insert(0, Group("elsewhere", (Node(BANK, ("the same", "for all sums"), "constant"),)))
    return Rank(("layer 0", "gathers, at"), tuple(groups))


def _node(one: Gathering, layout: Layout) -> Node:
    looks = "mixed" if one.column is None else " ".join(one.digits(layout))
    return Node(one.name(layout), (one.briefly, looks), one.kind)


def _answered(layout: Layout) -> Rank:
    return Rank(
        ("layer 1", "answers"),
        tuple(
            Group(f"at {place}", (Node(f"C{digit}", (f"C{digit}",)),), under=place)
            for digit, place in enumerate(layout.position_names[layout.predicting])
        ),
    )


def _reading(found: Iterable[Gathering], needed: NeededSites) -> Iterable[Arrow]:
    for one in found:
        if one.column is None:
            continue
        attention = float(np.mean([needed.attention[head, one.position, one.column] for head in one.heads]))
        is_carry = one.kind in ("carry", "handed-on")
        verb = "gives" if len(one.heads) == 1 else "give"
        yield Arrow(
            _column(one.column),
            one.name(needed.layout),
            "carry" if is_carry else one.kind,
            f"{one.name(needed.layout)} {verb} {percent(attention, 0)} of the attention to "
            f"{joined(one.digits(needed.layout))}, on average over sums.",
            attention,
            f"{PAGE}#{SHOWN_BY.get(one.kind, 'digits-gathered-there')}",
        )


def _carrying(found: Iterable[Gathering], sites: CarrySites) -> Iterable[Arrow]:
    by_place = {(one.position, head): one for one in found for head in one.heads}
    rates = {
        one: sites.rate(number, one.site) for number, one in zip(sites.served, sites.served_routes, strict=True)
    }
    done: dict[tuple[str, str], Arrow] = {}
    for one, rate in sorted(rates.items(), key=lambda item: item[0].route.column):
        column, digit, nines = one.route.column, one.route.digit, one.route.n_nines
        name = by_place[one.site.position, one.site.head].name(sites.layout)
        through = "" if not nines else f", through {nines} {'column' if nines == 1 else 'columns'} of nine"
        says = (
            f"Switched at {name}, the carry out of column {column} moves C{digit} by one in {percent(rate, 0)} of "
            f"pairs{through}."
        )
        kind: Kind = "handed-on" if nines else "carry"
        before = done.get((name, f"C{digit}"))
        arrow = Arrow(name, f"C{digit}", kind, says, rate, f"{PAGE}#carry-sites")
        # One site can serve two routes to a digit; they are one arrow, which says both.
        done[name, f"C{digit}"] = arrow if before is None else replace(before, says=f"{before.says} {says}")
    return done.values()


def _needing(found: Iterable[Gathering], needed: NeededSites) -> Iterable[Arrow]:
    for one in found:
        for digit, kind in one.kinds:
            if kind in ("carry", "handed-on"):
                continue
            sites = [Site(head, one.position) for head in one.heads]
            right = [float(needed.accuracy_without[digit, site.head, site.position]) for site in sites]
            without = joined(
                f"in {percent(share, 0)} of sums without {site.name(needed.layout)}"
                for share, site in zip(right, sites, strict=True)
            )
            by_several = kind == "digits" and one.column != digit
            together = f" With others it holds the digits of column {digit}." if by_several else ""
            shown_by = "kept-constant" if kind == "constant" else "digits-gathered-there"
            yield Arrow(
                one.name(needed.layout),
                f"C{digit}",
                kind,
                f"C{digit} is right {without}, of {percent(float(needed.right[digit]), 0)} with it.{together}",
                min(right),
                HELD_TOGETHER if by_several else f"{PAGE}#{shown_by}",
            )


def _constants(bank: ConstantBank) -> Iterable[Arrow]:
    for digit, attention in enumerate(bank.bank_attention.mean(axis=-1)):
        yield Arrow(
            BANK,
            f"C{digit}",
            "constant",
            f"For C{digit} layer 1’s heads give {percent(float(attention), 0)} of their attention to positions "
            "where keys and values may be the same for every sum.",
            float(attention),
            f"{PAGE}#bank-of-constants",
        )


def _left_out(sites: CarrySites) -> str:
    unserved = [route.name for route in sites.unserved]
    if not unserved:
        return ""
    several = f"[several may]({PAGE}#few-sites-together)"
    return f" No single site holds the carry on {joined(unserved)}: {several}, not drawn here."


def _in_words(found: Iterable[Gathering], layout: Layout) -> str:
    parts = [f"{one.name(layout)} for {joined(f'C{digit}' for digit, _ in one.kinds)}" for one in found]
    return (
        f"A diagram of columns, heads of layer 0 and digits of the answer, joined by arrows: {'; '.join(parts)}."
    )


def _column(column: int) -> str:
    return f"A{column} and B{column}"
