"""One runner makes every chapter: what a section has yielded stays, and what failed is a value with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from report.content.chapter import ChapterPlan, Content, KeyNumbers, Values
from report.content.failures import Failure, LeftOutError, described
from report.content.sections import make_chapter, measure
from report.errors import ReportError
from sumint.checkpoints.files import Weights, write_weights
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


def test_an_error_that_the_user_can_fix_ends_the_build(lab: Lab) -> None:
    with pytest.raises(ReportError, match="for the user"):
        make_chapter(lab, ChapterPlan("It", "What?", (fifth,)))


def test_a_syntax_error_is_described_with_its_place() -> None:
    with pytest.raises(SyntaxError) as raised:
        compile("def (", str(Path(__file__).parent / "broken.py"), "exec")
    assert described(raised.value) == "SyntaxError: invalid syntax (tests/content/broken.py:1)"


def test_failures_are_equal_if_their_messages_are() -> None:
    assert Failure.of("it", ValueError("no")) == Failure("it", "ValueError: no")
