"""The story of a build: measure, check, render, publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from report import overview
from report.chapter import Chapter, Claim, Figure
from report.errors import StrictError
from report.figure_files import files_of
from report.links import check_links
from report.manuscript import Manuscript
from report.outline import OUTLINE
from report.page_bytes import page_bytes
from report.plotlyjs import SCRIPT, PlotlyJs, check_traces, full
from report.provenance import Repository, provenance
from report.render import TITLE, Entry, Renderer, numbers_address
from report.search import search_index
from report.share import bibtex, share_picture
from report.single_file import check_single_file, write_single_file
from report.single_file import single_file as enclose
from report.site import publish, site_folder
from sumint.lab import Lab

Step = Callable[[str], None]
"""Told what is done next, in a word or two."""

STEPS = len(OUTLINE) + 2


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
    that is known.

    Raises:
        StrictError: with `strict`, if a claim does not hold; nothing is published then.
        ReportError: if a text or a link is broken, or the site cannot be written.
        InputError: if the checkpoint is not one of the family.
    """
    # Before anything is measured.
    site = None if site is None else site_folder(site)
    if single_file is not None:
        check_single_file(single_file)
    plotlyjs = plotlyjs or full()
    chapters = {}
    for module in OUTLINE:
        step(stem_of(module))
        chapters[stem_of(module)] = module.chapter(lab)
    claims = tuple(claim for chapter in chapters.values() for claim in chapter.claims)
    if strict:
        check_claims(claims)
    step("pages")
    files = {**render(lab, chapters, base_url), SCRIPT: plotlyjs.script}
    if site is None:
        check_links(files)  # else publishing does
    in_one = b"" if single_file is None else enclose(files)
    step("publishing")
    if site is not None:
        publish(files, site)
    if single_file is not None:
        write_single_file(in_one, single_file)
    return Built(
        len(files),
        sum(map(len, files.values())),
        claims,
        page_bytes(files),
        plotlyjs,
        single_file_bytes=len(in_one),
    )


def check_claims(claims: Iterable[Claim]) -> None:
    """Raise a `StrictError` that lists the claims that do not hold, if there are any."""
    lines = [
        f"  {claim.name}: {claim.value} (criterion: {claim.criterion})" for claim in claims if claim.holds is False
    ]
    if lines:
        raise StrictError("\n".join(["claims that do not hold on these weights:", *lines]))


def render(lab: Lab, chapters: Mapping[str, Chapter], base_url: str = "") -> dict[str, bytes]:
    """Every file of the site but plotly.js, by its path in it."""
    repository = Repository()
    contents = tuple(Entry(stem, chapter.title, chapter.question) for stem, chapter in chapters.items())
    renderer = Renderer(contents, provenance(lab, repository), repository.source_code, base_url)
    opening = Manuscript.read("index", 0, overview.overview(lab, chapters), *text_of(overview))
    manuscripts = [
        Manuscript.read(stem_of(module), number, chapters[stem_of(module)], *text_of(module))
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
    for manuscript in (*manuscripts, opening):
        check_traces(manuscript.stem, manuscript.chapter.figures)
        for shown in (*manuscript.chapter.figures, *manuscript.chapter.tables):
            files |= files_of(manuscript.stem, shown)
            if isinstance(shown, Figure) and (address := numbers_address(manuscript.stem, shown)):
                files[address] = renderer.numbers_page(manuscript.stem, shown).encode()
    files["claims.json"] = claims_file(chapters, lambda source: repository.source_code(source).path)
    files["cite.bib"] = citation.encode()
    files["assets/share.png"] = share_picture(opening.chapter)
    files["assets/search-index.js"] = search_index([opening, *manuscripts])
    return files


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
