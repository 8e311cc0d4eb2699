"""Both themes have sufficient contrast, also for colour-blind readers."""

import re
from itertools import combinations, pairwise

import numpy as np
import plotly.graph_objects as go
import pytest

from report.figures import charts
from report.figures.palette import PALETTES, Palette, ThemeName, custom_properties, role_colours
from report.figures.roles import dash_of, is_measured, role_of, symbol_of
from report.figures.theme import roles_template, template, traces_of
from report.paths import TEMPLATES

THEMES: tuple[ThemeName, ...] = ("light", "dark")

# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as those see it who lack one kind of cone.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)

DISTANCE_OVER = 10
"""The least CIE 1976 colour difference of two colours that can be in one figure."""

TOGETHER = {
    "heads": ("layer-0", "layer-1", "ink", "muted"),
    "digits of the answer": ("digit",),
    "carry": ("carry", "no-carry"),
    "states of a claim": ("holds", "fails", "unchecked"),
    "measured and guides": ("ink", "guide"),
}
"""The roles that can be in one figure, by the beginnings of their names."""


def linear(colour: str) -> np.ndarray:
    """A colour's linear RGB."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def cielab(colour: str, vision: np.ndarray) -> np.ndarray:
    """A colour in CIELAB, as seen by a reader."""
    xyz = TO_XYZ @ np.clip(vision @ linear(colour), 0, 1) / (TO_XYZ @ np.ones(3))
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


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
def test_every_role_stands_out_from_the_ground(palette: Palette) -> None:
    assert {
        role: colour for role, colour in role_colours(palette).items() if contrast(colour, palette.ground) < 3
    } == {}


@pytest.mark.parametrize("palette", PALETTES.values(), ids=THEMES)
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("group", TOGETHER)
def test_roles_in_one_figure_differ_for_every_reader(palette: Palette, vision: str, group: str) -> None:
    colours = {
        role: cielab(colour, VISIONS[vision])
        for role, colour in role_colours(palette).items()
        if role.startswith(TOGETHER[group])
    }
    assert len(colours) >= len(TOGETHER[group])
    distances = {pair: np.linalg.norm(colours[pair[0]] - colours[pair[1]]) for pair in combinations(colours, 2)}
    assert {pair: distance for pair, distance in distances.items() if distance <= DISTANCE_OVER} == {}


def test_a_head_has_one_role_in_every_figure_whatever_its_place() -> None:
    alone = charts.lines([1, 2], {"H1.1": [1, 2]}, "x", "y")
    among = charts.bars(["a"], {name: [1] for name in ("embed", "H0.1", "H1.1")}, "x", "y")
    assert traces_of(alone.figure)[0].meta == traces_of(among.figure)[2].meta == "layer-1-1"
    assert traces_of(among.figure)[1].meta == "layer-0-1"


def test_heads_of_one_layer_differ_in_their_markers_and_layers_in_their_dashes() -> None:
    roles = [role_of(f"H{layer}.{head}", 0) for layer in range(2) for head in range(8)]
    assert len({(symbol_of(role), dash_of(role)) for role in roles}) == len(roles)


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
    coloured = roles_template(theme, plot.figure)["data"]["scatter"]
    training, validation, again = (
        colours for colours, trace in zip(coloured, traces_of(plot.figure), strict=True) if is_measured(trace.meta)
    )
    assert validation["line"]["color"] == again["line"]["color"] != training["line"]["color"]
