"""The chapter on every sum shows the tally, or states that there is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import report.content.budget
from report.chapters import every_sum as chapter_package
from report.chapters.every_sum import figures
from report.chapters.every_sum.claims import (
    a_sample_misses_the_errors,
    carries_go_wrong_both_ways,
    errors_are_clustered,
    errors_are_wrong_carries,
    errors_grow_with_nines,
    nearly_all_sums_are_right,
    one_digit_is_wrong_by_one,
)
from report.chapters.every_sum.wrong_sums import wrong_sums
from report.content.chapter import Absent, Figure, Table
from report.content.claims.claim import Claim
from report.content.claims.condition import Condition
from report.content.lazy_chart import LazyChart
from report.content.sections import make_chapter
from report.figures.plotlyjs import full
from report.pipeline import build
from report.publishing.fingerprint import fingerprint
from report.publishing.repository import Repository
from sumint.analyses.performance.answer_tokens import answer_tokens
from sumint.analyses.performance.every_sum import every_sum
from sumint.analyses.performance.large_digit_patching import large_digit_patching
from sumint.analyses.performance.large_leading_digits import large_leading_digits
from sumint.checkpoints.files import Weights, write_weights
from sumint.exhaustive import run
from sumint.exhaustive.predictions import Predictions
from sumint.exhaustive.tally import Tally, tally_of
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.task.sums import Layout, all_sums

LAYOUT = Layout(3)
ON_ERRORS = (
    a_sample_misses_the_errors,
    one_digit_is_wrong_by_one,
    errors_are_wrong_carries,
    carries_go_wrong_both_ways,
    errors_grow_with_nines,
    errors_are_clustered,
)

N_ABSENT = 3
"""The figures and tables on large leading digits are absent, too: the network cannot add without them either."""


def claims_on_errors(tally: Tally) -> dict[str, Claim]:
    """The claims on the wrong sums, by name."""
    return {claim.name: claim for claim in (check(tally) for check in ON_ERRORS)}


def tally_with(wrong: dict[tuple[int, int], int]) -> Tally:
    """The tally of a model that is right on all sums of three digits except these, with the totals it predicts."""
    sums = all_sums(LAYOUT)
    predicted = sums.answer_digits.copy()
    margin = np.full(predicted.shape, 3.0)
    for (a, b), total in wrong.items():
        row = a * LAYOUT.operand_limit + b
        predicted[row] = [int(digit) for digit in f"{total:03}"]
        margin[row, predicted[row] != sums.answer_digits[row]] = -1.0
    probability = np.where(margin > 0, 0.995, 0.25)
    return tally_of(sums, Predictions(margin, -np.log(probability), probability, predicted, np.abs(margin)))


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    path = tmp_path / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {})
    return path


def table(tally: Tally, name: str) -> Table:
    made = {"wrong-sums": wrong_sums, "errors-by-digit": figures.errors_by_digit}[name](tally)
    assert isinstance(made, Table)
    return made


def test_every_wrong_sum_is_listed_with_what_is_wrong_about_it() -> None:
    wrong = {(4, 5): 19, (45, 54): 199, (455, 45): 400, (1, 1): 7, (123, 123): 347}
    rows = {row[:2]: row[2:-1] for row in table(tally_with(wrong), "wrong-sums").rows}
    assert rows == {
        ("004", "005"): ("009", "019", "C1", "too many", "1"),
        ("045", "054"): ("099", "199", "C0", "too many", "2"),
        ("455", "045"): ("500", "400", "C0", "missing", "1"),
        ("001", "001"): ("002", "007", "C2", "neither", "0"),
        ("123", "123"): ("246", "347", "C0, C2", "too many, too many", "0, 0"),
    }


def test_errors_that_nines_have_nothing_to_do_with_do_not_grow_with_them() -> None:
    random = np.random.default_rng(0).permutation(LAYOUT.n_sums)[: LAYOUT.n_sums // 20]
    wrong = {}
    for a, b in zip(*np.divmod(random, LAYOUT.operand_limit), strict=True):
        wrong[int(a), int(b)] = (int(a + b) + 100) % 1000
    claim = errors_grow_with_nines(tally_with(wrong))
    (condition,) = claim.check.conditions
    assert isinstance(condition, Condition)
    rises = {case.name: case.value for case in condition.cases}
    assert rises.keys() == {"from 0 to 1 nine", "from 1 to 2 nines"}
    # C1, which is never wrong, can have one nine but not two: over C0 and C1 half of the digits can be wrong.
    assert rises["from 0 to 1 nine"] == pytest.approx(0, abs=2e-3)
    assert rises["from 1 to 2 nines"] == pytest.approx(0, abs=1e-2)


def test_digits_are_counted_by_how_they_are_wrong() -> None:
    rows = table(tally_with({(4, 5): 19, (455, 45): 400, (1, 1): 7}), "errors-by-digit").rows
    assert [row[:6] for row in rows] == [
        ("C0", 1, 1 / LAYOUT.n_sums, 1, 0, 0),
        ("C1", 1, 1 / LAYOUT.n_sums, 0, 1, 0),
        ("C2", 1, 1 / LAYOUT.n_sums, 0, 0, 1),
    ]


@pytest.mark.parametrize(
    ("wrong", "fails"),
    [
        ({(45, 54): 199, (455, 45): 400, (4, 5): 19, (5, 5): 0}, set()),
        ({(1, 1): 7, (45, 54): 199, (455, 45): 400}, {"one-digit-by-one", "errors-are-carries"}),
        ({(1, 2): 2, (45, 54): 199, (455, 45): 400}, {"errors-are-carries"}),
        ({(123, 123): 347, (45, 54): 199, (455, 45): 400}, {"one-digit-by-one"}),
        ({(45, 54): 199, (4, 5): 19, (6, 1): 17}, {"both-directions"}),
        ({(5, 5): 0, (6, 1): 17}, {"errors-grow-with-nines"}),
    ],
)
def test_a_claim_fails_where_errors_are_others(wrong: dict[tuple[int, int], int], fails: set[str]) -> None:
    asked = ("one-digit-by-one", "errors-are-carries", "both-directions", "errors-grow-with-nines")
    found = claims_on_errors(tally_with(wrong))
    assert {name for name in asked if found[name].does_not_hold} == fails


@pytest.mark.parametrize("runs_live", [True, False])
def test_a_block_opens_a_sum_only_where_pages_run_the_network(runs_live: bool) -> None:
    plane = figures.errors_in_the_plane(tally_with({(123, 45): 1, (121, 46): 2}), runs_live)
    assert isinstance(plane, Figure)
    assert isinstance(plane.plot, LazyChart)
    meta = plane.plot.figure.layout.to_plotly_json().get("meta", {})
    assert meta.get("opens", {}) == ({"120,45": "live-model.html?sum=121_46#live-model"} if runs_live else {})


def test_without_an_error_nothing_is_said_of_errors() -> None:
    tally = tally_with({})
    assert isinstance(wrong_sums(tally), Absent)
    assert isinstance(figures.errors_in_the_plane(tally, True), Absent)
    assert isinstance(figures.right_digit_probability(tally), Figure)
    assert nearly_all_sums_are_right(tally).holds
    for claim in claims_on_errors(tally).values():
        assert (claim.state, claim.check.reason) == ("not-applicable", "No sum is wrong.")


def test_without_a_tally_nothing_is_measured_and_the_reason_is_told() -> None:
    for check in (nearly_all_sums_are_right, *ON_ERRORS):
        claim = check("Too *wide*.")
        assert claim.state == "not-measured"
        assert claim.check.value == "Too *wide*."


def test_errors_at_random_do_not_lie_together() -> None:
    operands = np.random.default_rng(0).permutation(LAYOUT.n_sums)[:3000]
    totals = {divmod(int(one), LAYOUT.operand_limit): 0 for one in operands}
    scattered = {sum_: (sum(sum_) + 1) % 1000 for sum_ in totals}
    clustered = {(a, b): (a + b + 1) % 1000 for a in range(50) for b in range(60)}
    many = {(a, b): (a + b + 1) % 1000 for a in range(250) for b in range(200)}
    nearly_all = {(a, b): (a + b + 1) % 1000 for a in range(450) for b in range(500)}
    for wrong, state in (
        (scattered, "fails"),
        (clustered, "holds"),
        (many, "holds"),
        (nearly_all, "not-applicable"),
    ):
        assert errors_are_clustered(tally_with(wrong)).state == state


def test_more_sums_than_a_build_goes_through_are_told_once_they_were_verified(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report.content.budget, "MOST_SUMS", 100)

    def lab() -> Lab:
        return Lab(checkpoint, store=Store(tmp_path / "results"))

    def made_from() -> str:
        return fingerprint(lab(), Repository(), full(), "")

    before = made_from()
    build(lab(), tmp_path / "site")
    page = (tmp_path / "site" / "every-sum.html").read_text()
    assert "<code>python -m sumint verify</code> does" in page
    assert page.count("figure--absent") == 8 + N_ABSENT
    lab().examine(every_sum)
    assert made_from() != before
    built = build(lab(), tmp_path / "site")
    assert not built.failures
    page = (tmp_path / "site" / "every-sum.html").read_text()
    assert page.count("figure--absent") == N_ABSENT
    assert (tmp_path / "site" / "data" / "every-sum" / "wrong-sums.json").exists()


def test_a_network_that_is_too_wide_is_said_to_be(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MEMORY", 1000)
    chapter = make_chapter(Lab(checkpoint), chapter_package.PLAN)
    absent = [shown for shown in (*chapter.figures, *chapter.tables) if isinstance(shown, Absent)]
    reasons = {shown.reason for shown in absent if "leading digit" not in shown.reason}
    assert len(reasons) == 1
    assert "too wide" in reasons.pop()
    assert len(absent) - sum("too wide" in shown.reason for shown in absent) == N_ABSENT
    assert chapter.key_numbers == {}
    of_samples = (answer_tokens, large_leading_digits, large_digit_patching)
    of_the_tally = [claim for claim in chapter.claims if claim.source not in of_samples]
    states = {claim.state for claim in of_the_tally if claim.kind != "published"}
    assert states == {"not-measured"}
