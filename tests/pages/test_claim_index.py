"""A text can ask about every claim of the report, quote its outcome, and marks its links to those that fail."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from markupsafe import Markup

from report.content.chapter import Chapter
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.content.claims.outcome import Kind
from report.content.claims.states import State
from report.errors import TextError
from report.pages.claim_index import ClaimIndex
from report.pages.manuscript import Manuscript

CHECKS: dict[State, Check] = {
    "holds": all_of(at_least(0.5, 0.9, "")),
    "near-holds": all_of(at_least(0.5, 0.51, "", n=100)),
    "near-fails": all_of(at_least(0.5, 0.49, "", n=100)),
    "fails": all_of(at_least(0.5, 0.1, "")),
    "not-applicable": not_applicable("No site."),
    "not-measured": all_of(at_least(0.5, math.nan, "")),
    "failed": Check(error="no"),
}
MARKS: dict[State, str] = {
    "holds": "",
    "near-holds": "",
    "near-fails": " (does not hold here)",
    "fails": " (does not hold here)",
    "not-applicable": " (not applicable)",
    "not-measured": " (not measured)",
    "failed": " (failed)",
}
every_state = pytest.mark.parametrize("state", CHECKS)


def measured() -> Check:
    """A stand-in for an analysis."""
    return CHECKS["holds"]


def claim(state: State, name: str = "it", kind: Kind = "finding") -> Claim:
    return Claim(name, "It *is* <so>.", CHECKS[state], measured, measured, kind, "It *is not*.")


def chapter(*claims: Claim, left_out: str = "") -> Chapter:
    return Chapter("A page", "What?", claims=claims, left_out=left_out)


def index(state: State = "holds") -> ClaimIndex:
    return ClaimIndex.of({"here": chapter(claim(state)), "there": chapter(claim("fails"), claim(state, "other"))})


def text_of(html: str) -> str:
    """HTML without its tags."""
    return Markup(html).striptags()


@every_state
@pytest.mark.parametrize("address", ["#it", "here.html#it"])
def test_a_link_to_a_claim_that_does_not_hold_is_marked(state: State, address: str) -> None:
    html = Markup(f'As <a href="{address}">we <em>saw</em></a>, it is.')
    marked = index(state).marked(html, "here")
    assert text_of(marked) == f"As we saw{MARKS[state]}, it is."
    assert marked.startswith(html[: html.index("</a>") + 4])
    assert (marked == html) is not MARKS[state]


def test_each_of_several_links_has_the_mark_of_its_own_claim() -> None:
    html = '<a href="#it">one</a> <a href="there.html#it">two</a> <a href="there.html#other">three</a>'
    assert text_of(index("not-applicable").marked(Markup(html), "here")) == (
        "one (not applicable) two (does not hold here) three (not applicable)"
    )
    assert (
        text_of(index("holds").marked(Markup(html), "there"))
        == "one (does not hold here) two (does not hold here) three"
    )


@pytest.mark.parametrize(
    "link",
    [
        '<a href="#a-section">it</a>',
        '<a href="there.html">it</a>',
        '<a href="nowhere.html#it">it</a>',
        '<a href="https://example.org/there.html#it">it</a>',
    ],
)
def test_no_other_link_is_marked(link: str) -> None:
    assert index("fails").marked(Markup(link), "here") == link


def test_a_link_to_a_figure_of_a_chapter_that_is_left_out_leads_to_its_page() -> None:
    without = ClaimIndex.of(
        {"here": chapter(), "there": chapter(claim("not-applicable"), left_out="It cannot add.")}
    )
    html = '<a href="there.html#chart">chart</a> <a href="there.html#it">claim</a>'
    marked = without.marked(Markup(html), "here")
    assert '<a href="there.html">chart</a>' in marked
    assert '<a href="there.html#it">claim</a>' in marked
    assert text_of(marked) == "chart claim (not applicable)"


@every_state
def test_an_outcome_is_the_state_and_the_sentence_that_is_true(state: State) -> None:
    phrase = index(state).outcome("here#it")
    fails = state in ("fails", "near-fails")
    ending = "; instead: It is not." if fails else ": It is &lt;so&gt;."
    assert text_of(phrase).replace("<", "&lt;").replace(">", "&gt;") == f"{claim(state).label}{ending}"
    assert ("unseen" in phrase) is claim(state).was_checked
    assert f"verdict--{claim(state).css_class}" in phrase
    assert 'href="here.html#it"' in phrase
    assert "<so>" not in phrase


def test_an_outcome_in_a_text_is_not_marked_twice() -> None:
    both = index("fails")
    text = 'Before: {{ outcome("there#it") }} [after](there.html#it).'
    manuscript = Manuscript.read("here", 1, chapter(), text, Path("here.md"), both)
    assert text_of(manuscript.html({}).html).count("does not hold here") == 1


def test_an_outcome_of_no_claim_is_an_error_with_its_line() -> None:
    manuscript = Manuscript.read("here", 1, chapter(), 'One.\n\n{{ outcome("it") }}', Path("here.md"), index())
    with pytest.raises(TextError, match=r"^here.md:3: .*there is no claim it; expected the page and the name"):
        manuscript.html({})


@every_state
def test_a_text_asks_about_its_own_claims_by_name_and_about_others_by_address(state: State) -> None:
    facts = index(state).facts("here")
    assert facts.state_of("it") == facts.state_of("here#it") == facts.state_of("there#other") == state
    assert facts.state_of("there#it") == "fails"
    assert facts.state_of("other") is None
    assert index(state).facts("there").state_of("it") == "fails"


def test_claims_of_chapters_that_the_report_lacks_are_not_measured_and_show_nothing() -> None:
    missing = frozenset({"ablation", "unembedding", "live-model"})
    found = ClaimIndex.of({"here": chapter()}, missing=missing, runs_live=True)
    facts = found.facts("here")
    assert facts.state_of("ablation#anything") == "not-measured"
    assert facts.state_of("elsewhere#anything") is None
    assert found.outcome("ablation#anything") == found.measured("ablation#anything") == ""
    assert not any(facts.about_the_model[fact] for fact in ("is_whole", "shows_digits", "runs_live"))
    assert ClaimIndex.of({}, runs_live=True).facts("here").about_the_model["runs_live"]


def test_a_text_asks_what_is_known_of_the_checkpoint() -> None:
    assert index().facts("here").about_the_model == {
        "is_the_write_ups": False,
        "resembles_the_write_ups": False,
        "compares_seeds": False,
        "can_add": True,
        "runs_live": False,
        "is_whole": True,
        "shows_digits": True,
    }
    chapters = {"here": chapter(), "there": chapter(left_out="It cannot add.")}
    facts = ClaimIndex.of(chapters, is_the_write_ups=True, resembles_the_write_ups=True).facts("here")
    assert facts.about_the_model == {
        "is_the_write_ups": True,
        "resembles_the_write_ups": True,
        "compares_seeds": False,
        "can_add": False,
        "runs_live": False,
        "is_whole": True,
        "shows_digits": True,
    }
