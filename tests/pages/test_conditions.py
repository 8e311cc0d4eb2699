"""A passage of a text is shown where its condition is met, and every mistake in a condition names its line."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go
import pytest

from report.content.chapter import Chapter, Figure, Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.content.claims.states import State
from report.content.lazy_chart import LazyChart
from report.errors import TextError
from report.pages.manuscript import Manuscript
from report.pages.text.conditions import Facts, claims_named, resolved, without_conditions

STATES: dict[str, State] = {
    "good": "holds",
    "nearly-good": "near-holds",
    "nearly-bad": "near-fails",
    "bad": "fails",
    "absent": "not-applicable",
    "unknown": "not-measured",
    "broken": "failed",
    "how-it-adds#far": "fails",
}
FACTS = Facts(STATES.get, {"is_the_write_ups": False, "can_add": True})


def shown(source: str) -> str:
    return resolved(source, "it.md", FACTS)


def is_met(condition: str) -> bool:
    return "yes" in shown("{% if " + condition + " %}yes{% endif %}")


@pytest.mark.parametrize(
    ("name", "holds", "fails"),
    [
        ("good", True, False),
        ("nearly-good", True, False),
        ("nearly-bad", False, True),
        ("bad", False, True),
        ("absent", False, False),
        ("unknown", False, False),
        ("broken", False, False),
        ("how-it-adds#far", False, True),
    ],
)
def test_a_claim_holds_fails_or_has_no_verdict(name: str, holds: bool, fails: bool) -> None:
    assert is_met(f'holds("{name}")') is holds
    assert is_met(f"fails('{name}')") is fails


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ('holds("good") and holds("nearly-good")', True),
        ('holds("good") and holds("bad")', False),
        ('holds("bad") or holds("good")', True),
        ('holds("bad") or fails("good")', False),
        ('not holds("bad")', True),
        ('not holds("absent") and not fails("absent")', True),
        ('holds("bad") and holds("good") or holds("good")', True),
        ('holds("bad") and (holds("good") or holds("good"))', False),
        ('not (holds("good") or holds("bad"))', False),
        ("can_add", True),
        ("not is_the_write_ups", True),
        ('is_the_write_ups or fails("bad")', True),
    ],
)
def test_conditions_are_combined(condition: str, met: bool) -> None:
    assert is_met(condition) is met


BRANCHES = '{% if holds("ONE") %}1{% elif fails("TWO") %}2{% elif holds("TWO") %}3{% else %}4{% endif %}'


@pytest.mark.parametrize(
    ("one", "two", "branch"),
    [("good", "bad", "1"), ("bad", "bad", "2"), ("absent", "good", "3"), ("bad", "absent", "4")],
)
def test_the_first_branch_whose_condition_is_met_is_shown(one: str, two: str, branch: str) -> None:
    assert shown(f"a{BRANCHES.replace('ONE', one).replace('TWO', two)}b") == f"a{branch}b"


@pytest.mark.parametrize(
    ("outer", "inner", "passage"), [("good", "good", "abc"), ("good", "bad", "axc"), ("bad", "good", "z")]
)
def test_a_block_in_a_passage_that_is_not_shown_is_not_shown(outer: str, inner: str, passage: str) -> None:
    nested = f'{{% if holds("{inner}") %}}b{{% else %}}x{{% endif %}}'
    assert shown(f'{{% if holds("{outer}") %}}a{nested}c{{% else %}}z{{% endif %}}') == passage


def test_lines_keep_their_numbers() -> None:
    source = 'one\n{% if holds("bad")\n   and holds("good") %}\ntwo\n{% else %}\nthree\n{% endif %}\nfour'
    lines = shown(source).split("\n")
    assert lines == ["one", "", "", "", "", "three", "", "four"]
    assert len(without_conditions(source).split("\n")) == len(lines)
    assert [line for line in without_conditions(source).split("\n") if line] == ["one", "two", "three", "four"]


def test_the_claims_of_all_conditions_are_listed_once() -> None:
    source = (
        '{% if holds("a") and not fails(\'one-page#b\') %}x{% elif holds( "c" ) %}y{% endif %}'
        ' {% if fails("a") %}{% endif %} {{ outcome("d") }}'
    )
    assert claims_named(source) == ("a", "one-page#b", "c")


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('a\n{% if holds("nobody") %}b{% endif %}', r"it.md:2: .*names a claim that does not exist: nobody"),
        (
            '{% if holds("bad") %}\n{% if holds("nobody") %}{% endif %}{% endif %}',
            "it.md:2: .*does not exist: nobody",
        ),
        ('{% if holds("good") %}\n{% elif holds("nobody") %}{% endif %}', "it.md:2: .*does not exist: nobody"),
        ('{% if holds("good") or fails("nobody") %}{% endif %}', "it.md:1: .*does not exist: nobody"),
        ('a\n\n{% if holds("good") %}b', "it.md:3: this if has no endif"),
        ('{% if holds("good") %}\n{% if holds("good") %}{% endif %}', "it.md:1: this if has no endif"),
        ("a\nb {% endif %}", "it.md:2: endif without an if before it"),
        ("{% else %}", "it.md:1: else without an if before it"),
        ('{% if can_add %}{% else %}\n{% elif holds("good") %}{% endif %}', "it.md:2: elif after the else"),
        ("{% if can_add %}{% else %}\n{% else %}{% endif %}", "it.md:2: else after the else"),
        ("{% if %}{% endif %}", r"it.md:1: the condition \(empty\) cannot be read"),
        ('{% if holds("good" %}{% endif %}', "it.md:1: the condition holds.* cannot be read"),
        ("{% if holds(good) %}{% endif %}", "it.md:1: expected a condition such as"),
        ('{% if holds("good", "bad") %}{% endif %}', "it.md:1: expected a condition such as"),
        ('{% if state("good") %}{% endif %}', "it.md:1: expected a condition such as"),
        ("{% if can_fly %}{% endif %}", "it.md:1: expected a condition such as"),
        ("{% if 1 %}{% endif %}", "it.md:1: expected a condition such as"),
        ('{% if "good" == "good" %}{% endif %}', "it.md:1: expected a condition such as"),
        ('{% if holds("good") }} {{ 1 %}{% endif %}', "it.md:1: the condition .* cannot be read"),
    ],
)
def test_a_mistake_in_a_condition_is_an_error_with_its_line(source: str, complaint: str) -> None:
    with pytest.raises(TextError, match=f"^{complaint}"):
        shown(source)


def measured() -> None:
    """A stand-in for an analysis."""


def check(state: State) -> Check:
    value = {"holds": 0.9, "fails": 0.1}
    return not_applicable("No site.") if state == "not-applicable" else all_of(at_least(0.5, value[state], ""))


def chapter(state: State) -> Chapter:
    """A chapter with a claim of this state, a figure and a table."""
    return Chapter(
        "It",
        "What?",
        figures=(Figure("chart", "Chart", LazyChart(go.Figure), "It.", "It.", measured),),
        tables=(Table("rows", "Rows", {"a": [1]}, "It.", measured),),
        claims=(Claim("it", "It is.", check(state), measured, measured, otherwise="It is not."),),  # pyright: ignore[reportArgumentType]
    )


TEXT = """{% if holds("it") %}
{{ figure("chart") }}
{% else %}
{{ table("rows") }}
{% endif %}

{{ claim("it") }}
"""


def manuscript(state: State = "holds", text: str = TEXT) -> Manuscript:
    return Manuscript.read("it", 1, chapter(state), text, Path("it.md"))


@pytest.mark.parametrize(
    ("state", "calls", "left_out"),
    [
        ("holds", [("figure", "chart"), ("claim", "it")], {("table", "rows")}),
        ("fails", [("table", "rows"), ("claim", "it")], {("figure", "chart")}),
        ("not-applicable", [("table", "rows"), ("claim", "it")], {("figure", "chart")}),
    ],
)
def test_a_figure_in_a_passage_that_is_not_taken_may_be_missing(
    state: State, calls: list[tuple[str, str]], left_out: set[tuple[str, str]]
) -> None:
    read = manuscript(state)
    assert [(call.function, call.name) for call in read.calls] == calls
    assert read.left_out == left_out
    assert {entry.title for entry in read.index_entries} == {"Chart" if state == "holds" else "Rows"}
    assert read.numbers.keys() == set(calls)


def test_a_figure_that_is_shown_in_every_branch_is_shown_once() -> None:
    both = TEXT.replace('{{ table("rows") }}', '{{ figure("chart") }}') + '\n{{ table("rows") }}\n'
    for state in ("holds", "fails"):
        assert [call.name for call in manuscript(state, both).calls if call.function == "figure"] == ["chart"]


def test_a_claim_may_not_be_left_out_by_a_condition() -> None:
    hidden = TEXT.replace('{{ claim("it") }}', '{% if fails("it") %}{{ claim("it") }}{% endif %}')
    assert manuscript("fails", hidden)
    with pytest.raises(TextError, match=r'^it.md:1: the text does not show claim "it"'):
        manuscript("holds", hidden)


def test_a_figure_that_no_branch_shows_is_an_error() -> None:
    with pytest.raises(TextError, match=r'^it.md:1: the text does not show table "rows"'):
        manuscript("holds", TEXT.replace('{{ table("rows") }}', ""))


@pytest.mark.parametrize("state", ["holds", "fails"])
def test_an_error_after_a_condition_has_its_line(state: State) -> None:
    wrong = TEXT + '\n{{ figure("nothing") }}\n'
    with pytest.raises(TextError, match=r'^it.md:9: the chapter has no figure "nothing"'):
        manuscript(state, wrong)
    with pytest.raises(TextError, match=r"^it.md:9: there is no value nothing|^it.md:9: .*nothing"):
        manuscript(state, TEXT + "\n{{ nothing }}\n").html(
            {kind: lambda name: "" for kind in ("figure", "table", "claim")}  # pyright: ignore[reportArgumentType]
        )
