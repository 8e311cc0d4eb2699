"""The story of a build: measure, check, render, publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from report import overview
from report.chapter import Chapter, Claim, Figure
from report.errors import StrictError
from report.figure_files import files_of
from report.outline import OUTLINE
from report.provenance import Repository, provenance
from report.render import Entry, Renderer, numbers_address
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


def build(lab: Lab, site: Path, *, strict: bool = False, step: Step = lambda name: None) -> Built:
    """Measure the checkpoint, tell what was found, and publish it as the folder `site`.

    Raises:
        StrictError: with `strict`, if a claim does not hold; nothing is published then.
        ReportError: if a text or a link is broken, or the site cannot be written.
        InputError: if the checkpoint is not one of the family.
    """
    site = site_folder(site)  # before anything is measured
    chapters = {}
    for module in OUTLINE:
        step(stem_of(module))
        chapters[stem_of(module)] = module.chapter(lab)
    claims = tuple(claim for chapter in chapters.values() for claim in chapter.claims)
    if strict:
        check_claims(claims)
    step("pages")
    files = render(lab, chapters)
    step("publishing")
    publish(files, site)
    return Built(len(files), sum(map(len, files.values())), claims)


def check_claims(claims: Iterable[Claim]) -> None:
    """Raise a `StrictError` that lists the claims that do not hold, if there are any."""
    lines = [
        f"  {claim.name}: {claim.value} (criterion: {claim.criterion})" for claim in claims if claim.holds is False
    ]
    if lines:
        raise StrictError("\n".join(["claims that do not hold on these weights:", *lines]))


def render(lab: Lab, chapters: Mapping[str, Chapter]) -> dict[str, bytes]:
    """Every file of the site, by its path in it."""
    repository = Repository()
    entries = {stem: Entry(stem, chapter.title, chapter.question) for stem, chapter in chapters.items()}
    renderer = Renderer(tuple(entries.values()), provenance(lab, repository), repository.source_code)
    files = dict(renderer.assets())
    for module in OUTLINE:
        stem = stem_of(module)
        text, text_path = text_of(module)
        page = renderer.chapter_page(entries[stem], chapters[stem], text, text_path)
        files[f"{stem}.html"] = page.encode()
    opening = overview.overview(lab, chapters)
    text, text_path = text_of(overview)
    files["index.html"] = renderer.index_page(opening, text, text_path, chapters).encode()
    for stem, page_content in {**chapters, "index": opening}.items():
        for shown in (*page_content.figures, *page_content.tables):
            files |= files_of(stem, shown)
            if isinstance(shown, Figure) and (address := numbers_address(stem, shown)):
                files[address] = renderer.numbers_page(stem, shown).encode()
    files["claims.json"] = claims_file(chapters, lambda source: repository.source_code(source).path)
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
