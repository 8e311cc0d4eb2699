"""The story of a build: measure, check, render, publish."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.content.chapter import Claim, stem_of
from report.content.failures import failed_result, run_chapter
from report.errors import ReportError, StrictError
from report.figures.plotlyjs import SCRIPT, PlotlyJs, full
from report.outline import OUTLINE, make_chapter
from report.pages.site import draw, render
from report.publishing.build_record import build_record
from report.publishing.fingerprint import inputs
from report.publishing.links import check_links
from report.publishing.page_weight import page_bytes
from report.publishing.publish import publish, site_folder
from report.publishing.repository import Repository
from report.publishing.single_file import SINGLE_FILE
from report.publishing.single_file import single_file as enclose
from report.publishing.site_memory import SiteMemory
from sumint.lab import Lab
from sumint.store.sources import sources_of

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
    plotlyjs_bytes: int
    """How many bytes plotly.js needs, gzipped."""
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
        return sum(claim.is_of_other_weights for claim in self.claims)


def build(
    lab: Lab,
    site: Path | None,
    *,
    single_file: Path | None = None,
    plotlyjs: PlotlyJs | None = None,
    base_url: str = "",
    strict: bool = False,
    step: Step = lambda name: None,
    expected: str | None = None,
) -> Built:
    """Measure the checkpoint, tell what was found, and publish it: as the folder `site`, as one file, or as both.

    `plotlyjs` draws the charts, the full one if none is given. `base_url` is where the site will be on the web, if
    that is known. An analysis, figure or claim that fails is said to have failed in its place, and the rest is
    built. `expected` is what `inputs` gave before this module was imported: if that is another by now, nobody
    knows which code has been read.

    Raises:
        StrictError: with `strict`, if anything fails or a claim does not hold; nothing is published then.
        ReportError: if a text or a link is broken, or the site cannot be written.
        InputError: if the checkpoint is not one of the family.
    """
    # Before anything is measured.
    site = None if site is None else site_folder(site)
    if single_file is not None:
        SINGLE_FILE.check(single_file)
    started = time.time()
    plotlyjs, repository = plotlyjs or full(), Repository()
    # Digests of sources are remembered from here on: those of the code that is running, whatever is edited now.
    sources_of(*(module.__name__ for module in OUTLINE), "report.figures.cache")
    made_from = inputs(lab, repository, plotlyjs, base_url)
    if expected not in (None, made_from):
        raise ReportError("the code or the checkpoint was edited while it was being read; build again")
    lab.instead = failed_result
    chapters = {}
    for module in OUTLINE:
        step(stem_of(module))
        chapters[stem_of(module)] = run_chapter(stem_of(module), lambda: make_chapter(module, lab))  # noqa: B023 — called at once
    step("figures")
    drawings = draw(lab, chapters)
    claims = tuple(claim for chapter in chapters.values() for claim in chapter.claims)
    failures = tuple(dict.fromkeys(failure for drawing in drawings.values() for failure in drawing.failures))
    if strict:
        check_claims(claims, failures)
    step("pages")
    files = {**render(lab, chapters, drawings, repository, base_url), SCRIPT: plotlyjs.script}
    memory = SiteMemory(lab.store.store)
    sizes = page_bytes(files, memory.links_of, memory.gzipped_size)
    if site is None:
        check_links(files, memory.links_of)  # else publishing does
    plotlyjs_bytes = memory.gzipped_size(plotlyjs.script)
    in_one = b"" if single_file is None else enclose(files)
    step("publishing")
    drawn_or_reused = {stem: drawing.state for stem, drawing in drawings.items()}
    if site is not None:
        # What failed may succeed the next time, and what was edited meanwhile is not in it: such a site is never
        # taken for one that needs no build.
        if failures or inputs(lab, Repository(), plotlyjs, base_url) != made_from:
            made_from = ""
        record = build_record(lab, repository, started, drawn_or_reused, failures)
        publish(files, site, inputs=made_from, record=record, links_of=memory.links_of)
    if single_file is not None:
        SINGLE_FILE.write(in_one, single_file)
    memory.keep()
    return Built(
        len(files),
        sum(map(len, files.values())),
        claims,
        sizes,
        plotlyjs,
        plotlyjs_bytes,
        len(in_one),
        failures,
        drawn_or_reused,
    )


def check_claims(claims: Iterable[Claim], failures: Iterable[str] = ()) -> None:
    """Raise a `StrictError` that lists what failed and the claims that do not hold, if there are any."""
    failing = (claim for claim in claims if claim.holds is False)
    listed = {
        "failed:": list(failures),
        "claims that do not hold on these weights:": [
            f"{claim.name}: {claim.value} (criterion: {claim.criterion})" for claim in failing
        ],
    }
    lines = [line for head, found in listed.items() if found for line in (head, *(f"  {one}" for one in found))]
    if lines:
        raise StrictError("\n".join(lines))
