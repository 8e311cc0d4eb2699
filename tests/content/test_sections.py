"""One runner makes every chapter: what a section yields stays, and what fails is a value with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from report.content import budget, sections
from report.content.budget import tally_of_every_sum
from report.content.chapter import Chapter, ChapterPlan, Content, KeyNumbers, Values
from report.content.claims.checks import Check, all_of, at_most
from report.content.claims.claim import claim
from report.content.declared import declared_claims
from report.content.failures import Failure, LeftOutError, described
from report.content.sections import make_chapter, measure
from report.errors import ReportError
from sumint.checkpoints.files import Weights, write_weights
from sumint.exhaustive.options import Options, RunningTally
from sumint.lab import Lab
from sumint.model.load import Model
from sumint.task.sums import Sums

N_RUNS = []


@dataclass(frozen=True)
class Nothing:
    n: int


def missing(model: Model, sample: Sums) -> Nothing:  # noqa: ARG001
    N_RUNS.append(1)
    raise LookupError("nothing to see")


@pytest.fixture
def lab(tmp_path: Path, tiny_weights: Weights) -> Lab:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    return Lab(tmp_path / "tiny.safetensors")


def first(lab: Lab) -> Iterator[Content]:
    yield Values({"layout": lab.layout})
    yield Values({"result": lab.run(missing)})


def second(lab: Lab) -> Iterator[Content]:
    yield KeyNumbers({"sums": "7"})
    yield Values({"result": lab.run(missing)})


def third(_: Lab) -> Iterator[Content]:
    yield Values({"third": 3})
    raise LeftOutError


def fourth(_: Lab) -> list[Content]:
    raise TypeError("no such list\nof many lines")


def fifth(_: Lab) -> Iterator[Content]:
    raise ReportError("for the user")
    yield


def test_what_a_section_has_yielded_stays_and_an_analysis_fails_once(lab: Lab) -> None:
    N_RUNS.clear()
    chapter = make_chapter(lab, ChapterPlan("It", "What?", (first, second, third)))
    assert chapter.values == {"layout": lab.layout, "third": 3}
    assert chapter.key_numbers == {"sums": "7"}
    (failure,) = chapter.failures
    assert failure.name == "the analysis missing"
    assert failure.message.startswith("LookupError: nothing to see (tests/content/test_sections.py:")
    assert isinstance(failure.error, LookupError)
    assert len(N_RUNS) == 1
    assert [run.state for run in lab.runs] == ["failed"]


def test_outside_a_chapter_a_failed_analysis_is_measured_again(lab: Lab) -> None:
    N_RUNS.clear()
    for _ in range(2):
        with pytest.raises(LookupError):
            lab.run(missing)
    assert len(N_RUNS) == 2


def test_a_failure_does_not_depend_on_what_a_section_is_annotated_to_return(lab: Lab) -> None:
    chapters = measure(lab, {"a": ChapterPlan("A", "?", (fourth,)), "b": ChapterPlan("B", "?", (third,))})
    (failure,) = chapters["a"].failures
    assert str(failure).startswith("the section fourth: TypeError: no such list (tests/content/test_sections.py:")
    assert chapters["b"].failures == ()


@claim("declared", "It is.", analysis=missing, otherwise="It is not.", figure="chart")
def it_is(result: Nothing) -> Check:
    """Whether there is nothing."""
    return all_of(at_most(0, result.n, "there are {bound}", unit="count"))


@claim("also-declared", "It is, too.", analysis=missing, otherwise="It is not.")
def it_is_too(result: Nothing) -> Check:
    return it_is.function(result)


def sixth(lab: Lab) -> Iterator[Content]:
    yield it_is(Nothing(0))
    yield it_is_too(lab.run(missing))


def seventh(_: Lab) -> Iterator[Content]:
    yield it_is(Nothing(1))


def test_the_claims_of_a_section_that_failed_have_failed(lab: Lab) -> None:
    claims = {claim.name: claim for claim in make_chapter(lab, ChapterPlan("It", "What?", (sixth,))).claims}
    assert claims["declared"].state == "holds"
    failed = claims["also-declared"]
    assert (failed.state, failed.statement, failed.sentence) == ("failed", "It is, too.", "It is, too.")
    assert failed.check.error.startswith("the analysis missing: LookupError: nothing to see (")


def test_a_claim_that_no_section_yields_has_not_failed_if_nothing_has(lab: Lab) -> None:
    (made,) = make_chapter(lab, ChapterPlan("It", "What?", (seventh,))).claims
    assert (made.name, made.state) == ("declared", "fails")


def test_the_declared_claims_of_a_chapter_are_those_of_its_sections_modules() -> None:
    assert {*declared_claims(ChapterPlan("It", "What?", (sixth, seventh)))} == {"declared", "also-declared"}
    assert declared_claims(ChapterPlan("It", "What?", (sixth,)))["declared"] is it_is
    assert declared_claims(ChapterPlan("It", "What?")) == {}


CANNOT = "This model cannot add: it gets 1.0% of all 100 sums right."


@pytest.mark.parametrize(
    ("needs_addition", "leave_out", "reason", "is_left_out"),
    [
        (True, True, CANNOT, True),
        (True, True, "", False),
        (True, False, CANNOT, False),
        (False, True, CANNOT, False),
    ],
)
def test_a_chapter_on_how_a_model_adds_is_left_out_if_the_model_cannot(
    needs_addition: bool,
    leave_out: bool,
    reason: str,
    is_left_out: bool,
    lab: Lab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sections, "why_it_cannot_add", lambda lab: reason)
    plan = ChapterPlan("It", "What?", (seventh,), findings=("declared",), needs_addition=needs_addition)
    chapter = measure(lab, {"it": plan}, leave_out=leave_out)["it"]
    if is_left_out:
        assert chapter.left_out == reason
        assert {claim.state for claim in chapter.claims} == {"not-applicable"}
        assert {claim.name for claim in chapter.claims} == {"declared", "also-declared"}
        assert {claim.check.reason for claim in chapter.claims} == {reason}
    else:
        assert chapter.left_out == ""
        assert [claim.state for claim in chapter.claims] == ["fails"]


def test_an_error_that_the_user_can_fix_ends_the_build(lab: Lab) -> None:
    with pytest.raises(ReportError, match="for the user"):
        make_chapter(lab, ChapterPlan("It", "What?", (fifth,)))


def test_a_syntax_error_is_described_with_its_place() -> None:
    with pytest.raises(SyntaxError) as raised:
        compile("def (", str(Path(__file__).parent / "broken.py"), "exec")
    assert described(raised.value) == "SyntaxError: invalid syntax (tests/content/broken.py:1)"


def test_failures_are_equal_if_their_messages_are() -> None:
    assert Failure.of("it", ValueError("no")) == Failure("it", "ValueError: no")


def test_what_has_to_wait_is_made_last_and_everything_else_before(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = BesideForTests()
    monkeypatch.setattr(budget, "current_options", lambda: Options(beside=beside))
    events: list[str] = []

    def before(_: Lab) -> Iterator[Content]:
        events.append("before")
        yield Values({"before": 1})

    def waits(lab: Lab) -> Iterator[Content]:
        tally = tally_of_every_sum(lab)
        events.append("tallied")
        yield Values({"tally": tally})

    def after(_: Lab) -> Iterator[Content]:
        events.append("after")
        yield Values({"after": 1})

    def meanwhile(chapters: Mapping[str, Chapter]) -> None:
        events.append(f"meanwhile {list(chapters)}")
        given.append(chapters)
        beside.is_done = True

    plans = {
        "one": ChapterPlan("One", "?", sections=(waits, after)),
        "two": ChapterPlan("Two", "?", sections=(before,)),
    }
    given: list[Mapping[str, Chapter]] = []
    chapters = measure(lab, plans, lambda stem: events.append(f"step {stem}"), meanwhile=meanwhile)
    assert list(given[0]) == ["two"], "chapters that are made later are not added"
    assert list(chapters) == ["one", "two"]
    assert not any(chapter.failures for chapter in chapters.values())
    assert set(chapters["one"].values) == {"tally", "after"}
    assert events == [
        *("step one", "after", "step two", "before", "meanwhile ['two']"),
        *("step one", "tallied", "after"),
    ]


def test_a_chapter_that_measures_other_chapters_waits_with_them(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = BesideForTests()
    monkeypatch.setattr(budget, "current_options", lambda: Options(beside=beside))

    def waits(lab: Lab) -> Iterator[Content]:
        yield Values({"tally": tally_of_every_sum(lab)})

    def of_others(lab: Lab) -> Iterator[Content]:
        yield Values({"others": measure(lab, {"inner": ChapterPlan("Inner", "?", sections=(waits,))})})

    def meanwhile(_: Mapping[str, Chapter]) -> None:
        beside.is_done = True

    chapters = measure(lab, {"outer": ChapterPlan("Outer", "?", sections=(of_others,))}, meanwhile=meanwhile)
    assert not chapters["outer"].failures
    assert set(chapters["outer"].values["others"]["inner"].values) == {"tally"}
    assert beside.is_done


class BesideForTests(RunningTally):
    """A process that is at work until a test ends it, and then computes nothing."""

    def __init__(self) -> None:
        self.is_done = False

    def is_working_on(self, weights: Weights) -> bool:  # noqa: ARG002
        return not self.is_done

    def tally(self, weights: Weights, on_progress: Callable[[int, int], None]) -> None:  # noqa: ARG002
        assert self.is_done


def test_a_chapter_that_measures_others_gets_those_that_have_been_made_and_depends_on_what_they_requested(
    lab: Lab,
) -> None:
    made: list[str] = []

    def inner(lab: Lab) -> Iterator[Content]:
        made.append("inner")
        yield Values({"layout": lab.layout})

    plan = ChapterPlan("Inner", "?", sections=(inner,))

    def outer(lab: Lab) -> Iterator[Content]:
        yield Values({"others": measure(lab, {"inner": plan})})

    plans = {"inner": plan, "outer": ChapterPlan("Outer", "?", sections=(outer,))}
    chapters = measure(lab, plans)
    assert made == ["inner"]
    assert chapters["outer"].values["others"] == {"inner": chapters["inner"]}
    assert chapters["inner"].requests
    assert chapters["inner"].requests.items() <= chapters["outer"].requests.items()
    measure(lab, plans)
    assert made == ["inner", "inner"]
