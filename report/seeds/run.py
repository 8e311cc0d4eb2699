"""Seed summaries: the general claims of the report, checked on every other checkpoint as on the report's own.

No general claim depends on the heads or dimensions of one checkpoint, so it can be checked on any. On the others
the slowest computations are left out: the tally of every sum, the search for a minimal circuit and the worked
examples. The checkpoints are measured in parallel, in as many processes as there are processors, and their
summaries are stored.

A failure on one checkpoint does not affect the others. It is reported with the failures of the build; the summary
is not stored, so the next build measures that checkpoint again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from report.content.chapter import stem_of
from report.content.failures import FailedResult, FailedResultError, failed_result, run_chapter
from report.content.formats import counted
from report.publishing.provenance import name_of
from report.seeds.result import SeedSummaries, SeedSummary, Verdict
from report.seeds.workers import worker_processes
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.analyses.adding.worked_example import worked_example
from sumint.analyses.carrying.carry_sites import CarrySites, carry_sites
from sumint.analyses.performance.performance import performance
from sumint.lab import Lab
from sumint.machine.cpus import n_processors
from sumint.store.keys import Key, digest_file, versions
from sumint.store.results import ResultStore
from sumint.store.sources import sources_of

LEFT_OUT = (minimal_circuit, worked_example)
TOO_LONG = "it takes too long to be run on every seed"

MOST_PROCESSES = 5
"""The largest number of worker processes; each takes up to a gigabyte of memory."""

Measured = TypeVar("Measured")

log = logging.getLogger(__name__)


class QuickLab(Lab):
    """A lab that leaves out the slowest analyses."""

    is_quick = True

    def run(self, analysis: Callable[..., Any], *_: Any, **settings: Any) -> Any:
        if analysis in LEFT_OUT:
            return FailedResult(analysis.__name__, RuntimeError(TOO_LONG))
        return super().run(analysis, **settings)


def summarize_seeds(lab: Lab, modules: Sequence[ModuleType]) -> SeedSummaries:
    """Check the claims of the chapters in `modules` on the lab's checkpoint and on its other checkpoints.

    Raises:
        InputError: if one of the other files is not a checkpoint.
    """
    return SeedSummaries(_summarize(lab, modules), tuple(_summarize_others(lab, modules)))


def _summarize(lab: Lab, modules: Sequence[ModuleType]) -> SeedSummary:
    chapters = {
        stem_of(module): run_chapter(stem_of(module), lambda module=module: module.chapter(lab))
        for module in modules
    }
    verdicts = [
        Verdict(stem, claim.name, claim.statement, claim.holds, claim.value)
        for stem, chapter in chapters.items()
        for claim in chapter.claims
        if claim.kind == "general"
    ]
    failures = dict.fromkeys(failure for chapter in chapters.values() for failure in chapter.failures)
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
        failures=tuple(failure for failure in failures if not failure.endswith(TOO_LONG)),
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
    except FailedResultError:
        return None


def _summarize_others(lab: Lab, modules: Sequence[ModuleType]) -> Iterator[SeedSummary]:
    """Return the summary of every other checkpoint, from the store or measured now."""
    store = lab.store.store
    names = tuple(module.__name__ for module in modules)
    sources = sources_of("report.seeds.run", *names)
    keys = {path: _key(lab, path, sources) for path in lab.others}
    summaries = {path: _read(content) for path, key in keys.items() if (content := store.load(key)) is not None}
    missing = [path for path in lab.others if path not in summaries]
    if missing:
        lab.before_run(counted(len(missing), "other checkpoint"))
    jobs = [(path, lab.device, lab.dtype, store.folder, names) for path in missing]
    for number, (path, summary) in enumerate(zip(missing, _run_jobs(jobs), strict=True), start=1):
        lab.before_run(f"{number} of {counted(len(missing), 'other checkpoint')}: {summary.name}")
        summaries[path] = summary
        for failure in summary.failures:
            log.error("%s: %s", summary.name, failure)
        if not summary.failures:
            store.save(keys[path], json.dumps(asdict(summary)).encode())
    return (summaries[path] for path in lab.others)


Job = tuple[Path, str, str, Path | None, tuple[str, ...]]
"""What a worker needs: checkpoint, device, dtype, folder of the result store, names of the chapters' modules."""


def _run_jobs(jobs: Sequence[Job]) -> Iterator[SeedSummary]:
    n_processes = min(len(jobs), n_processors(), MOST_PROCESSES)
    if n_processes < 2 or any(device != "cpu" for _, device, *_ in jobs):
        yield from map(_run_job, jobs)
        return
    with worker_processes(n_processes) as pool:
        yield from pool.map(_run_job, jobs)


def _run_job(job: Job) -> SeedSummary:
    path, device, dtype, folder, names = job
    lab = QuickLab(path, device=device, dtype=dtype, store=ResultStore(folder), instead=failed_result)
    return _summarize(lab, [import_module(name) for name in names])


def _read(content: bytes) -> SeedSummary:
    fields = json.loads(content)
    verdicts = tuple(Verdict(**verdict) for verdict in fields["verdicts"])
    return SeedSummary(**{**fields, "sites": tuple(fields["sites"]), "verdicts": verdicts, "failures": ()})


def _key(lab: Lab, path: Path, sources: Mapping[str, str]) -> Key:
    card = path.with_suffix(".json")
    return Key(
        f"seed-summary-{path.stem}",
        {
            "sources": sources,
            "weights": digest_file(path),
            "card": digest_file(card) if card.exists() else None,
            "device": lab.device,
            "dtype": lab.dtype,
            "versions": versions(),
        },
    )
