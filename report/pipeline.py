"""The build as one pipeline: measure, draw, render, publish.

The four stages are functions. The preview calls the first three, and the comparison of seeds the first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from report.build_result import BuildResult
from report.content.chapter import Chapter
from report.content.claims.claim import Claim
from report.content.claims.failing import failing_claims, lines_of
from report.content.failures import Failure
from report.content.safe_text import plain
from report.content.sections import measure
from report.errors import ReportError, StrictError
from report.figures.cache import RenderedFigures, render_figures
from report.figures.plotlyjs import SCRIPT, PlotlyJs, full
from report.outline import COMPARED, OUTLINE, plans
from report.pages.drawings import Drawings, draw
from report.pages.site import Site
from report.paths import COMPARISON
from report.project.inputs import has_code, inputs_of
from report.project.settings import Settings
from report.publishing.build_record import build_record
from report.publishing.fingerprint import fingerprint
from report.publishing.links import check_links, remembered_links
from report.publishing.publish import publish, site_folder
from report.publishing.repository import Repository
from report.publishing.single_file import SINGLE_FILE
from report.publishing.single_file import single_file as make_single_file
from report.seeds.outcomes import code_digest, shipped_outcomes
from sumint.lab import Lab
from sumint.store.sources import sources_of

Step = Callable[[str], None]
"""A function that is called with the name of each step of a build as the step begins."""


def n_steps(outline: Sequence[ModuleType]) -> int:
    """The number of steps of a build: one for each chapter, then figures, pages and publishing."""
    return len(outline) + 3


def build(
    lab: Lab,
    site: Path | None,
    *,
    single_file: Path | None = None,
    plotlyjs: PlotlyJs | None = None,
    base_url: str = "",
    strict: bool = False,
    step: Step = lambda name: None,
    repository: Repository | None = None,
    expected: str | None = None,
    settings: Settings | None = None,
    outline: Sequence[ModuleType] | None = None,
) -> BuildResult:
    """Measure the checkpoint and publish the report: as the folder `site`, as the file `single_file`, or as both.

    A failed analysis, figure or claim is reported in its place, and the rest is built.

    Args:
        plotlyjs: what draws the charts; by default the full plotly.js.
        base_url: the address of the site on the web, if known.
        step: called with the name of each step as it begins.
        expected: the fingerprint from before this module was imported; if it has changed since, the code was
            edited while it was being imported.
        settings: those of a report's own folder.
        outline: the chapters of a report of one's own; None for the project's own report, with all chapters.

    Raises:
        StrictError: with `strict`, if anything fails or a claim does not hold; nothing is published then.
        ReportError: if a text or a link is broken, or the site cannot be written.
        InputError: if the checkpoint is not one of the supported family.
    """
    # The output paths are checked before the long measurements.
    site = None if site is None else site_folder(site)
    if single_file is not None:
        SINGLE_FILE.check(single_file)
    started = time.time()
    plotlyjs, repository = plotlyjs or full(), repository or Repository()
    repository.check()
    # The digests of the sources are cached here, so that they are those of the running code if a file is edited
    # now.
    settings, own_outline, outline = settings or Settings(), outline, outline or OUTLINE
    sources_of(*(module.__name__ for module in outline if has_code(module)), "report.pages.site")

    def own() -> Mapping[str, Any] | None:
        """What a report of one's own adds to the inputs of the project's own report."""
        return None if own_outline is None else inputs_of(settings, own_outline)

    site_fingerprint = fingerprint(lab, repository, plotlyjs, base_url, own())
    if expected not in (None, site_fingerprint):
        raise ReportError("the code or the checkpoint was edited while it was being read; build again")

    chapter_plans = plans(outline)
    rendered: dict[str, RenderedFigures] = {}
    begun: Site | None = None

    def site_of(chapters: Mapping[str, Chapter], drawings: Drawings) -> Site:
        return Site(lab, chapters, drawings, repository, base_url, outline, settings, begun)

    def begin(finished: Mapping[str, Chapter]) -> None:
        """Draw the figures of finished chapters, and render their pages, while others are still being made."""
        nonlocal begun
        for stem, chapter in finished.items():
            rendered[stem] = render_figures(lab.store, stem, chapter, chapter_plans[stem])
        begun = site_of(finished, Drawings(lab, finished, outline, settings.identity, rendered))
        begun.finished_pages  # noqa: B018 — renders them

    chapters = measure(lab, chapter_plans, step, meanwhile=begin)
    step("figures")
    drawings = draw(lab, chapters, outline, settings.identity, rendered)
    claims = {f"{stem}.html#{claim.name}": claim for stem, chapter in chapters.items() for claim in chapter.claims}
    failures = tuple(dict.fromkeys(failure for drawing in drawings.values() for failure in drawing.failures))
    if strict:
        check_claims(claims, failures)
    step("pages")
    files = {**site_of(chapters, drawings).files(), SCRIPT: plotlyjs.script}
    check_links(files, remembered_links(lab.store))
    in_one_file = b"" if single_file is None else make_single_file(files)
    step("publishing")
    figure_states = {stem: drawing.state for stem, drawing in drawings.items()}
    has_outdated_outcomes = shipped_outcomes().code != code_digest(plans(COMPARED))
    is_in_place = False
    if site is not None:
        # A failure may not recur in the next build, and an edit made during this build is not in the site: without
        # a fingerprint the site is never mistaken for one that is up to date.
        if failures or fingerprint(lab, repository, plotlyjs, base_url, own()) != site_fingerprint:
            site_fingerprint = ""
        record = build_record(
            lab,
            repository,
            started,
            figure_states,
            [str(failure) for failure in failures],
            has_outdated_outcomes=has_outdated_outcomes,
        )
        is_in_place = not publish(files, site, fingerprint=site_fingerprint, record=record)
    if single_file is not None:
        SINGLE_FILE.write(in_one_file, single_file)
    return BuildResult(
        site,
        None if single_file is None else single_file.absolute(),
        len(files),
        sum(map(len, files.values())),
        claims,
        plotlyjs,
        len(in_one_file),
        failures,
        figure_states,
        is_in_place,
        has_outdated_outcomes,
        _comparison(chapters),
    )


def _comparison(chapters: Mapping[str, Chapter]) -> str:
    """The result of the comparison with another model in a line; empty if the report has none."""
    values = chapters[COMPARISON].values if COMPARISON in chapters else {}
    return f"compared with {values['pairs'].names[1]}: {values['verdicts']}" if "pairs" in values else ""


def check_claims(claims: Mapping[str, Claim], failures: Iterable[Failure] = ()) -> None:
    """Raise a `StrictError` that lists the failures and the claims that do not hold, if there are any.

    Args:
        claims: all claims by their addresses.
    """
    problems = {
        "failed:": [str(failure) for failure in failures],
        "claims that do not hold on this checkpoint:": [
            line
            for failing in failing_claims(claims)
            for line in (*lines_of(failing), f"    measured: {plain(failing.claim.check.value)}")
        ],
    }
    lines = [
        line for head, items in problems.items() if items for line in (head, *(f"  {item}" for item in items))
    ]
    if lines:
        raise StrictError("\n".join(lines))
