"""The layout of a diagram has no overlaps, and its SVG can be read by browsers and other programs."""

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from report.chapters.how_it_carries.head_groups import head_groups
from report.content.diagram import Arrow, Diagram, Group, Node, Rank
from report.figures.diagram_layout import TALL, WIDE, Box, Form, lay_out
from report.figures.diagram_svg import inline_svg, svg_file
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.needed_sites import NeededSites, needed_sites
from sumint.interventions.sites import Site
from sumint.model.load import load_model
from sumint.task.sums import SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set

FORMS = pytest.mark.parametrize("form", [WIDE, TALL], ids=["wide", "tall"])


def diagram(n_nodes: int = 3) -> Diagram:
    """Two groups, aligned with one another, with arrows from every node to the same one."""
    nodes = tuple(Node(f"n{number}", (f"n{number}", "<&>"), "carry") for number in range(n_nodes))
    ranks = (
        Rank(("first",), (Group("here", nodes), Group("there", ()))),
        Rank(("last", "of all"), (Group("there", (Node("end", ("end",)),), under="there"),)),
    )
    arrows = tuple(
        Arrow(node.name, "end", "carry" if number else "digits", f"{node.name} & “so” <on>.", 0.5, "a.html#b")
        for number, node in enumerate(nodes)
    )
    return Diagram("it", "It", ranks, arrows, "Caption.", "What is <seen>.", diagram)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@FORMS
@pytest.mark.parametrize("n_nodes", [1, 3, 20])
def test_nothing_covers_anything_else_and_all_is_inside(form: Form, n_nodes: int) -> None:
    layout = lay_out(diagram(n_nodes), form)
    for boxes in ([box for _, box in layout.nodes], [box for _, box in layout.groups]):
        assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
        for box in boxes:
            assert 0 <= box.x <= box.x + box.width <= layout.width + 1e-9
            assert 0 <= box.y <= box.y + box.height <= layout.height + 1e-9


@FORMS
def test_an_arrow_goes_from_one_node_s_far_side_to_the_next_one_s_near_side(form: Form) -> None:
    layout = lay_out(diagram(), form)
    boxes = {node.name: box for node, box in layout.nodes}
    ends = set()
    for arrow, curve in layout.arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        if form.is_tall:
            assert curve.start[0] == source.x + source.width
            assert curve.end[0] == target.x
        else:
            assert curve.start[1] == source.y + source.height
            assert curve.end[1] == target.y
        ends.add(curve.end)
    assert len(ends) == len(layout.arrows), "arrows that arrive at one node arrive side by side"


@FORMS
def test_what_stands_under_a_group_stands_under_it(form: Form) -> None:
    groups = [(group, box.centre) for group, box in lay_out(diagram(), form).groups if group.label == "there"]
    (_, above), (_, below) = groups
    axis = 1 if form.is_tall else 0
    assert above[axis] == pytest.approx(below[axis])


@FORMS
def test_the_drawing_is_well_formed_and_each_arrow_a_link_with_words(form: Form) -> None:
    drawing = ElementTree.fromstring(inline_svg(diagram(), form))
    assert drawing.get("aria-label") == "What is <seen>."
    links = drawing.findall("a")
    assert [link.get("href") for link in links] == ["a.html#b"] * 3
    assert [link.get("aria-label") for link in links] == [link.findtext("title") for link in links]
    assert links[0].findtext("title") == "n0 & “so” <on>."


def test_the_file_has_colours_of_its_own_and_needs_nothing() -> None:
    written = svg_file(diagram()).decode()
    ElementTree.fromstring(written)
    assert "var(" not in written
    assert "href" not in written


def test_an_arrow_to_nowhere_and_two_nodes_of_one_name_are_refused() -> None:
    nodes = (Node("one", ("one",)),)
    ranks = (Rank(("first",), (Group("here", nodes),)),)
    arrow = Arrow("one", "two", "carry", "It goes.", 1.0, "a.html#b")
    with pytest.raises(ValueError, match="which does not exist"):
        Diagram("it", "It", ranks, (arrow,), "Caption.", "Alt.", diagram)
    with pytest.raises(ValueError, match="expected a unique name"):
        Diagram("it", "It", (*ranks, *ranks), (), "Caption.", "Alt.", diagram)


@pytest.fixture(scope="module")
def needed() -> NeededSites:
    return needed_sites(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())


def test_each_digit_needs_the_head_that_adds_its_column_and_the_one_that_carries(needed: NeededSites) -> None:
    wanted = np.zeros_like(needed.is_needed)
    wanted[0, :, FIRST] = wanted[1, :, SECOND] = True
    np.testing.assert_array_equal(needed.is_needed[:2], wanted[:2])


def test_a_site_that_another_head_of_its_position_cancels_is_not_needed(needed: NeededSites) -> None:
    position = needed.position_drop.copy()
    position[0, FIRST] = 0
    cancelled = replace(needed, accuracy_without_position=needed.accuracy[:, None] - position)
    np.testing.assert_array_equal(cancelled.is_needed[0], False)
    np.testing.assert_array_equal(cancelled.is_needed[1:], needed.is_needed[1:])
    np.testing.assert_array_equal(cancelled.is_cancelled[0, :, FIRST], True)
    assert not needed.is_cancelled[:2].any()


def test_the_picture_of_a_model_that_is_known_has_its_parts(needed: NeededSites) -> None:
    sites = carry_sites(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())
    found = {one.name(LAYOUT): one for one in head_groups(sites, needed, {})}
    assert [(one.column, one.kinds) for one in (found["H0.0 at ="], found["H0.0 at C0"])] == [
        (0, ((0, "digits"),)),
        (1, ((1, "digits"),)),
    ]
    assert found["H0.1 at ="].kinds == ((0, "carry"),)
    assert found["H0.1 at C0"].kinds == ((1, "carry"),)


def test_a_site_that_looks_elsewhere_may_hold_a_column_s_digits_with_others(needed: NeededSites) -> None:
    sites = carry_sites(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())
    adding, mixed = Site(0, FIRST), replace(needed, attention=np.zeros_like(needed.attention))
    for holding, kind in (({0: [adding]}, "digits"), ({1: [adding]}, "unknown"), ({}, "unknown")):
        found = {one.name(LAYOUT): one for one in head_groups(sites, mixed, holding)}
        assert found["H0.0 at ="].column is None
        assert found["H0.0 at ="].kinds == ((0, kind),)
