"""The outcomes of claims on other networks: measured once, and shipped with the package.

The networks are the bundled seeds, the nulls (which cannot add, and on which no finding may hold) and the controls
(which show on what a claim depends). `python -m sumint seeds --renew` measures them and writes the file; it
records the digest of the code that measured them, so that a build can state when they are outdated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from report.content.chapter import ChapterPlan
from report.content.claims.states import SHORT_LABELS, State
from report.content.declared import declared_claims
from report.seeds.result import SeedSummary, Verdict, trained_alike
from sumint.errors import InputError
from sumint.machine.files import first_line, write_atomically
from sumint.store.sources import sources_of

FILE = Path(__file__).with_name("outcomes.json")

RENEWAL = "python -m sumint seeds --renew"
"""The command line that measures the outcomes again."""

NetworkKind = Literal["seed", "null", "control"]


@dataclass(frozen=True)
class Network:
    """A network that comes with the project, and the outcome of every finding on it."""

    kind: NetworkKind
    digest: str
    """`Weights.digest` of its weights."""
    summary: SeedSummary

    def state(self, name: str) -> State | None:
        """The outcome of a claim; None if it was not asked of this network."""
        verdict = self.summary.verdict_of(name)
        return None if verdict is None else verdict.state


@dataclass(frozen=True)
class Outcomes:
    """The outcomes on all networks, and the code that measured them."""

    code: str
    """The digest of that code, see `code_digest`."""
    networks: tuple[Network, ...]

    @cached_property
    def seeds_trained_alike(self) -> tuple[SeedSummary, ...]:
        """The summaries of the largest group of seeds that were trained for the same number of epochs."""
        return tuple(trained_alike([network.summary for network in self.of_kind("seed")]))

    def of_kind(self, kind: NetworkKind) -> tuple[Network, ...]:
        """The networks of one kind."""
        return tuple(network for network in self.networks if network.kind == kind)

    def states_of(self, name: str) -> Mapping[str, State]:
        """The outcome of a claim on every network of which it was asked, by the network's name."""
        return _states(self.networks, name)

    def summary_of(self, digest: str) -> SeedSummary | None:
        """The summary of the network with this digest; None if it is not among them."""
        return next((network.summary for network in self.networks if network.digest == digest), None)


def code_digest(plans: Mapping[str, ChapterPlan]) -> str:
    """The digest of the code that measures these chapters' claims.

    It is that of the claims, of their analyses, and of the sections, which pass the results to the claims. What
    draws a section's figures is imported by the same modules, and so it counts as well.
    """
    functions = [function for plan in plans.values() for function in declared_claims(plan).values()]
    modules = {name for one in functions for name in (one.__module__, one.analysis.__module__)}
    modules.update(*(plan.modules for plan in plans.values()))
    sources = sources_of("report.seeds.run", *sorted(modules))
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()


@cache
def shipped_outcomes(file: Path = FILE) -> Outcomes:
    """The outcomes that come with the package; none if the file does not exist yet.

    Raises:
        InputError: if the file is damaged.
    """
    if not file.exists():
        return Outcomes("", ())
    try:
        content = json.loads(file.read_bytes())
        return Outcomes(content["code"], tuple(map(_network, content["networks"])))
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{file}: is damaged ({first_line(error)}); `{RENEWAL}` writes it again") from None


def write_outcomes(outcomes: Outcomes, file: Path = FILE) -> None:
    """Write the outcomes, indented, so that a change of one verdict shows as one line.

    Raises:
        InputError: if the file cannot be written.
    """
    content = {"code": outcomes.code, "networks": [asdict(network) for network in outcomes.networks]}
    write_atomically(file, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode())
    shipped_outcomes.cache_clear()


def _network(fields: Mapping[str, Any]) -> Network:
    summary = dict(fields["summary"])
    summary["verdicts"] = tuple(Verdict(**verdict) for verdict in summary["verdicts"])
    summary |= {name: tuple(summary[name]) for name in ("sites", "failures")}
    return Network(fields["kind"], fields["digest"], SeedSummary(**summary))


@dataclass(frozen=True)
class Elsewhere:
    """What a claim's outcome is on other networks, for its place on the page."""

    nulls: Mapping[str, State]
    """The outcome on each null network, by its name."""
    controls: Mapping[str, State]
    """The outcome on each control, by its name."""
    n_holding: int
    """On how many of the bundled seeds it holds."""
    n_checked: int
    """On how many of them there was a verdict."""
    n_seeds: int

    @property
    def is_general(self) -> bool:
        """Whether the claim holds on at least half of the seeds."""
        return 2 * self.n_holding >= self.n_seeds > 0

    @property
    def on_seeds(self) -> str:
        """On how many seeds the claim holds, as a sentence."""
        if not self.n_checked:
            return f"Not checked on the {self.n_seeds} bundled seeds."
        unchecked = self.n_seeds - self.n_checked
        left = f" (it could not be checked on {unchecked})" if unchecked else ""
        general = "general" if self.is_general else "not general, which takes half of them"
        return f"Holds on {self.n_holding} of the {self.n_seeds} bundled seeds{left}: {general}."

    @property
    def on_nulls(self) -> str:
        """The outcomes on networks that cannot add, as a sentence."""
        return f"On networks that cannot add: {_listed(self.nulls)}."

    @property
    def on_controls(self) -> str:
        """The outcomes on the controls, as a sentence."""
        return f"Controls: {_listed(self.controls)}."


def elsewhere(outcomes: Outcomes, name: str) -> Elsewhere | None:
    """The outcome of a claim on the networks that come with the project; None if it was asked of none of them."""
    seeds = outcomes.seeds_trained_alike
    verdicts = [seed.holds(name) for seed in seeds]
    nulls, controls = (_states(outcomes.of_kind(kind), name) for kind in ("null", "control"))
    if not (nulls or controls or any(holds is not None for holds in verdicts)):
        return None
    return Elsewhere(nulls, controls, verdicts.count(True), len(verdicts) - verdicts.count(None), len(seeds))


def _listed(states: Mapping[str, State]) -> str:
    """Outcomes as text: does not hold (untrained, permuted labels); not applicable (permuted weights)."""
    by_label: dict[str, list[str]] = {}
    for network, state in states.items():
        by_label.setdefault(SHORT_LABELS[state], []).append(network)
    return "; ".join(f"{label} ({', '.join(networks)})" for label, networks in by_label.items())


def _states(networks: Iterable[Network], name: str) -> Mapping[str, State]:
    return {one.summary.name: state for one in networks if (state := one.state(name)) is not None}
