"""Every file of the site, from the chapters and their texts."""

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
from report.figures.cache import RenderedFigures, drawn, numbers_of
from report.outline import OUTLINE
from report.pages import overview
from report.pages.citation import bibtex
from report.pages.manuscript import Manuscript
from report.pages.renderer import TITLE, Entry, Renderer
from report.pages.search_index import search_index
from report.pages.social_card import FONT_FILE, share_picture
from report.paths import TEMPLATES
from report.publishing.content_cache import ContentCache
from report.publishing.provenance import provenance
from report.publishing.repository import Repository
from sumint.lab import Lab
from sumint.store.keys import Key, digest_file, versions
from sumint.store.sources import sources_of

NUMBER_TEMPLATES = ("pages/numbers.html", "blocks/number_table.html")
"""What the pages of a figure's numbers look like."""
WRITING = ("jinja2", "markdown", "markupsafe", "math-core")
"""The libraries that pages are written with."""


def render(
    lab: Lab,
    chapters: Mapping[str, Chapter],
    drawings: Mapping[str, RenderedFigures],
    repository: Repository,
    base_url: str = "",
) -> dict[str, bytes]:
    """Every file of the site but plotly.js, by its path in it."""
    contents = tuple(Entry(stem, chapter.title, chapter.question) for stem, chapter in chapters.items())

    @cache
    def numbers(stem: str, name: str) -> Mapping[str, Any]:
        return numbers_of(drawings[stem].files, stem, name)

    renderer = Renderer(
        contents,
        provenance(lab, repository),
        repository.source_code,
        base_url,
        lambda stem, figure: numbers(stem, figure.name),
    )
    opening = Manuscript.read("index", 0, drawings["index"].chapter, *text_of(overview))
    manuscripts = [
        Manuscript.read(stem_of(module), number, drawings[stem_of(module)].chapter, *text_of(module))
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
    for drawing in drawings.values():
        files |= drawing.files
    files |= number_pages(lab, renderer, drawings)
    files["claims.json"] = claims_file(chapters, lambda source: repository.source_code(source).path)
    files["cite.bib"] = citation.encode()
    files["assets/share.png"] = picture(lab, opening.chapter, numbers)
    files["assets/search-index.js"] = search_index([opening, *manuscripts])
    return files


def number_pages(lab: Lab, renderer: Renderer, drawings: Mapping[str, RenderedFigures]) -> dict[str, bytes]:
    """The pages of figures' numbers as tables, each kept from an earlier build if it would be the same."""
    memo = ContentCache(lab.store.store, "number-pages", "report.pages.renderer", WRITING)
    templates = b"".join((TEMPLATES / name).read_bytes() for name in NUMBER_TEMPLATES)
    pages = {}
    for stem, drawing in drawings.items():
        for figure in drawing.chapter.figures:
            if isinstance(figure, Figure) and (address := renderer.numbers_address(stem, figure)):
                shown = json.dumps([stem, figure.name, figure.title, figure.caption]).encode()
                numbers = drawing.files[f"data/{stem}/{figure.name}.json"]
                written = partial(renderer.numbers_page, stem, figure)
                page: str = memo.found(templates + shown + numbers, lambda _, make=written: make())
                pages[address] = page.encode()
    memo.keep()
    return pages


def draw(lab: Lab, chapters: Mapping[str, Chapter]) -> dict[str, RenderedFigures]:
    """The files of every chapter's figures and tables, and of the opening page's, by stem."""
    modules = {stem_of(module): module.__name__ for module in OUTLINE}
    opening = drawn(
        lab,
        "index",
        run_chapter("index", lambda: overview.overview(lab, chapters)),
        overview.__name__,
        *modules.values(),
    )
    return {**{stem: drawn(lab, stem, chapters[stem], name) for stem, name in modules.items()}, "index": opening}


def picture(lab: Lab, opening: Chapter, numbers: Callable[[str, str], Mapping[str, Any]]) -> bytes:
    """The sharing picture, kept from an earlier build if it would be the same."""
    shown = next((numbers("index", figure.name) for figure in opening.figures if isinstance(figure, Figure)), None)
    key = Key(
        "picture",
        {
            "sources": sources_of("report.pages.social_card"),
            "shown": {"title": opening.title, "key numbers": dict(opening.key_numbers), "figure": shown},
            "font": digest_file(FONT_FILE),
            "versions": versions(("pillow",)),
        },
    )
    return lab.store.store.kept(key, lambda: share_picture(opening, shown))


def claims_file(chapters: Mapping[str, Chapter], code_of: Callable[[Callable[..., object]], str]) -> bytes:
    """Every claim with its measured numbers, its verdict, its place in the site and its code, as JSON."""
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
    """The text that belongs to a module, and where it is: `text.md` in a package, else the file beside it."""
    assert module.__file__ is not None
    file = Path(module.__file__)
    path = file.with_name("text.md") if file.name == "__init__.py" else file.with_suffix(".md")
    return path.read_text(encoding="utf-8"), path
