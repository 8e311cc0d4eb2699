"""A ratio is flagged if it is worse by a fifth and by more than the noise, and every run enters the history."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import page_load
from tests.benchmarks.history import N_NEEDED, append, not_judged, worse
from tests.benchmarks.measurement import Measurement

N_ROUNDS = 5
N_QUANTITIES = 40
"""About as many as the benchmarks compare."""
N_HISTORIES = 100
BLOCKED = "of the main thread blocked"


def of_rounds(*ratios: float, more_is_better: bool = False, resolution: float = 0.0) -> Measurement:
    references = (1.0, 2.0, 4.0, 2.0, 1.0)[: len(ratios)]
    values = tuple(ratio * reference for ratio, reference in zip(ratios, references, strict=True))
    return Measurement("a build", "s", values, "the imports", references, more_is_better, resolution)


def history_of(folder: Path, *ratios: float) -> Path:
    history = folder / "benchmarks" / "history.jsonl"
    for ratio in ratios:
        append([of_rounds(ratio)], history, "2026-01-01", "A processor")
    return history


@pytest.mark.parametrize(
    ("ratio", "more_is_better", "is_worse"),
    [(2.3, False, False), (2.5, False, True), (1.0, False, False), (1.7, True, False), (1.6, True, True)],
)
def test_a_ratio_that_is_worse_by_a_fifth_is_flagged(
    tmp_path: Path, ratio: float, more_is_better: bool, is_worse: bool
) -> None:
    history = history_of(tmp_path, 2.0, 2.1, 2.0, 1.9, 2.0)
    found = worse([of_rounds(ratio, ratio, ratio, more_is_better=more_is_better)], history)
    sentence = (
        f"a build: {ratio} times the imports, usually 2: worse by 25%; every round is worse than 4 of the last 5"
    )
    assert found == ([f"{sentence} runs"] if is_worse else [])


@pytest.mark.parametrize("more_is_better", [False, True])
def test_a_ratio_whose_best_round_is_as_good_as_usual_is_not_flagged(tmp_path: Path, more_is_better: bool) -> None:
    history = history_of(tmp_path, 2.0, 2.1, 2.0, 1.9, 2.0)
    bad, good = (1.5, 2.0) if more_is_better else (3.0, 2.0)
    assert worse([of_rounds(bad, bad, bad, bad, bad, more_is_better=more_is_better)], history)
    assert worse([of_rounds(bad, bad, good, bad, bad, more_is_better=more_is_better)], history) == []


@pytest.mark.parametrize("more_is_better", [False, True])
def test_one_bad_night_does_not_hide_a_worse_ratio(tmp_path: Path, more_is_better: bool) -> None:
    usual, bad, now = ([2.0] * 8, 0.5, 1.5) if more_is_better else ([2.0] * 8, 5.0, 3.0)
    one = of_rounds(now, now, now, more_is_better=more_is_better)
    assert worse([one], history_of(tmp_path / "one", *usual, bad))
    assert worse([one], history_of(tmp_path / "two", *usual, bad, bad)) == []


def test_nights_longer_ago_than_the_last_ten_do_not_count(tmp_path: Path) -> None:
    assert worse([of_rounds(3.0)], history_of(tmp_path, *[1.0] * 20, *[3.0] * 10)) == []


def test_a_ratio_with_few_earlier_nights_is_not_judged(tmp_path: Path) -> None:
    found = [of_rounds(9.0), Measurement("the imports", "s", (1.0,))]
    history = history_of(tmp_path)
    for _ in range(N_NEEDED):
        assert (worse(found, history), not_judged(found, history)) == ([], ["a build"])
        history_of(tmp_path, 2.0)
    assert (len(worse(found, history)), not_judged(found, history)) == (1, [])


def test_only_nights_that_measured_a_ratio_count_for_it(tmp_path: Path) -> None:
    history = history_of(tmp_path, *[2.0] * N_NEEDED)
    for _ in range(10):
        append([Measurement("another", "s", (1.0,), "the imports", (1.0,))], history, "2026-01-02", "A processor")
    assert worse([of_rounds(3.0)], history)


def test_ratios_of_zero_are_compared_without_a_division(tmp_path: Path) -> None:
    zeros = history_of(tmp_path / "zeros", *[0.0] * N_NEEDED)
    assert worse([of_rounds(0.0)], zeros) == []
    assert worse([of_rounds(0.0, more_is_better=True)], zeros) == []
    assert worse([of_rounds(1.0, more_is_better=True)], zeros) == []
    (sentence,) = worse([of_rounds(1.0)], zeros)
    assert sentence == ("a build: 1 times the imports, usually 0; every round is worse than 4 of the last 5 runs")
    ones = history_of(tmp_path / "ones", *[1.0] * N_NEEDED)
    assert worse([of_rounds(0.0)], ones) == []
    (sentence,) = worse([of_rounds(0.0, more_is_better=True)], ones)
    assert "usually 1; every round" in sentence


def test_a_difference_that_cannot_be_measured_is_not_flagged(tmp_path: Path) -> None:
    history = history_of(tmp_path, *[2.0] * N_NEEDED)
    assert worse([of_rounds(3.0, 3.0, 3.0, resolution=1.9)], history)  # the median of the references is 2
    assert worse([of_rounds(3.0, 3.0, 3.0, resolution=2.0)], history) == []


def test_some_milliseconds_of_blocked_main_thread_are_not_flagged(tmp_path: Path) -> None:
    def load(*milliseconds: float) -> Measurement:
        return Measurement(
            f"no figure: {BLOCKED}",
            page_load.QUANTITIES[BLOCKED],
            milliseconds,
            "all at once",
            (4_300.0,) * len(milliseconds),
            resolution=page_load.RESOLUTIONS[BLOCKED],
        )

    generator = np.random.default_rng(0)
    history = tmp_path / "history.jsonl"
    for _ in range(100):
        night = load(*map(float, generator.uniform(2, 34, N_ROUNDS)))
        assert worse([night], history) == []
        append([night], history, "2026-01-01", "A processor")
    assert worse([load(34.0, 60.0, 55.0)], history) == []
    assert worse([load(134.0, 130.0, 126.0)], history)


def flagged_of_many(folder: Path, *, of_rounds: float, of_nights: float, factor: float, is_rate: bool) -> float:
    """The share of ratios that are flagged in the night after five to ten nights of unchanged code.

    Args:
        folder: where the histories are written.
        of_rounds: the standard deviation of a round, as a share of the ratio.
        of_nights: the standard deviation of what all rounds of a night have in common, as a share of the ratio.
        factor: how much slower the code is in the last night.
        is_rate: whether the ratios are those of rates, of which more is better.
    """
    generator = np.random.default_rng(0)

    def night(slower: float) -> list[Measurement]:
        noise = generator.normal(0, of_rounds, (N_QUANTITIES, N_ROUNDS))
        times = slower * (1 + noise + generator.normal(0, of_nights, (N_QUANTITIES, 1)))
        ratios = 1 / times if is_rate else times
        reference = (1.0,) * N_ROUNDS
        return [
            Measurement(str(place), "s", tuple(map(float, of_one)), "it", reference, is_rate)
            for place, of_one in enumerate(ratios)
        ]

    n_flagged = 0
    for place in range(N_HISTORIES):
        history = folder / f"{place}.jsonl"
        for _ in range(generator.integers(N_NEEDED, 11)):
            append(night(1.0), history, "2026-01-01", "A processor")
        n_flagged += len(worse(night(factor), history))
    return n_flagged / (N_HISTORIES * N_QUANTITIES)


@pytest.mark.parametrize("is_rate", [False, True])
def test_a_worsening_by_three_tenths_is_flagged_and_the_usual_noise_is_not(tmp_path: Path, is_rate: bool) -> None:
    usual = {"of_rounds": 0.04, "of_nights": 0.02}  # five rounds range over a tenth, as in docs/measured.md
    assert flagged_of_many(tmp_path / "unchanged", **usual, factor=1.0, is_rate=is_rate) == 0
    assert flagged_of_many(tmp_path / "worse", **usual, factor=1.3, is_rate=is_rate) > 0.97


@pytest.mark.parametrize(("of_rounds", "of_nights"), [(0.1, 0.0), (0.1, 0.03), (0.05, 0.05)])
def test_noise_twice_as_strong_is_flagged_in_fewer_than_one_of_five_hundred_ratios(
    tmp_path: Path, of_rounds: float, of_nights: float
) -> None:
    noise = {"of_rounds": of_rounds, "of_nights": of_nights}
    assert flagged_of_many(tmp_path / "unchanged", **noise, factor=1.0, is_rate=False) < 0.002
    assert flagged_of_many(tmp_path / "worse", **noise, factor=1.3, is_rate=False) > 0.7


def test_the_command_fails_if_something_is_worse_and_that_night_enters_the_history(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history = tmp_path / "history.jsonl"
    ratios = iter([2.0, 2.1, 2.0, 9.0, 2.1, 3.0, 2.0])
    monkeypatch.setattr(command, "BENCHMARKS", {"build": lambda *_: [of_rounds(next(ratios))]})
    monkeypatch.setattr("sys.argv", ["benchmarks", "build", "--history", str(history)])
    outputs = []
    for code in (0, 0, 0, 0, 0, 1, 0):
        assert command.main() == code
        outputs.append(capsys.readouterr().out)
    assert ["Not judged, for fewer than 5 earlier runs measured it: a build" in text for text in outputs] == [
        place < N_NEEDED for place in range(7)
    ]
    assert "a build: 3 times the imports, usually 2.1: worse by 43%" in outputs[5]
    nights = [json.loads(line)["ratios"]["a build"] for line in history.read_text(encoding="utf-8").splitlines()]
    assert nights == [2.0, 2.1, 2.0, 9.0, 2.1, 3.0, 2.0]
