"""The layout of a diagram in two forms: wide, with ranks below one another, and tall, with ranks side by side.

Groups are placed along a rank, and arrows run across the ranks. The same computation lays out both forms: "along"
is to the right in the wide form and downwards in the tall one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from report.content.diagram import Arrow, Diagram, Group, Node, Rank


@dataclass(frozen=True)
class Form:
    """The sizes of one form of the layout, in CSS pixels."""

    is_tall: bool
    """Whether ranks are side by side, with the groups of a rank below one another."""
    node: tuple[int, int]
    """The width and height of a node."""
    node_gap: int
    """The gap between the nodes of a group."""
    group_gap: int
    """The gap between groups."""
    padding: int
    """The padding of a group."""
    label: int
    """The height of a group's label."""
    min_along: int
    """The minimum length of the diagram along its ranks."""
    rank_gap: int
    """The gap between two ranks, for the arrows."""
    head: int
    """The space for the labels of the ranks: at the left in the wide form, at the top in the tall one."""


WIDE = Form(
    is_tall=False,
    node=(74, 38),
    node_gap=5,
    group_gap=8,
    padding=5,
    label=17,
    min_along=780,
    rank_gap=96,
    head=74,
)
TALL = Form(
    is_tall=True,
    node=(78, 34),
    node_gap=5,
    group_gap=10,
    padding=5,
    label=15,
    min_along=420,
    rank_gap=48,
    head=34,
)


@dataclass(frozen=True)
class Box:
    """A rectangle, with its top left corner at (x, y), in CSS pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> tuple[float, float]:
        """The coordinates of the centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Curve:
    """The path of an arrow from one point to another, perpendicular to the ranks at both ends."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class DiagramLayout:
    """The positions of all elements of a diagram in one form."""

    form: Form
    width: float
    height: float
    nodes: tuple[tuple[Node, Box], ...]
    groups: tuple[tuple[Group, Box], ...]
    ranks: tuple[tuple[Rank, Box], ...]
    arrows: tuple[tuple[Arrow, Curve], ...]


def lay_out(diagram: Diagram, form: Form) -> DiagramLayout:
    """Compute the positions of all elements of a diagram, without overlaps."""
    along = max(form.min_along, *(_length(rank, form) for rank in diagram.ranks))
    nodes: dict[str, Box] = {}
    groups: list[tuple[Group, Box]] = []
    ranks: list[tuple[Rank, Box]] = []
    middles: dict[str, float] = {}
    across = 0.0
    depth = _depth(form)
    for rank in diagram.ranks:
        ranks.append((rank, _box(form, 0, across, along, depth)))
        here = {}
        for group, middle in zip(rank.groups, _middles(rank, form, along, middles), strict=True):
            length = _group_length(group, form)
            here[group.label] = middle
            groups.append((group, _box(form, middle - length / 2, across, length, depth)))
            place = middle - length / 2 + form.padding + (form.label if form.is_tall else 0)
            for node in group.nodes:
                inside = across + form.padding + (0 if form.is_tall or rank.is_last else form.label)
                size, thick = (form.node[1], form.node[0]) if form.is_tall else form.node
                nodes[node.name] = _box(form, place, inside, size, thick)
                place += size + form.node_gap
        middles = here
        across += depth + form.rank_gap
    across -= form.rank_gap
    width, height = (across, along + form.head) if form.is_tall else (along + form.head, across)
    by_name = {node.name: node for node in diagram.nodes}
    return DiagramLayout(
        form,
        width,
        height,
        tuple((by_name[name], box) for name, box in nodes.items()),
        tuple(groups),
        tuple(ranks),
        tuple(zip(diagram.arrows, _curves(diagram, nodes, form), strict=True)),
    )


def _box(form: Form, along: float, across: float, length: float, depth: float) -> Box:
    if form.is_tall:
        return Box(across, along + form.head, depth, length)
    return Box(along + form.head, across, length, depth)


def _depth(form: Form) -> float:
    return form.node[0] + 2 * form.padding if form.is_tall else form.node[1] + 2 * form.padding + form.label


def _group_length(group: Group, form: Form) -> float:
    n_nodes = max(1, len(group.nodes))
    size = form.node[1] if form.is_tall else form.node[0]
    return n_nodes * size + (n_nodes - 1) * form.node_gap + 2 * form.padding + (form.label if form.is_tall else 0)


def _length(rank: Rank, form: Form) -> float:
    return sum(_group_length(group, form) for group in rank.groups) + form.group_gap * (len(rank.groups) - 1)


def _middles(rank: Rank, form: Form, along: float, before: Mapping[str, float]) -> list[float]:
    """The middle of each group along the rank: aligned with the group above, or evenly spread."""
    if rank.is_last:
        return [before[str(group.under)] for group in rank.groups]
    lengths = [_group_length(group, form) for group in rank.groups]
    spare = (along - sum(lengths)) / len(lengths)
    starts = accumulate((length + spare for length in lengths), initial=spare / 2)
    return [start + length / 2 for start, length in zip(starts, lengths, strict=False)]


def _curves(diagram: Diagram, nodes: Mapping[str, Box], form: Form) -> list[Curve]:
    """The paths of the arrows; arrows that share an end are spread there in the order of their other ends."""
    axis = 1 if form.is_tall else 0
    leaving, arriving = defaultdict(list), defaultdict(list)
    for number, arrow in enumerate(diagram.arrows):
        leaving[arrow.source].append((nodes[arrow.target].centre[axis], number))
        arriving[arrow.target].append((nodes[arrow.source].centre[axis], number))
    starts, ends = _spread(leaving, nodes, form), _spread(arriving, nodes, form)
    curves = []
    for number, arrow in enumerate(diagram.arrows):
        source, target = nodes[arrow.source], nodes[arrow.target]
        if form.is_tall:
            start, end = (source.x + source.width, starts[number]), (target.x, ends[number])
        else:
            start, end = (starts[number], source.y + source.height), (ends[number], target.y)
        curves.append(Curve(start, end))
    return curves


def _spread(ends: Mapping[str, list[tuple[float, int]]], nodes: Mapping[str, Box], form: Form) -> dict[int, float]:
    places = {}
    for name, others in ends.items():
        box = nodes[name]
        start, size = (box.y, box.height) if form.is_tall else (box.x, box.width)
        for place, (_, number) in enumerate(sorted(others), start=1):
            places[number] = start + size * place / (len(others) + 1)
    return places
