"""A check has one outcome for every combination of measured values, and all that it prints follows from them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.content.claims.checks import (
    Check,
    all_of,
    at_least,
    at_most,
    between,
    condition,
    matches,
    not_applicable,
)
from report.content.claims.condition import Case, Condition
from report.content.claims.states import FAILING, HOLDING, LABELS, SHORT_LABELS, State

NAN = math.nan
HALF = 0.5


@pytest.mark.parametrize(
    ("value", "n", "state"),
    [
        (0.9, None, "holds"),
        (0.5, None, "holds"),
        (0.49, None, "fails"),
        (0.9, 100, "holds"),
        (0.51, 100, "near-holds"),
        (0.49, 100, "near-fails"),
        (0.1, 100, "fails"),
        (0.49, 100_000, "fails"),
        (NAN, None, "not-measured"),
        (math.inf, None, "not-measured"),
        (NAN, 0, "not-measured"),
    ],
)
def test_a_condition_has_an_outcome(value: float, n: int | None, state: State) -> None:
    assert at_least(HALF, value, "", n=n).state == state
    assert all_of(at_least(HALF, value, "", n=n)).state == state


def test_a_check_without_conditions_is_not_applicable_and_one_with_an_error_failed() -> None:
    reason = not_applicable("There is no site.")
    assert (reason.state, reason.value, reason.criterion) == ("not-applicable", "There is no site.", "")
    failed = Check(error="the analysis it: ValueError: no")
    assert (failed.state, failed.value) == ("failed", "the analysis it: ValueError: no")
    assert Check((at_least(HALF, 0.9, ""),), error="no").state == "failed"


def test_every_state_has_its_words() -> None:
    states = {*HOLDING, *FAILING, "not-applicable", "not-measured", "failed"}
    assert set(LABELS) == set(SHORT_LABELS) == states
    assert len(set(LABELS.values())) == len(states)


@pytest.mark.parametrize(
    ("low", "high", "value", "loose", "strict"),
    [
        (0.5, None, 0.5, "holds", "fails"),
        (None, 0.5, 0.5, "holds", "fails"),
        (0.2, 0.5, 0.5, "holds", "fails"),
        (0.2, 0.5, 0.2, "holds", "fails"),
        (0.5, None, 0.51, "holds", "holds"),
        (None, 0.5, 0.51, "fails", "fails"),
    ],
)
def test_a_value_equal_to_a_bound_is_outside_if_the_bound_is_strict(
    low: float | None, high: float | None, value: float, loose: State, strict: State
) -> None:
    assert condition(value, "", at_least=low, at_most=high).state == loose
    assert condition(value, "", at_least=low, at_most=high, is_strict=True).state == strict


def test_every_case_must_hold_or_some_case() -> None:
    measured = {"column 1": 0.9, "column 2": 0.2, "column 3": 0.7}
    every, some = at_least(HALF, measured, ""), at_least(HALF, measured, "", of_some=True)
    assert every.deciding == Case("column 2", 0.2)
    assert some.deciding == Case("column 1", 0.9)
    assert (every.state, some.state) == ("fails", "holds")
    assert at_least(0.95, measured, "", of_some=True).state == "fails"


@pytest.mark.parametrize(
    ("measured", "of_some", "state"),
    [
        ({"a": 0.9, "b": NAN}, False, "not-measured"),
        ({"a": 0.1, "b": NAN}, False, "fails"),
        ({"a": 0.9, "b": NAN}, True, "holds"),
        ({"a": 0.1, "b": NAN}, True, "not-measured"),
        ({"a": NAN, "b": NAN}, False, "not-measured"),
        ({}, False, "not-measured"),
        ({}, True, "not-measured"),
    ],
)
def test_what_could_not_be_measured_decides_nothing_unless_all_depends_on_it(
    measured: dict[str, float], of_some: bool, state: State
) -> None:
    assert at_least(HALF, measured, "", of_some=of_some).state == state


@pytest.mark.parametrize(
    ("states", "worst"),
    [
        (("holds", "near-holds"), "near-holds"),
        (("holds", "not-measured", "near-holds"), "not-measured"),
        (("not-measured", "near-fails"), "near-fails"),
        (("near-fails", "fails", "not-measured"), "fails"),
        (("holds", "holds"), "holds"),
    ],
)
def test_the_worst_condition_decides(states: tuple[State, ...], worst: State) -> None:
    of_state = {
        "holds": at_least(HALF, 0.9, "", label="holds"),
        "near-holds": at_least(HALF, 0.51, "", n=100, label="near-holds"),
        "near-fails": at_least(HALF, 0.49, "", n=100, label="near-fails"),
        "fails": at_least(HALF, 0.1, "", label="fails"),
        "not-measured": at_least(HALF, NAN, "", label="not-measured"),
    }
    check = all_of(*(of_state[state] for state in states))
    assert check.state == worst
    assert check.deciding is not None
    assert check.deciding.label == worst


def test_of_equally_bad_conditions_the_one_furthest_beyond_its_limit_decides() -> None:
    little, much = at_most(100, 110, "", unit="count"), at_least(0.1, 0.05, "")
    assert all_of(little, much).deciding is much
    assert all_of(much, little).deciding is much


def test_a_precondition_decides_only_where_the_claim_does_not_hold() -> None:
    met, unmet = (at_least(0.9, share, "", is_precondition=True) for share in (0.91, 0.8))
    own = at_most(0.5, 0.1, "")
    assert all_of(met, own).deciding is own
    assert all_of(unmet, own).deciding is unmet
    assert all_of(met).deciding is met


def test_a_match_fails_unless_exactly_what_is_expected_was_found() -> None:
    expected = {"layer 0": "H0.1", "layer 1": "H1.0"}
    met = matches(expected, dict(reversed(expected.items())), "the heads are {expected}", label="heads")
    assert met.state == "holds"
    assert met.criterion == "the heads are H0.1 (layer 0) and H1.0 (layer 1)"
    for found in ({"layer 0": "H0.1"}, {**expected, "layer 2": "H2.0"}, {**expected, "layer 1": "H1.1"}):
        assert matches(expected, found, "").state == "fails"
    assert matches("4", "5", "").state == "fails"
    check = all_of(at_least(HALF, 0.9, ""), matches("4", "5", "{expected} rows", label="rows"))
    assert check.state == "fails"
    assert check.value == "90.0%; rows: 5"
    assert check.criterion == "; 4 rows"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (at_least(0.8, 1.0, ""), "at least 80%"),
        (at_most(0.1, 0.0, ""), "at most 10%"),
        (between(0.3, 0.7, 0.5, ""), "between 30% and 70%"),
        (between(4, 4, 4, "", unit="count"), "4"),
        (at_least(0, 1.0, "", unit="nats", is_strict=True), "more than zero"),
        (at_most(36, 1.0, "", unit="°", is_strict=True), "less than 36.0°"),
        (at_most(0.2, 0.1, "", unit=""), "at most 0.200"),
        (at_least(3, 4, "", unit="sites"), "at least 3 sites"),
        (at_most(1, 1, "", unit="sites"), "at most 1 site"),
        (at_most(0.5, 0.1, "", unit="rad"), "at most 0.500 rad"),
        (at_least(1, 1, "", unit="digits"), "at least 1.00 digits"),
    ],
)
def test_bounds_are_told_in_words_with_their_unit(made: Condition, words: str) -> None:
    assert made.bound.replace("\N{NO-BREAK SPACE}", " ") == words


def test_the_criterion_has_the_bounds_of_every_condition() -> None:
    check = all_of(at_least(0.8, 0.9, "{bound} change along it"), at_most(0.1, 0.0, "{bound} change without it"))
    assert check.criterion == "at least 80% change along it; at most 10% change without it"


@pytest.mark.parametrize(
    ("made", "value"),
    [
        (at_least(0.8, 0.9, ""), "90.0%"),
        (at_least(0.8, 0.9, "", label="rate"), "rate: 90.0%"),
        (at_least(0.8, {"on": 0.9, "off": 0.85}, ""), "85.0% (off); 90.0% for the other"),
        (
            at_least(0.8, {"a": 0.9, "b": 0.85, "c": 1.0}, "", label="rate"),
            "rate: 85.0% (b); 90.0% to 100.0% for the 2 others",
        ),
        (at_least(0.8, {"a": 0.9, "b": 1.0}, "", of_some=True), "100.0% (b); 90.0% for the other"),
        (at_least(0.8, {"a": NAN, "b": 1.0}, ""), "100.0% (b); not measured for a"),
        (at_least(0.8, NAN, "", label="rate"), "not measured"),
        (at_least(0.8, 0.9, "", n=1000), "90.0% (95% interval 88.0% to 91.7%, n = 1,000)"),
        (at_least(0.8, {"on": 0.5}, "", n={"on": 4}), "50.0% (95% interval 15.0% to 85.0%, n = 4; on)"),
    ],
)
def test_the_value_names_the_case_that_decides_its_interval_and_the_range_of_the_others(
    made: Condition, value: str
) -> None:
    assert made.value == value


def test_of_how_many_it_was_asked_and_what_else_was_measured_are_told() -> None:
    rate = at_least(0.8, 0.9, "")
    assert all_of(rate, asked=(4, 6, "routes"), note="two sites").value == (
        "90.0%; measured on 4 of 6 routes; two sites"
    )
    assert all_of(rate, asked=(6, 6, "routes")).value == "90.0%"


@pytest.mark.parametrize(
    ("case", "complaint"),
    [
        ({"value": NAN}, "finite"),
        ({"value": -math.inf}, "finite"),
        ({"value": 0.5, "n": 0}, "sample"),
        ({"value": 0.5, "n": -1}, "sample"),
        ({"value": 0.5, "n": 10**400}, "sample"),
        ({"value": 1.5, "n": 10}, "share"),
        ({"value": -0.1, "n": 10}, "share"),
    ],
)
def test_a_case_that_no_measurement_can_have_is_refused(case: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Case("it", **case)  # pyright: ignore[reportArgumentType]


def test_a_condition_without_a_bound_is_refused() -> None:
    with pytest.raises(ValueError, match="expected a bound"):
        condition(0.5, "")


SHARES = st.one_of(st.floats(0, 1), st.just(NAN))


@given(
    measured=st.dictionaries(st.sampled_from("abcd"), SHARES, max_size=4),
    n=st.one_of(st.none(), st.integers(1, 1000)),
    low=st.floats(0, 1),
    width=st.one_of(st.none(), st.floats(0, 1)),
    is_strict=st.booleans(),
    of_some=st.booleans(),
)
def test_the_verdict_is_that_of_every_or_some_case(
    measured: dict[str, float], n: int | None, low: float, width: float | None, is_strict: bool, of_some: bool
) -> None:
    high = None if width is None else low + width
    made = condition(measured, "{bound}", at_least=low, at_most=high, n=n, is_strict=is_strict, of_some=of_some)
    upper = math.inf if high is None else high

    def is_inside(value: float) -> bool:
        return low < value < upper if is_strict else low <= value <= upper

    known = [value for value in measured.values() if not np.isnan(value)]
    inside = [is_inside(value) for value in known]
    all_known = bool(measured) and len(known) == len(measured)
    if (any if of_some else all)(inside):
        expected = HOLDING if (any(inside) if of_some else all_known) else ("not-measured",)
    else:
        expected = FAILING if (all_known or not of_some) else ("not-measured",)
    assert made.state in expected
    if n is None:
        assert "near" not in made.state
    assert "{" not in made.criterion + made.value
