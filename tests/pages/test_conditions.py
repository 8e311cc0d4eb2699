"""Passages of a text stand on a page only where the claims on which they rest hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup

from report.content.chapter import Chapter, Table
from report.content.claims.checks import Check, State, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.errors import TextError
from report.pages.claim_index import ClaimIndex
from report.pages.manuscript import Manuscript
from report.pages.text.conditions import Facts, resolved

STATES: dict[str, State] = {
    "good": "holds",
    "nearly": "near-holds",
    "bad": "fails",
    "barely": "near-fails",
    "theirs": "not-applicable",
    "other#good": "holds",
}
FACTS = Facts(STATES.get, {"can_add": True, "is_the_write_ups": False})


@pytest.mark.parametrize(
    ("condition", "is_met"),
    [
        ('holds("good")', True),
        ('holds("nearly")', True),
        ('holds("bad")', False),
        ('holds("theirs")', False),
        ('fails("bad")', True),
        ('fails("barely")', True),
        ('fails("theirs")', False),
        ('not holds("bad") and holds("good")', True),
        ('holds("bad") or (holds("good") and not fails("good"))', True),
        ('holds("other#good")', True),
        ("can_add", True),
        ("is_the_write_ups", False),
    ],
)
def test_a_passage_is_shown_if_its_condition_is_met(condition: str, is_met: bool) -> None:
    text = f"before {{% if {condition} %}}yes{{% else %}}no{{% endif %}} after"
    assert resolved(text, "it.md", FACTS) == f"before {'yes' if is_met else 'no'} after"


def test_the_first_branch_whose_condition_is_met_is_shown_and_lines_keep_their_numbers() -> None:
    text = '{% if holds("bad") %}\none\n{% elif holds("good") %}\ntwo\n{% elif can_add %}\nthree\n{% endif %}\nend'
    assert resolved(text, "it.md", FACTS).splitlines() == ["", "", "", "two", "", "", "", "end"]
    nested = '{% if holds("bad") %}{% if can_add %}in{% else %}side{% endif %}{% else %}out{% endif %}'
    assert resolved(nested, "it.md", FACTS) == "out"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '\n{% if holds("gone") %}{% endif %}',
            'it.md:2: the condition holds("gone") names a claim that does not',
        ),
        ('{% if can_add %}{% else %}{% if holds("gone") %}{% endif %}{% endif %}', "it.md:1: the condition"),
        ("{% if 1 + 1 %}{% endif %}", "it.md:1: expected a condition such as"),
        ("{% if good %}{% endif %}", "it.md:1: expected a condition such as"),
        ("{% if (holds( %}{% endif %}", "it.md:1: the condition (holds( cannot be read"),
        ("{% if %}{% endif %}", "it.md:1: the condition (empty) cannot be read"),
        ("{% if can_add %}", "it.md:1: this if has no endif"),
        ("\n\n{% endif %}", "it.md:3: endif without an if"),
        ("{% if can_add %}{% else %}{% elif can_add %}{% endif %}", "it.md:1: elif after the else"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, message: str) -> None:
    with pytest.raises(TextError) as error:
        resolved(text, "it.md", FACTS)
    assert str(error.value).startswith(message)


def analysis() -> None:
    """A stand-in for an analysis."""


HOLDS, FAILS = (all_of(at_least(0.5, value, "{bound}")) for value in (0.75, 0.25))


def claim_of(name: str, check: Check) -> Claim:
    """A claim with this check."""
    return Claim(name, f"The claim {name}.", check, analysis, analysis, otherwise=f"Instead of {name}.")


CHAPTER = Chapter(
    "One",
    "What?",
    tables=(Table("sums", "Sums", {"sum": [1]}, "Some.", analysis),),
    claims=(claim_of("good", HOLDS), claim_of("bad", FAILS), claim_of("theirs", not_applicable("It is theirs."))),
)
SHOWN = '{{ claim("good") }}\n\n{{ claim("bad") }}\n\n{{ claim("theirs") }}\n\n'


def html(text: str, chapter: Chapter = CHAPTER) -> str:
    """The page's text as HTML, without what its blocks show."""
    claims = ClaimIndex.of({"one": chapter, "left": Chapter("Left", "?", left_out="It cannot.")})
    manuscript = Manuscript.read("one", 1, chapter, SHOWN + text, Path("one.md"), claims)
    return manuscript.html(dict.fromkeys(("figure", "table", "claim"), lambda name: Markup(""))).html


def test_a_figure_or_table_in_a_passage_that_is_not_shown_may_be_left_out_but_no_claim() -> None:
    html('{% if holds("bad") %}{{ table("sums") }}{% endif %}')
    with pytest.raises(TextError, match='does not show table "sums"'):
        html("")
    hidden = '{{ table("sums") }} {% if holds("bad") %}{{ claim("more") }}{% endif %}'
    more = Chapter("One", "What?", tables=CHAPTER.tables, claims=(*CHAPTER.claims, claim_of("more", HOLDS)))
    with pytest.raises(TextError, match='does not show claim "more"'):
        html(hidden, more)


@pytest.mark.parametrize(
    ("link", "mark"),
    [
        ("#good", None),
        ("one.html#bad", "does not hold here"),
        ("#theirs", "not applicable"),
        ("#sums", None),
        ("two.html#bad", None),
    ],
)
def test_a_link_to_a_claim_that_does_not_hold_is_marked(link: str, mark: str | None) -> None:
    shown = html(f'[it]({link})\n\n{{{{ table("sums") }}}}')
    assert f'<a href="{link}">it</a>' in shown
    assert ("link-mark" in shown) == (mark is not None)
    assert mark is None or f'<span class="link-mark">({mark})</span>' in shown


def test_a_link_to_a_figure_of_a_chapter_that_is_left_out_leads_to_its_page() -> None:
    assert '<a href="left.html">it</a>' in html('[it](left.html#some-figure)\n\n{{ table("sums") }}')


def test_an_outcome_is_the_sentence_that_is_true_with_a_link() -> None:
    shown = html('- {{ outcome("one#good") }}\n- {{ outcome("one#bad") }}\n\n{{ table("sums") }}')
    assert 'href="one.html#good">The claim good.</a>' in shown
    assert 'href="one.html#bad">Instead of bad.</a>' in shown
    with pytest.raises(TextError, match="there is no claim one#gone"):
        html('{{ outcome("one#gone") }}\n\n{{ table("sums") }}')
