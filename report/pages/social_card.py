"""The image for link previews on social networks.

It shows the title, the key numbers and the figure of the opening page, drawn from the same numbers, at the size
for link previews, in the fonts and colours of the pages.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from report.content.chapter import Chapter
from report.figures.palette import PALETTES
from report.paths import TEMPLATES

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDTH, HEIGHT = 1200, 630
"""The size of the image in pixels, as recommended for link previews."""

FONT_FILE = TEMPLATES / "assets" / "fonts" / "report-serif.woff2"

SUPERSAMPLING = 2
"""The factor by which the image is drawn larger and then reduced, so that its lines are smooth."""
MARGIN = 76
TEXT_WIDTH = 590
CENTRE, RADIUS = (918, 315), 205
"""The circle in which the digits are drawn, in pixels."""
COLOURS = 64
"""The size of the image's palette; the image has few colours, and a palette makes the file a third as large."""

Point = tuple[float, float]


def social_card(opening: Chapter, data: Mapping[str, Any] | None, lines: Sequence[str] = ()) -> bytes:
    """The image as a PNG file: the report's title, its key numbers and its figure.

    `data` are the data of the figure, if there is one; `lines` stand below the title: authors and model.
    """
    from PIL import Image, ImageDraw  # most builds read the image from the store

    colours = PALETTES["light"]
    image = Image.new("RGB", (WIDTH * SUPERSAMPLING, HEIGHT * SUPERSAMPLING), colours.ground)
    draw = ImageDraw.Draw(image)
    _write_title(draw, opening, lines)
    if data is not None:
        _draw_points(draw, data)
    image = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _write_title(draw: ImageDraw.ImageDraw, opening: Chapter, more: Sequence[str]) -> None:
    colours = PALETTES["light"]
    title, number, label = _font(62, weight=600), _font(38, weight=600), _font(23)
    top = MARGIN - 8
    for line in _lines(opening.title, title, TEXT_WIDTH * SUPERSAMPLING):
        draw.text((MARGIN * SUPERSAMPLING, top * SUPERSAMPLING), line, colours.ink, title)
        top += 70
    for line in (part for text in more for part in _lines(text, label, TEXT_WIDTH * SUPERSAMPLING)):
        draw.text((MARGIN * SUPERSAMPLING, (top + 12) * SUPERSAMPLING), line, colours.muted, label)
        top += 32
    bottom = HEIGHT - MARGIN - 58 * len(opening.key_numbers)
    for words, value in opening.key_numbers.items():
        draw.text((MARGIN * SUPERSAMPLING, bottom * SUPERSAMPLING), value, colours.ink, number, anchor="ls")
        right = MARGIN * SUPERSAMPLING + number.getlength(value + " ")
        draw.text((right, bottom * SUPERSAMPLING), words, colours.muted, label, anchor="ls")
        bottom += 58


def _draw_points(draw: ImageDraw.ImageDraw, data: Mapping[str, Any]) -> None:
    """Draw the points of a figure's first trace with their labels, and a line from each point to the next."""
    colours = PALETTES["light"]
    trace = data["views"][0]["traces"][0]
    points = _pixels(trace["x"], trace["y"])
    draw.line([*points, points[0]], colours.guide, 3 * SUPERSAMPLING)
    digit = _font(40, weight=600)
    for (x, y), label in zip(points, trace["text"], strict=True):
        size = 32 * SUPERSAMPLING
        draw.ellipse(
            (x - size, y - size, x + size, y + size), colours.ground, colours.series[0], 3 * SUPERSAMPLING
        )
        draw.text((x, y), str(label), colours.series[0], digit, anchor="mm")


def _pixels(x: Sequence[float], y: Sequence[float]) -> list[Point]:
    """The pixel coordinates of points of a plane, with the origin at the centre of the circle."""
    scale = RADIUS / (max(*map(abs, x), *map(abs, y)) or 1)
    across, down = CENTRE
    return [
        ((across + right * scale) * SUPERSAMPLING, (down - up * scale) * SUPERSAMPLING)
        for right, up in zip(x, y, strict=True)
    ]


def _lines(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """A text wrapped into lines of at most `width` pixels."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(size: int, weight: int = 400) -> ImageFont.FreeTypeFont:
    """The serif font of the pages, with Pillow's basic layout, since others may not be installed."""
    from PIL import ImageFont

    font = ImageFont.truetype(FONT_FILE, size * SUPERSAMPLING, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font
