"""A figure has a view for every combination of its controls."""

import plotly.graph_objects as go
import pytest

from report.content.chapter import Figure
from report.content.controls import Control
from report.content.lazy_chart import LazyChart

PLOT = LazyChart(go.Figure)


def figure(plot: object, control: str | tuple[str, ...] = ()) -> Figure:
    return Figure("it", "It", plot, caption="", alt="", source=figure, control=control)  # pyright: ignore[reportArgumentType]


def test_a_figure_without_controls_has_one_view() -> None:
    assert [view.label for view in figure(PLOT).views] == [""]
    assert figure(PLOT).controls == ()


def test_each_control_has_its_options_in_the_order_of_the_views() -> None:
    views = {(total, digit): PLOT for total in ("2+3=5", "1+1=2") for digit in ("C0", "C1")}
    assert figure(views, ("Sum", "Digit")).controls == (
        Control("Sum", ("2+3=5", "1+1=2")),
        Control("Digit", ("C0", "C1")),
    )


@pytest.mark.parametrize(
    ("plot", "control", "wrong"),
    [
        ({}, "Sum", "expected at least one chart"),
        ({"a": PLOT, "b": PLOT}, (), "need a control"),
        ({("a", "b"): PLOT}, "Sum", "expected one choice for each of Sum"),
        ({("a", "c"): PLOT, ("b", "d"): PLOT}, ("Sum", "Digit"), "expected a view for each combination"),
    ],
)
def test_a_figure_whose_controls_lead_nowhere_is_refused(
    plot: object, control: str | tuple[str, ...], wrong: str
) -> None:
    with pytest.raises(ValueError, match=f"figure it: .*{wrong}"):
        figure(plot, control)
