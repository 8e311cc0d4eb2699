"""Seed summaries: the findings of the report, checked on every other checkpoint as on the report's own.

No finding depends on the names of the heads or dimensions of one checkpoint, so it can be checked on any. On other
seeds the slowest computations are left out: the tally of every sum, the search for a minimal circuit and the
worked examples. On nulls and controls only the tally is left out. The summaries of the bundled checkpoints are
shipped with the package. Others are measured in parallel, in as many processes as there are processors, and their
summaries are stored.

A failure on one checkpoint does not affect the others. It is reported with the failures of the build; the summary
is not stored, so the next build measures that checkpoint again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from report.content.chapter import ChapterPlan
from report.content.failures import LeftOutError
from report.content.formats import counted
from report.content.sections import measure
from report.project.chapters import own_chapter_files
from report.publishing.provenance import name_of
from report.seeds.outcomes import shipped_outcomes
from report.seeds.result import SeedSummaries, SeedSummary, Verdict
from report.seeds.workers import worker_processes
from sumint.analyses import analysis_by_name
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.analyses.adding.worked_example import worked_example
from sumint.analyses.carrying.carry_sites import CarrySites, carry_sites
from sumint.analyses.performance.every_sum import every_sum
from sumint.analyses.performance.performance import performance
from sumint.checkpoints.card import card_path
from sumint.checkpoints.locate import digest_on_card
from sumint.errors import InputError
from sumint.lab import Lab
from sumint.machine.cpus import n_workers
from sumint.store.keys import Key, versions
from sumint.store.results import Store
from sumint.store.sources import sources_of

Analyses = tuple[Callable[..., Any], ...]

LEFT_OUT: Analyses = (every_sum, minimal_circuit, worked_example)
"""The analyses that take too long to be run on every seed."""

LEFT_OUT_OF_NULLS: Analyses = (every_sum,)
"""Those that take too long on a null: nearly all of its margins are so small that it takes double precision."""

MOST_PROCESSES = 5
"""The largest number of worker processes."""
MEMORY_OF_A_WORKER = 2**30
"""The memory in bytes that a worker process takes at most."""

Measured = TypeVar("Measured")

log = logging.getLogger(__name__)


class SeedLab(Lab):
    """A lab that leaves out the slowest analyses: to request one raises a `LeftOutError`."""

    def __init__(self, weights_path: Path, left_out: Analyses = LEFT_OUT, **options: Any) -> None:
        """Open a lab that leaves these analyses out; `options` are those of any lab."""
        super().__init__(weights_path, **options)
        self._left_out = left_out

    def run(self, analysis: str | Callable[..., Any], depends_on: Any = None, *_: Any, **settings: Any) -> Any:
        function = analysis_by_name(analysis) if isinstance(analysis, str) else analysis
        self._check_not_left_out(function)
        return super().run(function, depends_on, **settings)

    def examine(self, analysis: Callable[..., Any], depends_on: Any = None) -> Any:
        self._check_not_left_out(analysis)
        return super().examine(analysis, depends_on)

    def _check_not_left_out(self, analysis: Callable[..., Any]) -> None:
        if analysis in self._left_out:
            raise LeftOutError(f"{analysis.__name__} takes too long to be run on every network")


def summarize_seeds(
    lab: Lab, plans: Mapping[str, ChapterPlan], own_plans: Mapping[str, ChapterPlan] | None = None
) -> SeedSummaries:
    """Check the claims of the chapters in `plans`, by stem, on the lab's checkpoint and on its other checkpoints.

    Args:
        own_plans: chapters from outside the package, by stem: their claims are measured on every checkpoint.

    Raises:
        InputError: if one of the other files is not a checkpoint.
    """
    others = tuple(_summarize_others(lab, plans))
    if own_plans:
        own = summaries_of(lab.others, lab.store, own_plans, lab.device, lab.dtype, lab.before_run)
        others = tuple(_joined(one, more) for one, more in zip(others, own, strict=True))
    summaries = SeedSummaries(_summarize(lab, {**plans, **(own_plans or {})}, leave_out=True), others)
    lab.record("seed summaries", summaries)
    return summaries


def _summarize(lab: Lab, plans: Mapping[str, ChapterPlan], *, leave_out: bool) -> SeedSummary:
    chapters = measure(lab, plans, leave_out=leave_out)
    verdicts = [
        Verdict(stem, claim.name, claim.state, claim.check.value)
        for stem, chapter in chapters.items()
        for claim in chapter.claims
        if claim.kind == "finding"
    ]
    failures = dict.fromkeys(str(failure) for chapter in chapters.values() for failure in chapter.failures)
    sites = _none_if_failed(lambda: _site_fields(lab.run(carry_sites)))
    card, history = lab.card, lab.history
    recipe = card.get("recipe")
    epochs = recipe.get("epochs") if isinstance(recipe, dict) else None
    return SeedSummary(
        name=name_of(lab),
        epochs=epochs if isinstance(epochs, int) else None,
        validation_accuracy=max(history.validation_accuracy) if history else None,
        digit_accuracy=_none_if_failed(lambda: lab.run(performance).digit_accuracy),
        **(sites or {"n_routes": 0, "n_served": 0, "sites": ()}),
        verdicts=tuple(verdicts),
        failures=tuple(failures),
    )


def _joined(summary: SeedSummary, more: SeedSummary) -> SeedSummary:
    """A summary with the verdicts and failures of another one of the same checkpoint."""
    return replace(
        summary, verdicts=(*summary.verdicts, *more.verdicts), failures=(*summary.failures, *more.failures)
    )


def _site_fields(sites: CarrySites) -> dict[str, Any]:
    return {
        "n_routes": len(sites.routes),
        "n_served": len(sites.served_numbers),
        "sites": tuple(site.name(sites.layout) for site in sites.smallest_set),
    }


def _none_if_failed(read: Callable[[], Measured]) -> Measured | None:
    """Return what `read` takes from a result, or None if the result could not be measured."""
    try:
        return read()
    except InputError:
        raise
    except Exception:  # a chapter that needs the result has recorded the failure
        return None


def _summarize_others(lab: Lab, plans: Mapping[str, ChapterPlan]) -> Iterator[SeedSummary]:
    """The summary of every other checkpoint: shipped with the package, or measured."""
    shipped = {path: shipped_outcomes().summary_of(digest_on_card(path)) for path in lab.others}
    paths = [path for path, summary in shipped.items() if summary is None]
    measured = dict(
        zip(paths, summaries_of(paths, lab.store, plans, lab.device, lab.dtype, lab.before_run), strict=True)
    )
    return (shipped[path] or measured[path] for path in lab.others)


def summaries_of(
    paths: Sequence[Path],
    store: Store,
    plans: Mapping[str, ChapterPlan],
    device: str = "cpu",
    dtype: str = "float32",
    step: Callable[[str], None] = lambda name: None,
    *,
    left_out: Analyses = LEFT_OUT,
) -> list[SeedSummary]:
    """The summary of each checkpoint, from the store or measured now and stored.

    Args:
        step: called with a line about each checkpoint that has been measured.
        left_out: the analyses that are not run.

    Raises:
        InputError: if one of the files is not a checkpoint.
    """
    modules = dict.fromkeys(module for plan in plans.values() for module in plan.modules)
    sources = sources_of("report.seeds.run", *modules)
    keys = {path: _key(path, device, dtype, sources, left_out) for path in paths}
    stored = {path: store.load(key, SeedSummary) for path, key in keys.items()}
    summaries = {path: summary for path, summary in stored.items() if summary is not None}
    missing = [path for path in paths if path not in summaries]
    if missing:
        step(counted(len(missing), "other checkpoint"))
    jobs = [(path, device, dtype, store, plans, left_out) for path in missing]
    for number, (path, summary) in enumerate(zip(missing, _run_jobs(jobs), strict=True), start=1):
        step(f"{number} of {counted(len(missing), 'other checkpoint')}: {summary.name}")
        summaries[path] = summary
        for failure in summary.failures:
            log.error("%s: %s", summary.name, failure)
        if not summary.failures:
            store.save(keys[path], summary)
    return [summaries[path] for path in paths]


Job = tuple[Path, str, str, Store, Mapping[str, ChapterPlan], Analyses]
"""What a worker needs: checkpoint, device, dtype, store, plans of the chapters, and the analyses to leave out."""


def _run_jobs(jobs: Sequence[Job]) -> Iterator[SeedSummary]:
    n_processes = min(n_workers(len(jobs), MEMORY_OF_A_WORKER), MOST_PROCESSES)
    if n_processes < 2 or any(device != "cpu" for _, device, *_ in jobs):
        yield from map(_run_job, jobs)
        return
    with worker_processes(n_processes, own_chapter_files()) as pool:
        yield from pool.map(_run_job, jobs)


def _run_job(job: Job) -> SeedSummary:
    path, device, dtype, store, plans, left_out = job
    return _summarize(SeedLab(path, left_out, device=device, dtype=dtype, store=store), plans, leave_out=False)


def _key(path: Path, device: str, dtype: str, sources: Mapping[str, str], left_out: Analyses) -> Key:
    card = card_path(path)
    return Key(
        "seed-summary",
        {
            "sources": sources,
            "weights": path,
            "card": card if card.exists() else None,
            "device": device,
            "dtype": dtype,
            "left out": [analysis.__name__ for analysis in left_out],
            "versions": versions(),
        },
    )
