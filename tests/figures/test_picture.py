"""A picture of the mechanism has no overlaps in any form, its words fit, and other programs can read its SVG."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from report.content.picture import (
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
from report.figures.picture_layout import CHARACTER, TALL_WIDTH, WIDTH, Rect, box_height, lay_out, port
from report.figures.picture_svg import inline_svg, svg_file
from sumint.task.sums import Layout

EVIDENCE = Evidence("Patching <it> changes 50% of the answers.", "circuit.html#circuit-paths", 0.5)
SVG = "{http://www.w3.org/2000/svg}"


def picture(n_digits: int, n_heads: int, *, is_joint: bool = False) -> Picture:
    """A picture with every kind of box in every column, and more wires than any checkpoint has."""
    names = Layout(n_digits).position_names
    boxes, wires = [], []
    for column in range(n_digits):
        place = names[Layout(n_digits).predicting.start + column]
        heads = tuple(f"H0.{head} {'+−'[head % 2]}" for head in range(n_heads))
        kinds: dict[str, tuple[Kind, tuple[str, ...], tuple[str, ...]]] = {
            "dial": ("dial", (f"at {place},", f"for C{column}"), heads),
            "switch": ("switch", (f"H0.{n_heads - 1} at B{column}",), ()),
            "second": ("switch", (f"at {place}",), heads),
            "other": ("other", (f"at A{column}",), heads),
        }
        for name, (kind, title, listed) in kinds.items():
            box = Box(f"{name} {column}", kind, column, title, listed, EVIDENCE, "not known", is_joint)
            boxes.append(box)
            wires += [Wire(pair_name(source), box.name, source, 0.5, EVIDENCE) for source in {0, column}]
            endings: tuple[Ending, ...] = ("Q", "K", "V", "direct")
            wires += [
                Wire(box.name, answer_name(digit), column, 1.0, EVIDENCE, ending, is_joint)
                for digit, ending in zip(range(column + 1), endings, strict=False)
            ]
    answers = tuple(
        Answer(
            digit,
            names[Layout(n_digits).predicting.start + digit],
            tuple((f"H1.{head}", head / n_heads) for head in range(n_heads)),
            (("B1", "H1.0"), ("C0", "H1.1")),
            True,
            EVIDENCE,
        )
        for digit in range(n_digits)
    )
    return Picture(
        "it",
        "It",
        n_digits,
        tuple(boxes),
        answers,
        tuple(wires),
        tuple(digit + 0.5 for digit in range(10)),
        EVIDENCE,
        "A0 and A1",
        (),
        "",
        (),
        "",
        "Caption.",
        "What is <seen>.",
        picture,
    )


def overlap(one: Rect, other: Rect) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("is_tall", [False, True])
@pytest.mark.parametrize("n_heads", [1, 3, 8])
@pytest.mark.parametrize("n_digits", [2, 3, 4, 5, 6])
def test_no_part_covers_another_or_leaves_the_drawing(n_digits: int, n_heads: int, is_tall: bool) -> None:
    layout = lay_out(picture(n_digits, n_heads), is_tall=is_tall)
    places = [
        *layout.pairs,
        *(place for _, place in layout.boxes),
        *(place for _, place in layout.answers),
        *([layout.constant] if layout.constant else []),
    ]
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]
    assert layout.width == (TALL_WIDTH if is_tall else WIDTH)
    for place in places:
        assert place.x >= 0
        assert place.y >= 0
        assert place.right <= layout.width + 0.01
        assert place.bottom <= layout.height + 0.01


@pytest.mark.parametrize("is_tall", [False, True])
@pytest.mark.parametrize("n_digits", [2, 4, 6])
def test_boxes_stand_under_the_column_that_they_read(n_digits: int, is_tall: bool) -> None:
    layout = lay_out(picture(n_digits, 3), is_tall=is_tall)
    for box, place in layout.boxes:
        lane = layout.lanes[box.column]
        assert overlap(lane, place)
        assert not any(overlap(other, place) for other in layout.lanes if other is not lane)


@pytest.mark.parametrize("is_tall", [False, True])
def test_wires_end_at_the_input_that_they_name(is_tall: bool) -> None:
    layout = lay_out(picture(4, 3), is_tall=is_tall)
    answers = {answer_name(answer.digit): place for answer, place in layout.answers}
    n_checked = 0
    for wire, path in layout.wires:
        if wire.ending is None:
            continue
        x, y = (float(number) for number in path.split()[-2:])
        expected = port(answers[wire.target], wire.ending, is_tall=is_tall)
        assert (x, y) == pytest.approx(expected, abs=8)
        n_checked += 1
    assert n_checked == 4 * (1 + 2 + 3 + 4)


@pytest.mark.parametrize("is_tall", [False, True])
@pytest.mark.parametrize("n_heads", [3, 8])
@pytest.mark.parametrize("n_digits", [2, 4, 6])
def test_the_words_of_a_box_fit_into_it(n_digits: int, n_heads: int, is_tall: bool) -> None:
    it = picture(n_digits, n_heads)
    places = {box.name: place for box, place in lay_out(it, is_tall=is_tall).boxes}
    drawing = ElementTree.fromstring(inline_svg(it, is_tall=is_tall))
    for part in drawing.iter("a"):
        place = places.get(part.get("data-part", ""))
        if place is None:
            continue
        for text in part.iter("text"):
            x, y, width = float(text.get("x", "")), float(text.get("y", "")), CHARACTER * len(text.text or "")
            left = x if text.get("text-anchor") == "start" else x - width / 2
            assert left >= place.x - 1
            assert left + width <= place.right + 1
            assert place.y + 9 <= y <= place.bottom - 2


def test_every_part_with_evidence_is_a_link_with_its_own_note() -> None:
    it = picture(3, 3)
    for is_tall in (False, True):
        links = list(ElementTree.fromstring(inline_svg(it, is_tall=is_tall)).iter("a"))
        assert sorted(str(link.get("data-part")) for link in links) == sorted(name for name, _ in it.parts)
        assert {link.get("href") for link in links} == {EVIDENCE.address}
        assert len({link.get("aria-describedby") for link in links}) == len(links)


def test_the_file_has_its_own_colours_and_no_links() -> None:
    written = svg_file(picture(4, 3, is_joint=True)).decode()
    drawing = ElementTree.fromstring(written)
    assert drawing.find(f"{SVG}title") is not None
    assert not list(drawing.iter(f"{SVG}a"))
    # Each part has the colour of its column, which the style sheet defines from the theme's.
    assert set(re.findall(r"var\(--(.*?)\)", written)) == {"column"}


def test_a_joint_switch_has_no_level_and_is_less_high() -> None:
    alone, joint = (picture(4, 1, is_joint=is_joint).boxes[1] for is_joint in (False, True))
    assert box_height(joint, 90) < box_height(alone, 90)


def test_a_wire_to_nothing_and_two_boxes_of_one_name_are_mistakes() -> None:
    it = picture(2, 1)
    with pytest.raises(ValueError, match="a wire names C7, which does not exist"):
        Picture(**{**vars(it), "wires": (Wire("dial 0", "C7", 0, 1.0, EVIDENCE, "Q"),)})
    with pytest.raises(ValueError, match="expected a unique name for each box"):
        Picture(**{**vars(it), "boxes": (*it.boxes, it.boxes[0]), "wires": ()})
