"""All files of the site, rendered page by page from the chapters and their texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

from markupsafe import Markup

from report.comparison.claim_pairs import ClaimPairs
from report.content.chapter import Chapter, Figure, Table, stem_of
from report.content.claims.record import record_of, to_json
from report.content.component import Component
from report.content.failures import LaterError
from report.content.live.address import runs_live
from report.content.picture import Picture
from report.errors import SettingsError, shortened
from report.figures.cache import LIBRARIES, numbers_of
from report.figures.columns.dictionary import DICTIONARY, dictionary, titles_of
from report.figures.columns.names import figure_columns, table_columns
from report.figures.data_format import json_file
from report.outline import CHAPTERS, OUTLINE, plans
from report.pages import overview
from report.pages.back_matter.glossary import GLOSSARY_FILE
from report.pages.back_matter.references import REFERENCES_FILE, references_file
from report.pages.citation import bibtex
from report.pages.claim_index import ClaimIndex
from report.pages.drawings import INDEX, Drawings
from report.pages.listings import Listings, listings
from report.pages.manuscript import Manuscript
from report.pages.rendered_page import PageContents, RenderedPage
from report.pages.renderer import Entry, Renderer
from report.pages.search.index import SearchedPage, search_index
from report.pages.social_card import FONT_FILE, social_card
from report.pages.text.markdown import foreign_markdown
from report.pages.text.missing_chapters import without_links
from report.paths import COMPARISON, TEMPLATES
from report.project.settings import Settings
from report.publishing.model_facts import MODEL, ModelFacts, model_facts, model_file
from report.publishing.provenance import code_of, name_of, provenance, provenance_file, with_code
from report.publishing.publish import PROVENANCE
from report.publishing.repository import Repository, path_of
from report.seeds.outcomes import shipped_outcomes
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.store.keys import Key, versions
from sumint.store.sources import sources_of

RENDERING_LIBRARIES = ("jinja2", "lxml", "markdown", "markupsafe", "math-core", "pygments")
"""The libraries that render pages."""


@dataclass(frozen=True)
class _MadePage:
    """A page that has been rendered, and from what."""

    text: str
    chapter: Chapter
    page: RenderedPage

    def is_of(self, text: str, chapter: Chapter) -> bool:
        """Whether it was rendered from this text and this very chapter."""
        return self.text == text and self.chapter is chapter


class Site:
    """The files of a site, each rendered when it is requested."""

    def __init__(
        self,
        lab: Lab,
        chapters: Mapping[str, Chapter],
        drawings: Drawings,
        repository: Repository,
        base_url: str = "",
        outline: Sequence[ModuleType] = OUTLINE,
        settings: Settings | None = None,
        begun: Site | None = None,
    ) -> None:
        """The site of these chapters.

        Args:
            chapters: those of the outline by stem, or some of them; then only `finished_pages` can be rendered.
            begun: the site of the same report with fewer chapters, of which finished pages are taken over.
        """
        self._lab = lab
        self._chapters = chapters
        self._drawings = drawings
        self._repository = repository
        self._base_url = base_url
        self._settings = settings or Settings()
        self._missing = frozenset(CHAPTERS) - frozenset(map(stem_of, outline))
        """The stems of the package's chapters that are not part of this report."""
        self.texts = {INDEX: overview, **{stem_of(module): module for module in outline}}
        """The module beside which each page's text lies, by the stem of the page."""
        self._numbers: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._plans = plans(outline)
        self._pages: dict[str, _MadePage] = {}
        # While the tally of all sums is not finished, pages are rendered as those of a model that can add.
        self._begun = {} if begun is None or begun._cannot_add != self._cannot_add else begun.finished_pages

    def files(self) -> dict[str, bytes]:
        """Every file of the site except plotly.js, by its path in the site."""
        files = {}
        for stem in self.texts:
            files |= self.figure_files(stem) | self.page(stem)
        return {**files, **self.list_files(), **self.shared_files()}

    def figure_files(self, stem: str) -> dict[str, bytes]:
        """The files of a page's figures and tables."""
        return dict(self._drawings[stem].files)

    def page(self, stem: str) -> dict[str, bytes]:
        """The page of a chapter, or the opening page, alone."""
        rendered = self._rendered(stem)
        return {rendered.contents.page: self._written(rendered.html)}

    def shared_files(self) -> dict[str, bytes]:
        """The files that belong to no single page."""
        pages = {
            "claims.html": self._remembered("claims-page", lambda: self._renderer.claims_page(self._chapters)),
            "404.html": self._renderer.not_found_page(),
        }
        return {
            **self._renderer.assets(),
            **{path: self._written(without_links(page, self._missing)) for path, page in pages.items()},
            "claims.json": self._claims_file,
            PROVENANCE: provenance_file(provenance(self._lab, self._code)),
            MODEL: model_file(self._model_facts),
            "cite.bib": self._citation.encode(),
            "assets/share.png": self._social_card(),
        }

    def list_files(self) -> dict[str, bytes]:
        """The files that depend on all pages: search index, index pages except that of claims, columns."""
        contents = [self._rendered(stem).contents for stem in self.texts]
        pages = {
            "figures.html": self._renderer.figures_page(contents),
            "glossary.html": self._remembered(
                "glossary-page",
                lambda: self._renderer.glossary_page(contents),
                {one.page: [one.title, one.anchors] for one in contents},
            ),
            "references.html": self._renderer.references_page(contents),
        }
        return {
            **{path: self._written(without_links(page, self._missing)) for path, page in pages.items()},
            "references.bib": references_file().encode(),
            "assets/search-index.js": search_index(
                [*(one.searched for one in contents), *self._searched_listings()]
            ),
            DICTIONARY: self._columns_file(),
        }

    def _remembered(self, name: str, render: Callable[[], str], shows: object = None) -> str:
        """A page that shows nothing but what all pages depend on, and `shows`, as an earlier build rendered it."""
        depends_on = {"all pages": self._digest_of_all_pages, "shows": shows}
        return self._lab.store.remember(name, depends_on, lambda: render().encode(), bytes).decode()

    def _searched_listings(self) -> tuple[SearchedPage, SearchedPage]:
        """What the search finds on the pages of the glossary and of the references."""
        depends_on = {
            "all pages": self._digest_of_all_pages,
            "sources": sources_of("report.pages.listings"),
        }
        found = self._lab.store.remember("listings", depends_on, listings, Listings)
        return found.terms, found.works

    def _written(self, page: str) -> bytes:
        """The file of a page."""
        return with_code(page, self._code, self._repository.commit).encode()

    @cached_property
    def finished_pages(self) -> Mapping[str, _MadePage]:
        """The pages of chapters that depend on no chapter that is still to be made."""
        pages = {}
        for stem in (stem for stem in self._chapters if stem != COMPARISON):
            with suppress(LaterError):
                pages[stem] = _MadePage(*self._made_of(stem), self._render(stem))
        return pages

    def _made_of(self, stem: str) -> tuple[str, Chapter]:
        """The text of a page, as it is on the disk now, and its chapter."""
        before = self._settings.introduction if stem == INDEX else None
        text = "" if before is None else read_text(before)
        return text + text_of(self.texts[stem])[0], self._drawings.chapter(stem)

    def _rendered(self, stem: str) -> RenderedPage:
        """A page from its text as it is on the disk now; if nothing has changed, as an earlier build made it."""
        text, chapter = self._made_of(stem)
        made, begun = self._pages.get(stem), self._begun.get(stem)
        if made is not None and made.is_of(text, chapter):
            return made.page

        def make() -> RenderedPage:
            return begun.page if begun is not None and begun.is_of(text, chapter) else self._render(stem)

        digest = None if stem == COMPARISON else self._digest_before_writing(stem)
        store = self._lab.store
        page = make() if digest is None else store.remember("page", {"digest": digest}, make, RenderedPage)
        self._pages[stem] = _MadePage(text, chapter, page)
        return page

    def _render(self, stem: str) -> RenderedPage:
        manuscript = self.manuscript(stem)
        if stem == INDEX:
            html = self._renderer.index_page(manuscript, self._chapters, self._citation, self._description)
        elif isinstance(pairs := manuscript.chapter.values.get("pairs"), ClaimPairs):
            html = self._renderer.comparison_page(manuscript, pairs)
        else:
            html = self._renderer.chapter_page(manuscript)
        return RenderedPage(without_links(html, self._missing), PageContents.of(manuscript))

    def manuscript(self, stem: str) -> Manuscript:
        """The text of a page, as it is on the disk now, with its chapter.

        Raises:
            TextError: if the text is broken, or does not show everything in the chapter exactly once.
        """
        source, path = text_of(self.texts[stem])
        chapter = self._drawings.chapter(stem)
        if stem == INDEX and self._settings.introduction is not None:
            # Each text is read by itself first, so that an error has the line of its own file.
            introduction = read_text(self._settings.introduction)
            values = Chapter("", "", values=chapter.values)
            for alone in (
                Manuscript.read(stem, 0, values, introduction, self._settings.introduction, self._claims),
                Manuscript.read(stem, 0, chapter, source, path, self._claims),
            ):
                alone.every_anchor  # noqa: B018 — fills in the values
            source = f"{introduction.rstrip()}\n\n## The model\n\n{source}"
        return Manuscript.read(stem, [*self.texts].index(stem), chapter, source, path, self._claims)

    @cached_property
    def _claims(self) -> ClaimIndex:
        resemblance = self._lab.resemblance
        return ClaimIndex.of(
            self._chapters,
            is_the_write_ups=self._lab.weights.digest == ARENA_DIGEST,
            resembles_the_write_ups=resemblance is not None and resemblance.is_close,
            compares_seeds=bool(self._lab.others),
            runs_live=runs_live(self._lab.weights.architecture.n_parameters),
            missing=self._missing,
            unfinished=frozenset(self._plans) - frozenset(self._chapters),
        )

    def digest(self, stem: str) -> str | None:
        """The digest of all that a page and its figures depend on; None if they may differ in every build."""
        digest = self._digest_before_writing(stem)
        return None if digest is None else Key("written", {"page": digest, "code": self._code}).digest

    def _digest_before_writing(self, stem: str) -> str | None:
        """The same without what is inserted as the page is written."""
        figures = self._drawings.key(stem)
        if figures is None or self._drawings.failures(stem):
            return None
        return Key(
            "page",
            {
                "figures": figures.digest,
                "text": text_of(self.texts[stem])[0],
                "introduction": self._settings.introduction if stem == INDEX else None,
                "about the report": [self._citation, self._description] if stem == INDEX else None,
                "number": [*self.texts].index(stem),
                "all pages": self._digest_of_all_pages,
            },
        ).digest

    @cached_property
    def _digest_of_all_pages(self) -> str:
        """The digest of what every page depends on."""
        repository = self._repository
        return Key(
            "pages",
            {
                "sources": sources_of("report.pages.rendered_page", "report.pages.renderer"),
                "templates": [*sorted((TEMPLATES / "pages").iterdir()), *sorted((TEMPLATES / "blocks").iterdir())],
                "glossary and references": [GLOSSARY_FILE, REFERENCES_FILE],
                "versions": versions((*LIBRARIES, *RENDERING_LIBRARIES)),
                "contents": [
                    [stem, one.title, one.question, one.left_out] for stem, one in self._chapters.items()
                ],
                "missing": sorted(self._missing),
                "claims": hashlib.sha256(self._claims_file).hexdigest(),
                "about the checkpoint": self._claims.facts(INDEX).about_the_model,
                "identity": self._settings.identity,
                "base url": self._base_url,
                "has a commit": repository.commit is not None,
                "address of the repository": repository.address,
                "provenance": provenance(self._lab),
            },
        ).digest

    @cached_property
    def _code(self) -> str:
        return code_of(self._repository)

    @cached_property
    def _claims_file(self) -> bytes:
        return claims_file(self._chapters)

    @cached_property
    def _renderer(self) -> Renderer:
        titled = ((stem, self._chapters.get(stem, plan)) for stem, plan in self._plans.items())
        contents = [Entry(stem, one.title, one.question) for stem, one in titled]
        return Renderer(
            contents,
            provenance(self._lab),
            self._repository.source_code,
            self._base_url,
            lambda stem, figure: self._numbers_of(stem, figure.name),
            self._cannot_add,
            name_of(self._lab),
            self._settings.identity,
            self._lab.store,
        )

    @property
    def _cannot_add(self) -> str:
        """Why chapters are left out, which every page states; empty if none is."""
        return next((chapter.left_out for chapter in self._chapters.values() if chapter.left_out), "")

    @property
    def _description(self) -> Markup:
        """What the model is, in one or two sentences: its name, and how it was trained."""
        task = self._chapters.get("the-task")
        origin = "" if task is None else task.values.get("origin", "")
        return Markup("Model: {}. {}").format(name_of(self._lab), foreign_markdown(origin))

    @property
    def _model_facts(self) -> ModelFacts:
        opening = self._drawings.chapter(INDEX)
        return model_facts(self._lab, self._chapters.get("every-sum"), opening.values.get("performance"))

    @cached_property
    def _citation(self) -> str:
        identity = self._settings.identity
        return bibtex(identity, name_of(self._lab), version("sumint"), self._repository.year, self._base_url)

    def _numbers_of(self, stem: str, name: str) -> Mapping[str, Any]:
        if (stem, name) not in self._numbers:
            self._numbers[stem, name] = numbers_of(self._drawings[stem].files, stem, name)
        return self._numbers[stem, name]

    def _columns_file(self) -> bytes:
        """The dictionary of columns; if no figure or table has changed, as an earlier build made it."""
        keys = [self._drawings.key(stem) for stem in self.texts]
        if None in keys or any(map(self._drawings.failures, self.texts)):
            return json_file(self._columns())
        depends_on = {
            "figures": [key.digest for key in keys if key is not None],
            "sources": sources_of("report.pages.site"),
        }
        return self._lab.store.remember("columns", depends_on, lambda: json_file(self._columns()), bytes)

    def _columns(self) -> Mapping[str, Any]:
        """The dictionary of the columns of all CSV files."""
        files: dict[str, Iterable[str]] = {}
        titles: list[str] = []
        for stem in self.texts:
            chapter = self._drawings.chapter(stem)
            for figure in chapter.figures:
                name = f"{stem}/{figure.name}"
                if isinstance(figure, Figure | Component):
                    data = self._numbers_of(stem, figure.name)
                    files[name] = figure_columns(name, data).all
                    titles += titles_of(data)
                elif isinstance(figure, Picture):
                    files[name] = chain.from_iterable(table_columns(name, figure.columns))
            for table in chapter.tables:
                if isinstance(table, Table):
                    name = f"{stem}/{table.name}"
                    files[name] = chain.from_iterable(table_columns(name, table.tidy_columns))
                    titles += table.tidy_columns
        return dictionary(files, titles)

    def _social_card(self) -> bytes:
        """The image for link previews."""
        opening = self._drawings.chapter(INDEX)
        identity = self._settings.identity
        lines = (identity.byline, f"Model: {name_of(self._lab)}") if identity.byline else ()
        data = next(
            (self._numbers_of(INDEX, figure.name) for figure in opening.figures if isinstance(figure, Figure)),
            None,
        )
        depends_on = {
            "sources": sources_of("report.pages.social_card"),
            "title": opening.title,
            "lines": lines,
            "key numbers": dict(opening.key_numbers),
            "figure": data,
            "font": FONT_FILE,
            "versions": versions(("pillow",)),
        }
        return self._lab.store.remember(
            "social-card", depends_on, partial(social_card, opening, data, lines), bytes
        )


def claims_file(chapters: Mapping[str, Chapter]) -> bytes:
    """The content of `claims.json`: every claim with its criterion, numbers, state, address and code."""
    claims = [
        to_json(record_of(claim, stem, path_of, shipped_outcomes().states_of(claim.name)))
        for stem, chapter in chapters.items()
        for claim in chapter.claims
    ]
    lines = (json.dumps(one, ensure_ascii=False, allow_nan=False, separators=(",", ":")) for one in claims)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def text_of(module: ModuleType) -> tuple[str, Path]:
    """The text of a module and its path: `text.md` in a package, else the Markdown file beside the module."""
    assert module.__file__ is not None
    file = Path(module.__file__)
    path = file.with_name("text.md") if file.name == "__init__.py" else file.with_suffix(".md")
    return read_text(path), path


def read_text(path: Path) -> str:
    """The text in a file.

    Raises:
        SettingsError: if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")  # an editor on Windows may have written a mark of the encoding
    except OSError as error:
        raise SettingsError(f"{shortened(path)}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{shortened(path)}: not in UTF-8 ({error.reason} at byte {error.start})") from None
