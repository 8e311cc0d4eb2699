"""What others see of the report before they open it: its picture.

The picture is the opening page's figure drawn once more, from the same numbers, at the size at which networks show
a link. It needs nothing but the fonts and colours that the pages have.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from report.content.chapter import Chapter
from report.figures.palette import PALETTES
from report.paths import TEMPLATES

WIDTH, HEIGHT = 1200, 630
"""Of the picture, as networks want it."""

FONT_FILE = TEMPLATES / "assets" / "fonts" / "report-serif.woff2"

FINER = 2
"""How much larger the picture is drawn than it is kept, so that its lines are smooth."""
MARGIN = 76
TEXT_WIDTH = 590
CENTRE, RADIUS = (918, 315), 205
"""Of the circle that the digits are drawn in."""
COLOURS = 64
"""So few are in the picture that a palette holds them all, which makes the file a third as large."""

Point = tuple[float, float]


def share_picture(opening: Chapter, drawn: Mapping[str, Any] | None) -> bytes:
    """The picture that goes with a link to the report, as a PNG file: its name, its numbers, its figure.

    `drawn` is every number that the figure draws, if there is one.
    """
    colours = PALETTES["light"]
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), colours.ground)
    draw = ImageDraw.Draw(image)
    _write_title(draw, opening)
    if drawn is not None:
        _draw_points(draw, drawn)
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def _write_title(draw: ImageDraw.ImageDraw, opening: Chapter) -> None:
    colours = PALETTES["light"]
    title, number, label = _font(62, weight=600), _font(38, weight=600), _font(23)
    top = MARGIN - 8
    for line in _lines(opening.title, title, TEXT_WIDTH * FINER):
        draw.text((MARGIN * FINER, top * FINER), line, colours.ink, title)
        top += 70
    bottom = HEIGHT - MARGIN - 58 * len(opening.key_numbers)
    for words, value in opening.key_numbers.items():
        draw.text((MARGIN * FINER, bottom * FINER), value, colours.ink, number, anchor="ls")
        right = MARGIN * FINER + number.getlength(value + " ")
        draw.text((right, bottom * FINER), words, colours.muted, label, anchor="ls")
        bottom += 58


def _draw_points(draw: ImageDraw.ImageDraw, drawn: Mapping[str, Any]) -> None:
    """The points of a figure's first trace with their labels, and a line from each to the next."""
    colours = PALETTES["light"]
    trace = drawn["views"][0]["traces"][0]
    points = _placed(trace["x"], trace["y"])
    draw.line([*points, points[0]], colours.guide, 3 * FINER)
    digit = _font(40, weight=600)
    for (x, y), label in zip(points, trace["text"], strict=True):
        size = 32 * FINER
        draw.ellipse((x - size, y - size, x + size, y + size), colours.ground, colours.series[0], 3 * FINER)
        draw.text((x, y), str(label), colours.series[0], digit, anchor="mm")


def _placed(x: Sequence[float], y: Sequence[float]) -> list[Point]:
    """Points of a plane in the picture's circle, the middle of the plane in its middle; up is up."""
    scale = RADIUS / (max(*map(abs, x), *map(abs, y)) or 1)
    across, down = CENTRE
    return [
        ((across + right * scale) * FINER, (down - up * scale) * FINER) for right, up in zip(x, y, strict=True)
    ]


def _lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A text broken into lines of at most `width`."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """The pages' serif. Pillow's own layout is used: another one may or may not be on the machine."""
    font = ImageFont.truetype(FONT_FILE, size * FINER, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font
