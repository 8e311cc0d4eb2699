"""A claim says what is true on a checkpoint, in words that follow from its check."""

from __future__ import annotations

import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from report.chapters.how_it_carries.direction import half_flip_dose
from report.content.claims.checks import Check, all_of, at_least, matches, not_applicable
from report.content.claims.claim import ABOUT_ANOTHER, Claim, ClaimFunction, claim, published_claim
from report.content.claims.failing import failing_claims, lines_of
from report.content.claims.outcome import Kind
from report.content.claims.states import State
from sumint.analyses.carrying.carry_direction import DOSES
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab


def measured() -> None:
    """A stand-in for an analysis."""


def rates(result: dict[str, float]) -> Check:
    """The rate of each route."""
    return all_of(at_least(0.8, result, "{bound} change", n=100))


RATES = claim(
    "rates", "On every route the answer changes.", analysis=measured, otherwise="On {case}, {value}, not {bound}."
)(rates)

PUBLISHED = published_claim("theirs", "Its head is H0.1.", analysis=measured)(rates)


def made(name: str, state: State, kind: Kind = "finding", follows: str = "") -> Claim:
    """A claim with this outcome."""
    checks: dict[State, Check] = {
        "holds": all_of(at_least(0.5, 0.9, "")),
        "near-holds": all_of(at_least(0.5, 0.51, "", n=100)),
        "near-fails": all_of(at_least(0.5, 0.49, "", n=100)),
        "fails": all_of(at_least(0.5, 0.1, "")),
        "not-applicable": not_applicable("No site."),
        "not-measured": all_of(at_least(0.5, math.nan, "")),
        "failed": Check(error="no"),
    }
    return Claim(
        name, f"It is {name}.", checks[state], measured, rates, kind, f"It is not {name}.", follows=follows
    )


def test_a_claim_that_holds_says_its_statement() -> None:
    found = RATES({"column 1": 0.9, "column 2": 0.95})
    assert (found.state, found.sentence) == ("holds", "On every route the answer changes.")
    assert found.holds
    assert not found.does_not_hold


def test_a_claim_that_fails_says_what_is_true_instead_with_the_case_that_decides() -> None:
    found = RATES({"column 1": 0.9, "column 2": 0.25})
    assert (found.state, found.sentence) == ("fails", "On column 2, 25.0%, not at least 80%.")
    near = RATES({"column 1": 0.79, "column 2": 0.95})
    assert (near.state, near.sentence) == ("near-fails", "On column 1, 79.0%, not at least 80%.")


def test_without_a_verdict_a_claim_says_its_statement() -> None:
    for check in (not_applicable("No route."), Check(error="no"), all_of(at_least(0.8, math.nan, ""))):
        found = RATES.with_check(check)
        assert found.sentence == "On every route the answer changes."
        assert not found.was_checked


def test_a_failing_match_leaves_the_sentence_as_it_is() -> None:
    found = claim("it", "It is 4.", analysis=measured, otherwise="It is another.")(
        lambda: all_of(matches("4", "5", ""))
    )
    assert found().sentence == "It is another."


@pytest.mark.parametrize(
    ("state", "css_class", "counts"),
    [
        ("holds", "holds", True),
        ("near-holds", "holds", True),
        ("near-fails", "fails", True),
        ("fails", "fails", True),
        ("not-applicable", "open", False),
        ("not-measured", "open", False),
        ("failed", "open", False),
    ],
)
def test_a_claim_counts_if_it_was_checked_and_another_network_might_not_pass(
    state: State, css_class: str, counts: bool
) -> None:
    for kind in get_args(Kind):
        may_fail = kind in ("finding", "published")
        found = made("it", state, kind)
        assert found.css_class == css_class
        assert found.was_checked is counts
        assert found.is_counted is (counts and may_fail)
        assert found.is_folded is (state == "not-applicable" and kind == "published")


def test_a_published_claim_is_checked_on_the_write_up_s_checkpoint_alone(
    tmp_path: Path, tiny_weights: Weights, arena_checkpoint: Path
) -> None:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    elsewhere = PUBLISHED.on(Lab(tmp_path / "tiny.safetensors"), {"column 1": 0.1})
    assert (elsewhere.state, elsewhere.check.reason) == ("not-applicable", ABOUT_ANOTHER)
    assert PUBLISHED.on(Lab(arena_checkpoint), {"column 1": 0.1}).state == "fails"
    assert PUBLISHED.kind == "published"


def test_a_claim_function_keeps_the_name_and_the_docstring_of_what_it_decorates() -> None:
    assert isinstance(RATES, ClaimFunction)
    assert (RATES.function, RATES.__doc__, RATES.name) == (rates, "The rate of each route.", "rates")


def test_claims_that_fail_for_one_cause_are_listed_under_it() -> None:
    claims = {
        f"one.html#{one.name}": one
        for one in (
            made("consequence", "fails", follows="cause"),
            made("holding", "holds", follows="cause"),
            made("cause", "near-fails"),
            made("open", "not-applicable", follows="cause"),
            made("further", "fails", follows="consequence"),
            made("alone", "fails", follows="holding"),
        )
    }
    failing = failing_claims(claims)
    assert [line for one in failing for line in lines_of(one)] == [
        "one.html#cause: It is not cause. (near: the limit is within the interval)",
        "  one.html#consequence: It is not consequence.",
        "    one.html#further: It is not further.",
        "one.html#alone: It is not alone.",
    ]
    assert failing_claims({"one.html#it": made("it", "holds")}) == ()


def test_half_have_moved_between_two_doses_or_never() -> None:
    ways = np.array(DOSES)
    assert half_flip_dose(ways.clip(max=1)) == pytest.approx(0.5)
    assert np.isnan(half_flip_dose(0.4 * ways.clip(max=1)))
    assert np.isnan(half_flip_dose(np.full(len(DOSES), np.nan)))
