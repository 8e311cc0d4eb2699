"""What holds on other checkpoints: the report's claims, checked on each, as they are on the weights at hand.

The chapters tell the same of any weights, so their claims can be checked anywhere. What takes longest is left out
on the others: going through every sum, the search for a minimal circuit, and the worked examples. The checkpoints
are surveyed side by side, in as many processes as there are processors, and what was found is kept.

What fails on one of them leaves the others alone. It is told with the failures of this build and not kept, so that
the next build tries it again.
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
from report.seeds.workers import processes
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
TOO_LONG = "it takes too long for a survey"

MOST_PROCESSES = 5
"""Each takes up to a gigabyte of memory."""

Found = TypeVar("Found")

log = logging.getLogger(__name__)


class QuickLab(Lab):
    """A lab that leaves out what takes longest."""

    is_quick = True

    def run(self, analysis: Callable[..., Any], *_: Any, **settings: Any) -> Any:
        if analysis in LEFT_OUT:
            return FailedResult(analysis.__name__, RuntimeError(TOO_LONG))
        return super().run(analysis, **settings)


def summarize_seeds(lab: Lab, modules: Sequence[ModuleType]) -> SeedSummaries:
    """The claims of these modules' chapters on the lab's checkpoint and on its other checkpoints, in their order.

    Raises:
        InputError: if one of the others is no checkpoint.
    """
    return SeedSummaries(_summary(lab, modules), tuple(_others(lab, modules)))


def _summary(lab: Lab, modules: Sequence[ModuleType]) -> SeedSummary:
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
    sites = _unless_failed(lambda: _sites(lab.run(carry_sites)))
    card, history = lab.card, lab.history
    recipe = card.get("recipe")
    epochs = recipe.get("epochs") if isinstance(recipe, dict) else None
    return SeedSummary(
        name=name_of(lab),
        epochs=epochs if isinstance(epochs, int) else None,
        validation_accuracy=max(history.validation_accuracy) if history else None,
        digit_accuracy=_unless_failed(lambda: lab.run(performance).digit_accuracy),
        **(sites or {"n_routes": 0, "n_served": 0, "sites": ()}),
        verdicts=tuple(verdicts),
        failures=tuple(failure for failure in failures if not failure.endswith(TOO_LONG)),
    )


def _sites(found: CarrySites) -> dict[str, Any]:
    return {
        "n_routes": len(found.routes),
        "n_served": len(found.served),
        "sites": tuple(site.name(found.layout) for site in found.smallest),
    }


def _unless_failed(read: Callable[[], Found]) -> Found | None:
    """What is read of a result; None of one that could not be measured."""
    try:
        return read()
    except FailedResultError:
        return None


def _others(lab: Lab, modules: Sequence[ModuleType]) -> Iterator[SeedSummary]:
    """The other checkpoints, kept from an earlier build or surveyed now."""
    store = lab.store.store
    names = tuple(module.__name__ for module in modules)
    sources = sources_of("report.seeds.run", *names)
    keys = {path: _key(lab, path, sources) for path in lab.others}
    found = {path: _read(content) for path, key in keys.items() if (content := store.load(key)) is not None}
    missing = [path for path in lab.others if path not in found]
    if missing:
        lab.before_run(counted(len(missing), "other checkpoint"))
    jobs = [(path, lab.device, lab.dtype, store.folder, names) for path in missing]
    for number, (path, one) in enumerate(zip(missing, _answers(jobs), strict=True), start=1):
        lab.before_run(f"{number} of {counted(len(missing), 'other checkpoint')}: {one.name}")
        found[path] = one
        for failure in one.failures:
            log.error("%s: %s", one.name, failure)
        if not one.failures:
            store.save(keys[path], json.dumps(asdict(one)).encode())
    return (found[path] for path in lab.others)


Job = tuple[Path, str, str, Path | None, tuple[str, ...]]
"""A checkpoint, the device, the type of numbers, the folder of results, and the modules of the chapters."""


def _answers(jobs: Sequence[Job]) -> Iterator[SeedSummary]:
    n_processes = min(len(jobs), n_processors(), MOST_PROCESSES)
    if n_processes < 2 or any(device != "cpu" for _, device, *_ in jobs):
        yield from map(_answer, jobs)
        return
    with processes(n_processes) as pool:
        yield from pool.map(_answer, jobs)


def _answer(job: Job) -> SeedSummary:
    path, device, dtype, folder, names = job
    lab = QuickLab(path, device=device, dtype=dtype, store=ResultStore(folder), instead=failed_result)
    return _summary(lab, [import_module(name) for name in names])


def _read(content: bytes) -> SeedSummary:
    fields = json.loads(content)
    verdicts = tuple(Verdict(**verdict) for verdict in fields["verdicts"])
    return SeedSummary(**{**fields, "sites": tuple(fields["sites"]), "verdicts": verdicts, "failures": ()})


def _key(lab: Lab, path: Path, sources: Mapping[str, str]) -> Key:
    card = path.with_suffix(".json")
    return Key(
        f"survey-{path.stem}",
        {
            "sources": sources,
            "weights": digest_file(path),
            "card": digest_file(card) if card.exists() else None,
            "device": lab.device,
            "dtype": lab.dtype,
            "versions": versions(),
        },
    )
