"""From a chapter and its text to a page.

The templates say how a page looks, the text and the chapter what it says; here they meet. A chapter must show
everything it holds, exactly once: what a page leaves out, nobody checks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from report.assets import TEMPLATES, assets
from report.chapter import Absent, Chapter, Claim, Control, Figure, Table
from report.errors import TextError
from report.figure_files import figure_data, slug
from report.number_tables import BESIDE_CHART_UP_TO, ON_A_PAGE_UP_TO, n_cells, number_views
from report.text import Call, Prose, Text, caption

TITLE = "How a transformer adds two numbers"
"""The report's name, at the head of every page."""

BLOCKS = ("figure", "table", "claim")
"""What a text shows of its chapter, by the functions it calls."""

BUTTONS_UP_TO = 5
CHARACTERS_UP_TO = 40
"""A control of so many options, with so many characters in all, is a row of buttons, and else a list."""


@dataclass(frozen=True)
class Entry:
    """One line of the report's contents."""

    stem: str
    title: str
    question: str

    @property
    def page(self) -> str:
        return f"{self.stem}.html"


@dataclass(frozen=True)
class SourceCode:
    """An analysis as it is written."""

    name: str
    path: str
    code: str
    url: str | None
    """A link to it at the commit that was run."""


class Renderer:
    """Makes the pages of one report."""

    def __init__(
        self,
        contents: Sequence[Entry],
        provenance: Mapping[str, str],
        source_code: Callable[[Callable[..., Any]], SourceCode],
    ) -> None:
        self._contents = tuple(contents)
        self._source_code = source_code
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"highlighted": _highlighted, "slug": slug}
        self._environment.globals |= {"report": TITLE, "contents": self._contents, "provenance": provenance}

    def chapter_page(self, entry: Entry, chapter: Chapter, text: str, text_path: Path) -> str:
        """The page of a chapter.

        Raises:
            TextError: if the text cannot be read, or does not show all that the chapter holds once.
        """
        position = self._contents.index(entry)
        return self._page(
            "chapter.html",
            here=entry,
            number=position + 1,
            chapter=chapter,
            prose=self._prose(entry.stem, position + 1, chapter, text, text_path),
            previous=self._contents[position - 1] if position else None,
            next=self._contents[position + 1] if position + 1 < len(self._contents) else None,
        )

    def index_page(self, overview: Chapter, text: str, text_path: Path, chapters: Mapping[str, Chapter]) -> str:
        """The page that opens the report; `chapters` are all the others, by stem."""
        claims = {stem: Counter(claim.holds for claim in chapter.claims) for stem, chapter in chapters.items()}
        findings = {stem: _findings(stem, chapter) for stem, chapter in chapters.items()}
        return self._page(
            "index.html",
            here=None,
            chapter=overview,
            prose=self._prose("index", 0, overview, text, text_path),
            claims=claims,
            findings=findings,
            unchecked=sum(counts[None] for counts in claims.values()),
            next=self._contents[0] if self._contents else None,
        )

    def numbers_page(self, stem: str, figure: Figure) -> str:
        """The page of a figure's numbers as tables, at the address that `numbers_address` gives it."""
        views = number_views(figure_data(f"{stem}/{figure.name}", figure))

        def written(text: str) -> Markup:
            return caption(text, f"{stem}: figure {figure.name}")

        return self._page("numbers.html", stem=stem, figure=figure, views=views, written=written)

    def assets(self) -> dict[str, bytes]:
        """What all pages share, by its path in the site."""
        return assets()

    def _page(self, template: str, **values: Any) -> str:
        return self._environment.get_template(template).render(**values)

    def _prose(self, stem: str, number: int, chapter: Chapter, source: str, path: Path) -> Prose:
        text = Text.read(source, _shortened(path))
        things = {
            **{("figure", figure.name): figure for figure in chapter.figures},
            **{("table", table.name): table for table in chapter.tables},
            **{("claim", claim.name): claim for claim in chapter.claims},
        }
        shown = [call for call in text.calls() if call.function in BLOCKS]
        _check_shown(shown, things, _shortened(path))
        numbers = _numbers(shown, number)
        html = {
            key: self._block(stem, thing, numbers.get(key, ""), f"{_shortened(path)}: {' '.join(key)}")
            for key, thing in things.items()
        }

        def shows(function: str) -> Callable[[str], Markup]:
            return lambda name: html[function, name]

        anchors = [name for _, name in things]
        return text.html(chapter.values, {block: shows(block) for block in BLOCKS}, BLOCKS, anchors)

    def _block(self, stem: str, thing: Figure | Absent | Table | Claim, number: str, place: str) -> Markup:
        """What a figure, table or claim looks like on the page."""

        def written(text: str) -> Markup:
            return caption(text, place)

        values: dict[str, Any] = {"thing": thing, "stem": stem, "number": number, "written": written}
        match thing:
            case Figure():
                source = self._source_code(thing.source)
                controls = [(control, _fits_on_buttons(control)) for control in thing.controls]
                more = {**_numbers_of(stem, thing), "controls": controls, "source": source}
                template = "figure.html"
            case Absent():
                more, template = {}, "absent.html"
            case Table():
                more, template = {"rows": _rows(thing), "source": self._source_code(thing.source)}, "table.html"
            case Claim():
                more, template = {"source": self._source_code(thing.source)}, "claim.html"
        return Markup(self._page(template, **values, **more))


def numbers_address(stem: str, figure: Figure) -> str | None:
    """Where the page of a figure's numbers is; None if they stand beside the chart, or are too many for a page."""
    has_page = BESIDE_CHART_UP_TO < n_cells(figure_data(f"{stem}/{figure.name}", figure)) <= ON_A_PAGE_UP_TO
    return f"data/{stem}/{figure.name}.html" if has_page else None


def _numbers_of(stem: str, figure: Figure) -> dict[str, Any]:
    """A figure's numbers as tables beside the chart, or the address of their page."""
    data = figure_data(f"{stem}/{figure.name}", figure)
    beside = number_views(data) if n_cells(data) <= BESIDE_CHART_UP_TO else ()
    tables = [table for view in beside for table in view.tables]
    return {"tables": tables, "numbers_page": numbers_address(stem, figure)}


def _findings(stem: str, chapter: Chapter) -> list[tuple[str, Claim, Markup]]:
    """The claims that say what a chapter found, each with the address of its place and its statement as HTML."""
    claims = {claim.name: claim for claim in chapter.claims}
    return [
        (f"{stem}.html#{name}", claims[name], caption(claims[name].statement, f"{stem}: claim {name}"))
        for name in chapter.findings
    ]


def _check_shown(shown: Sequence[Call], things: Mapping[tuple[str, str], Any], path: str) -> None:
    """Raise a `TextError` unless the text shows each thing of its chapter once, and nothing else."""
    seen: set[tuple[str, str]] = set()
    for call in shown:
        key = (call.function, call.name)
        if key not in things:
            known = ", ".join(name for function, name in things if function == call.function) or "none"
            raise TextError(f'{call.place}: the chapter has no {call.function} "{call.name}"; it has {known}')
        if key in seen:
            raise TextError(f'{call.place}: {call.function} "{call.name}" is shown a second time')
        seen.add(key)
    for function, name in things:
        if (function, name) not in seen:
            raise TextError(
                f'{path}:1: the text never shows {function} "{name}"; add {{{{ {function}("{name}") }}}}'
            )


def _numbers(shown: Sequence[Call], chapter: int) -> dict[tuple[str, str], str]:
    """2.3 for the third figure that the second chapter's text shows, 3 on the opening page; tables apart."""
    counts: Counter[str] = Counter()
    numbers = {}
    for call in shown:
        counts[call.function] += 1
        place = str(counts[call.function])
        numbers[call.function, call.name] = f"{chapter}.{place}" if chapter else place
    return numbers


def _fits_on_buttons(control: Control) -> bool:
    return len(control.options) <= BUTTONS_UP_TO and sum(map(len, control.options)) <= CHARACTERS_UP_TO


def _rows(table: Table) -> list[list[str]]:
    """The cells as they are written on the page."""
    columns = [str(column) for column in table.frame.columns]
    return [
        [table.formats.get(column, str)(value) for column, value in zip(columns, row, strict=True)]
        for row in table.frame.itertuples(index=False)
    ]


def _highlighted(code: str) -> Markup:
    return Markup(highlight(code, PythonLexer(), HtmlFormatter(nowrap=True)))


def _shortened(path: Path) -> str:
    """A path as it is said in a message: from the working folder, if it is in there."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
