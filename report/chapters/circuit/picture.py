"""The picture of the mechanism, at the level at which the circuit was scored: from layer-0 sites to answer digits.

Every site with an edge of the circuit is in a box, and every edge in a wire, no more and no fewer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from report.chapters.circuit.picture_sums import picture_sums, positions_read
from report.chapters.joint_sites_table import routes_with_enough_pairs
from report.content.chapter import Absent
from report.content.formats import counted, decimals, joined, percent
from report.content.live.address import LIVE_FIGURE, Pair, live_address, pairs_by_route, patch_address
from report.content.phases import are_cosines
from report.content.picture import (
    ENDINGS,
    Answer,
    Box,
    Ending,
    Evidence,
    Kind,
    Picture,
    Wire,
    answer_name,
    pair_name,
)
from sumint.analyses.adding.digit_sum_circle import DigitSumCircle
from sumint.analyses.adding.live_model import LiveModelData
from sumint.analyses.adding.soft_carry import SoftCarry
from sumint.analyses.adding.worked_example import WorkedExample
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.analyses.carrying.constant_bank import ConstantBank
from sumint.analyses.carrying.joint_sites import JointSites
from sumint.analyses.carrying.needed_sites import NeededSites
from sumint.analyses.circuits.circuit import Circuit, circuit
from sumint.analyses.circuits.circuit_paths import CircuitPaths
from sumint.analyses.circuits.circuit_scores import CIRCUIT, MEANS, RESAMPLED, CircuitScores
from sumint.interventions.patching import DIRECTIONS
from sumint.interventions.sites import Site
from sumint.task.carry_routes import Route
from sumint.task.sums import Layout

NAME, TITLE = "mechanism", "The mechanism: how the model adds"

ATTENTION_FROM = 0.1
"""A box reads a column if its heads give the column's digits at least this much of their attention."""

DIRECT_FROM = 0.05
"""The direct path of an edge is drawn if patching it alone changes at least this share of the answers."""

CANCELS_FROM = 0.5
"""Two heads are marked + and − if the cosine of their single-digit parts is below minus this."""

NOT_KNOWN = "not known"
"""The text of a box whose content was not identified."""


@dataclass(frozen=True)
class Measurements:
    """The results that the picture is drawn from."""

    found: Circuit
    scores: CircuitScores
    paths: CircuitPaths
    sites: CarrySites
    needed: NeededSites
    own: JointSites
    """The sites that hold each column's own digits together."""
    several: JointSites
    """The sites that hold a carry together, on the routes without a single site."""
    bank: ConstantBank
    circle: DigitSumCircle
    soft: SoftCarry
    example: WorkedExample
    live: LiveModelData
    runs_live: bool
    """Whether a page can run the network."""

    @property
    def layout(self) -> Layout:
        return self.found.layout

    @cached_property
    def has_phases(self) -> bool:
        """Whether the logits are a cosine, so that they have a phase."""
        return are_cosines(self.soft)

    @cached_property
    def columns_of_carry_sites(self) -> Mapping[Site, tuple[int, ...]]:
        """The columns whose carry each site holds alone."""
        columns = defaultdict(set)
        for served in self.sites.served_routes:
            columns[served.site].add(served.route.column)
        return {site: tuple(sorted(found)) for site, found in columns.items()}

    @cached_property
    def columns_of_joint_sites(self) -> Mapping[Site, tuple[int, ...]]:
        """The columns whose carry each site holds with others, on routes without a single site."""
        columns = defaultdict(set)
        for number in routes_with_enough_pairs(self.several):
            for site in self.several.sites(number):
                columns[site].add(self.several.routes[number].column)
        return {site: tuple(sorted(found)) for site, found in columns.items()}

    @cached_property
    def pairs(self) -> Mapping[Route, Pair]:
        """A pair of sums for each route, on which the live model can try it."""
        return pairs_by_route(self.live)

    def patch_trial(self, sites: Sequence[Site], column: int, digit: int) -> str:
        """The address at which the live model patches sites: by the carry of a column, or else by its own
        digits."""
        routes = (Route(column, digit), Route(column, column), Route(digit, digit))
        return next((patch_address(self.pairs[route], sites) for route in routes if route in self.pairs), "")

    def token_trial(self, column: int) -> str:
        """The address at which the live model replaces an operand digit of a column by another."""
        pair = next(iter(self.pairs.values()), None)
        if pair is None:
            return ""
        digit = self.example.sums.layout.n_digits - 1 - column
        other = (pair.without[0] // 10**digit + 1) % 5
        return live_address(pair.without, changes=[f"token.{column}.{other}"])

    def digits_read_by(self, site: Site) -> tuple[int, ...]:
        """The answer digits with an edge from a site."""
        return tuple(np.flatnonzero(self.found.edges[:, site.head, site.position]).tolist())

    def holds_own_digits(self, site: Site, digit: int) -> bool:
        """Whether a site is one of those that hold the operand digits of a digit's own column."""
        is_at_its_position = site.position == self.layout.predicting.start + digit
        reads_it = is_at_its_position and self.needed.column(site) == digit
        return reads_it or site in self.own.sites(digit)


def mechanism_picture(measured: Measurements) -> Picture | Absent:
    """The picture of the circuit that was scored."""
    if not measured.found.edges.any():
        return Absent(NAME, TITLE, "No answer digit needs any layer-0 head on this checkpoint.")
    boxes = list(_boxes(measured))
    wires = (*_attention_wires(measured, boxes), *_edge_wires(measured, boxes))
    layout = measured.layout
    constant = _constant_positions(measured)
    return Picture(
        name=NAME,
        title=TITLE,
        n_digits=layout.n_digits,
        boxes=tuple(box for box, _ in boxes),
        answers=tuple(_answer(measured, digit) for digit in range(layout.n_digits)),
        wires=wires,
        boundaries=tuple(measured.example.boundaries.tolist()) if measured.has_phases else (),
        constant=_constant(measured.bank) if constant else None,
        constant_label=joined(constant) if constant else "",
        scores=tuple(_scores(measured)),
        not_found=_not_found(measured, boxes),
        sums=picture_sums(
            measured.example, [box for box, _ in boxes], measured.paths, has_phases=measured.has_phases
        ),
        live=LIVE_FIGURE if measured.runs_live else "",
        caption=(
            "Top: operand digits by column. Middle: layer-0 heads at their positions; dials hold a column’s digit "
            "sum, switches its carry. Bottom: answer digits. Wires are the circuit’s edges, wider where patching "
            "changes more answers."
        ),
        alt=_alt_text(boxes, layout),
        source=circuit,
    )


def _boxes(measured: Measurements) -> Iterator[tuple[Box, tuple[Site, ...]]]:
    """The boxes, each with its sites: by column, dials before switches before the rest."""
    by_role: dict[tuple[int, Kind, int, bool, tuple[int, ...]], list[Site]] = defaultdict(list)
    for site in measured.found.sites():
        kind, column, is_joint = _role(measured, site)
        # Carries were switched site by site. Other sites at a position that hold the same share a box.
        alone = (site.head,) if kind == "switch" and not is_joint else ()
        by_role[column, kind, site.position, is_joint, alone].append(site)
    kinds: tuple[Kind, ...] = ("dial", "switch", "other")
    for (column, kind, _, is_joint, _), sites in sorted(
        by_role.items(), key=lambda item: (item[0][0], kinds.index(item[0][1]), item[0][2], item[1][0])
    ):
        yield _box(measured, tuple(sites), kind, column, is_joint), tuple(sites)


def _role(measured: Measurements, site: Site) -> tuple[Kind, int, bool]:
    """What a site holds, of which column, and whether it holds it only together with others."""
    if site in measured.columns_of_carry_sites:
        return "switch", measured.columns_of_carry_sites[site][0], False
    digits = measured.digits_read_by(site)
    own = [digit for digit in digits if measured.holds_own_digits(site, digit)]
    if own:
        sees_both = site.position >= measured.layout.position_names.index(f"B{own[0]}")
        return "dial" if sees_both else "other", own[0], False
    if site in measured.columns_of_joint_sites:
        return "switch", measured.columns_of_joint_sites[site][0], True
    return "other", int(measured.needed.attention[site.head, site.position].argmax()), False


def _box(measured: Measurements, sites: Sequence[Site], kind: Kind, column: int, is_joint: bool) -> Box:
    layout = measured.layout
    position = sites[0].position
    place = layout.position_names[position]
    heads = [f"H0.{site.head}" for site in sites]
    name = f"{' '.join(heads)} at {place}"
    if kind == "switch":
        evidence = _evidence_on_carry(measured, sites, name, is_joint)
        served = ", ".join(f"C{digit}" for digit in _digits_served(measured, sites, is_joint=is_joint))
        # A single head is named in the title.
        title, listed = ((name,), ()) if len(heads) == 1 else ((f"at {place},",), tuple(heads))
        title = (*title, f"for {served}")
        return Box(name, kind, column, title, listed, evidence, is_joint=is_joint)
    evidence = _evidence_on_sites(measured, sites, name, column)
    if kind == "other":
        is_own = all(measured.holds_own_digits(site, column) for site in sites)
        holds = f"holds A{column}" if is_own else NOT_KNOWN
        return Box(name, kind, column, (f"at {place}",), tuple(heads), evidence, holds)
    is_predicting = position == layout.predicting.start + column
    title = (f"at {place},", f"for C{column}") if is_predicting else (f"at {place}",)
    signs = _signs(measured.circle, column, [site.head for site in sites])
    with_signs = tuple(f"{sign}{head}" for head, sign in zip(heads, signs, strict=True))
    return Box(name, kind, column, title, with_signs, evidence)


def _digits_served(measured: Measurements, sites: Sequence[Site], *, is_joint: bool) -> list[int]:
    """The digits to which sites carry: those at the ends of the routes that they serve, alone or with others."""
    if not is_joint:
        routes = [served.route for served in measured.sites.served_routes if served.site in sites]
    else:
        numbers = routes_with_enough_pairs(measured.several)
        routes = [measured.several.routes[n] for n in numbers if set(measured.several.sites(n)) & set(sites)]
    return sorted({route.digit for route in routes})


def _signs(circle: DigitSumCircle, column: int, heads: Sequence[int]) -> list[str]:
    """+ and − for heads whose single-digit parts cancel, empty for the others."""
    if column not in circle.columns:
        return [""] * len(heads)
    cosines = circle.alone_cosine[circle.columns.index(column)][np.ix_(heads, heads)]
    if cosines.min(initial=0) > -CANCELS_FROM:
        return [""] * len(heads)
    first, _ = np.unravel_index(cosines.argmin(), cosines.shape)
    return [" +" if cosine > CANCELS_FROM else " −" if cosine < -CANCELS_FROM else "" for cosine in cosines[first]]


def _evidence_on_carry(measured: Measurements, sites: Sequence[Site], name: str, is_joint: bool) -> Evidence:
    """How often patching the sites switches a carry on and off, by route."""
    statements, first = [], np.nan
    if not is_joint:
        for number, served in zip(measured.sites.served_numbers, measured.sites.served_routes, strict=True):
            if served.site != sites[0]:
                continue
            on, off = (float(rate) for rate in measured.sites.rates_at(number, served.site))
            first = on if np.isnan(first) else first
            route = served.route
            through = f" through {counted(route.n_nines, 'nine')}" if route.n_nines else ""
            statements.append(
                f"Patching {name} alone switches the carry of column {route.column} to C{route.digit}{through} on "
                "in "
                f"{percent(on, 0)} of pairs and off in {percent(off, 0)}."
            )
        route = next(one.route for one in measured.sites.served_routes if one.site == sites[0])
        trial = measured.patch_trial(sites, route.column, route.digit)
        return Evidence(" ".join(statements), "how-it-carries.html#carry-sites", first, trial)
    for number in routes_with_enough_pairs(measured.several):
        together = measured.several.sites(number)
        if not set(sites) & set(together):
            continue
        route, rates = measured.several.routes[number], measured.several.rates[number]
        shares = joined(f"{percent(float(rate), 0)} ({way})" for rate, way in zip(rates, DIRECTIONS, strict=True))
        first = float(rates[0]) if np.isnan(first) else first
        statements.append(
            f"No single site holds the carry of column {route.column} to C{route.digit}. Patching "
            f"{joined(site.name(measured.layout) for site in together)} together switches it in {shares} of pairs."
        )
    return Evidence(" ".join(statements), "how-it-carries.html#carry-joint-sites", first)


def _evidence_on_sites(measured: Measurements, sites: Sequence[Site], name: str, column: int) -> Evidence:
    """What the circuit loses without the sites, and what patching all sites with a column's digits changes."""
    scores = measured.scores
    places = [tuple(place) for place in scores.sites.tolist()]
    without = [float(scores.without_site[places.index((site.head, site.position)), MEANS]) for site in sites]
    baseline = float(scores.parts_baseline[MEANS])
    listed = joined(
        f"{percent(share, 0)} without H0.{site.head}" for site, share in zip(sites, without, strict=True)
    )
    lost = f"The circuit alone gets {percent(baseline, 0)} of sums right, {listed} at this position."
    if not all(measured.holds_own_digits(site, column) for site in sites):
        return Evidence(
            f"The search for the circuit kept {name}; what it holds was not identified. {lost}",
            "circuit.html#circuit-parts",
            min(without),
        )
    rate = float(measured.own.pooled_rates[column])
    if column not in routes_with_enough_pairs(measured.own):
        return Evidence(
            f"{name} attends to the digits of column {column}. {lost}", "circuit.html#circuit-parts", min(without)
        )
    together = joined(site.name(measured.layout) for site in measured.own.sites(column))
    return Evidence(
        f"Patching {together} from another sum gives C{column} that sum’s digit in {percent(rate, 0)} of pairs. "
        f"{lost}",
        "how-it-adds.html#digits-in-few-sites",
        rate,
        measured.patch_trial(measured.own.sites(column), column, column),
    )


def _attention_wires(measured: Measurements, boxes: Sequence[tuple[Box, tuple[Site, ...]]]) -> Iterator[Wire]:
    """A wire from each column to which the heads of a box attend, to the box."""
    for box, sites in boxes:
        attention = np.mean([measured.needed.attention[site.head, site.position] for site in sites], axis=0)
        for column in np.flatnonzero(attention >= ATTENTION_FROM).tolist():
            share = float(attention[column])
            yield Wire(
                pair_name(column),
                box.name,
                column,
                share,
                Evidence(
                    f"{box.name} gives the digits of column {column} {percent(share, 0)} of its attention on "
                    "average.",
                    "layer-0-attention.html#attention-patterns",
                    share,
                    measured.token_trial(column),
                ),
                is_joint=box.is_joint,
            )


def _edge_wires(measured: Measurements, boxes: Sequence[tuple[Box, tuple[Site, ...]]]) -> Iterator[Wire]:
    """A wire for the edges of a box to each digit, and a second one for a direct path that acts by itself."""
    paths = measured.paths
    numbers = {tuple(edge): number for number, edge in enumerate(paths.listed.tolist())}
    for box, sites in boxes:
        for digit in sorted({digit for site in sites for digit in measured.digits_read_by(site)}):
            of_sites = {
                site: numbers[digit, site.head, site.position]
                for site in sites
                if (digit, site.head, site.position) in numbers
            }
            chosen = list(of_sites.values())
            whole = paths.whole[chosen]
            shares = np.nan_to_num(np.append(paths.through_heads[chosen].max(axis=(0, 1)), 0))
            direct = float(np.nan_to_num(paths.direct[chosen]).max())
            ending: Ending = "direct" if shares.max() == 0 else ENDINGS[int(shares.argmax())]
            carries = any(
                served.site in sites and served.route.digit == digit for served in measured.sites.served_routes
            )
            evidence = Evidence(
                " ".join(_sentence_on_edge(measured, site, digit, number) for site, number in of_sites.items()),
                "circuit.html#circuit-paths",
                float(whole.max()),
                measured.patch_trial(list(of_sites), box.column, digit),
            )
            is_joint = box.is_joint and not carries
            weight = float(whole.max())
            yield Wire(box.name, answer_name(digit), box.column, weight, evidence, ending, is_joint)
            if direct >= DIRECT_FROM and ending != "direct":
                yield Wire(box.name, answer_name(digit), box.column, direct, evidence, "direct", is_joint)


def _sentence_on_edge(measured: Measurements, site: Site, digit: int, number: int) -> str:
    """How many answers patching an edge changes, in whole and by its strongest paths."""
    paths = measured.paths
    through = paths.through_heads[number]
    head, kind = np.unravel_index(np.nanargmax(through), through.shape)
    parts = [f"{percent(float(through[head, kind]), 0)} through {'QKV'[kind]} of H1.{head}"]
    direct = float(paths.direct[number])
    if np.isfinite(direct):
        parts.append(f"{percent(direct, 0)} on the direct path")
    return (
        f"Patching {site.name(measured.layout)} for C{digit} alone changes "
        f"{percent(float(paths.whole[number]), 0)} "
        f"of its predictions: {joined(parts)}."
    )


def _answer(measured: Measurements, digit: int) -> Answer:
    scores, layout = measured.scores, measured.layout
    without = scores.without_head[:, digit, MEANS]
    place = layout.position_names[layout.predicting.start + digit]
    whole = float(scores.accuracy[CIRCUIT, MEANS, digit])
    lost = np.clip(whole - without, 0, 1)
    heads = joined(f"{percent(float(share), 0)} without H1.{head}" for head, share in enumerate(without))
    reads = positions_read(measured.paths, digit)
    attended = joined(
        f"H1.{head} gives {layout.position_names[position]} "
        f"{percent(float(measured.bank.attention[digit, head, position]), 0)} of its attention"
        for position, head in reads
    )
    attention = f" On average {attended}." if reads else ""
    return Answer(
        digit,
        place,
        tuple((f"H1.{head}", float(share)) for head, share in enumerate(lost)),
        tuple((layout.position_names[position], f"H1.{head}") for position, head in reads),
        measured.has_phases,
        Evidence(
            f"On the circuit alone C{digit}, predicted at {place}, is right in {percent(whole, 0)} of sums; "
            f"{heads}.{attention}",
            "circuit.html#circuit-parts",
            whole,
        ),
    )


def _constant_positions(measured: Measurements) -> list[str]:
    """The names of the positions of the constant bank at which the circuit has no site."""
    drawn = {site.position for site in measured.found.sites()}
    names = measured.layout.position_names
    return [names[position] for position in measured.bank.bank.tolist() if position not in drawn]


def _constant(bank: ConstantBank) -> Evidence:
    """What was measured of the positions whose keys and values can be constant."""
    attention = float(bank.bank_attention.mean())
    positions = joined(bank.layout.position_names[position] for position in bank.bank)
    lost = float((bank.accuracy - bank.accuracy_with_bank_constant[-1]).max())
    return Evidence(
        f"Layer 1’s heads give {positions} {percent(attention, 0)} of their attention. With the keys and "
        "values "
        f"there at their means for every sum, no digit’s accuracy falls by more than {percent(max(lost, 0))}.",
        "how-it-carries.html#bank-of-constants",
        attention,
    )


def _scores(measured: Measurements) -> Iterator[tuple[str, str]]:
    """How well the circuit does alone, and random ones of equal size."""
    scores = measured.scores
    means, resampled = (float(scores.whole_sums[CIRCUIT, way]) for way in (MEANS, RESAMPLED))
    yield (
        f"Run alone, this circuit gets {percent(means)} of sums right with all else at its mean, and "
        f"{percent(resampled)} with all else resampled from other sums.",
        "circuit.html#circuit-suffices",
    )
    best, mean = (float(value) for value in (scores.random_whole_sums.max(), scores.random_whole_sums.mean()))
    yield (
        f"Random circuits of equal size get {percent(mean)} on average, and {percent(best)} at best.",
        "circuit.html#circuit-is-needed",
    )


def _not_found(measured: Measurements, boxes: Sequence[tuple[Box, tuple[Site, ...]]]) -> str:
    """The carries for which no site was found, and the digits whose sites were not identified."""
    drawn = {site for _, sites in boxes for site in sites}
    sentences = []
    for number, route in enumerate(measured.several.routes):
        name = f"the carry of column {route.column} to C{route.digit}"
        if number not in routes_with_enough_pairs(measured.several):
            sentences.append(f"The model adds too few sums with {name} for its sites to be searched.")
        elif not set(measured.several.sites(number)) <= drawn:
            rate = percent(float(np.nanmin(measured.several.rates[number])), 0)
            sentences.append(
                f"No single site holds {name}; those that switch it together in {rate} of pairs, or more, are not "
                "all "
                "in the circuit."
            )
    if any(box.holds == NOT_KNOWN for box, _ in boxes):
        sentences.append(f"What the boxes marked “{NOT_KNOWN}” hold was not identified.")
    if not measured.has_phases:
        lowest = decimals(float(measured.soft.cosine_r2.min()), 2)
        sentences.append(
            f"A cosine explains as little as {lowest} of the logits’ variance, so no phase is shown at the answer."
        )
    return " ".join(sentences)


def _alt_text(boxes: Sequence[tuple[Box, tuple[Site, ...]]], layout: Layout) -> str:
    holds = {"dial": "holds the digits of column", "switch": "holds the carry of column"}
    held = "; ".join(f"{box.name} {box.holds or f'{holds[box.kind]} {box.column}'}" for box, _ in boxes)
    return (
        f"A sum on paper with {counted(layout.n_digits, 'column')}: operand digits at the top, layer-0 heads in "
        "the "
        f"middle, answer digits at the bottom, joined by wires. {held}."
    )
