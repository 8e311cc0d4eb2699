"""All files of the site, rendered from the chapters and their texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from report.content.chapter import Chapter, Figure, stem_of
from report.content.failures import run_chapter
from report.figures.cache import RenderedFigures, numbers_of, render_figures
from report.outline import OUTLINE
from report.pages import overview
from report.pages.citation import bibtex
from report.pages.manuscript import Manuscript
from report.pages.renderer import TITLE, Entry, Renderer
from report.pages.search_index import search_index
from report.pages.social_card import FONT_FILE, social_card
from report.paths import TEMPLATES
from report.publishing.content_cache import ContentCache
from report.publishing.provenance import provenance
from report.publishing.repository import Repository
from sumint.lab import Lab
from sumint.store.keys import Key, digest_file, versions
from sumint.store.sources import sources_of

NUMBER_TEMPLATES = ("pages/numbers.html", "blocks/number_table.html")
"""The templates of the pages of a figure's numbers."""
RENDERING_LIBRARIES = ("jinja2", "markdown", "markupsafe", "math-core")
"""The libraries that render pages."""


def render(
    lab: Lab,
    chapters: Mapping[str, Chapter],
    rendered: Mapping[str, RenderedFigures],
    repository: Repository,
    base_url: str = "",
) -> dict[str, bytes]:
    """Render every file of the site except plotly.js, by its path in the site."""
    contents = tuple(Entry(stem, chapter.title, chapter.question) for stem, chapter in chapters.items())

    @cache
    def numbers(stem: str, name: str) -> Mapping[str, Any]:
        return numbers_of(rendered[stem].files, stem, name)

    renderer = Renderer(
        contents,
        provenance(lab, repository),
        repository.source_code,
        base_url,
        lambda stem, figure: numbers(stem, figure.name),
    )
    opening = Manuscript.read("index", 0, rendered["index"].chapter, *text_of(overview))
    manuscripts = [
        Manuscript.read(stem_of(module), number, rendered[stem_of(module)].chapter, *text_of(module))
        for number, module in enumerate(OUTLINE, start=1)
    ]
    citation = bibtex(TITLE, version("sumint"), repository.year, base_url)
    pages = {
        **{manuscript.page: renderer.chapter_page(manuscript) for manuscript in manuscripts},
        "index.html": renderer.index_page(opening, chapters, citation),
        "claims.html": renderer.claims_page(chapters),
        "figures.html": renderer.figures_page([opening, *manuscripts]),
        "404.html": renderer.not_found_page(),
    }
    files = {**renderer.assets(), **{path: page.encode() for path, page in pages.items()}}
    for figures in rendered.values():
        files |= figures.files
    files |= number_pages(lab, renderer, rendered)
    files["claims.json"] = claims_file(chapters, lambda source: repository.source_code(source).path)
    files["cite.bib"] = citation.encode()
    files["assets/share.png"] = social_card_file(lab, opening.chapter, numbers)
    files["assets/search-index.js"] = search_index([opening, *manuscripts])
    return files


def number_pages(lab: Lab, renderer: Renderer, rendered: Mapping[str, RenderedFigures]) -> dict[str, bytes]:
    """The pages of figures' numbers as tables; a page that has not changed is reused from an earlier build."""
    page_cache = ContentCache(lab.store.store, "number-pages", "report.pages.renderer", RENDERING_LIBRARIES)
    templates = b"".join((TEMPLATES / name).read_bytes() for name in NUMBER_TEMPLATES)
    pages = {}
    for stem, figures in rendered.items():
        for figure in figures.chapter.figures:
            if isinstance(figure, Figure) and (address := renderer.numbers_address(stem, figure)):
                description = json.dumps([stem, figure.name, figure.title, figure.caption]).encode()
                numbers = figures.files[f"data/{stem}/{figure.name}.json"]
                make_page = partial(renderer.numbers_page, stem, figure)
                page: str = page_cache.get(templates + description + numbers, lambda _, make=make_page: make())
                pages[address] = page.encode()
    page_cache.save()
    return pages


def draw(lab: Lab, chapters: Mapping[str, Chapter]) -> dict[str, RenderedFigures]:
    """Render the figures and tables of every chapter and of the opening page, by stem."""
    modules = {stem_of(module): module.__name__ for module in OUTLINE}
    opening = render_figures(
        lab,
        "index",
        run_chapter("index", lambda: overview.overview(lab, chapters)),
        overview.__name__,
        *modules.values(),
    )
    return {
        **{stem: render_figures(lab, stem, chapters[stem], name) for stem, name in modules.items()},
        "index": opening,
    }


def social_card_file(lab: Lab, opening: Chapter, numbers: Callable[[str, str], Mapping[str, Any]]) -> bytes:
    """The image for link previews; it is reused from an earlier build if it has not changed."""
    data = next((numbers("index", figure.name) for figure in opening.figures if isinstance(figure, Figure)), None)
    key = Key(
        "picture",
        {
            "sources": sources_of("report.pages.social_card"),
            "shown": {"title": opening.title, "key numbers": dict(opening.key_numbers), "figure": data},
            "font": digest_file(FONT_FILE),
            "versions": versions(("pillow",)),
        },
    )
    return lab.store.store.remember(key, lambda: social_card(opening, data))


def claims_file(chapters: Mapping[str, Chapter], code_of: Callable[[Callable[..., object]], str]) -> bytes:
    """The content of `claims.json`: every claim with its numbers, verdict, address and code."""
    claims = [
        {
            "chapter": stem,
            "name": claim.name,
            "kind": claim.kind,
            "statement": claim.statement,
            "value": claim.value,
            "numbers": dict(claim.numbers),
            "criterion": claim.criterion,
            "holds": claim.holds,
            "address": f"{stem}.html#{claim.name}",
            "code": code_of(claim.source),
        }
        for stem, chapter in chapters.items()
        for claim in chapter.claims
    ]
    return (json.dumps(claims, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def text_of(module: ModuleType) -> tuple[str, Path]:
    """The text of a module and its path: `text.md` in a package, else the Markdown file beside the module."""
    assert module.__file__ is not None
    file = Path(module.__file__)
    path = file.with_name("text.md") if file.name == "__init__.py" else file.with_suffix(".md")
    return path.read_text(encoding="utf-8"), path
