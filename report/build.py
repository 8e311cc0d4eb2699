"""The story of a build: measure, check, render, publish."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from report import overview
from report.chapter import Chapter, Claim, Figure
from report.drawings import PACKAGES, Drawn, drawn, numbers_of
from report.errors import StrictError
from report.inputs import inputs
from report.links import check_links
from report.manuscript import Manuscript
from report.outline import OUTLINE
from report.page_bytes import page_bytes
from report.parts import failures_noted, note, unmeasured
from report.plotlyjs import SCRIPT, PlotlyJs, full
from report.provenance import provenance
from report.record import build_record
from report.render import TITLE, Entry, Renderer
from report.repository import Repository
from report.search import search_index
from report.share import bibtex, share_picture
from report.single_file import check_single_file, write_single_file
from report.single_file import single_file as enclose
from report.site import publish, site_folder
from sumint.keys import Key, sources_of, versions
from sumint.lab import Lab

Step = Callable[[str], None]
"""Told what is done next, in a word or two."""

STEPS = len(OUTLINE) + 3


@dataclass(frozen=True)
class Built:
    """What a build came to."""

    n_files: int
    n_bytes: int
    claims: tuple[Claim, ...]
    page_bytes: Mapping[str, int]
    """What each page with figures needs, gzipped, without plotly.js."""
    plotlyjs: PlotlyJs
    single_file_bytes: int
    """Of the report in one file; 0 if it was not asked for."""
    failures: tuple[str, ...]
    """What could not be made; the pages say so in its place."""
    drawn: Mapping[str, str]
    """For each page with figures, whether they were drawn or reused."""

    @property
    def failing(self) -> tuple[Claim, ...]:
        """The claims that do not hold on these weights."""
        return tuple(claim for claim in self.claims if claim.holds is False)

    @property
    def n_holding(self) -> int:
        return sum(claim.holds is True for claim in self.claims)

    @property
    def n_unchecked(self) -> int:
        """How many claims are the write-up's own and speak of other weights than these."""
        return sum(claim.holds is None for claim in self.claims)


def build(
    lab: Lab,
    site: Path | None,
    *,
    single_file: Path | None = None,
    plotlyjs: PlotlyJs | None = None,
    base_url: str = "",
    strict: bool = False,
    step: Step = lambda name: None,
) -> Built:
    """Measure the checkpoint, tell what was found, and publish it: as the folder `site`, as one file, or as both.

    `plotlyjs` draws the charts, the full one if none is given. `base_url` is where the site will be on the web, if
    that is known. An analysis, figure or claim that fails is said to have failed in its place, and the rest is
    built.

    Raises:
        StrictError: with `strict`, if anything fails or a claim does not hold; nothing is published then.
        ReportError: if a text or a link is broken, or the site cannot be written.
        InputError: if the checkpoint is not one of the family.
    """
    # Before anything is measured.
    site = None if site is None else site_folder(site)
    if single_file is not None:
        check_single_file(single_file)
    started = time.time()
    plotlyjs, repository = plotlyjs or full(), Repository()
    lab.instead = unmeasured
    chapters = {}
    for module in OUTLINE:
        step(stem_of(module))
        chapters[stem_of(module)] = told(stem_of(module), lambda: module.chapter(lab))  # noqa: B023 — called at once
    step("figures")
    drawings = draw(lab, chapters)
    claims = tuple(claim for chapter in chapters.values() for claim in chapter.claims)
    failures = tuple(failure for drawing in drawings.values() for failure in drawing.failures)
    if strict:
        check_claims(claims, failures)
    step("pages")
    files = {**render(lab, chapters, drawings, repository, base_url), SCRIPT: plotlyjs.script}
    if site is None:
        check_links(files)  # else publishing does
    in_one = b"" if single_file is None else enclose(files)
    step("publishing")
    drawn_or_reused = {stem: drawing.state for stem, drawing in drawings.items()}
    if site is not None:
        # What failed may succeed the next time, so such a site is never taken for one that needs no build.
        made_from = "" if failures else inputs(lab, repository, plotlyjs, base_url)
        record = build_record(lab, repository, started, drawn_or_reused, failures)
        publish(files, site, inputs=made_from, record=record)
    if single_file is not None:
        write_single_file(in_one, single_file)
    return Built(
        len(files),
        sum(map(len, files.values())),
        claims,
        page_bytes(files),
        plotlyjs,
        len(in_one),
        failures,
        drawn_or_reused,
    )


def told(stem: str, make: Callable[[], Chapter]) -> Chapter:
    """A chapter, with what of it could not be made left out and noted."""
    with failures_noted() as failures:
        try:
            chapter = make()
        except Exception as error:
            if not note(error, stem):
                raise
            chapter = Chapter(title=stem.replace("-", " ").capitalize(), question="")
    return replace(
        chapter,
        figures=tuple(filter(None, chapter.figures)),
        tables=tuple(table for table in chapter.tables if table is not None),
        claims=tuple(filter(None, chapter.claims)),
        failures=tuple(failures),
    )


def check_claims(claims: Iterable[Claim], failures: Iterable[str] = ()) -> None:
    """Raise a `StrictError` that lists what failed and the claims that do not hold, if there are any."""
    failed = [f"  {failure}" for failure in failures]
    open_to_doubt = [
        f"  {claim.name}: {claim.value} (criterion: {claim.criterion})" for claim in claims if claim.holds is False
    ]
    lines = [*(["failed:", *failed] if failed else [])]
    lines += ["claims that do not hold on these weights:", *open_to_doubt] if open_to_doubt else []
    if lines:
        raise StrictError("\n".join(lines))


def render(
    lab: Lab,
    chapters: Mapping[str, Chapter],
    drawings: Mapping[str, Drawn],
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
    for stem, drawing in drawings.items():
        files |= drawing.files
        for figure in drawing.chapter.figures:
            if isinstance(figure, Figure) and (address := renderer.numbers_address(stem, figure)):
                files[address] = renderer.numbers_page(stem, figure).encode()
    files["claims.json"] = claims_file(chapters, lambda source: repository.source_code(source).path)
    files["cite.bib"] = citation.encode()
    files["assets/share.png"] = picture(lab, opening.chapter, numbers)
    files["assets/search-index.js"] = search_index([opening, *manuscripts])
    return files


def draw(lab: Lab, chapters: Mapping[str, Chapter]) -> dict[str, Drawn]:
    """The files of every chapter's figures and tables, and of the opening page's, by stem."""
    modules = {stem_of(module): module.__name__ for module in OUTLINE}
    opening = drawn(
        lab, "index", told("index", lambda: overview.overview(lab, chapters)), overview.__name__, *modules.values()
    )
    return {**{stem: drawn(lab, stem, chapters[stem], name) for stem, name in modules.items()}, "index": opening}


def picture(lab: Lab, opening: Chapter, numbers: Callable[[str, str], Mapping[str, Any]]) -> bytes:
    """The sharing picture, kept from an earlier build if it would be the same."""
    shown = next((numbers("index", figure.name) for figure in opening.figures if isinstance(figure, Figure)), None)
    key = Key(
        "picture",
        {
            "sources": sources_of("report.share", packages=PACKAGES),
            "shown": {"title": opening.title, "key numbers": dict(opening.key_numbers), "figure": shown},
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
    return (json.dumps(claims, indent=1, ensure_ascii=False) + "\n").encode()


def stem_of(module: ModuleType) -> str:
    """A chapter's name in addresses: its module's, with hyphens."""
    return module.__name__.rsplit(".", 1)[1].replace("_", "-")


def text_of(module: ModuleType) -> tuple[str, Path]:
    """The text that belongs to a module, and where it is: the Markdown file beside it."""
    assert module.__file__ is not None
    path = Path(module.__file__).with_suffix(".md")
    return path.read_text(encoding="utf-8"), path
