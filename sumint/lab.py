"""The lab: one checkpoint, one sample, one device and a memory, in which analyses are run."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, get_type_hints

from sumint.checkpoints.card import check_card, read_card
from sumint.checkpoints.files import Weights, check_readable, read_weights
from sumint.errors import InputError
from sumint.exhaustive.options import current, under
from sumint.model.load import Model, load_model
from sumint.store.keys import Key, versions
from sumint.store.results import ResultStore
from sumint.store.sources import NoSourceError, code_digest, module_of, sources_of
from sumint.task.sums import Layout, SampleSpec, Sums
from sumint.training.config import TrainingHistory

Settings = ParamSpec("Settings")
Result = TypeVar("Result")
State = Literal["reused", "measured", "failed"]
"""How an analysis was answered."""


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

    The model and the sample are made when something has to be measured, and not before.

    Raises:
        InputError: if the checkpoint cannot be read; at once for the file, with the first use for its content.
    """

    is_quick = False
    """Whether what takes longer than all else is left out."""

    def __init__(
        self,
        weights_path: Path,
        *,
        device: str = "cpu",
        dtype: str = "float32",
        sample_spec: SampleSpec | None = None,
        store: ResultStore | None = None,
        before_run: Callable[[str], None] = lambda name: None,
        instead: Callable[[str, Exception], Any] | None = None,
        others: Callable[[Weights], Sequence[Path]] = lambda weights: (),
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
        self._sample_spec = sample_spec
        self._results: dict[str, Any] = {}

    @cached_property
    def card(self) -> Mapping[str, Any]:
        """What the card beside the checkpoint says; empty if it has none.

        Raises:
            InputError: if it is not the card of these tensors, also when all results are kept.
        """
        card = read_card(self.weights_path)
        check_card(card, self.weights.digest, self.weights_path)
        return card

    @cached_property
    def others(self) -> tuple[Path, ...]:
        """Other checkpoints, to compare this one with."""
        return tuple(self._compared_with(self.weights))

    @cached_property
    def history(self) -> TrainingHistory | None:
        """The training's epochs, where the card records them."""
        return TrainingHistory.from_card(self.card)

    @property
    def layout(self) -> Layout:
        """The token layout of the sums that the model reads."""
        return self.weights.architecture.layout

    @cached_property
    def sample_spec(self) -> SampleSpec:
        """Which sums analyses look at: the write-up's thousand, unless others were asked for."""
        return self._sample_spec or SampleSpec(n_digits=self.weights.architecture.n_digits)

    def run(
        self,
        analysis: Callable[Concatenate[Model, Sums, Settings], Result],
        depends_on: Any = None,
        *_: Settings.args,
        **settings: Settings.kwargs,
    ) -> Result:
        """The result of an analysis with these settings: remembered, kept from an earlier build, or measured.

        An analysis that no source file defines (a cell of a notebook, a lambda, a closure, a `partial`) is
        measured each time, unless `depends_on` names all that its result depends on beside its own code: numbers,
        strings, lists, dictionaries, dataclasses, arrays, or paths of files.
        """

        def measure() -> Result:
            return analysis(self.model, self.sample, **settings)  # pyright: ignore[reportCallIssue]

        return self._answered(analysis, settings, measure, depends_on)

    def examine(self, analysis: Callable[[Weights], Result], depends_on: Any = None) -> Result:
        """The result of an analysis of the weights alone, which looks at no sums; kept as those of `run` are."""

        def measure() -> Result:
            with under(replace(current(), store=self.store, device=self.device)):
                return analysis(self.weights)

        return self._answered(analysis, {}, measure, depends_on, sample=None)

    def is_known(self, analysis: Callable[[Weights], Any]) -> bool:
        """Whether the answer to that is kept already, so that nothing has to be measured for it."""
        key = self.key(analysis, {}, sample=None)
        return key.digest in self._results or self.store.load(key, get_type_hints(analysis)["return"]) is not None

    def _answered(
        self,
        analysis: Callable[..., Result],
        settings: Mapping[str, Any],
        measure: Callable[[], Result],
        depends_on: Any = None,
        **instead: Any,
    ) -> Result:
        try:
            key = self.key(analysis, settings, depends_on, **instead)
        except NoSourceError as error:
            return self._measured(_name_of(analysis), settings, measure, f"not kept: {error}")
        if key.digest in self._results:
            return self._results[key.digest]
        started = time.perf_counter()
        kind = _result_type(analysis)
        result = None if kind is None else self.store.load(key, kind)
        if result is None:
            result = self._measured(key.name, settings, measure, self.store.store.reason(key))
            if self.runs[-1].state == "measured" and kind is not None:
                self.store.save(key, result)
        else:
            self.before_run(key.name)
            self._note(key.name, settings, "reused", "", started)
        self._results[key.digest] = result
        return result

    def _measured(self, name: str, settings: Mapping[str, Any], measure: Callable[[], Result], why: str) -> Result:
        self.before_run(name)
        started = time.perf_counter()
        try:
            result = measure()
        except Exception as error:
            if self.instead is None or isinstance(error, InputError):
                raise
            result = self.instead(name, error)
            self._note(name, settings, "failed", why, started)
        else:
            self._note(name, settings, "measured", why, started)
        return result

    def _note(self, name: str, settings: Mapping[str, Any], state: State, why: str, started: float) -> None:
        self.runs.append(Run(name, dict(settings), state, why, time.perf_counter() - started))

    def key(
        self, analysis: Callable[..., Any], settings: Mapping[str, Any], depends_on: Any = None, **instead: Any
    ) -> Key:
        """All that the analysis's result depends on; some ingredients may be another for it.

        Raises:
            NoSourceError: if no source file defines the analysis, and `depends_on` is not given either.
        """
        name = _name_of(analysis)
        if depends_on is None:
            module = module_of(analysis)
            identity = {
                "analysis": f"{module}.{analysis.__qualname__}",
                "sources": sources_of("sumint.model.load", module),
            }
        else:
            identity = {
                "analysis": name,
                "code": code_digest(analysis),
                "depends on": depends_on,
                "sources": sources_of("sumint.model.load"),
            }
        others = {**self.ingredients, **instead, "settings": dict(settings), "versions": versions()}
        return Key(name, {**identity, **others})

    @cached_property
    def ingredients(self) -> Mapping[str, Any]:
        """What every result of this lab depends on: the tensors, the sample, the device."""
        return {
            "weights": self.weights.digest,
            "sample": asdict(self.sample_spec),
            "device": self.device,
            "dtype": self.dtype,
        }

    @cached_property
    def model(self) -> Model:
        """The model, loaded when the first analysis has to be measured."""
        return load_model(self.weights, device=self.device, dtype=self.dtype)

    @cached_property
    def sample(self) -> Sums:
        """The sums that analyses look at, drawn when the first analysis has to be measured."""
        return self.sample_spec.draw()

    @cached_property
    def weights(self) -> Weights:
        """The checkpoint's tensors, checked, with their architecture and digest."""
        return read_weights(self.weights_path)


def _result_type(analysis: Callable[..., Any]) -> type | None:
    """The dataclass that an analysis is annotated to return; None if only memory can hold its result."""
    function = inspect.unwrap(getattr(analysis, "func", analysis))  # what a `partial` calls
    kind = get_type_hints(function).get("return") if inspect.isroutine(function) else None
    return kind if is_dataclass(kind) and isinstance(kind, type) else None


def _name_of(analysis: Callable[..., Any]) -> str:
    function = getattr(analysis, "func", analysis)
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "unnamed"
