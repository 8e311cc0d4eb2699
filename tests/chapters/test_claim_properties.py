"""Whatever an analysis measures, a claim's verdict follows from its numbers, and its sentence from its verdict.

The functions of all claims are called with the results that the sections of their chapters pass to them, and with
copies of these in which the numbers are others. The verdict is derived again from what `claims.json` would hold.
"""

from __future__ import annotations

import dataclasses
import math
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from report.content.claims.claim import Claim, ClaimFunction
from report.content.claims.record import record_of, to_json
from report.content.claims.states import HOLDING, State
from report.content.declared import declared_claims
from report.content.sections import measure
from report.outline import plans
from report.seeds.result import Verdict
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.checkpoints.files import Weights, write_weights
from sumint.checkpoints.locate import bundled_checkpoints
from sumint.lab import Lab
from sumint.store.results import Store

DECLARED = {function.name: function for plan in plans().values() for function in declared_claims(plan).values()}
STATES: tuple[State, ...] = get_args(State)
FROM_WORST = ("fails", "near-fails", "not-measured", "near-holds", "holds")

EVENTS = re.compile(
    r"n_(flipped|agreeing|wrong(?!_before_last)|off_by_one|right|changed|different)|wrong_|right_|carry_|mislabelled"
)
"""The names of fields that count what happened in some of the cases: their numbers may be smaller."""

PERFORMED_BY = "n_pairs"
"""The name of the field that counts the cases of such an event; 0 if there was none."""


NOT_MADE_TO_FAIL = {
    *("nearly-every-sum", "published-accuracy", "sample-misses", "errors-are-clustered", "both-directions"),
    *("published-carry-counts", "example-steering", "sites-differ", "sites-are-shared"),
    *("no-signs", "few-sites-together", "free-generation"),
    *("no-subspace-where-no-site", "second-dimension-adds-little"),
    *("predicted-errors-are-wrong", "wrong-sums-missed", "errors-beyond-nines", "contributions-depend-on-digit"),
    "levels-alone-miss-errors",
}
"""The claims that no change makes fail on the write-up's checkpoint.

Counts of wrong and of predicted sums only become smaller, and alike; masks, predicted digits and names of sites
stay; the columns of the signs are zero; and a single site serves every route.
"""


@dataclass(frozen=True)
class Call:
    """A claim function and the results with which a section called it."""

    function: ClaimFunction[...]
    results: tuple[Any, ...]
    claim: Claim


def recorded_calls(lab: Lab) -> list[Call]:
    """The first call of every claim function while all chapters are made, also those that are left out."""
    calls: dict[str, Call] = {}
    call = ClaimFunction.__call__

    def recording_call(self: ClaimFunction[...], *results: Any) -> Claim:
        claim = call(self, *results)
        calls.setdefault(self.name, Call(self, results, claim))
        return claim

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClaimFunction, "__call__", recording_call)
        chapters = measure(lab, plans(), leave_out=False)
    assert not [failure for chapter in chapters.values() for failure in chapter.failures]
    return list(calls.values())


@pytest.fixture(scope="module")
def calls_on_tiny_weights(
    tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights, tiny_cache: Path
) -> list[Call]:
    """The calls on small untrained weights."""
    folder = tmp_path_factory.mktemp("properties")
    shutil.copytree(tiny_cache, folder / "cache", copy_function=os.link)
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    return recorded_calls(Lab(folder / "tiny.safetensors", store=Store(folder / "cache" / "results")))


@pytest.fixture(scope="module")
def calls_on_the_write_ups(arena_chapters: Mapping[str, Any], arena_checkpoint: Path) -> list[Call]:
    """The calls on the write-up's checkpoint, of which every result is stored, and on the bundled seeds."""
    assert arena_chapters
    seeds = bundled_checkpoints()
    return recorded_calls(Lab(arena_checkpoint, store=Store.of_user(), others=lambda _: seeds))


# Other numbers of the same shapes.

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""A function that returns other numbers for an array of floats."""


def _spread(array: np.ndarray) -> float:
    finite = np.abs(array[np.isfinite(array)])
    return float(finite.max()) if finite.size else 1.0


CHANGES: Mapping[str, Change] = {
    "scaled": lambda array, random: array * random.lognormal(0, 1, array.shape),
    "shifted": lambda array, random: array + _spread(array) * random.normal(0, 0.3, array.shape),
    "all shifted": lambda array, random: array + _spread(array) * random.normal(),
    "smaller": lambda array, random: array * random.uniform(0, 0.5),
    "permuted": lambda array, random: random.permutation(array.ravel()).reshape(array.shape),
    "opposite": lambda array, random: 1 - array if _are_rates(array) else -array,
    "zero": lambda array, random: 0 * array,
    "some not measured": lambda array, random: np.where(random.random(array.shape) < 0.2, np.nan, array),
    "not measured": lambda array, random: np.full_like(array, np.nan),
}
"""How the floats of a result are changed, by name."""


def _are_rates(array: np.ndarray) -> bool:
    finite = array[np.isfinite(array)]
    return not np.iscomplexobj(array) and finite.size > 0 and finite.min() >= 0 and finite.max() <= 1


def _changed_floats(array: np.ndarray, change: str, random: np.random.Generator) -> np.ndarray:
    """The changed array, in the same range if its numbers are rates."""
    changed = CHANGES[change](array, random).astype(array.dtype)
    return np.clip(changed, 0, 1) if _are_rates(array) else changed


def _changed_counts(counts: np.ndarray, change: str, random: np.random.Generator) -> np.ndarray:
    """Counts of events, none of them larger: some did not happen, none did, or nothing was measured."""
    if change in ("zero", "not measured"):
        return np.zeros_like(counts)
    if change == "smaller":
        return (counts * random.uniform(0, 0.5)).astype(counts.dtype)
    if change == "some not measured":
        return np.where(random.random(counts.shape) < 0.5, 0, counts)
    return (counts * random.random(counts.shape)).astype(counts.dtype)


def _changed_field(name: str, value: Any, of: Any, change: str, random: np.random.Generator) -> Any:
    """Another value of a field of the result `of`."""
    match value:
        case np.ndarray() if EVENTS.match(name) and change == "opposite" and hasattr(of, PERFORMED_BY):
            cases = getattr(of, PERFORMED_BY)
            return cases.reshape(*cases.shape, *[1] * (value.ndim - cases.ndim)) - value
        case np.ndarray() if value.dtype.kind in "fc":
            return _changed_floats(value, change, random)
        case float():
            return float(_changed_floats(np.array([value]), change, random)[0])
        case np.ndarray() if name == PERFORMED_BY and change == "not measured":
            return np.zeros_like(value)
        case np.ndarray() if EVENTS.match(name):
            return _changed_counts(value, change, random)
        case int() if EVENTS.match(name) and not isinstance(value, bool):
            return int(_changed_counts(np.array(value), change, random))
    return changed(value, change, random)


def changed(value: Any, change: str, random: np.random.Generator) -> Any:
    """A copy of a result in which the numbers are others."""
    if isinstance(value, Verdict):
        opposite: State = "fails" if value.state in HOLDING else "holds"
        return dataclasses.replace(
            value, state=opposite if change == "opposite" else STATES[random.integers(len(STATES))]
        )
    if is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: getattr(value, one.name) for one in dataclasses.fields(value) if one.init}
        return dataclasses.replace(
            value, **{name: _changed_field(name, one, value, change, random) for name, one in fields.items()}
        )
    if isinstance(value, tuple):
        return tuple(changed(one, change, random) for one in value)
    return value


def results_of(call: Call, change: str, random: np.random.Generator) -> tuple[Any, ...]:
    """The results with other numbers; the sites for which other results were measured stay."""
    are_several = len(call.results) > 1
    return tuple(
        one if are_several and isinstance(one, CarrySites) else changed(one, change, random)
        for one in call.results
    )


# The verdict and the sentence, derived from the numbers in the file.


def _interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of a share of n."""
    z = 1.959963984540054
    share = round(share * n) / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half


def _margin(condition: Mapping[str, Any], value: float) -> float:
    low, high = condition["at_least"], condition["at_most"]
    margins = ([] if low is None else [value - low]) + ([] if high is None else [high - value])
    return min(margins)


def _deciding_case(condition: Mapping[str, Any]) -> Mapping[str, Any] | None:
    measured = [case for case in condition["cases"] if case["value"] is not None]
    choose = max if condition["of_some"] else min
    return choose(measured, key=lambda case: _margin(condition, case["value"]), default=None)


def _state_of_condition(condition: Mapping[str, Any]) -> str:
    """The outcome of a condition, from its numbers."""
    if "expected" in condition:
        return "holds" if condition["expected"] == condition["found"] else "fails"
    case = _deciding_case(condition)
    if case is None:
        return "not-measured"
    margins = [_margin(condition, one["value"]) for one in condition["cases"] if one["value"] is not None]
    are_within = [margin > 0 if condition["is_strict"] else margin >= 0 for margin in margins]
    holds = any(are_within) if condition["of_some"] else all(are_within)
    is_complete = len(margins) == len(condition["cases"])
    if not is_complete and holds is not condition["of_some"]:
        return "not-measured"
    outcome = "holds" if holds else "fails"
    if case["n"] is None:
        return outcome
    low, high = _interval(case["value"], case["n"])
    bounds = [condition[name] for name in ("at_least", "at_most") if condition[name] is not None]
    return f"near-{outcome}" if any(low <= bound <= high for bound in bounds) else outcome


def _state(check: Mapping[str, Any]) -> str:
    """The outcome of a check, from its numbers."""
    if not check["conditions"]:
        return "not-applicable"
    return min(map(_state_of_condition, check["conditions"]), key=FROM_WORST.index)


def _deciding_condition(check: Mapping[str, Any]) -> int:
    """The index of the condition that decides."""
    state = _state(check)

    def size(number: int) -> float:
        condition = check["conditions"][number]
        if "expected" in condition or (case := _deciding_case(condition)) is None:
            return math.inf
        bounds = [condition[name] for name in ("at_least", "at_most") if condition[name] is not None]
        return _margin(condition, case["value"]) / max(*map(abs, bounds), 1e-12)

    numbers = [n for n, one in enumerate(check["conditions"]) if _state_of_condition(one) == state]
    if state == "holds":
        own = [n for n in numbers if not check["conditions"][n].get("is_precondition")]
        numbers = own or numbers
    return min(numbers, key=size)


def complaints(claim: Claim, function: ClaimFunction[...]) -> list[str]:
    """What is wrong with a claim's verdict and sentence."""
    record = to_json(record_of(claim, "chapter", lambda source: source.__name__))
    check = record["check"]
    state = _state(check)
    if claim.state != state:
        return [f"the state is {claim.state}, and follows as {state}"]
    if re.search(r"\bnan\b", claim.check.value):
        return [f"the value is {claim.check.value}"]
    if state == "not-applicable":
        return [] if claim.check.value == check["reason"] != "" else ["there is no reason"]
    if state not in ("fails", "near-fails"):
        return [] if claim.sentence == function.statement else [f"the sentence is {claim.sentence}"]
    expected = function.otherwise or f"Not on this checkpoint: {function.statement}"
    number = _deciding_condition(check)
    condition = check["conditions"][number]
    if "expected" not in condition and (case := _deciding_case(condition)):
        made = claim.check.conditions[number]
        if "{case}" in expected and not case["name"]:
            return [f"the case that decides has no name: {claim.sentence}"]
        if "{quantity}" in expected and not condition["label"]:
            return [f"the quantity that decides has no name: {claim.sentence}"]
        words = {
            "quantity": condition["label"],
            "case": case["name"],
            "value": made.format(case["value"]),  # pyright: ignore
            "bound": made.bound,  # pyright: ignore
        }
        expected = re.sub(r"\{(quantity|case|value|bound)\}", lambda found: words[found[1]], expected)
        if record["value"] != case["value"] or not record["decided_by"].endswith(case["name"]):
            return [f"{record['decided_by']} does not decide with {record['value']}, but {case}"]
    in_words = re.sub(r"\$[^$]*\$", "", claim.sentence)
    if claim.sentence != expected or "{" in in_words or "nan" in in_words.split():
        return [f"the sentence is {claim.sentence}, expected {expected}"]
    return []


def check_calls(calls: Sequence[Call]) -> Mapping[str, Counter[str]]:
    """Check the claims of all calls, with the results as they are and with others; return the states by claim."""
    states: dict[str, Counter[str]] = {}
    found: list[str] = []
    for call in calls:
        name = call.function.name
        found += [f"{name}, as measured: {one}" for one in complaints(call.claim, call.function)]
        for number, change in enumerate(CHANGES):
            random = np.random.default_rng(number)
            results = results_of(call, change, random)
            try:
                # A share of nothing is NaN, which is not measured; only here is everything nothing.
                with np.errstate(invalid="ignore" if change == "zero" else "warn"):
                    claim = call.function(*results)
                problems = complaints(claim, call.function)
                states.setdefault(name, Counter())[claim.state] += 1
            except Exception as error:
                problems = [f"{type(error).__name__}: {error}"]
            found += [f"{name}, {change}: {one}" for one in problems]
    assert not found, "\n".join(found)
    return states


def test_every_claim_that_a_chapter_declares_is_checked_by_one_of_its_sections(
    calls_on_the_write_ups: list[Call],
) -> None:
    assert len(DECLARED) == sum(len(declared_claims(plan)) for plan in plans().values())
    assert {call.function.name for call in calls_on_the_write_ups} == set(DECLARED)


def test_on_untrained_weights_each_verdict_and_sentence_follows_from_the_numbers(
    calls_on_tiny_weights: list[Call],
) -> None:
    asked = {name for name, function in DECLARED.items() if function.kind != "published"}
    assert {call.function.name for call in calls_on_tiny_weights} == asked
    check_calls(calls_on_tiny_weights)


def test_on_the_write_up_s_checkpoint_each_verdict_and_sentence_follows_from_the_numbers(
    calls_on_the_write_ups: list[Call],
) -> None:
    states = check_calls(calls_on_the_write_ups)
    never_failing = {name for name, of_claim in states.items() if not {"fails", "near-fails"} & set(of_claim)}
    assert never_failing <= NOT_MADE_TO_FAIL
