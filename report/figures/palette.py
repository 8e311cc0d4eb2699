"""The colours of the two themes, each named once by its purpose.

The style sheet's custom properties and Plotly's templates are both generated from these palettes, so that page and
charts use the same colours. What appears in several figures has one colour in all of them: heads, the digits of
the answer, sums with and without a carry, and the states of a claim. Any two of these that can be in one figure
differ by more than 10 in CIE 1976 colour difference, also for readers who lack one kind of cone; the tests check
this. Figures add marks or dashes, so that nothing depends on colour alone.

Both colour scales are perceptually even in lightness. The diverging scale runs from
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
    unchecked: str
    """The colour of a claim that was not checked; `holds` and `fails` are those of the other states."""
    carry: str
    no_carry: str
    layer_0: tuple[str, ...]
    layer_1: tuple[str, ...]
    """The colours of the heads of each layer: warm in layer 0, cool in layer 1. The first three differ most."""
    digit: tuple[str, ...]
    """The colours of the digits of the answer from C0 on, an ordinal ramp."""
    series: tuple[str, ...]
    """The colours of series that have no colour of their own."""
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
        guide="#908b80",
        accent="#2863ab",
        holds="#17684f",
        fails="#a8400f",
        keyword="#834791",
        string="#17684f",
        unchecked="#8a877f",
        carry="#c16218",
        no_carry="#2863ab",
        layer_0=("#b11600", "#64000b", "#bc7a00", "#6f2c4e", "#7a6443", "#4a083a", "#ff0b85", "#9b9059"),
        layer_1=("#164e7a", "#0b7a7a", "#6f64c8", "#599b90", "#9b85bc", "#0b166f", "#857aff", "#4e37c8"),
        digit=("#432668", "#72204a", "#9a2f3e", "#985a28", "#907e21", "#739d53"),
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
        guide="#6c727b",
        accent="#86b8f7",
        holds="#7ccbaf",
        fails="#f5a06a",
        keyword="#cf9ddc",
        string="#7ccbaf",
        unchecked="#8b8f96",
        carry="#fe9b5b",
        no_carry="#70adfb",
        layer_0=("#ff907a", "#b14343", "#e9ff7a", "#ffdebd", "#bc9b16", "#9b7a0b", "#f40b7a", "#dec80b"),
        layer_1=("#a6a6ff", "#37d3bc", "#856fe9", "#bddeff", "#377a6f", "#84adc5", "#6f59b1", "#009b9b"),
        digit=("#8c5fa6", "#c15b7f", "#db7f63", "#d2b354", "#a0de88", "#2df4d6"),
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


def role_colours(palette: Palette) -> dict[str, str]:
    """The colours of the roles that have one of their own, by name: `layer-0-2` for the head H0.2."""
    single = ("ink", "muted", "guide", "carry", "no_carry", "holds", "fails", "unchecked")
    numbered = ("layer_0", "layer_1", "digit")
    return {_css_name(name): getattr(palette, name) for name in single} | {
        f"{_css_name(name)}-{number}": colour
        for name in numbered
        for number, colour in enumerate(getattr(palette, name))
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


def style_variables(palette: Palette) -> dict[str, str]:
    """The colours by the names of their custom properties, without the two hyphens; those of a scale are "
    "numbered."""
    colours: dict[str, str] = {}
    for name, value in vars(palette).items():
        if isinstance(value, str):
            colours[_css_name(name)] = value
        else:
            colours |= {f"{_css_name(name)}-{step}": colour for step, colour in enumerate(value)}
    return colours


def _css_name(name: str) -> str:
    return name.replace("_", "-")


def _declarations(palette: Palette, theme: ThemeName) -> str:
    colours = {"color-scheme": theme, **{f"--{name}": colour for name, colour in style_variables(palette).items()}}
    return "".join(f"  {name}: {colour};\n" for name, colour in colours.items())
