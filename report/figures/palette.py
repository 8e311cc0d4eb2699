"""The colours of the two themes, each named once by its purpose.

The style sheet's custom properties and Plotly's templates are both generated from these palettes, so that page and
charts use the same colours. Both colour scales are perceptually even in lightness. The diverging scale runs from
blue to orange, which the common forms of colour blindness do not confuse, and its middle is close to the
background, so that a value of zero is hardly visible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

ThemeName = Literal["light", "dark"]


@dataclass(frozen=True)
class Palette:
    """The colours of one theme, by purpose."""

    ground: str
    raised: str
    """The background of code and of the tables of a figure's numbers."""
    ink: str
    muted: str
    """The text colour of captions, labels and the foot of the page."""
    on_pale: str
    """The text colour in the paler cells of a heatmap, which are pale in the dark theme, too."""
    rule: str
    grid: str
    guide: str
    """The colour of guide lines."""
    accent: str
    """The colour of links and of selected options."""
    holds: str
    fails: str
    keyword: str
    string: str
    series: tuple[str, ...]
    diverging: tuple[str, ...]
    sequential: tuple[str, ...]


PALETTES: Final[Mapping[ThemeName, Palette]] = {
    "light": Palette(
        ground="#fdfcfa",
        raised="#f5f3ee",
        ink="#1f1e1b",
        muted="#625f58",
        on_pale="#1f1e1b",
        rule="#dedad1",
        grid="#ebe8e1",
        guide="#b5b0a5",
        accent="#2863ab",
        holds="#17684f",
        fails="#a8400f",
        keyword="#834791",
        string="#17684f",
        series=("#2863ab", "#c16218", "#19846b", "#834791", "#92740f", "#b94159", "#1f8aa1", "#517621"),
        diverging=(
            *("#193978", "#2a5da2", "#3f84ca", "#5faced", "#a0d3f8", "#f6f5f1"),
            *("#efc29a", "#e09053", "#c0642c", "#983f16", "#6d1e0a"),
        ),
        sequential=(
            *("#f3f4f2", "#bbd9e3", "#8bbcd3", "#629dc4"),
            *("#3f7db3", "#2c5c9c", "#273e78", "#1d2254"),
        ),
    ),
    "dark": Palette(
        ground="#16181b",
        raised="#1e2125",
        ink="#e7e4de",
        muted="#a5a29b",
        on_pale="#16181b",
        rule="#34373c",
        grid="#272a2f",
        guide="#5d626a",
        accent="#86b8f7",
        holds="#7ccbaf",
        fails="#f5a06a",
        keyword="#cf9ddc",
        string="#7ccbaf",
        series=("#70adfb", "#fe9b5b", "#67c6aa", "#cf8fde", "#e9c769", "#f5778b", "#76dbf3", "#98c06d"),
        diverging=(
            *("#99dbfe", "#5ab4ec", "#2b8ccf", "#2364a0", "#274164", "#1f2226"),
            *("#5f3322", "#944a1b", "#c06c25", "#e09852", "#f9c68c"),
        ),
        sequential=(
            *("#202327", "#263b57", "#085c82", "#057f97"),
            *("#02a3a7", "#5ac3af", "#a1debc", "#ddf7d8"),
        ),
    ),
}


def custom_properties() -> str:
    """The palettes as a style sheet: the reader's choice or the system's preference, and always light in print."""
    light, dark = (_declarations(PALETTES[theme], theme) for theme in ("light", "dark"))
    return (
        f":root {{\n{light}}}\n"
        f"@media (prefers-color-scheme: dark) {{\n:root:not([data-theme=light]) {{\n{dark}}}\n}}\n"
        f":root[data-theme=dark] {{\n{dark}}}\n"
        f"@media print {{\n:root:root[data-theme], :root:root {{\n{light}}}\n}}\n"
    )


def _declarations(palette: Palette, theme: ThemeName) -> str:
    colours = {"color-scheme": theme}
    for name, value in vars(palette).items():
        if isinstance(value, str):
            colours[f"--{name}"] = value
        else:
            colours |= {f"--{name}-{step}": colour for step, colour in enumerate(value)}
    return "".join(f"  {name}: {colour};\n" for name, colour in colours.items())
