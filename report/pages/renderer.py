"""Rendering of pages: a manuscript provides the content of a page, and the templates its presentation."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from report.comparison.claim_pairs import ClaimPairs
from report.content.chapter import Absent, Chapter, Failed, Figure, Table
from report.content.claims.claim import Claim
from report.content.claims.failing import failing_claims
from report.content.claims.outcome import KIND_LABELS
from report.content.component import Component
from report.content.controls import Control
from report.content.formats import count, is_written_number
from report.content.picture import Picture
from report.figures.data_tables import BESIDE_CHART_UP_TO, n_cells, number_views
from report.figures.export import figure_data
from report.figures.picture_svg import inline_svg
from report.figures.view_address import slug
from report.pages.assets import assets
from report.pages.claim_lists import claim_row, holding_of_checked, main_findings
from report.pages.comparison.claim_rows import RELATIONS, claim_rows
from report.pages.highlighting import remembered_highlight
from report.pages.manuscript import BLOCKS, Key, Manuscript
from report.pages.notes import glossary_entries, reference_entries, with_notes
from report.pages.rendered_page import PageContents
from report.pages.text.compiled_templates import CompiledTemplates
from report.pages.text.markdown import caption
from report.paths import TEMPLATES
from report.project.identity import Identity, names_of
from report.publishing.repository import SourceCode
from report.seeds.outcomes import elsewhere, shipped_outcomes
from sumint.store.results import Store

BUTTONS_UP_TO = 5
CHARACTERS_UP_TO = 40
"""A control with at most this many options and characters in total is a row of buttons, any other a list."""


SHORT_UP_TO = 18
"""The most characters of a cell that is not broken into lines."""


@dataclass(frozen=True)
class Entry:
    """One line of the report's contents."""

    stem: str
    title: str
    question: str

    @property
    def page(self) -> str:
        """The file name of the page."""
        return f"{self.stem}.html"


CLAIMS = Entry("claims", "Claims", "What does the report claim, and how much of it holds on this checkpoint?")
FIGURES = Entry("figures", "Figures and tables", "What is shown where, and where is the data behind it?")
GLOSSARY = Entry("glossary", "Glossary", "What do the terms of this report mean, and where are they explained?")
REFERENCES = Entry("references", "References", "On which earlier work does the report build?")
INDEXES = (CLAIMS, FIGURES, GLOSSARY, REFERENCES)
"""The index pages, which follow the chapters and list their content, terms and references."""
TITLES_OF_INDEXES = {entry.page: entry.title for entry in INDEXES}
NOT_FOUND = Entry("404", "Not found", "There is no such page in this report.")


NumbersOf = Callable[[str, Figure | Component], Mapping[str, Any]]
"""A function that returns the data of a figure of a chapter, in the form of `figure_data`."""


class Renderer:
    """A renderer for the pages of one report."""

    def __init__(
        self,
        contents: Sequence[Entry],
        provenance: Mapping[str, str],
        source_code: Callable[[Callable[..., Any]], SourceCode],
        base_url: str = "",
        numbers_of: NumbersOf = lambda stem, figure: figure_data(f"{stem}/{figure.name}", figure),
        cannot_add: str = "",
        model_name: str = "",
        identity: Identity | None = None,
        store: Store | None = None,
    ) -> None:
        identity, store = identity or Identity(), store or Store(None)
        self._opening = Entry("index", identity.title, identity.subtitle)
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
            bytecode_cache=CompiledTemplates(store),
        )
        self._environment.filters |= {"highlight": remembered_highlight(store), "slug": slug}
        self._environment.globals |= {
            "report": identity.title,
            "identity": identity,
            "authors": names_of(identity.authors),
            "has_live_model": any(entry.stem == "live-model" for entry in contents),
            "contents": self._contents,
            "indexes": INDEXES,
            "cannot_add": caption(cannot_add, "the accuracy"),
            "model_name": model_name,
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
            **self._prose(manuscript),
            folded=manuscript.folded_claims,
            to_html=_caption_renderer(f"the claims of {manuscript.stem}"),
        )

    def comparison_page(self, manuscript: Manuscript, pairs: ClaimPairs) -> str:
        """The page of the chapter that compares two models, with a table of every claim on both."""
        titles = {entry.stem: entry.title for entry in self._contents}
        rows = [{**row, "chapter": titles.get(row["stem"], row["stem"])} for row in claim_rows(pairs)]
        return self._page(
            "comparison.html",
            self._contents[manuscript.number - 1],
            number=manuscript.number,
            **self._prose(manuscript),
            names=pairs.names,
            rows=rows,
            chapters=self._chapters_among({row["stem"] for row in rows}),
            counts=pairs.counts,
            relations=RELATIONS,
        )

    def index_page(
        self, opening: Manuscript, chapters: Mapping[str, Chapter], bibtex: str, description: str = ""
    ) -> str:
        """The opening page; `chapters` are all chapters by stem, `description` is that of the model."""
        claims = {stem: holding_of_checked(chapter.claims) for stem, chapter in chapters.items()}
        findings = {stem: main_findings(stem, chapter) for stem, chapter in chapters.items()}
        addressed = {
            f"{stem}.html#{claim.name}": claim for stem, chapter in chapters.items() for claim in chapter.claims
        }
        return self._page(
            "index.html",
            replace(self._opening, question=opening.chapter.question),
            **self._prose(opening),
            description=description,
            key_numbers=opening.chapter.key_numbers,
            claims=claims,
            findings=findings,
            failing=failing_claims(addressed),
            left_out={stem for stem, chapter in chapters.items() if chapter.left_out},
            to_html=_caption_renderer("the failing claims"),
            n_unchecked=sum(
                claim.kind == "published" and not claim.was_checked
                for chapter in chapters.values()
                for claim in chapter.claims
            ),
            bibtex=bibtex,
        )

    def claims_page(self, chapters: Mapping[str, Chapter]) -> str:
        """The page of all claims, by chapter; `chapters` are all chapters by stem."""
        entries = {stem: [claim_row(stem, claim) for claim in chapters[stem].claims] for stem in chapters}
        claims = {stem: [one for one in entries[stem] if not one["item"].is_folded] for stem in chapters}
        folded = [one for of_chapter in entries.values() for one in of_chapter if one["item"].is_folded]
        counts = Counter(one["item"].css_class for of_chapter in claims.values() for one in of_chapter)
        return self._page(
            "claims.html",
            CLAIMS,
            claims=claims,
            folded=folded,
            counts=counts,
            kinds=KIND_LABELS,
            chapters=self._chapters_among({stem for stem in claims if claims[stem]}),
        )

    def _chapters_among(self, stems: Set[str]) -> list[tuple[str, str]]:
        """The stem and the title of each chapter that is one of these, in reading order."""
        return [(entry.stem, entry.title) for entry in self._contents if entry.stem in stems]

    def figures_page(self, pages: Sequence[PageContents]) -> str:
        """The page that lists all figures and tables, in the order of the pages."""
        return self._page("figures.html", FIGURES, pages=pages)

    def glossary_page(self, pages: Sequence[PageContents]) -> str:
        """The page that defines the terms; `pages` are all pages with text."""
        return self._page("glossary.html", GLOSSARY, entries=glossary_entries(pages, TITLES_OF_INDEXES))

    def references_page(self, pages: Sequence[PageContents]) -> str:
        """The page that lists the references; `pages` are all pages with text."""
        return self._page("references.html", REFERENCES, entries=reference_entries(pages))

    def not_found_page(self) -> str:
        """The page that a server shows for an address that does not exist.

        It may be shown for an address at any depth, so its links are absolute if the address of the site is known.
        Otherwise they are correct only at the top level of the site, where all pages are.
        """
        return self._page("404.html", NOT_FOUND, root=f"{self._base_url}/" if self._base_url else "")

    def assets(self) -> dict[str, bytes]:
        """The assets that all pages share, by their path in the site."""
        return assets()

    def _page(self, template: str, here: Entry, **values: Any) -> str:
        in_order = (self._opening, *self._contents, *INDEXES)
        previous = {later.stem: entry for entry, later in pairwise(in_order)}
        following = {earlier.stem: entry for earlier, entry in pairwise(in_order)}
        page = self._template(
            template, here=here, previous=previous.get(here.stem), next=following.get(here.stem), **values
        )
        return _without_indentation(page)

    def _template(self, name: str, **values: Any) -> str:
        return self._environment.get_template(name).render(**values)

    def _prose(self, manuscript: Manuscript) -> dict[str, Any]:
        """The text of a page with its terms marked, and its notes."""
        folded = {("claim", claim.name) for claim in manuscript.folded_claims}

        def function(kind: str) -> Callable[[str], Markup]:
            return lambda name: Markup("") if (kind, name) in folded else self._block(manuscript, (kind, name))

        prose = manuscript.html({kind: function(kind) for kind in BLOCKS})
        html, notes = with_notes(prose.html, manuscript.stem)
        return {"prose": replace(prose, html=html), "notes": notes}

    def _block(self, manuscript: Manuscript, key: Key) -> Markup:
        """A figure, table or claim as a block of HTML."""
        item, stem = manuscript.contents[key], manuscript.stem
        values: dict[str, Any] = {
            "item": item,
            "stem": stem,
            "number": manuscript.numbers[key],
            "anchor": manuscript.anchors[key],
            "to_html": _caption_renderer(manuscript.place_of(key)),
        }
        match item:
            case Figure() | Component():
                more = {
                    **self._numbers(stem, item),
                    "claims": manuscript.claims_shown_in(key),
                    "script": item.script if isinstance(item, Component) else None,
                    "is_large": isinstance(item, Component) and item.is_large,
                    "controls": [(control, _fits_on_buttons(control)) for control in item.controls],
                    "source": self._source_code(item.source),
                }
                template = "figure.html"
            case Picture():
                more, template = {**_picture(item), "source": self._source_code(item.source)}, "picture.html"
            case Absent():
                more, template = {"kind": key[0]}, "absent.html"
            case Failed():
                more, template = {"kind": key[0]}, "failed.html"
            case Table():
                cells = _rows(item)
                rows = {
                    "rows": cells,
                    "classes": _column_classes(cells),
                    "n_rows": count(item.n_rows),
                    "claims": manuscript.claims_shown_in(key),
                }
                more, template = {**rows, "source": self._source_code(item.source)}, "table.html"
            case Claim():
                more, template = self._evidence(manuscript, item), "claim.html"
        return Markup(self._template(template, **values, **more))

    def _numbers(self, stem: str, figure: Figure | Component) -> dict[str, Any]:
        """The tables of a figure's numbers, if they are few."""
        data = self._numbers_of(stem, figure)
        beside = number_views(data) if n_cells(data) <= BESIDE_CHART_UP_TO else ()
        return {"tables": [table for view in beside for table in view.tables]}

    def _evidence(self, manuscript: Manuscript, claim: Claim) -> dict[str, Any]:
        """What stands under a claim beside its check: its figure, its code and its outcome on other networks."""
        others = elsewhere(shipped_outcomes(), claim.name) if claim.kind == "finding" else None
        shown_in = manuscript.shows(claim)
        return {"source": self._source_code(claim.source), "elsewhere": others, "shown_in": shown_in}


def _without_indentation(page: str) -> str:
    """The page without the indentation of its templates; listings of code keep theirs."""
    return "".join(
        part if part.startswith("<pre") else re.sub(r"\n\s*\n|\n +", "\n", part)
        for part in re.split(r"(<pre\b.*?</pre>)", page, flags=re.DOTALL)
    )


def _caption_renderer(place: str) -> Callable[[str], Markup]:
    """The function that renders the Markdown of a caption or claim; error messages begin with `place`."""
    return lambda text: caption(text, place)


STEPS = ("Digits", "Layer 0", "Layer 1")
"""The steps of the picture of the mechanism."""

SURPRISES = (("none", "no carry"), ("one", "a carry"), ("chain", "nines"), ("wrong", "a wrong one"))
"""The kinds of sums that a page chooses from at random, with the words on their buttons."""

KEY_TO_THE_PICTURE = (
    ("Dial", "Ten digits round a circle. Grey: the sum of a column’s two digits, without the tens."),
    (
        "Switch",
        "The filled state is that of the column: no carry if its digits sum to eight or less, nine if a carry "
        "passes "
        "through, carry if they sum to ten or more. The mark is the level that the site holds.",
    ),
    (
        "Level",
        "The site’s output along its carry direction: 0 at the mean without a carry, 1 at the mean with one.",
    ),
    ("+ and −", "Two heads whose parts for single digits cancel."),
    (
        "Wire",
        "Above: what a head attends to. Below: an edge of the circuit, wider if patching it changes more answers, "
        "pale while its switch has no carry.",
    ),
    (
        "Q, K, V, direct",
        "The input of layer 1’s heads, or the path past them, through which most of an edge acts.",
    ),
    ("H1.1 to B3: 62%", "The attention that a head gives to a position that matters for the digit, in this sum."),
    (
        "Answer",
        "Black: the phase of the logits; marks at the rim are where one digit ends. Turned: the phase less the "
        "digit "
        "sum, which is the carry that the model adds.",
    ),
    ("Wrong without", "The share of sums in which the digit, on the circuit, is wrong only without the head."),
    ("Dashed", "Sites that hold a carry only together with others."),
)
"""What the parts of the picture mean."""


def _picture(picture: Picture) -> dict[str, Any]:
    """Both forms of the picture, of which the style sheet shows the one that fits, and the sums for its script."""
    forms = {name: Markup(inline_svg(picture, is_tall=name == "tall")) for name in ("wide", "tall")}
    sums = json.dumps([asdict(one) for one in picture.sums], ensure_ascii=False).replace("<", "\\u003c")
    return {**forms, "sums": Markup(sums), "steps": STEPS, "key": KEY_TO_THE_PICTURE, "surprises": SURPRISES}


def _fits_on_buttons(control: Control) -> bool:
    return len(control.options) <= BUTTONS_UP_TO and sum(map(len, control.options)) <= CHARACTERS_UP_TO


def _column_classes(rows: Sequence[Sequence[tuple[str, str | None]]]) -> list[str]:
    """The class of each column: numbers are aligned at the right, and short cells are not broken into lines."""
    columns = [[cell for cell, _ in column] for column in zip(*rows, strict=True)]
    return [
        "is-number"
        if all(map(is_written_number, cells))
        else "is-short"
        if max(map(len, cells)) <= SHORT_UP_TO
        else ""
        for cells in columns
    ]


def _rows(table: Table) -> list[list[tuple[str, str | None]]]:
    """The formatted cells with the addresses of their links; of a long table, only the rows shown initially."""
    formats = [table.formats.get(head, str) for head in table.columns]

    def address(head: str, row: Mapping[str, Any]) -> str | None:
        pattern = table.address_patterns.get(head)
        return table.addresses.get(head, {}).get(row[head]) if pattern is None else pattern.format_map(row)

    return [
        [
            (form(value), address(head, dict(zip(table.columns, row, strict=True))))
            for head, form, value in zip(table.columns, formats, row, strict=True)
        ]
        for row in table.first_rows
    ]
