"""What holds on other checkpoints: the report's claims, checked on each, as they are on the weights at hand.

The chapters tell the same of any weights, so their claims can be checked anywhere. Two things are left out on the
others, as they take longer than all else: going through every sum, and the search for a minimal circuit. The
checkpoints are surveyed side by side, each in a process of its own, and what was found is kept.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from report.chapters import (
    ablation,
    carries,
    direct_logit_attribution,
    every_sum,
    how_it_adds,
    how_it_carries,
    layer_0_attention,
    layer_1_ov,
    the_task,
    unembedding,
)
from report.parts import Unmeasured, told, unmeasured
from sumint.analyses.carry_sites import carry_sites
from sumint.analyses.minimal_circuit import minimal_circuit
from sumint.analyses.performance import performance
from sumint.analyses.worked_example import worked_example
from sumint.cache import ResultStore
from sumint.keys import Key, digest_file, sources_of, versions
from sumint.lab import Lab

SURVEYED = (
    the_task,
    unembedding,
    ablation,
    layer_0_attention,
    direct_logit_attribution,
    layer_1_ov,
    carries,
    every_sum,
    how_it_carries,
    how_it_adds,
)
"""The chapters that make claims about a checkpoint, in reading order."""

LEFT_OUT = (minimal_circuit, worked_example)


@dataclass(frozen=True)
class Verdict:
    """What became of one general claim."""

    chapter: str
    name: str
    statement: str
    holds: bool | None
    value: str


@dataclass(frozen=True)
class Surveyed:
    """What was found on one checkpoint."""

    name: str
    epochs: int | None
    """Of its training, where its card tells."""
    validation_accuracy: float | None
    """The share of digits that were right at the end of it, likewise."""
    digit_accuracy: float
    """The share of the probe's digits that are right."""
    n_routes: int
    n_served: int
    """The routes that a single site serves."""
    sites: tuple[str, ...]
    """The fewest that serve them."""
    verdicts: tuple[Verdict, ...]

    def holds(self, name: str) -> bool | None:
        """Whether a claim holds; None also where nothing is known of it."""
        return next((verdict.holds for verdict in self.verdicts if verdict.name == name), None)


class BriefLab(Lab):
    """A lab that leaves out what takes longest."""

    is_brief = True

    def run(self, analysis: Callable[..., Any], *_: Any, **settings: Any) -> Any:
        if analysis in LEFT_OUT:
            return Unmeasured(analysis.__name__, RuntimeError("it takes too long for a survey"))
        return super().run(analysis, **settings)


def survey(lab: Lab) -> tuple[Surveyed, ...]:
    """The weights at hand, and after them the lab's other checkpoints, in their order."""
    return (_surveyed(lab), *_others(lab))


def _surveyed(lab: Lab) -> Surveyed:
    chapters = [(module, told(module.__name__, lambda module=module: module.chapter(lab))) for module in SURVEYED]
    verdicts = [
        Verdict(_stem(module), claim.name, claim.statement, claim.holds, claim.value)
        for module, chapter in chapters
        for claim in chapter.claims
        if claim.kind == "general"
    ]
    sites, card = lab.run(carry_sites), lab.card
    recipe = card.get("recipe")
    epochs = recipe.get("epochs") if isinstance(recipe, dict) else None
    history = lab.history
    return Surveyed(
        name=str(card.get("name", lab.weights_path.stem)),
        epochs=epochs if isinstance(epochs, int) else None,
        validation_accuracy=max(history.validation_accuracy) if history else None,
        digit_accuracy=lab.run(performance).digit_accuracy,
        n_routes=len(sites.routes),
        n_served=len(sites.served),
        sites=tuple(site.name(sites.layout) for site in sites.smallest),
        verdicts=tuple(verdicts),
    )


def _others(lab: Lab) -> Iterator[Surveyed]:
    """The other checkpoints: kept from an earlier build, or surveyed side by side."""
    store = lab.store.store
    keys = {path: _key(lab, path) for path in lab.others}
    found = {path: content for path, key in keys.items() if (content := store.load(key)) is not None}
    jobs = [(path, lab.device, lab.dtype, store.folder) for path in lab.others if path not in found]
    for (path, *_), content in zip(jobs, _answers(jobs), strict=True):
        lab.before_run(f"surveyed {path.stem}")
        store.save(keys[path], content)
        found[path] = content
    return (_read(found[path]) for path in lab.others)


Job = tuple[Path, str, str, Path | None]
"""A checkpoint, the device, the type of numbers, and the folder where results are kept."""


def _answers(jobs: Sequence[Job]) -> Iterator[bytes]:
    n_processes = min(len(jobs), os.cpu_count() or 1)
    if n_processes < 2 or any(device != "cpu" for _, device, *_ in jobs):
        yield from map(_answer, jobs)
        return
    # Not forked: the libraries that compute have threads already.
    processes = multiprocessing.get_context("spawn")
    with processes.Pool(n_processes, _by_itself) as pool:
        yield from pool.imap(_answer, jobs)


def _by_itself() -> None:
    """A process has one thread, as there are as many processes as cores, and is ended by the first one alone."""
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _answer(job: Job) -> bytes:
    path, device, dtype, folder = job
    lab = BriefLab(path, device=device, dtype=dtype, store=ResultStore(folder), instead=unmeasured)
    return json.dumps(asdict(_surveyed(lab))).encode()


def _read(content: bytes) -> Surveyed:
    fields = json.loads(content)
    verdicts = tuple(Verdict(**verdict) for verdict in fields["verdicts"])
    return Surveyed(**{**fields, "sites": tuple(fields["sites"]), "verdicts": verdicts})


def _key(lab: Lab, path: Path) -> Key:
    modules = ("report.survey", *(module.__name__ for module in SURVEYED))
    card = path.with_suffix(".json")
    return Key(
        f"survey-{path.stem}",
        {
            "sources": sources_of(*modules, packages=("report", "sumint")),
            "weights": digest_file(path),
            "card": digest_file(card) if card.exists() else None,
            "device": lab.device,
            "dtype": lab.dtype,
            "versions": versions(),
        },
    )


def _stem(module: Any) -> str:
    return module.__name__.rsplit(".", 1)[1].replace("_", "-")
