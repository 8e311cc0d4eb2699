"""What a build prints at its end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from report.cli.build_summary import print_runs
from sumint.lab import Run


def test_long_settings_of_an_analysis_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        Run("circuit_scores", {"edges": [[0, 0, 9]] * 20, "n": 3}, "measured", "", 1.5),
        Run("head_ablation", {"replacement": "zero"}, "reused", "", 0.0),
        Run("unembedding", {}, "reused", "", 0.0),
    ]
    print_runs(
        cast(Any, SimpleNamespace(runs=runs)),
        cast(Any, SimpleNamespace(figure_states={})),
        why=False,
        seconds=True,
    )
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["circuit_scores(edges=…,", "n=3)", "measured", "1.50", "s"],
        ["head_ablation(replacement=zero)", "reused", "0.00", "s"],
        ["unembedding", "reused", "0.00", "s"],
    ]
