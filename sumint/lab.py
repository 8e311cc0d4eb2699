"""The lab: one checkpoint, one probe, one device and a memory, in which analyses are run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, get_type_hints

from sumint.cache import ResultStore
from sumint.data import Layout, Probe, Sums
from sumint.errors import InputError
from sumint.exhaustive.conditions import current, under
from sumint.keys import Key, digest_file, sources_of, versions
from sumint.model import Model, load_model
from sumint.recipe import TrainingHistory
from sumint.weights import Weights, check_card, check_readable, read_card, read_weights

Settings = ParamSpec("Settings")
Result = TypeVar("Result")
State = Literal["reused", "measured", "failed"]
"""How an analysis was answered."""


@dataclass(frozen=True)
class Checkpoint:
    """What the file of a checkpoint tells without a forward pass."""

    digest: str
    """The sha256 of the tensors: the same for the same weights, whatever file they are in."""
    n_digits: int
    n_heads: int
    d_model: int
    d_head: int
    n_parameters: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)


@dataclass(frozen=True)
class Run:
    """One analysis that was asked for, and how it was answered."""

    name: str
    settings: Mapping[str, Any]
    state: State
    why: str
    """What has changed since it was last measured; nothing where it was not measured again."""
    seconds: float


class Lab:
    """Runs analyses on one checkpoint and remembers what they gave.

    The model and the probe are made when something has to be measured, and not before.

    Raises:
        InputError: if the checkpoint cannot be read; at once for the file, with the first use for its content.
    """

    is_brief = False
    """Whether what takes longer than all else is left out."""

    def __init__(
        self,
        weights_path: Path,
        *,
        device: str = "cpu",
        dtype: str = "float32",
        probe: Probe | None = None,
        store: ResultStore | None = None,
        before_run: Callable[[str], None] = lambda name: None,
        instead: Callable[[str, Exception], Any] | None = None,
        others: Callable[[Checkpoint], Sequence[Path]] = lambda checkpoint: (),
    ) -> None:
        check_readable(weights_path)
        self.weights_path = weights_path
        self.device = device
        self.dtype = dtype
        self.store = store or ResultStore(None)
        self.before_run = before_run
        self.instead = instead
        """Gives what stands for the result of an analysis that failed; without it the failure goes its way."""
        self._compared_with = others
        self.runs: list[Run] = []
        self._probe = probe
        self._results: dict[str, Any] = {}

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """What the card beside the checkpoint says; empty if it has none.

        Raises:
            InputError: if it is not the card of these tensors, also when all results are kept.
        """
        card = read_card(self.weights_path)
        check_card(card, self.checkpoint.digest, self.weights_path)
        return card

    @cached_property
    def others(self) -> tuple[Path, ...]:
        """Other checkpoints, to compare this one with."""
        return tuple(self._compared_with(self.checkpoint))

    @cached_property
    def history(self) -> TrainingHistory | None:
        """The training's epochs, where the card records them."""
        return TrainingHistory.from_card(self.card)

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The checkpoint's sizes and digest, kept like a result."""
        key = Key("checkpoint", {"weights": self._weights_digest, "sources": sources_of("sumint.weights")})
        kept = self.store.load(key, Checkpoint)
        if kept is not None:
            return kept
        architecture = self._weights.architecture
        checkpoint = Checkpoint(
            digest=self._weights.digest, n_parameters=architecture.n_parameters, **asdict(architecture)
        )
        self.store.save(key, checkpoint)
        return checkpoint

    @cached_property
    def probe(self) -> Probe:
        """The sums that analyses look at; the write-up's thousand unless another probe was given."""
        return self._probe or Probe(n_digits=self.checkpoint.n_digits)

    def run(
        self,
        analysis: Callable[Concatenate[Model, Sums, Settings], Result],
        *_: Settings.args,
        **settings: Settings.kwargs,
    ) -> Result:
        """The result of an analysis with these settings: remembered, kept from an earlier build, or measured."""
        key = self.key(analysis, settings)

        def measure() -> Result:
            return analysis(self.model, self.sums, **settings)  # pyright: ignore[reportCallIssue]

        return self._answered(key, analysis, settings, measure)

    def examine(self, analysis: Callable[[Weights], Result]) -> Result:
        """Likewise, of an analysis of the weights alone, which looks at no probe."""
        key = self.key(analysis, {}, probe=None)

        def measure() -> Result:
            with under(replace(current(), store=self.store, device=self.device)):
                return analysis(self._weights)

        return self._answered(key, analysis, {}, measure)

    def is_known(self, analysis: Callable[[Weights], Any]) -> bool:
        """Whether the answer to that is kept already, so that nothing has to be measured for it."""
        key = self.key(analysis, {}, probe=None)
        return key.digest in self._results or self.store.load(key, get_type_hints(analysis)["return"]) is not None

    def _answered(
        self,
        key: Key,
        analysis: Callable[..., Result],
        settings: Mapping[str, Any],
        measure: Callable[[], Result],
    ) -> Result:
        if key.digest in self._results:
            return self._results[key.digest]
        self.before_run(key.name)
        started = time.perf_counter()
        result = self.store.load(key, get_type_hints(analysis)["return"])
        state: State = "reused"
        why = ""
        if result is None:
            why = self.store.store.reason(key)
            state = "measured"
            try:
                result = measure()
            except Exception as error:
                if self.instead is None or isinstance(error, InputError):
                    raise
                result, state = self.instead(key.name, error), "failed"
            else:
                self.store.save(key, result)
        self._results[key.digest] = result
        self.runs.append(Run(key.name, dict(settings), state, why, time.perf_counter() - started))
        return result

    def key(self, analysis: Callable[..., Any], settings: Mapping[str, Any], **instead: Any) -> Key:
        """All that the analysis's result depends on; some ingredients may be another for it."""
        return Key(
            analysis.__name__,
            {
                "analysis": f"{analysis.__module__}.{analysis.__qualname__}",
                "sources": sources_of("sumint.model", analysis.__module__),
                **self.ingredients,
                **instead,
                "settings": dict(settings),
                "versions": versions(),
            },
        )

    @cached_property
    def ingredients(self) -> Mapping[str, Any]:
        """What every result of this lab depends on: the bytes of the weights, the probe, the device."""
        return {
            "weights": self._weights_digest,
            "probe": asdict(self.probe),
            "device": self.device,
            "dtype": self.dtype,
        }

    @cached_property
    def model(self) -> Model:
        """The model, loaded when the first analysis has to be measured."""
        return load_model(self._weights, device=self.device, dtype=self.dtype)

    @cached_property
    def sums(self) -> Sums:
        """The probe's sums, drawn likewise."""
        return self.probe.draw()

    @cached_property
    def _weights(self) -> Weights:
        weights = read_weights(self.weights_path)
        if digest_file(self.weights_path) != self._weights_digest:
            raise InputError(f"{self.weights_path}: was changed while it was read; start again")
        return weights

    @cached_property
    def _weights_digest(self) -> str:
        return digest_file(self.weights_path)
