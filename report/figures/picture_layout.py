"""The layout of a picture of the mechanism in two forms: wide, as a sum on paper, and tall, for narrow pages.

In the wide form every column of the sum is a lane, with its operand digits, boxes and answer digit below one
another. In the tall form the lanes are below one another, and a column runs from left to right. Boxes of a lane
are stacked. A wire leaves and enters the end of a stack straight, and other boxes of it through a channel beside
the stack, so no wire crosses a box.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from report.content.picture import ENDINGS, STATES, Answer, Box, Picture, Wire, answer_name, pair_name

LINE = 15
"""The height of a line of text, in CSS pixels."""
CHARACTER = 6.6
"""The mean width of a character."""
RADIUS, ANSWER_RADIUS = 22, 31
"""The radius of a dial in layer 0, and of that of an answer digit, which has the digits in it."""
PADDING = 5
"""Between the side of a box and its text."""

WIDTH, TALL_WIDTH = 872, 332
GUTTER = 48
"""The width of the names of the rows, at the left of the wide form."""
LANE_GAP, CHANNEL, DRAIN = 8, 9, 24
"""Between lanes; the width of a channel for wires that enter boxes; and of that for wires that leave."""
LANE_PADDING = 6
"""Above the operand digits of a lane."""
TWO_STACKS_FROM = 185
"""The least width of a lane that has dials and switches side by side."""
BOX_MOST = 116
"""The largest width of a box."""
FEED_GAP, READ_GAP = 34, 76
"""The heights of the wires that layer 0 reads, and of those that layer 1 reads, in the wide form."""
PAIR = (58, 38)
TALL_PAIR, TALL_BOX, TALL_FEED, TALL_READ = 34, 104, 24, 52
BAR = 14
"""The height of the bar of one head, with its name."""
PORTS = 18
"""The height of the names of the inputs at an answer digit; in the tall form it is the height of each."""
STACK_GAP = 8
MOST_HEADS_NAMED = 4
"""Of more heads in a box, their number is written."""


@dataclass(frozen=True)
class Rect:
    """A rectangle with its top left corner at (x, y), in CSS pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class PictureLayout:
    """The places of all parts of a picture in one form."""

    is_tall: bool
    width: float
    height: float
    lanes: tuple[Rect, ...]
    pairs: tuple[Rect, ...]
    boxes: tuple[tuple[Box, Rect], ...]
    answers: tuple[tuple[Answer, Rect], ...]
    wires: tuple[tuple[Wire, str], ...]
    """Each wire with its path."""
    constant: Rect | None
    rows: tuple[tuple[str, float, float], ...]
    """The names of the rows, with their places; empty in the tall form."""


def head_lines(box: Box, width: float) -> list[str]:
    """The heads of a box in lines that fit into it, or their number if there are many."""
    if len(box.heads) > MOST_HEADS_NAMED:
        return [f"{len(box.heads)} heads"]
    has_signs = any(head[0] in "+−" for head in box.heads)
    lines: list[str] = []
    for head in box.heads:
        longer = f"{lines[-1]}  {head}" if lines else head
        # In one line a sign would look like one of arithmetic.
        if lines and not has_signs and len(longer) * CHARACTER <= width - 2 * PADDING:
            lines[-1] = longer
        else:
            lines.append(head)
    return lines


def title_lines(box: Box, width: float) -> list[str]:
    """The title of a box, with lines that do not fit broken between words."""
    lines: list[str] = []
    for line in box.title:
        lines.append("")
        for word in line.split():
            longer = f"{lines[-1]} {word}".strip()
            # Titles are bold, and wider by a tenth.
            if lines[-1] and 1.1 * len(longer) * CHARACTER > width - 2:
                lines.append(word)
            else:
                lines[-1] = longer
    return lines


def box_height(box: Box, width: float) -> float:
    """The height of a box: its title, its heads, and its dial or its states with the level."""
    states = len(STATES) + (not box.is_joint)
    content = {"dial": 2 * RADIUS + 8, "switch": states * LINE + 2, "other": LINE}[box.kind]
    return 2 * PADDING + LINE * (len(title_lines(box, width)) + len(head_lines(box, width))) + content


def inner_height(answer: Answer) -> float:
    """The height of the dial of an answer digit with the bars of the heads beside it."""
    return max(2 * ANSWER_RADIUS + 8, BAR * (1 + len(answer.heads)) + 4)


def answer_height(answer: Answer, *, is_tall: bool) -> float:
    """The height of an answer digit: its inputs, its dial, the bars of the heads, and its lines of text."""
    in_tall = max(2 * ANSWER_RADIUS + 8, PORTS * len(ENDINGS)) + BAR * (1 + len(answer.heads)) + 4
    inside = in_tall if is_tall else PORTS + inner_height(answer)
    return inside + (2 + answer.has_phase + len(answer.reads)) * LINE + 3 * PADDING


def port(answer: Rect, ending: str, *, is_tall: bool) -> tuple[float, float]:
    """Where wires with an ending arrive at an answer digit: at its upper side, or at its left one."""
    index = ENDINGS.index(ending)  # pyright: ignore[reportArgumentType]
    if is_tall:
        return answer.x, answer.y + PADDING + PORTS * (index + 0.5)
    share = (0.12, 0.32, 0.52, 0.8)[index]
    return answer.x + share * answer.width, answer.y


def lay_out(picture: Picture, *, is_tall: bool) -> PictureLayout:
    """The places of all parts, without overlaps."""
    return _lay_out_tall(picture) if is_tall else _lay_out_wide(picture)


def _lay_out_wide(picture: Picture) -> PictureLayout:
    lane_width = (WIDTH - GUTTER) / picture.n_digits
    lefts = [GUTTER + column * lane_width for column in range(picture.n_digits)]
    pairs = tuple(Rect(left + (lane_width - PAIR[0]) / 2, LANE_PADDING, *PAIR) for left in lefts)
    top = LANE_PADDING + PAIR[1] + FEED_GAP
    stacks = [
        stack
        for column, left in enumerate(lefts)
        for stack in _stacks_of_lane(picture, column, left + LANE_GAP / 2, lane_width - LANE_GAP)
    ]
    places: dict[str, Rect] = {}
    for stack in stacks:
        places |= stack.places(top)
    bottom = max((place.bottom for place in places.values()), default=top)
    answer_top = bottom + READ_GAP
    answers = {
        answer.digit: Rect(
            lefts[answer.digit] + LANE_GAP / 2,
            answer_top,
            lane_width - LANE_GAP,
            max(answer_height(other, is_tall=False) for other in picture.answers),
        )
        for answer in picture.answers
    }
    height = max(place.bottom for place in answers.values())
    inset = LANE_GAP / 2
    constant = (
        Rect(GUTTER + inset, height + 12, WIDTH - GUTTER - LANE_GAP, LINE + 2 * PADDING)
        if picture.constant
        else None
    )
    feeds = _feeds_wide(picture, pairs, stacks, places, top)
    reads = _reads_wide(picture, stacks, places, answers, bottom)
    lanes = tuple(Rect(left + inset, 0, lane_width - LANE_GAP, height) for left in lefts)
    rows = (
        ("digits", 0.0, pairs[0].middle[1] + 4),
        ("layer 0", 0.0, top + LINE),
        ("layer 1", 0.0, answer_top + LINE),
    )
    return PictureLayout(
        False,
        WIDTH,
        constant.bottom if constant else height,
        lanes,
        pairs,
        tuple((box, places[box.name]) for box in picture.boxes),
        tuple((answer, answers[answer.digit]) for answer in picture.answers),
        tuple(feeds + reads),
        constant,
        rows,
    )


@dataclass(frozen=True)
class _Stack:
    """Boxes below one another in the wide form, with a channel for wires at either side."""

    boxes: tuple[Box, ...]
    x: float
    width: float
    drain: float
    """The outer edge of the channel through which wires leave, …"""
    feed: float
    """… and of that through which wires enter, on the other side of the stack."""

    def places(self, top: float) -> dict[str, Rect]:
        """The places of the boxes, below one another."""
        places = {}
        for box in self.boxes:
            height = box_height(box, self.width)
            places[box.name] = Rect(self.x, top, self.width, height)
            top += height + STACK_GAP
        return places

    def side(self, edge: float) -> float:
        """The side of the boxes at which a channel with this outer edge is."""
        return self.x if edge < self.x else self.x + self.width

    def tracks(self, edge: float, widths: Sequence[float]) -> list[float]:
        """Where wires of these widths run in a channel beside one another, the first next to the boxes."""
        side = self.side(edge)
        places, place = [], 1.5
        for width in widths:
            places.append(place + width / 2)
            place += width + 1.5
        room = abs(edge - side)
        scale = min(1.0, room / place)
        return [side + (1 if edge > side else -1) * scale * one for one in places]


def _stacks_of_lane(picture: Picture, column: int, left: float, width: float) -> Iterable[_Stack]:
    """The stacks of a column: dials and switches side by side where there is room, or all in one."""
    boxes = [box for box in picture.boxes if box.column == column]
    switches = tuple(box for box in boxes if box.kind == "switch")
    others = tuple(box for box in boxes if box.kind != "switch")
    middle, right = left + width / 2, left + width
    if switches and others and width >= TWO_STACKS_FROM:
        size = min(BOX_MOST, (width - DRAIN - 2 * CHANNEL) / 2)
        first, second = middle - DRAIN / 2 - size, middle + DRAIN / 2
        yield _Stack(others, first, size, middle, max(left, first - DRAIN))
        yield _Stack(switches, second, size, middle, min(right, second + size + DRAIN))
    elif boxes:
        size = min(BOX_MOST, width - DRAIN - CHANNEL)
        start = max(left + DRAIN, middle - size / 2)
        yield _Stack((*others, *switches), start, size, left, right)


def wire_width(wire: Wire) -> float:
    """The width of a wire: that of a direct path is the same for all."""
    return 1.2 if wire.ending == "direct" else 1.2 + 4.3 * min(1.0, wire.weight)


def _feeds_wide(
    picture: Picture, pairs: Sequence[Rect], stacks: Sequence[_Stack], places: Mapping[str, Rect], top: float
) -> list[tuple[Wire, str]]:
    """The wires from operand digits: to the top of the first box of a stack, or into the side of another.

    In the channel beside a stack those to a box further down run further out, so they do not cross.
    """
    feeds = [wire for wire in picture.wires if wire.is_read_by_layer_0]
    found = []
    for stack in stacks:
        names = [box.name for box in stack.boxes]
        found += [
            (wire, f"M{x:g} {y:g}{_curve_down(x, y, places[wire.target].middle[0], top)}")
            for wire in feeds
            if wire.target == names[0]
            for x, y in [(pairs[_column(wire.source)].middle[0], pairs[_column(wire.source)].bottom)]
        ]
        beside = sorted(
            (wire for wire in feeds if wire.target in names[1:]), key=lambda wire: names.index(wire.target)
        )
        entries: dict[str, int] = defaultdict(int)
        tracks = stack.tracks(stack.feed, [wire_width(wire) for wire in beside])
        for wire, track in zip(beside, tracks, strict=True):
            pair, place = pairs[_column(wire.source)], places[wire.target]
            x, y = pair.middle[0], pair.bottom
            # The outermost of several wires to a box enters it lowest.
            height = place.y + 12 + 7 * entries[wire.target]
            entries[wire.target] += 1
            found.append(
                (wire, f"M{x:g} {y:g}{_curve_down(x, y, track, top)}V{height:g}H{stack.side(stack.feed):g}")
            )
    return found


def _reads_wide(
    picture: Picture,
    stacks: Sequence[_Stack],
    places: Mapping[str, Rect],
    answers: Mapping[int, Rect],
    bottom: float,
) -> list[tuple[Wire, str]]:
    """The wires to answer digits: from the bottom of the last box of a stack, or through the channel beside it.

    In the channel those from a box further up run further out, so they do not cross.
    """
    reads = [wire for wire in picture.wires if not wire.is_read_by_layer_0]
    ends = _ends(reads, answers, lambda wire: places[wire.source].middle[0], is_tall=False)
    numbers = {id(wire): number for number, wire in enumerate(reads)}

    def path(wire: Wire, before: str, start: float) -> tuple[Wire, str]:
        end, y = ends[numbers[id(wire)]], answers[_digit(wire)].y
        return wire, f"{before}V{bottom:g}{_curve_down(start, bottom, end, y)}"

    found = []
    for stack in stacks:
        names = [box.name for box in stack.boxes]
        last = places[names[-1]]
        below = sorted(
            (wire for wire in reads if wire.source == names[-1]), key=lambda wire: ends[numbers[id(wire)]]
        )
        for number, wire in enumerate(below, start=1):
            start = last.x + last.width * number / (len(below) + 1)
            found.append(path(wire, f"M{start:g} {last.bottom:g}", start))
        beside = sorted(
            (wire for wire in reads if wire.source in names[:-1]), key=lambda wire: -names.index(wire.source)
        )
        exits: dict[str, int] = defaultdict(int)
        tracks = stack.tracks(stack.drain, [wire_width(wire) for wire in beside])
        for wire, track in zip(beside, tracks, strict=True):
            # The outermost of several wires from a box leaves it highest.
            height = places[wire.source].bottom - 10 - 7 * exits[wire.source]
            exits[wire.source] += 1
            found.append(path(wire, f"M{stack.side(stack.drain):g} {height:g}H{track:g}", track))
    return found


def _lay_out_tall(picture: Picture) -> PictureLayout:
    box_x = TALL_PAIR + TALL_FEED
    answer_x = box_x + TALL_BOX + TALL_READ
    answer_width = TALL_WIDTH - answer_x
    lanes, pairs, places, answers = [], [], {}, {}
    y = 0.0
    for column in range(picture.n_digits):
        boxes = [box for box in picture.boxes if box.column == column]
        heights = [box_height(box, TALL_BOX) for box in boxes]
        stack_height = sum(heights) + STACK_GAP * max(0, len(boxes) - 1)
        (answer,) = (one for one in picture.answers if one.digit == column)
        own_height = answer_height(answer, is_tall=True)
        height = max(stack_height, own_height, 3 * LINE)
        lanes.append(Rect(0, y, TALL_WIDTH, height))
        pairs.append(Rect(0, y + (height - 3 * LINE) / 2, TALL_PAIR, 3 * LINE))
        answers[column] = Rect(answer_x, y + (height - own_height) / 2, answer_width, own_height)
        top = y + (height - stack_height) / 2
        for box, box_size in zip(boxes, heights, strict=True):
            places[box.name] = Rect(box_x, top, TALL_BOX, box_size)
            top += box_size + STACK_GAP
        y += height + 14
    y -= 14
    constant = Rect(0, y + 12, TALL_WIDTH, 2 * LINE + 2 * PADDING) if picture.constant else None
    wires = []
    feeds = [wire for wire in picture.wires if wire.is_read_by_layer_0]
    for wire in feeds:
        pair, place = pairs[_column(wire.source)], places[wire.target]
        start, end = (pair.right, pair.middle[1]), (place.x, place.middle[1])
        wires.append((wire, f"M{start[0]:g} {start[1]:g}{_curve_right(*start, *end)}"))
    reads = [wire for wire in picture.wires if not wire.is_read_by_layer_0]
    starts = _spread(
        reads,
        lambda wire: wire.source,
        lambda wire: answers[_digit(wire)].middle[1],
        lambda wire: (places[wire.source].y, places[wire.source].height),
    )
    ends = _ends(reads, answers, lambda wire: places[wire.source].middle[1], is_tall=True)
    for number, wire in enumerate(reads):
        place = places[wire.source]
        start, end = (place.right, starts[number]), (answers[_digit(wire)].x, ends[number])
        wires.append((wire, f"M{start[0]:g} {start[1]:g}{_curve_right(*start, *end)}"))
    return PictureLayout(
        True,
        TALL_WIDTH,
        constant.bottom if constant else y,
        tuple(lanes),
        tuple(pairs),
        tuple((box, places[box.name]) for box in picture.boxes),
        tuple((one, answers[one.digit]) for one in picture.answers),
        tuple(wires),
        constant,
        (),
    )


def _spread(
    reads: Sequence[Wire],
    group: Callable[[Wire], str],
    order: Callable[[Wire], float],
    span: Callable[[Wire], tuple[float, float]],
) -> dict[int, float]:
    """Where wires leave: those from the same place are spread over it, in the order of their other ends."""
    by_group = defaultdict(list)
    for number, wire in enumerate(reads):
        by_group[group(wire)].append((order(wire), number))
    found = {}
    for of_group in by_group.values():
        for place, (_, number) in enumerate(sorted(of_group), start=1):
            start, size = span(reads[number])
            found[number] = start + size * place / (len(of_group) + 1)
    return found


def _ends(
    reads: Sequence[Wire],
    answers: Mapping[int, Rect],
    order: Callable[[Wire], float],
    *,
    is_tall: bool,
) -> dict[int, float]:
    """Where wires arrive: those that share an input are spread a little, in the order of their other ends."""
    by_port = defaultdict(list)
    for number, wire in enumerate(reads):
        by_port[wire.target, wire.ending].append((order(wire), number))
    found = {}
    for of_port in by_port.values():
        for place, (_, number) in enumerate(sorted(of_port)):
            wire = reads[number]
            x, y = port(answers[_digit(wire)], wire.ending, is_tall=is_tall)
            step = min(6.0, 14 / max(1, len(of_port) - 1))
            found[number] = (y if is_tall else x) + step * (place - (len(of_port) - 1) / 2)
    return found


def _column(name: str) -> int:
    return int(name.removeprefix(pair_name(0)[:-1]))


def _digit(wire: Wire) -> int:
    return int(wire.target.removeprefix(answer_name(0)[:-1]))


def _curve_down(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = (to_y - y) / 2
    return f"C{x:g} {y + bend:g} {to_x:g} {to_y - bend:g} {to_x:g} {to_y:g}"


def _curve_right(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = (to_x - x) / 2
    return f"C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
