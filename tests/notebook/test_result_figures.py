"""A result draws the figures that the chapters draw of it."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from report.content.chapter import Figure
from sumint.analyses.ablation.head_ablation import HeadAblation
from sumint.lab import Lab


@pytest.mark.parametrize(
    ("analysis", "name", "choices", "view"),
    [
        ("head_ablation", "head-ablation", {}, ("mean",)),
        ("head_ablation", "head-ablation-by-digit", {"replaced_by": "zero"}, ("zero",)),
        ("qkv_ablation", "", {}, ()),
        ("unembedding", "", {}, ()),
    ],
)
def test_the_figure_is_that_of_the_chapter(
    arena_lab: Lab,
    arena_chapters: dict[str, Any],
    analysis: str,
    name: str,
    choices: dict[str, str],
    view: tuple[str, ...],
) -> None:
    chart: Any = arena_lab.run(analysis).figure(name, **choices)
    title = chart.layout.title
    assert isinstance(chart, go.Figure)
    figures = [figure for chapter in arena_chapters.values() for figure in chapter.figures]
    expected = next(figure for figure in figures if isinstance(figure, Figure) and figure.title == title.text)
    assert name in ("", expected.name)
    drawn = next(one for one in expected.views if one.choices == view or not view)
    assert chart.to_plotly_json()["data"] == drawn.plot.figure.to_plotly_json()["data"]
    assert title.subtitle.text == drawn.label


def test_a_chart_has_the_theme_of_the_report(arena_lab: Lab) -> None:
    chart = arena_lab.run("head_ablation").figure()
    assert chart.layout.template.layout.coloraxis.colorscale
    assert chart.layout.height > 240


def test_what_a_chapter_ablates_in_another_way_is_drawn_of_that_result(arena_lab: Lab) -> None:
    zero = arena_lab.run("head_ablation", replacement="zero")
    assert zero.figure("head-ablation", replaced_by="zero").layout.title.subtitle.text == "zero"


def test_a_result_that_no_chapter_draws_says_so(arena_lab: Lab) -> None:
    resampled = arena_lab.run("head_ablation", replacement="resample")
    with pytest.raises(ValueError, match=r"no chapter .* draws this result of head_ablation; .*to_frame"):
        resampled.figure()


@pytest.mark.parametrize(
    ("name", "choices", "message"),
    [
        (
            "head-ablaton",
            {},
            "no figure 'head-ablaton' of head_ablation; did you mean head-ablation",
        ),
        (
            "head-ablation",
            {"by": "mean"},
            "head-ablation has no control 'by'; its controls: replaced_by",
        ),
        ("head-ablation", {"replaced_by": "x"}, 'replaced_by=\'x\' is not an option; there are "mean", "zero"'),
    ],
)
def test_a_wrong_name_or_choice_lists_what_there_is(
    arena_lab: Lab, name: str, choices: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        arena_lab.run("head_ablation").figure(name, **choices)


def test_a_result_from_no_lab_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="this HeadAblation does not come from a lab"):
        HeadAblation(np.zeros((2, 3, 4))).figure()
