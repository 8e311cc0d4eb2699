"""The lab: runs analyses on one checkpoint, one sample of sums and one device, and remembers their results."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType, MethodType, SimpleNamespace
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, get_type_hints, overload

from sumint.analyses import analysis_by_name, check_call, parameters_of
from sumint.checkpoints.card import card_path, check_card, read_card
from sumint.checkpoints.files import Weights, check_readable, read_weights
from sumint.checkpoints.resemblance import Resemblance, resemblance_to_the_write_ups
from sumint.exhaustive.options import current_options, use_options
from sumint.model.load import Model, load_model
from sumint.results.result import Result
from sumint.store.forms import with_contiguous_arrays
from sumint.store.keys import Key, as_json, versions
from sumint.store.plain_values import PlainValue
from sumint.store.results import Store
from sumint.store.sources import NoSourceError, code_digest, module_of, sources_of
from sumint.task.sums import Layout, SampleSpec, Sums
from sumint.training.config import TrainingHistory

Settings = ParamSpec("Settings")
Value = TypeVar("Value")
State = Literal["reused", "measured", "failed"]
"""Whether a result was read from the store, measured, or could not be measured."""


@dataclass(frozen=True)
class Run:
    """One call of an analysis: its settings, what became of it, and how long it took."""

    name: str
    settings: Mapping[str, Any]
    state: State
    why: str
    """Why it was measured: what has changed since the last time. Empty if it was not."""
    seconds: float


@dataclass(frozen=True)
class Measured:
    """Where a result comes from."""

    lab: Lab
    analysis: Callable[..., Any]
    request: str
    """Its analysis and its key, as a lab records a request of it."""


class Lab:
    """Runs analyses on one checkpoint and remembers their results.

    The model is loaded, and the sample drawn, when the first analysis has to be measured.

    Raises:
        InputError: if the file cannot be read; if its content is not a checkpoint, on first use.
    """

    def __init__(
        self,
        weights_path: Path | str,
        *,
        device: str = "cpu",
        dtype: str = "float32",
        sample_spec: SampleSpec | None = None,
        store: Store | None = None,
        before_run: Callable[[str], None] = lambda name: None,
        others: Callable[[Weights], Sequence[Path]] = lambda weights: (),
        checks_published: bool = False,
    ) -> None:
        """Open a lab on the checkpoint at `weights_path`.

        Args:
            weights_path: the file of the checkpoint.
            device: the device that computes, as PyTorch names it.
            dtype: the precision of the model, as PyTorch names it.
            sample_spec: the sums that analyses look at; by default the write-up's 1,000.
            store: where results are kept between runs; by default nowhere.
            before_run: called with the name of each analysis before its result is read or measured.
            others: finds the other checkpoints that this one is compared with.
            checks_published: whether the write-up's claims about its own checkpoint are checked on this one, too.
        """
        self.weights_path = Path(weights_path)
        check_readable(self.weights_path)
        self.device = device
        self.dtype = dtype
        self.store = store or Store(None)
        self.before_run = before_run
        self.runs: list[Run] = []
        self._checks_published = checks_published
        self._compared_with = others
        self._sample_spec = sample_spec
        self._results: dict[str, Any] = {}
        self._failures: dict[str, tuple[str, Exception]] = {}
        self._recordings: list[dict[str, Any]] = []

    def __repr__(self) -> str:
        return f"Lab({self.weights_path.name}, {self.device}, {self.dtype})"

    @contextmanager
    def recording(self) -> Iterator[dict[str, Any]]:
        """Within this context, record everything that is requested of the lab, by name, in the form of a key.

        What is made from the lab's answers depends on nothing else of the lab. An analysis that fails is not
        measured again while recording: each request raises the same error.
        """
        requests: dict[str, Any] = {}
        self._recordings.append(requests)
        try:
            yield requests
        finally:
            # By identity: a recording in another one can have recorded the same.
            self._recordings = [one for one in self._recordings if one is not requests]

    def failed_analysis(self, error: BaseException) -> str | None:
        """The name of the analysis that raised an error while the lab was recording; None if none did."""
        return next((name for name, raised in self._failures.values() if raised is error), None)

    def record(self, name: str, answer: Any) -> None:
        """Record a further dependency of what is being made from this lab; None means that it cannot be reused."""
        for requests in self._recordings:
            requests[name] = answer

    @property
    def card(self) -> Mapping[str, Any]:
        """The card beside the checkpoint; empty if there is none.

        Raises:
            InputError: if it is the card of other tensors.
        """
        self.record("card", self._card)
        return self._card

    @cached_property
    def _card(self) -> Mapping[str, Any]:
        card = read_card(self.weights_path)
        check_card(card, self._weights.digest, self.weights_path)
        return card

    @property
    def file_name(self) -> str:
        """The name of the checkpoint's file."""
        self.record("file", self.weights_path.name)
        return self.weights_path.name

    @property
    def others(self) -> tuple[Path, ...]:
        """The other checkpoints that this one is compared with."""
        self.record("others", self.inputs["others"])
        return self._others

    @cached_property
    def _others(self) -> tuple[Path, ...]:
        return tuple(self._compared_with(self._weights))

    @property
    def checks_published(self) -> bool:
        """Whether the write-up's claims about its own checkpoint are checked on this one, too."""
        self.record("checks published", self._checks_published)
        return self._checks_published

    @property
    def resemblance(self) -> Resemblance | None:
        """How much the checkpoint resembles the write-up's; None if they cannot be compared."""
        self.record("resemblance", self._resemblance or "unknown")
        return self._resemblance

    @cached_property
    def _resemblance(self) -> Resemblance | None:
        return resemblance_to_the_write_ups(self._weights)

    @property
    def history(self) -> TrainingHistory | None:
        """The history of the training, if the card has one."""
        return TrainingHistory.from_card(self.card)

    @property
    def layout(self) -> Layout:
        """The token layout of the sums that the model reads."""
        return self.weights.architecture.layout

    @property
    def sample_spec(self) -> SampleSpec:
        """The definition of the sample: the write-up's 1,000 sums, unless another was given."""
        self.record("sample", self._spec)
        return self._spec

    @cached_property
    def _spec(self) -> SampleSpec:
        return self._sample_spec or SampleSpec(n_digits=self._weights.architecture.n_digits)

    @overload
    def run(self, analysis: str, depends_on: Any = None, **settings: Any) -> Any: ...

    @overload
    def run(
        self,
        analysis: Callable[Concatenate[Model, Sums, Settings], Value],
        depends_on: Any = None,
        *_: Settings.args,
        **settings: Settings.kwargs,
    ) -> Value: ...

    def run(self, analysis: str | Callable[..., Any], depends_on: Any = None, *_: Any, **settings: Any) -> Any:
        """The result of an analysis with these settings, remembered, read from the store or measured.

        Args:
            analysis: a function of a model and sums, or the name of one of `sumint.analyses`.
            depends_on: for a function that no source file defines (a cell of a notebook, a lambda, a closure, a
                `partial`), all that its result depends on beside its own code: numbers, strings, lists,
                dictionaries, dataclasses, arrays, or paths of files. Without it, such a function is measured
                each time.

        Raises:
            ValueError: if there is no analysis of this name.
            TypeError: if it is not a function, or its settings are others; the message describes them.
        """
        function = analysis_by_name(analysis) if isinstance(analysis, str) else analysis
        check_call(function, settings)
        if _takes_weights_alone(function):
            return self.examine(function, depends_on)
        return self._result(
            function, settings, lambda: function(self._model, self._sample, **settings), depends_on
        )

    def examine(self, analysis: Callable[[Weights], Value], depends_on: Any = None) -> Value:
        """The result of an analysis of the weights alone, which takes no sample; remembered as those of `run`."""

        def measure() -> Value:
            with use_options(replace(current_options(), store=self.store, device=self.device)):
                return analysis(self._weights)

        return self._result(analysis, {}, measure, depends_on, sample=None)

    def is_known(self, analysis: Callable[[Weights], Any]) -> bool:
        """Whether the result of an analysis of the weights is in memory or in the store."""
        key = self.key(analysis, {}, sample=None)
        is_known = key.digest in self._results or self._stored(key, _result_type(analysis)) is not None
        self.record(f"{key.name} is known", is_known)
        return is_known

    def _result(
        self,
        analysis: Callable[..., Value],
        settings: Mapping[str, Any],
        measure: Callable[[], Value],
        depends_on: Any = None,
        **instead: Any,
    ) -> Value:
        try:
            key = self.key(analysis, settings, depends_on, **instead)
        except NoSourceError as error:
            # Nothing that is made from such a result can be kept either.
            self.record(_name_of(analysis), None)
            return self._measured(_name_of(analysis), settings, measure, f"not stored: {error}")
        request = f"{key.name} {key.digest}"
        self.record(request, True)
        if key.digest in self._results:
            return self._results[key.digest]
        if self._recordings and key.digest in self._failures:
            raise self._failures[key.digest][1]
        started = time.perf_counter()
        kind = _result_type(analysis)
        result = self._stored(key, kind)
        if result is None:
            try:
                result = self._measured(key.name, settings, measure, self.store.reason(key))
            except Exception as error:
                self._failures[key.digest] = (key.name, error)
                raise
            if kind is not None:
                result = with_contiguous_arrays(result)
                self.store.save(key, result)
            elif (plain := PlainValue.of(result)) is not None:
                self.store.save(key, plain)
        else:
            self.before_run(key.name)
            self._note(key.name, settings, "reused", "", started)
        _note_source(result, Measured(self, analysis, request))
        self._results[key.digest] = result
        return result

    def _stored(self, key: Key, kind: type | None) -> Any:
        """The stored result, of the type that the analysis declares, or else an array, several, or a frame."""
        if kind is not None:
            return self.store.load(key, kind)
        plain = self.store.load(key, PlainValue)
        return None if plain is None else plain.value

    def _measured(self, name: str, settings: Mapping[str, Any], measure: Callable[[], Value], why: str) -> Value:
        self.before_run(name)
        started = time.perf_counter()
        state: State = "failed"
        try:
            result = measure()
            state = "measured"
        finally:
            self._note(name, settings, state, why, started)
        return result

    def _note(self, name: str, settings: Mapping[str, Any], state: State, why: str, started: float) -> None:
        self.runs.append(Run(name, as_json(settings), state, why, time.perf_counter() - started))

    def key(
        self, analysis: Callable[..., Any], settings: Mapping[str, Any], depends_on: Any = None, **instead: Any
    ) -> Key:
        """The key of an analysis's result; `instead` replaces some of the lab's ingredients.

        Raises:
            NoSourceError: if no source file defines the analysis and `depends_on` is not given.
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

    @property
    def ingredients(self) -> Mapping[str, Any]:
        """What every result of this lab depends on: the tensors, the sample, the device and the precision."""
        return {
            "weights": self._weights.digest,
            "sample": self._spec,
            "device": self.device,
            "dtype": self.dtype,
        }

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Everything outside the code on which a report from this lab depends."""
        others = {path.name: [path, *filter(Path.exists, [card_path(path)])] for path in self._others}
        return {
            **self.ingredients,
            "card": self._card,
            "file": self.weights_path.name,
            "others": others,
            "checks published": self._checks_published,
            "resemblance": self._resemblance,
        }

    @property
    def model(self) -> Model:
        """The model in transformer_lens."""
        self.record("model", self.ingredients)
        return self._model

    @cached_property
    def _model(self) -> Model:
        return load_model(self._weights, device=self.device, dtype=self.dtype)

    @property
    def sample(self) -> Sums:
        """The sums that analyses look at."""
        self.record("sample", self._spec)
        return self._sample

    @cached_property
    def _sample(self) -> Sums:
        return self._spec.draw()

    @property
    def weights(self) -> Weights:
        """The checkpoint's tensors, checked, with their architecture and digest."""
        self.record("weights", self._weights.digest)
        return self._weights

    @cached_property
    def _weights(self) -> Weights:
        return read_weights(self.weights_path)


def _note_source(result: object, measured: Measured) -> None:
    """Note on a result where it comes from."""
    if isinstance(result, Result):
        object.__setattr__(result, "_measured", measured)  # the dataclass is frozen; this is not one of its fields


def _result_type(analysis: Callable[..., Any]) -> type | None:
    """The dataclass that an analysis is annotated to return; None if it returns anything else."""
    function = inspect.unwrap(getattr(analysis, "func", analysis))  # what a `partial` calls
    try:
        kind = _annotated_return(function) if isinstance(function, FunctionType | MethodType) else None
    except NameError:  # the annotation names what is imported for type checkers alone
        return None
    return kind if is_dataclass(kind) and isinstance(kind, type) else None


@cache
def _annotated_return(function: FunctionType | MethodType) -> Any:
    """The type that a function is annotated to return, without evaluating its other annotations."""
    annotations = {name: kind for name, kind in function.__annotations__.items() if name == "return"}
    only_that = SimpleNamespace(__annotations__=annotations)
    return get_type_hints(only_that, inspect.unwrap(function).__globals__).get("return")


def _takes_weights_alone(analysis: Callable[..., Any]) -> bool:
    """Whether an analysis is a function of the weights, rather than of a model and sums."""
    try:
        required = [one for one in parameters_of(analysis) if one.default is one.empty]
    except (TypeError, ValueError):  # a built-in function without a signature
        return False
    return len(required) == 1


def _name_of(analysis: Callable[..., Any]) -> str:
    function = getattr(analysis, "func", analysis)
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "unnamed"
