"""A check's verdict, criterion and value follow from its numbers, in every state."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.content.claims.checks import (
    Check,
    Condition,
    State,
    all_of,
    at_least,
    at_most,
    between,
    condition,
    matches,
    not_applicable,
)
from report.content.claims.claim import LABELS, Claim, claim

NAN = math.nan


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (at_least(0.9, 0.95, "{bound}"), "holds"),
        (at_least(0.9, 0.9, "{bound}"), "holds"),
        (at_least(0.9, 0.9, "{bound}", is_strict=True), "fails"),
        (at_least(0.9, 0.85, "{bound}"), "fails"),
        (at_least(0.9, 0.95, "{bound}", n=1000), "holds"),
        (at_least(0.9, 0.95, "{bound}", n=20), "near-holds"),
        (at_least(0.9, 0.85, "{bound}", n=20), "near-fails"),
        (at_least(0.9, 0.85, "{bound}", n=10_000), "fails"),
        (at_most(0.1, {"a": 0.05, "b": 0.2}, "{bound}"), "fails"),
        (at_most(0.1, {"a": 0.05, "b": 0.2}, "{bound}", of_some=True), "holds"),
        (between(1, 2, {"a": 1.5, "b": 2.5}, "{bound}"), "fails"),
        (at_least(0.9, NAN, "{bound}"), "not-measured"),
        (at_least(0.9, {}, "{bound}"), "not-measured"),
        (at_least(0.9, {"a": 0.95, "b": NAN}, "{bound}"), "not-measured"),
        (at_least(0.9, {"a": 0.5, "b": NAN}, "{bound}"), "fails"),
        (at_least(0.9, {"a": 0.95, "b": NAN}, "{bound}", of_some=True), "holds"),
        (at_least(0.9, {"a": 0.5, "b": NAN}, "{bound}", of_some=True), "not-measured"),
    ],
)
def test_a_condition_has_the_state_that_its_numbers_give(made: Condition, state: State) -> None:
    assert made.state == state
    assert all_of(made).state == state


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ((0.95, 0.95), "holds"),
        ((0.95, 0.5), "fails"),
        ((NAN, 0.5), "fails"),
        ((NAN, 0.95), "not-measured"),
    ],
)
def test_a_check_is_as_good_as_its_worst_condition(states: tuple[float, float], state: State) -> None:
    assert all_of(*(at_least(0.9, value, "{bound}") for value in states)).state == state


def test_a_check_without_conditions_says_why() -> None:
    assert not_applicable("There is none.").state == "not-applicable"
    assert not_applicable("There is none.").value == "There is none."
    failed = Check(error="ValueError: no")
    assert (failed.state, failed.value) == ("failed", "ValueError: no")


def test_what_was_found_has_to_be_what_is_expected() -> None:
    assert all_of(matches({"C0": "4"}, {"C0": "4"}, "it is {expected}")).state == "holds"
    check = all_of(matches({"C0": "4"}, {"C0": "5"}, "it is {expected}", label="digit"))
    assert (check.state, check.criterion, check.value) == ("fails", "it is 4 (C0)", "digit: 5 (C0)")


def test_criterion_and_value_are_written_from_the_numbers() -> None:
    check = all_of(
        at_least(0.9, {"1 → C0": 0.95, "2 → C0": 0.8}, "{bound} of the answers change", label="rate", n=100),
        at_most(3, 2, "the sites are {bound}", label="sites", unit="count"),
        asked=(2, 6, "routes"),
        note="a remark",
    )
    assert check.criterion == "at least 90.0% of the answers change; the sites are at most 3"
    assert check.value == (
        "rate: 80.0% (95% interval 71.1% to 86.7%, n = 100; 2 → C0); 95.0% for the 1 other; sites: 2; "
        "asked of 2 of 6 routes; a remark"
    )
    assert check.deciding is check.conditions[0]


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({"at_least": 0.5}, "at least 50.0%"),
        ({"at_least": 0.5, "is_strict": True}, "more than 50.0%"),
        ({"at_most": 0.5}, "at most 50.0%"),
        ({"at_most": 0.5, "is_strict": True}, "less than 50.0%"),
        ({"at_least": 0.25, "at_most": 0.5}, "between 25.0% and 50.0%"),
        ({"at_least": 0.5, "at_most": 0.5}, "50.0%"),
    ],
)
def test_bounds_are_written_in_words(bounds: dict[str, float], words: str) -> None:
    assert condition(0.5, "{bound}", **bounds).bound == words


def made_claim(check: Check) -> Claim:
    """The claim with this check."""

    def analysis() -> None:
        """A stand-in for an analysis."""

    @claim("it", "It holds.", analysis=analysis, otherwise="{case} has {value}, not {bound}.")
    def of(check: Check) -> Check:
        return check

    return of(check)


values = st.one_of(st.just(NAN), st.floats(-2, 2))


@given(
    measured=st.dictionaries(st.sampled_from(["C0", "C1", "C2"]), values),
    limit=st.floats(-1, 1),
    is_strict=st.booleans(),
    of_some=st.booleans(),
    n=st.one_of(st.none(), st.integers(1, 500)),
)
def test_the_sentence_of_a_claim_agrees_with_its_verdict(
    measured: dict[str, float], limit: float, is_strict: bool, of_some: bool, n: int | None
) -> None:
    if n is not None:
        measured = {name: abs(value) / 2 for name, value in measured.items()}
    made = made_claim(
        all_of(at_least(limit, measured, "{bound}", is_strict=is_strict, of_some=of_some, n=n, unit=""))
    )
    finite = [value for value in measured.values() if not math.isnan(value)]
    met = [value > limit or (value == limit and not is_strict) for value in finite]
    is_decided = any(met) if of_some else not all(met)
    if not finite or (len(finite) < len(measured) and not is_decided):
        assert made.state == "not-measured"
    elif any(met) if of_some else all(met):
        assert made.holds
        assert made.sentence == "It holds."
    else:
        assert made.does_not_hold
        decides = (max if of_some else min)(finite)
        assert made.check.conditions[0].format(decides) in made.sentence  # type: ignore[union-attr]
        assert not {"{case}", "{value}", "{bound}"} & set(made.sentence.split())
    assert made.label == LABELS[made.state]
    assert n is not None or not made.state.startswith("near")
