"""Both themes have sufficient contrast, also for colour-blind readers."""

import re
from itertools import combinations, pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from report.figures import charts
from report.figures.palette import PALETTES, Palette, ThemeName, custom_properties
from report.figures.theme import roles_template, template
from report.paths import TEMPLATES

THEMES: tuple[ThemeName, ...] = ("light", "dark")

# Viénot, Brettel and Mollon (1999): linear RGB as those see it who lack one kind of cone.
COLOUR_BLIND = {
    "protanopia": np.array([[0.1121, 0.8853, -0.0005], [0.1127, 0.8897, -0.0001], [0.0045, 0.0001, 1.0019]]),
    "deuteranopia": np.array([[0.2920, 0.7054, -0.0003], [0.2934, 0.7089, 0.0000], [-0.0210, 0.0256, 1.0019]]),
}


def linear(colour: str) -> np.ndarray:
    """A colour's linear RGB."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def declared(theme: ThemeName) -> dict[str, str]:
    """The custom properties of a theme, read from the style sheet."""
    start = {"light": ":root {", "dark": ":root[data-theme=dark] {"}[theme]
    block = custom_properties().split(start, 1)[1].split("}", 1)[0]
    pairs = (line.strip().rstrip(";").split(": ") for line in block.strip().splitlines())
    return {name.removeprefix("--"): value for name, value in pairs}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ["ink", "muted", "accent", "holds", "fails", "keyword", "string"])
@pytest.mark.parametrize("ground", ["ground", "raised"])
def test_text_can_be_read_on_its_ground(theme: ThemeName, role: str, ground: str) -> None:
    colours = declared(theme)
    assert contrast(colours[role], colours[ground]) >= 4.5


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
def test_every_series_stands_out_from_the_ground(palette: Palette) -> None:
    assert all(contrast(colour, palette.ground) >= 3 for colour in palette.series)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_the_first_series_differ_for_the_colour_blind(palette: Palette, kind: str) -> None:
    seen = [np.clip(COLOUR_BLIND[kind] @ linear(colour), 0, 1) ** (1 / 2.2) for colour in palette.series[:3]]
    assert all(np.linalg.norm(first - second) > 0.15 for first, second in combinations(seen, 2))


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
def test_the_sequential_scale_gets_steadily_further_from_the_ground(palette: Palette) -> None:
    distances = [contrast(colour, palette.ground) for colour in palette.sequential]
    assert all(nearer < further for nearer, further in pairwise(distances))


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
def test_the_diverging_scale_leaves_its_middle_evenly_on_both_sides(palette: Palette) -> None:
    distances = np.array([contrast(colour, palette.ground) for colour in palette.diverging])
    middle = len(distances) // 2
    assert distances[middle] < 1.2
    assert (np.diff(distances[middle:]) > 0).all()
    assert (np.diff(distances[: middle + 1]) < 0).all()
    np.testing.assert_allclose(distances, distances[::-1], rtol=0.25)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
@pytest.mark.parametrize("towards", [1, -1])
def test_a_token_s_large_letter_can_be_read_on_every_shade_of_attention(palette: Palette, towards: int) -> None:
    script = (TEMPLATES / "assets/scripts/components/attention-parts.js").read_text(encoding="utf-8")
    pale_from = float(re.search(r"PALE_FROM = ([\d.]+)", script)[1])  # pyright: ignore[reportOptionalSubscript]
    stops = palette.diverging[len(palette.diverging) // 2 :: towards]
    for weight in np.linspace(0, 1, 101):
        letter = palette.ground if weight >= pale_from else palette.ink
        assert contrast(letter, mixed(stops, weight)) >= 3, weight


def mixed(stops: tuple[str, ...], weight: float) -> str:
    """The colour at a weight from 0 to 1 on a scale."""
    channels = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops])
    places = np.linspace(0, 1, len(stops))
    return "#" + "".join(f"{round(np.interp(weight, places, channel)):02x}" for channel in channels.T)


def test_the_style_sheet_names_each_step_of_a_scale() -> None:
    for theme, palette in PALETTES.items():
        for name in ("series", "diverging", "sequential"):
            steps = getattr(palette, name)
            assert tuple(declared(theme)[f"{name}-{step}"] for step in range(len(steps))) == steps


@pytest.mark.parametrize("theme", THEMES)
def test_plotly_knows_every_option_of_the_template(theme: ThemeName) -> None:
    made = template(theme)
    read = go.layout.Template(made).to_plotly_json()
    assert read["layout"].keys() == made["layout"].keys()
    assert read["data"].keys() == made["data"].keys()


@pytest.mark.parametrize("theme", THEMES)
def test_a_series_has_the_same_colour_in_every_panel(theme: ThemeName) -> None:
    plot = charts.stacked_lines(
        [1, 2], {"loss": {"training": [1, 2], "validation": [1, 2]}, "errors": {"validation": [1, 2]}}, "epoch"
    )
    training, validation, again = roles_template(theme, plot.figure)["data"]["scatter"]
    assert validation["line"]["color"] == again["line"]["color"] != training["line"]["color"]
