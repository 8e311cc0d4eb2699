"""A failure is reported where its content would be, and does not affect the rest."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from report.__main__ import main
from report.chapters import layer_0_attention, the_task, unembedding
from report.content.chapter import Content, Values
from report.content.lazy_chart import lazy_chart
from report.figures import charts
from report.publishing.publish import is_up_to_date
from sumint.analyses.weights.qk_circuits import QkCircuits
from sumint.analyses.weights.unembedding_svd import UnembeddingSvd
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.model.load import Model
from sumint.task.sums import Sums

ROOT = Path(__file__).parent.parent.parent
REASON = "the queries <b>went</b> missing"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory, tiny_cache: Path) -> Path:
    """The cache that all these builds share."""
    folder = tmp_path_factory.mktemp("failures") / "cache"
    shutil.copytree(tiny_cache, folder, copy_function=os.link)
    return folder


@pytest.fixture
def build(
    tmp_path: Path, cache: Path, tiny_weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, dict[str, str]]]:
    """A function that builds a site of untrained weights and returns the exit code and the pages."""
    monkeypatch.setenv("SUMINT_CACHE", str(cache))
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    site = tmp_path / "site"

    def builds(*options: str) -> tuple[int, dict[str, str]]:
        code = main(["build", "--weights", str(tmp_path / "tiny.safetensors"), "--site", str(site), *options])
        return code, {page.stem: page.read_text(encoding="utf-8") for page in site.glob("*.html")}

    return builds


def qk_circuits(model: Model, sample: Sums) -> QkCircuits:  # noqa: ARG001
    raise RuntimeError(REASON)


def unembedding_svd(model: Model, sample: Sums) -> UnembeddingSvd:  # noqa: ARG001
    raise ArithmeticError("it does not converge")


def undecided(lab: Lab) -> Iterator[Content]:
    yield Values({"layout": lab.layout, "share": 1 / 0})


@lazy_chart
def undrawable(*_: Any, **__: Any) -> go.Figure:
    raise ValueError("no bars today")


def shown_in_place(page: str, anchor: str) -> str:
    found = re.search(rf'<figure class="figure[^"]*" id="{anchor}".*?</figure>', page, re.DOTALL)
    assert found is not None, anchor
    return found[0]


def test_an_analysis_that_fails_is_told_where_its_results_would_be(
    build: Callable[..., tuple[int, dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cache: Path,
    capsys,
) -> None:
    monkeypatch.setattr(layer_0_attention, "qk_circuits", qk_circuits)
    code, pages = build()
    errors = capsys.readouterr().err
    assert code == 1
    page = pages["layer-0-attention"]
    assert "the queries &lt;b&gt;went&lt;/b&gt; missing" in shown_in_place(page, "qk-circuit")
    assert "data-figure" in shown_in_place(page, "attention-patterns")
    assert "could not be made" not in "".join(text for stem, text in pages.items() if stem != "layer-0-attention")
    assert "Traceback" not in "".join(pages.values()) + errors
    assert f"error: the analysis qk_circuits: RuntimeError: {REASON} (tests/content/test_failures.py:" in errors
    assert "Traceback" in (cache / "last-build.log").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "site" / "build.json").read_bytes())["failures"]


def test_a_figure_that_cannot_be_drawn_leaves_the_others_of_its_page_alone(
    build: Callable[..., tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(charts, "bars", undrawable)
    code, pages = build()
    assert code == 1
    assert "no bars today" in shown_in_place(pages["unembedding"], "singular-values")
    assert "data-figure" in shown_in_place(pages["unembedding"], "gram")


def test_a_chapter_of_which_every_section_fails_keeps_its_page(
    build: Callable[..., tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_task, "PLAN", replace(the_task.PLAN, sections=(undecided,)))
    code, pages = build()
    assert code == 1
    shown = shown_in_place(pages["the-task"], "sample-probabilities")
    assert "the section undecided: ZeroDivisionError: division by zero (tests/content/test_failures.py:" in shown
    assert "<h1>The task</h1>" in pages["the-task"]
    assert '<em class="unmeasured">not measured</em>' in pages["the-task"]
    assert "data-figure" in pages["ablation"]


def test_what_failed_is_tried_again(
    build: Callable[..., tuple[int, dict[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(unembedding, "unembedding_svd", unembedding_svd)
        assert build()[0] == 1
    manifest = json.loads((tmp_path / "site" / "manifest.json").read_bytes())
    assert not is_up_to_date(tmp_path / "site", manifest["inputs"])
    code, pages = build()
    assert code == 0
    assert "could not be made" not in "".join(pages.values())


def test_a_strict_build_publishes_nothing_if_anything_fails(
    build: Callable[..., tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys
) -> None:
    monkeypatch.setattr(unembedding, "unembedding_svd", unembedding_svd)
    assert build("--strict")[0] == 1
    assert not (tmp_path / "site").exists()
    assert "the analysis unembedding_svd: ArithmeticError: it does not converge" in capsys.readouterr().err


def test_a_failure_is_no_secret_to_who_asks(
    build: Callable[..., tuple[int, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(unembedding, "unembedding_svd", unembedding_svd)
    build("--verbose")
    assert "ArithmeticError: it does not converge" in capsys.readouterr().err


def test_an_interrupted_build_ends_with_a_line_and_keeps_what_was_measured(
    tmp_path: Path, tiny_weights: Weights, start: Callable[..., AbstractContextManager[subprocess.Popen[str]]]
) -> None:
    checkpoint, site = tmp_path / "tiny.safetensors", tmp_path / "site"
    write_weights(checkpoint, tiny_weights.tensors, {})
    environment = {**os.environ, "SUMINT_CACHE": str(tmp_path / "cache")}
    command = ("report", "build", "--weights", str(checkpoint), "--site", str(site))
    with start(*command, env=environment) as building:
        while not list((tmp_path / "cache").glob("results/performance/*.stored")):
            assert building.poll() is None
            time.sleep(0.02)
        building.send_signal(signal.SIGINT)
        _, errors = building.communicate(timeout=60)
    assert building.returncode == 130
    assert errors.splitlines()[-1] == "interrupted; the results so far are cached for the next build"
    assert "Traceback" not in errors
    assert not site.exists()
