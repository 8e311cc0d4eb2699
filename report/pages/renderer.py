"""From a chapter and its text to a page.

The templates say how a page looks, the text and the chapter what it says; here they meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report.content.chapter import Absent, Chapter, Claim, Control, Failed, Figure, Table
from report.content.diagram import KINDS, Diagram
from report.content.formats import count
from report.figures.data_tables import BESIDE_CHART_UP_TO, ON_A_PAGE_UP_TO, n_cells, number_views
from report.figures.diagram_layout import TALL, WIDE
from report.figures.diagram_svg import inline_svg, key_svg
from report.figures.export import figure_data, slug
from report.pages.assets import assets
from report.pages.highlighting import highlighted
from report.pages.manuscript import BLOCKS, Key, Manuscript
from report.pages.markdown import Prose, caption
from report.paths import TEMPLATES
from report.publishing.repository import SourceCode

TITLE = "How a transformer adds two numbers"
"""The report's name, at the head of every page."""

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


OPENING = Entry("index", TITLE, "")
CLAIMS = Entry("claims", "Claims", "What does the report claim, and how much of it holds on these weights?")
FIGURES = Entry("figures", "Figures and tables", "What is shown where, and where is the data behind it?")
INDEXES = (CLAIMS, FIGURES)
"""The pages that follow the chapters and list what is in them."""
NOT_FOUND = Entry("404", "Not found", "There is no such page in this report.")


NumbersOf = Callable[[str, Figure], Mapping[str, Any]]
"""Every number that a chapter's figure draws, as `figure_data` gives them."""


class Renderer:
    """Makes the pages of one report."""

    def __init__(
        self,
        contents: Sequence[Entry],
        provenance: Mapping[str, str],
        source_code: Callable[[Callable[..., Any]], SourceCode],
        base_url: str = "",
        numbers_of: NumbersOf = lambda stem, figure: figure_data(f"{stem}/{figure.name}", figure),
    ) -> None:
        self._contents = tuple(contents)
        self._base_url = base_url
        self._source_code = source_code
        self._numbers_of = numbers_of
        self._environment = Environment(
            loader=FileSystemLoader([TEMPLATES / "pages", TEMPLATES / "blocks"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters |= {"highlighted": highlighted, "slug": slug}
        self._environment.globals |= {
            "report": TITLE,
            "contents": self._contents,
            "indexes": INDEXES,
            "provenance": provenance,
            "base_url": base_url,
            "root": "",
        }

    def chapter_page(self, manuscript: Manuscript) -> str:
        """The page of a chapter."""
        return self._page(
            "chapter.html",
            self._contents[manuscript.number - 1],
            number=manuscript.number,
            prose=self._prose(manuscript),
        )

    def index_page(self, opening: Manuscript, chapters: Mapping[str, Chapter], bibtex: str) -> str:
        """The page that opens the report; `chapters` are all the others, by stem."""
        claims = {stem: Counter(claim.holds for claim in chapter.claims) for stem, chapter in chapters.items()}
        findings = {stem: _findings(stem, chapter) for stem, chapter in chapters.items()}
        return self._page(
            "index.html",
            replace(OPENING, question=opening.chapter.question),
            prose=self._prose(opening),
            key_numbers=opening.chapter.key_numbers,
            claims=claims,
            findings=findings,
            unchecked=sum(claim.is_of_other_weights for chapter in chapters.values() for claim in chapter.claims),
            bibtex=bibtex,
        )

    def claims_page(self, chapters: Mapping[str, Chapter]) -> str:
        """The page of all claims, by chapter; `chapters` by stem."""
        claims = {stem: [self._listed_claim(stem, claim) for claim in chapters[stem].claims] for stem in chapters}
        counts = Counter(claim.verdict for chapter in chapters.values() for claim in chapter.claims)
        return self._page("claims.html", CLAIMS, claims=claims, counts=counts)

    def figures_page(self, manuscripts: Sequence[Manuscript]) -> str:
        """The page that lists all figures and tables, by page."""
        return self._page("figures.html", FIGURES, manuscripts=manuscripts)

    def not_found_page(self) -> str:
        """What a server shows for an address that is none of the site's.

        It is shown at whatever depth was asked for, so its links are absolute where the site's address is known.
        Where it is not, they are right at the top of the site, where all of its pages are.
        """
        return self._page("404.html", NOT_FOUND, root=f"{self._base_url}/" if self._base_url else "")

    def numbers_address(self, stem: str, figure: Figure) -> str | None:
        """Where the page of a figure's numbers is; None if they stand beside the chart, or fill no page gladly."""
        has_page = BESIDE_CHART_UP_TO < n_cells(self._numbers_of(stem, figure)) <= ON_A_PAGE_UP_TO
        return f"data/{stem}/{figure.name}.html" if has_page else None

    def numbers_page(self, stem: str, figure: Figure) -> str:
        """The page of a figure's numbers as tables, at the address that `numbers_address` gives it.

        It depends on the figure's title, caption and numbers, and on nothing else of the report.
        """
        views = number_views(self._numbers_of(stem, figure))
        written = _writer(f"{stem}: figure {figure.name}")
        return self._template("numbers.html", stem=stem, figure=figure, views=views, written=written)

    def assets(self) -> dict[str, bytes]:
        """What all pages share, by its path in the site."""
        return assets()

    def _page(self, template: str, here: Entry, **values: Any) -> str:
        in_order = (OPENING, *self._contents, *INDEXES)
        previous = {later.stem: entry for entry, later in pairwise(in_order)}
        following = {earlier.stem: entry for earlier, entry in pairwise(in_order)}
        return self._template(
            template, here=here, previous=previous.get(here.stem), next=following.get(here.stem), **values
        )

    def _template(self, name: str, **values: Any) -> str:
        return self._environment.get_template(name).render(**values)

    def _prose(self, manuscript: Manuscript) -> Prose:
        html = {key: self._block(manuscript, key) for key in manuscript.things}

        def shows(function: str) -> Callable[[str], Markup]:
            return lambda name: html[function, name]

        return manuscript.html({block: shows(block) for block in BLOCKS})

    def _block(self, manuscript: Manuscript, key: Key) -> Markup:
        """What a figure, table or claim looks like on the page."""
        thing, stem = manuscript.things[key], manuscript.stem
        written = _writer(manuscript.place_of(key))
        values: dict[str, Any] = {
            "thing": thing,
            "stem": stem,
            "number": manuscript.numbers[key],
            "anchor": manuscript.anchors[key],
            "written": written,
        }
        match thing:
            case Figure():
                source = self._source_code(thing.source)
                controls = [(control, _fits_on_buttons(control)) for control in thing.offered_controls]
                more = {**self._numbers_beside(stem, thing), "controls": controls, "source": source}
                template = "figure.html"
            case Diagram():
                more, template = {**_diagram(thing), "source": self._source_code(thing.source)}, "diagram.html"
            case Absent():
                more, template = {"kind": key[0]}, "absent.html"
            case Failed():
                more, template = {"kind": key[0]}, "failed.html"
            case Table():
                rows = {"rows": _rows(thing), "n_rows": count(thing.n_rows)}
                more, template = {**rows, "source": self._source_code(thing.source)}, "table.html"
            case Claim():
                more, template = {"source": self._source_code(thing.source)}, "claim.html"
        return Markup(self._template(template, **values, **more))

    def _numbers_beside(self, stem: str, figure: Figure) -> dict[str, Any]:
        """A figure's numbers as tables beside the chart, or the address of their page."""
        data = self._numbers_of(stem, figure)
        beside = number_views(data) if n_cells(data) <= BESIDE_CHART_UP_TO else ()
        tables = [table for view in beside for table in view.tables]
        return {"tables": tables, "numbers_page": self.numbers_address(stem, figure)}

    def _listed_claim(self, stem: str, claim: Claim) -> dict[str, Any]:
        """A claim with all that its entry on the page of claims shows of it."""
        return {
            "thing": claim,
            "source": self._source_code(claim.source),
            "written": _writer(f"{stem}: claim {claim.name}"),
            "address": f"{stem}.html#{claim.name}",
        }


def _findings(stem: str, chapter: Chapter) -> list[tuple[str, Claim, Markup]]:
    """The claims that say what a chapter found, each with the address of its place and its statement as HTML."""
    claims = {claim.name: claim for claim in chapter.claims}
    return [
        (f"{stem}.html#{name}", claims[name], caption(claims[name].statement, f"{stem}: claim {name}"))
        for name in chapter.findings
        if name in claims
    ]


def _writer(place: str) -> Callable[[str], Markup]:
    """What turns the Markdown of a caption or a claim into HTML; `place` is where it is written."""
    return lambda text: caption(text, place)


def _diagram(diagram: Diagram) -> dict[str, Any]:
    """Both forms of a diagram, of which a page shows the one that fits, and its key."""
    forms = {name: Markup(inline_svg(diagram, form)) for name, form in (("wide", WIDE), ("tall", TALL))}
    return {**forms, "key": [(kind, KINDS[kind], Markup(key_svg(kind))) for kind in diagram.kinds]}


def _fits_on_buttons(control: Control) -> bool:
    return len(control.options) <= BUTTONS_UP_TO and sum(map(len, control.options)) <= CHARACTERS_UP_TO


def _rows(table: Table) -> list[list[tuple[str, str | None]]]:
    """The cells as they are written on the page, and where they lead to; of a long table only the first."""
    columns = [(table.formats.get(head, str), table.addresses.get(head, {})) for head in table.columns]
    return [
        [(written(value), addresses.get(value)) for (written, addresses), value in zip(columns, row, strict=True)]
        for row in table.rows_on_page
    ]
