"""A picture of the mechanism as SVG: inline for the page, whose style sheet colours it, and as a file.

The page's script fills in the numbers of one sum. What it fills is marked with `data-value`; parts with evidence
are links, which the script makes one tab stop with arrow keys inside.
"""

from __future__ import annotations

import math
from html import escape

from report.content.picture import (
    ENDINGS,
    STATES,
    Answer,
    Box,
    Evidence,
    Picture,
    Wire,
    answer_name,
    wire_name,
)
from report.figures.palette import PALETTES, style_variables
from report.figures.picture_layout import (
    ANSWER_RADIUS,
    BAR,
    CHARACTER,
    LINE,
    PADDING,
    PORTS,
    RADIUS,
    PictureLayout,
    Rect,
    head_lines,
    inner_height,
    lay_out,
    port,
    title_lines,
    wire_width,
)
from report.paths import TEMPLATES

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
STYLE = TEMPLATES / "assets/styles/picture.css"
N_DIGITS = 10
BARS = "wrong without:"
"""What the bars of layer 1's heads show: how many sums have the digit wrong only without the head."""


def inline_svg(picture: Picture, *, is_tall: bool) -> str:
    """The picture for the page, in which each part is a link to its evidence."""
    layout = lay_out(picture, is_tall=is_tall)
    form = "tall" if is_tall else "wide"
    return (
        f'<svg class="picture-drawing picture-drawing--{form}" viewBox="-1 -1 {layout.width + 2:g} '
        f'{layout.height + 2:g}" width="{layout.width + 2:g}" role="group" '
        f'aria-label="{escape(picture.alt, quote=True)}">'
        f"{_Drawing(picture, layout, has_links=True).elements()}</svg>"
    )


def svg_file(picture: Picture) -> bytes:
    """The picture as an SVG file, in the colours of the light theme."""
    layout, light = lay_out(picture, is_tall=False), PALETTES["light"]
    style = STYLE.read_text(encoding="utf-8")
    for name, colour in style_variables(light).items():
        style = style.replace(f"var(--{name})", colour)
    margin = 12
    box = f"{-margin} {-margin} {layout.width + 2 * margin:g} {layout.height + 2 * margin:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="{FONT}">'
        f"<title>{escape(picture.title)}</title><desc>{escape(picture.alt)}</desc><style>{style}</style>"
        f'<rect x="{-margin}" y="{-margin}" width="100%" height="100%" fill="{light.ground}"/>'
        f"{_Drawing(picture, layout, has_links=False).elements()}</svg>\n"
    ).encode()


class _Drawing:
    """The elements of a picture in one form."""

    def __init__(self, picture: Picture, layout: PictureLayout, *, has_links: bool) -> None:
        self.picture, self.layout, self.has_links = picture, layout, has_links
        self.numbers = {name: number for number, (name, _) in enumerate(picture.parts)}

    def elements(self) -> str:
        """All elements, those behind first."""
        layout = self.layout
        lanes = "".join(
            f'<rect class="picture-lane" data-column="{column}" {_sides(lane)} rx="6"/>'
            for column, lane in enumerate(layout.lanes)
        )
        rows = "".join(
            f'<text class="picture-row" x="{x:g}" y="{y:g}">{escape(name)}</text>' for name, x, y in layout.rows
        )
        # Wires are behind what they connect, thin ones in front of thick ones; each group is a step of the
        # picture.
        feeds, reads = (
            "".join(
                self._wire(wire, path)
                for wire, path in sorted(layout.wires, key=lambda placed: -wire_width(placed[0]))
                if wire.is_read_by_layer_0 == is_read_by_layer_0
            )
            for is_read_by_layer_0 in (True, False)
        )
        pairs = "".join(self._pair(column, place) for column, place in enumerate(layout.pairs))
        boxes = "".join(self._box(box, place) for box, place in layout.boxes)
        answers = "".join(self._answer(answer, place) for answer, place in layout.answers)
        return (
            f'{lanes}{rows}<g data-step="1">{feeds}{pairs}</g><g data-step="3">{reads}</g>'
            f'<g data-step="2">{boxes}</g><g data-step="3">{answers}</g>{self._constant()}'
        )

    def _part(self, kind: str, name: str, evidence: Evidence, inside: str, attributes: str = "") -> str:
        """A part with evidence: a link on a page, described by a note."""
        classes = f'class="picture-part {kind}"'
        if not self.has_links:
            return f"<g {classes}{attributes}><title>{escape(evidence.statement)}</title>{inside}</g>"
        note = f"note-{self.picture.name}-{self.numbers[name]}"
        label = escape(name, quote=True)  # the note describes it
        return (
            f'<a {classes}{attributes} href="{escape(evidence.address)}" aria-label="{label}" '
            f'aria-describedby="{note}" data-part="{escape(name, quote=True)}">{inside}</a>'
        )

    def _pair(self, column: int, place: Rect) -> str:
        x, y = place.middle
        names = ("A", "B")
        if self.layout.is_tall:
            lines = "".join(
                _text(
                    x,
                    place.y + LINE * (row + 1) + 5,
                    f"{name}{column}",
                    "picture-operand",
                    f' data-value="{name.lower()}{column}" data-prefix="{name}{column} "',
                )
                for row, name in enumerate(names)
            )
        else:
            lines = "".join(
                _text(x + 14 * side, y - 4, f"{name}{column}", "picture-name")
                + _text(x + 14 * side, y + 13, "", "picture-operand", f' data-value="{name.lower()}{column}"')
                for side, name in zip((-1, 1), names, strict=True)
            )
        return f'<g class="picture-pair" data-column="{column}"><rect {_sides(place)} rx="5"/>{lines}</g>'

    def _box(self, box: Box, place: Rect) -> str:
        x = place.middle[0]
        y = place.y + PADDING + 11
        texts = []
        for line in title_lines(box, place.width):
            texts.append(_text(x, y, line, "picture-title"))
            y += LINE
        for line in head_lines(box, place.width):
            texts.append(_text(x, y, line, "picture-name"))
            y += LINE
        y -= 11
        if box.kind == "dial":
            inside = _dial(x, y + RADIUS + 3, box.name)
        elif box.kind == "switch":
            inside = self._states(box, place, y)
        else:
            inside = _text(x, y + 11, box.holds, "picture-name")
        classes = f"picture-box picture-box--{box.kind}{' picture-joint' if box.is_joint else ''}"
        shape = f'<rect {_sides(place)} rx="5"/>'
        return self._part(
            classes, box.name, box.evidence, shape + "".join(texts) + inside, f' data-column="{box.column}"'
        )

    def _states(self, box: Box, place: Rect, y: float) -> str:
        """The three states of a switch, below one another, and the line for its carry level."""
        rows = []
        for number, state in enumerate(STATES):
            middle = y + LINE * (number + 0.5) + 1
            rows.append(
                f'<g class="picture-state" data-state="{state}" data-box="{escape(box.name, quote=True)}">'
                f'<circle cx="{place.x + 8:g}" cy="{middle:g}" r="3.5"/>'
                f"{_text(place.x + 16, middle + 4, state, 'picture-name', anchor='start')}</g>"
            )
        if box.is_joint:
            return "".join(rows)
        level = _text(
            place.x + 4,
            y + LINE * len(STATES) + 12,
            "",
            "picture-level",
            f' data-value="level" data-box="{escape(box.name, quote=True)}"',
            anchor="start",
        )
        # A mark beside the states, which the page's script moves from the first, level 0, to the last, level 1.
        first, last = (y + LINE * (number + 0.5) + 1 for number in (0, len(STATES) - 1))
        left, tip = place.x + 1, place.x + 7
        scale = f"M{left:g} {first:g}V{last:g}M{left:g} {first:g}h3M{left:g} {last:g}h3"
        mark = (
            f'<path class="picture-scale" d="{scale}"/>'
            f'<path class="picture-mark" data-box="{escape(box.name, quote=True)}" data-first="{first:g}" '
            f'data-last="{last:g}" d="M{left:g} -4L{tip:g} 0L{left:g} 4Z"/>'
        )
        return "".join(rows) + mark + level

    def _answer(self, answer: Answer, place: Rect) -> str:
        is_tall = self.layout.is_tall
        left = place.x + (PORTS + 12 if is_tall else PADDING)
        top = place.y + PADDING + (0 if is_tall else PORTS)
        name = answer_name(answer.digit)
        inputs = "".join(self._input(place, ending) for ending in ENDINGS)
        dial = _answer_dial(left + ANSWER_RADIUS + 3, top + ANSWER_RADIUS + 3, name, self.picture.boundaries)
        # The bars are beside the dial, or below it.
        bars_x = place.x + PADDING + 4 if is_tall else left + 2 * ANSWER_RADIUS + 12
        bars_y = top + max(2 * ANSWER_RADIUS + 8, PORTS * len(ENDINGS)) if is_tall else top
        if place.right - bars_x > len(BARS) * CHARACTER:
            heading = _text(bars_x, bars_y + 10, BARS, "picture-name", anchor="start")
            bars_y += BAR
        else:
            heading = ""
        bars = heading + "".join(
            _bar(head, lost, bars_x, bars_y + BAR * number + 10, place.right - PADDING - bars_x - 32)
            for number, (head, lost) in enumerate(answer.heads)
        )
        lines = [(f"{name}, at {answer.place}", "title", ""), ("", "verdict", "")]
        lines += [("", "turn", "")] if answer.has_phase else []
        lines += [
            ("", "reads", f' data-prefix="{escape(head)} to {escape(position)}: " data-read="{number}"')
            for number, (position, head) in enumerate(answer.reads)
        ]
        first = (bars_y + BAR * len(answer.heads) if is_tall else top + inner_height(answer)) + LINE
        texts = "".join(
            _text(
                place.middle[0],
                first + LINE * number,
                text,
                f"picture-{kind}",
                attributes if text else f' data-value="{kind}" data-digit="{answer.digit}"{attributes}',
            )
            for number, (text, kind, attributes) in enumerate(lines)
        )
        return self._part(
            "picture-answer",
            name,
            answer.evidence,
            f'<rect {_sides(place)} rx="5"/>{inputs}{dial}{bars}{texts}',
            f' data-column="{answer.digit}"',
        )

    def _input(self, place: Rect, ending: str) -> str:
        x, y = port(place, ending, is_tall=self.layout.is_tall)
        if self.layout.is_tall:
            return _text(x + 4, y + 4, ending if ending != "direct" else "dir", "picture-input", anchor="start")
        return _text(x, y + 13, ending, "picture-input")

    def _wire(self, wire: Wire, path: str) -> str:
        width = wire_width(wire)
        kind = "picture-wire" + (" picture-joint" if wire.is_joint else "")
        name = wire_name(wire)
        # The line can be too thin to point at, so a wider transparent one is the target.
        inside = (
            f'<path class="picture-hit" d="{path}"/>'
            f'<path class="picture-line" d="{path}" stroke-width="{width:.1f}"/>'
        )
        return self._part(kind, name, wire.evidence, inside, f' data-column="{wire.column}"')

    def _constant(self) -> str:
        place, evidence = self.layout.constant, self.picture.constant
        if place is None or evidence is None:
            return ""
        x, y = place.middle
        words = (f"{self.picture.constant_label}: layer 1 can", "read the same there for every sum")
        lines = (
            "".join(_text(x, y - 3 + LINE * number, line, "picture-name") for number, line in enumerate(words))
            if self.layout.is_tall
            else _text(x, y + 4, " ".join(words), "picture-name")
        )
        return self._part("picture-constant", "constant", evidence, f'<rect {_sides(place)} rx="5"/>{lines}')


def _dial(x: float, y: float, name: str) -> str:
    """A circle with a tick for each of the ten digits, and a pointer to the sum of a column."""
    ticks = "".join(_tick(x, y, digit, RADIUS - 4, RADIUS, "picture-tick") for digit in range(N_DIGITS))
    return _circle(x, y, RADIUS, name, ticks + _pointers(x, y, RADIUS - 6, "sum"))


def _answer_dial(x: float, y: float, name: str, boundaries: tuple[float, ...]) -> str:
    """A circle of the ten digits, marks where one ends, and pointers to the sum and to the logits' phase."""
    digits = "".join(
        _text(*_around(x, y, digit, ANSWER_RADIUS - 8), str(digit), "picture-hour", f' data-hour="{digit}"', dy=4)
        for digit in range(N_DIGITS)
    )
    marks = "".join(
        _tick(x, y, boundary, ANSWER_RADIUS - 2, ANSWER_RADIUS + 3, "picture-boundary")
        for boundary in boundaries
        if math.isfinite(boundary)
    )
    return _circle(x, y, ANSWER_RADIUS, name, digits + marks + _pointers(x, y, ANSWER_RADIUS - 16, "sum", "phase"))


def _circle(x: float, y: float, radius: float, name: str, inside: str) -> str:
    rim = f'<circle class="picture-rim" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
    return f'<g class="picture-dial" data-dial="{escape(name, quote=True)}">{rim}{inside}</g>'


def _pointers(x: float, y: float, length: float, *kinds: str) -> str:
    """Pointers from the middle upwards, which the page's script turns to a number."""
    lines = "".join(
        f'<path class="picture-pointer picture-pointer--{kind}" data-pointer="{kind}" d="M0 0V{-length:g}"/>'
        for kind in kinds
    )
    return f'<g transform="translate({x:g} {y:g})">{lines}</g>'


def _bar(head: str, lost: float, x: float, y: float, longest: float) -> str:
    """The name of a head, and a bar for the accuracy that a digit loses without it."""
    bar = (
        f'<rect class="picture-bar" x="{x + 32:g}" y="{y - 8:g}" width="{max(1, longest * lost):.1f}" height="7"/>'
    )
    return _text(x, y, head, "picture-name", anchor="start") + bar


def _around(x: float, y: float, digit: float, radius: float) -> tuple[float, float]:
    """The place of a digit on a dial: zero at the top, then clockwise."""
    angle = 2 * math.pi * digit / N_DIGITS
    return x + radius * math.sin(angle), y - radius * math.cos(angle)


def _tick(x: float, y: float, digit: float, start: float, end: float, kind: str) -> str:
    (x1, y1), (x2, y2) = (_around(x, y, digit, radius) for radius in (start, end))
    return f'<path class="{kind}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'


def _text(
    x: float, y: float, text: str, kind: str, attributes: str = "", *, anchor: str = "middle", dy: float = 0
) -> str:
    place = f'x="{x:.1f}" y="{y + dy:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place}{attributes}>{escape(text)}</text>'


def _sides(place: Rect) -> str:
    return f'x="{place.x:g}" y="{place.y:g}" width="{place.width:g}" height="{place.height:g}"'
