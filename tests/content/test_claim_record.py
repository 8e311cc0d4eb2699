"""A claim is read back from `claims.json` as it was written, and its verdict is derived again from the numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.comparison.check import check
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
from report.content.claims.claim import ClaimFunction, claim
from report.content.claims.record import ClaimRecord, RecordError, from_json, record_of, to_json
from report.publishing.publish import publish

CHECKS = {
    "one value": all_of(at_least(0.5, 0.75, "{bound} of it")),
    "several conditions": all_of(
        at_least(0.8, {"on": 0.9, "off": 0.85}, "{bound}", label="along", n={"on": 120, "off": 130}),
        at_most(0.1, {"on": 0.0, "off": math.nan}, "{bound}", label="rest", n=100),
        asked=(4, 6, "routes"),
        note="the *rest* is $x$",
    ),
    "strict, of some": all_of(
        condition({"a": 3, "b": 5}, "", at_most=4, unit="count", is_strict=True, of_some=True)
    ),
    "between": all_of(between(-0.5, 0.5, -0.75, "", unit="rad")),
    "a match": all_of(
        matches({"layer 0": "H0.1"}, {"layer 0": "H0.2"}, "the heads are {expected}", label="heads")
    ),
    "a match and a condition": all_of(matches("4", "4", ""), at_least(0, -1.5, "", unit="nats")),
    "no case": all_of(at_least(1, {}, "")),
    "not applicable": not_applicable("No single site holds a carry."),
    "failed": Check(error="the analysis it: ValueError: no"),
}
every_check = pytest.mark.parametrize("made", CHECKS.values(), ids=list(CHECKS))


def measured() -> None:
    """A stand-in for an analysis."""


def function(name: str = "sparse") -> ClaimFunction[[Check]]:
    return claim(name, "It is *sparse*.", analysis=measured, otherwise="It is {value} at {case}.", figure="gram")(
        lambda made: made
    )


def record(made: Check, name: str = "sparse") -> ClaimRecord:
    return record_of(
        function(name)(made), "one", lambda source: "sumint/analyses/one.py", {"seed 1": "near-fails"}
    )


def json_of(made: Check, name: str = "sparse") -> dict[str, Any]:
    """The record as it is read from a file."""
    return json.loads(json.dumps(to_json(record(made, name)), allow_nan=False))


@every_check
def test_a_record_is_read_back_as_it_was_written(made: Check) -> None:
    written = record(made)
    read = from_json(json_of(made))
    assert read == written
    assert [type(condition) for condition in read.check.conditions] == [type(one) for one in made.conditions]
    assert (read.check.state, read.value, read.criterion) == (made.state, made.value, made.criterion)
    assert (read.key, read.address, read.networks) == ("one/sparse", "one.html#sparse", {"seed 1": "near-fails"})


def test_a_record_tells_what_decides_to_readers_who_derive_nothing() -> None:
    fields = json_of(CHECKS["several conditions"])
    assert fields["state"] == "not-measured"
    made = all_of(
        at_least(0.8, {"on": 0.9, "off": 0.75}, "{bound} change", label="along", n=100), asked=(4, 6, "routes")
    )
    fields = json_of(made)
    assert {name: fields[name] for name in ("value", "limit", "unit", "decided_by", "n", "n_possible")} == {
        "value": 0.75,
        "limit": 0.8,
        "unit": "%",
        "decided_by": "along, off",
        "n": 4,
        "n_possible": 6,
    }
    assert fields["interval"] == pytest.approx([0.6569, 0.8245], abs=1e-4)
    assert fields["state"] == "near-fails"
    assert fields["criterion"] == "at least 80% change"
    assert fields["measured"] == made.value
    assert fields["otherwise"] == "It is 75.0% at off."
    assert json_of(CHECKS["between"])["limit"] == -0.5
    for without in ("not applicable", "failed", "a match", "no case"):
        fields = json_of(CHECKS[without])
        assert [fields[name] for name in ("value", "limit", "interval")] == [None, None, None]


def test_what_could_not_be_measured_is_no_number_of_the_record() -> None:
    made = all_of(
        at_least(0.5, {"there": 0.75, "not there": math.nan, "beyond": math.inf}, "", label="share"),
        at_least(0.5, 0.25, ""),
        matches("4", "5", ""),
    )
    assert record(made).numbers == {"share, there": 0.75, "value": 0.25}


def numbers_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every measured value and every bound in a claim's record."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from numbers_in(inner, (*path, key))
        elif key in ("value", "at_least", "at_most") and inner is not None and path:
            yield (*path, key)


def changed(fields: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    fields = json.loads(json.dumps(fields))
    inner = fields
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return fields


def site_with(folder: Path, fields: dict[str, Any]) -> Path:
    files = {"index.html": b"<p>", "one.html": b"<p>", "claims.json": json.dumps([fields]).encode()}
    publish(files, folder)
    return folder


@pytest.mark.parametrize("state", ["holds", "fails", "near-holds", "not-applicable", "not-measured", "failed"])
@every_check
def test_a_verdict_that_does_not_follow_from_the_numbers_is_found(made: Check, state: str, tmp_path: Path) -> None:
    findings = check(site_with(tmp_path / "site", {**json_of(made), "state": state}))
    kinds = [finding.kind for finding in findings]
    if state != made.state:
        assert kinds == ["claims whose verdict does not follow from their numbers"]
        assert findings[0].where == "one/sparse"
    else:
        assert "claims whose verdict does not follow from their numbers" not in kinds


def test_a_number_or_a_bound_that_was_changed_is_found(tmp_path: Path) -> None:
    made = all_of(at_least(0.5, 0.75, ""), at_most(0.5, {"a": 0.1, "b": 0.2}, ""))
    fields = json_of(made)
    paths = [*numbers_in(fields["check"], ("check",))]
    assert len(paths) == 5
    for number, path in enumerate(paths):
        beyond = 0.0 if path[2] == 1 and path[-1] == "at_most" else 0.9 if path[2] == 1 else 0.1
        beyond = 0.9 if path[-1] == "at_least" else beyond
        site = site_with(tmp_path / str(number), changed(fields, path, beyond))
        (found,) = check(site)
        assert found.kind == "claims whose verdict does not follow from their numbers", path
        assert found.what == "states “Holds”, but its numbers give “Does not hold”"


def without(field: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: {key: value for key, value in fields.items() if key != field}


def having(*path: Any, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda fields: changed(fields, path, value)


FIRST = ("check", "conditions", 0)
"""The first condition of a record."""


@pytest.mark.parametrize(
    ("damage", "field"),
    [
        (without("name"), "name"),
        (without("check"), "check"),
        (without("state"), "state"),
        (having("state", value="perhaps"), "state"),
        (having("kind", value="general"), "kind"),
        (having("statement", value=7), "statement"),
        (having("networks", "seed 1", value="yes"), "networks.seed 1"),
        (having("check", "n_asked", value="many"), "check.n_asked"),
        (having("check", "conditions", value=7), "check.conditions"),
        (having(*FIRST, "unit", value=7), "check.conditions.0"),
        (having(*FIRST, "cases", 0, "value", value="much"), "check.conditions.0"),
        (having(*FIRST, "cases", 0, "value", value=math.inf), "check.conditions.0"),
        (having(*FIRST, "cases", 0, "n", value=-3), "check.conditions.0"),
        (having(*FIRST, "cases", 0, "n", value=10**400), "check.conditions.0"),
        (having(*FIRST, "at_least", value=None), "check.conditions.0"),
        (having(*FIRST, "at_least", value=math.inf), "check.conditions.0"),
        (having(*FIRST, "cases", value={}), "check.conditions.0"),
    ],
)
def test_a_damaged_record_is_an_error_with_the_name_of_the_field(
    damage: Callable[[dict[str, Any]], dict[str, Any]], field: str
) -> None:
    with pytest.raises(RecordError, match=rf"^`{field}") as raised:
        from_json(damage(json_of(CHECKS["one value"])))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("value", [None, 7, "claim", [], [1]])
def test_what_is_no_object_is_no_record(value: object) -> None:
    with pytest.raises(RecordError):
        from_json(value)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a record that contains no others."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


FIELDS = json_of(CHECKS["several conditions"])
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), 1e308, -1e308, 5e-324, math.inf, "", "\ud800", "{bound}", "count", "°"]),
    st.floats(allow_nan=False),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
)


@given(
    path=st.sampled_from([*leaves(FIELDS)]), value=ODD, unit=st.sampled_from(["%", "nats", "count", "sites", ""])
)
def test_whatever_a_record_holds_it_is_refused_or_can_be_told(
    path: tuple[Any, ...], value: Any, unit: str
) -> None:
    fields = changed(changed(FIELDS, (*FIRST, "unit"), unit), path, value)
    try:
        read = from_json(fields)
    except RecordError:
        return
    told = (read.check.state, read.value, read.criterion, read.numbers, read.key)
    assert all(part is not None for part in told)
    to_json(replace(read, statement=""))
