"""The link preview of the report: its image and metadata."""

import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from report.cli.build import base_address
from report.content.chapter import Absent, Chapter, Figure
from report.errors import SiteError
from report.figures import charts
from report.figures.export import figure_data
from report.figures.palette import PALETTES
from report.pages.citation import bibtex
from report.pages.social_card import HEIGHT, WIDTH, social_card
from report.project.identity import Author, Identity
from report.publishing.repository import Repository


def opening(*figures: Figure | Absent) -> Chapter:
    return Chapter("How it adds", "How?", figures=figures, key_numbers={"of 3 digits right": "2"})


def figure(x: list[float]) -> Figure:
    plot = charts.dial(x, [1.0, -1.0, 0.0], "012")
    return Figure("plane", "Plane", plot, "Three.", "Three points.", opening)


def drawn_in(chapter: Chapter) -> Mapping[str, Any] | None:
    """The numbers of a chapter's first figure."""
    shown = next((figure for figure in chapter.figures if isinstance(figure, Figure)), None)
    return None if shown is None else figure_data(shown.name, shown)


def picture(chapter: Chapter) -> Image.Image:
    return Image.open(io.BytesIO(social_card(chapter, drawn_in(chapter)))).convert("RGB")


def test_the_picture_has_the_size_that_networks_want_and_is_small() -> None:
    assert picture(opening(figure([1.0, -1.0, 2.0]))).size == (WIDTH, HEIGHT) == (1200, 630)
    chapter = opening(figure([1.0, -1.0, 2.0]))
    assert len(social_card(chapter, drawn_in(chapter))) < 60_000


def test_the_picture_shows_the_figure_s_numbers() -> None:
    chapters = [opening(figure([x, -1.0, 2.0])) for x in (1.0, 0.5, 1.0)]
    one, other, again = (social_card(chapter, drawn_in(chapter)) for chapter in chapters)
    assert one == again != other


@pytest.mark.parametrize("figures", [(), (Absent("plane", "Plane", "None."),)], ids=["none", "absent"])
def test_without_a_figure_the_picture_is_words(figures: tuple[Absent, ...]) -> None:
    drawn = picture(opening(*figures))
    ground = Image.new("RGB", (1, 1), PALETTES["light"].ground).getpixel((0, 0))
    right_half = drawn.crop((WIDTH // 2 + 80, 0, WIDTH, HEIGHT))
    assert right_half.getcolors() == [(right_half.width * HEIGHT, ground)]
    assert len(drawn.getcolors() or []) > 2


def test_points_that_are_all_at_one_place_are_drawn() -> None:
    plot = charts.scatter([0.0], [0.0], "0", x_title="first", y_title="second")
    assert picture(opening(Figure("plane", "Plane", plot, "One.", "One point.", opening))).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("", ""),
        ("https://name.github.io/report", "https://name.github.io/report"),
        ("http://localhost:8000/a/", "http://localhost:8000/a"),
    ],
)
def test_an_address_has_no_slash_at_its_end(text: str, address: str) -> None:
    assert base_address(text) == address


@pytest.mark.parametrize(
    "text", ["name.github.io", "ftp://host/x", "https://", "https://x/?a=1", "https://x/#a", " "]
)
def test_what_is_no_address_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(SiteError, match=f"^--base-url: expected an address such as .*, found {re.escape(text)}$"):
        base_address(text)


def test_a_citation_holds_what_is_known() -> None:
    project = Identity("How it adds")
    known = bibtex(project, "seed 4", "1.2", 2026, "https://example.org")
    assert known.startswith("@misc{sumint,\n  title = {{How it adds}},\n  author = {{The sumint authors}},\n")
    assert "  year = {2026},\n  version = {1.2},\n  url = {https://example.org},\n}\n" in known
    unknown = bibtex(project, "seed 4", "1.2", None, "")
    assert "year" not in unknown
    assert "url" not in unknown


def test_a_citation_of_one_s_own_report_names_its_authors_and_its_model() -> None:
    authors = (Author("Jane Doe"), Author("Émile Öz & Sons"))
    own = bibtex(Identity("Adding {my} way", authors=authors, date="2026-11-29"), "my_model", "1.2", 2020, "")
    assert own.startswith("@misc{doe2026,\n  title = {{Adding my way}},\n")
    assert "author = {{Jane Doe} and {Émile Öz \\& Sons}}" in own
    assert "year = {2026}" in own
    assert "note = {Model: my\\_model; made with sumint 1.2}" in own


def test_the_year_is_that_of_the_source_date_where_one_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert Repository().year == 1970
