"""Labels that would overlap are merged, and none is lost."""

from __future__ import annotations

import numpy as np
import pytest

from report.figures.charts.labels import point_labels, row_ticks
from report.figures.charts.line_labels import line_labels

NAMES = tuple(map(str, range(48)))
DIGITS = tuple(map(str, range(10)))


def test_rows_far_apart_have_a_label_each() -> None:
    assert row_ticks(["4", "41"], NAMES) == {"tickvals": ["4", "41"], "ticktext": ["4", "41"]}


def test_neighbouring_rows_share_a_label_between_them() -> None:
    assert row_ticks(["37", "26", "25"], NAMES) == {"tickvals": [25.5, "37"], "ticktext": ["25, 26", "37"]}


def test_points_far_apart_have_a_label_each() -> None:
    angles = np.arange(10) * 2 * np.pi / 10
    assert point_labels(DIGITS, np.cos(angles), np.sin(angles), reach=1) == list(DIGITS)


def test_the_outermost_of_close_points_names_them_all() -> None:
    across = np.array([1, 1.02, 1.04, 1.06, -1, -1, 0, 0, 0.5, -0.5])
    up = np.array([0, 0, 0, 0, 0, 0.01, 1, -1, 0, 0])
    written = point_labels(DIGITS, across, up, reach=1.06)
    assert written == ["", "", "", "0–3", "", "4, 5", "6", "7", "8", "9"]


def test_a_point_between_two_joins_their_labels() -> None:
    across = np.array([1.0, 0.8, 0.9])
    assert point_labels(["a", "b", "c"], across, np.zeros(3), reach=1) == ["a–c", "", ""]


def test_on_a_logarithmic_axis_a_line_has_its_name_at_its_last_point_above_zero() -> None:
    series = {"one": np.array([0.1, 0.01, 0.0]), "none": np.zeros(3)}
    (label,) = line_labels(range(3), series, {"one": "0", "none": "1"}, logarithmic=True)
    written = label.to_plotly_json()
    assert (written["texttemplate"].strip(), written["x"], written["y"]) == ("one", [1], [pytest.approx(0.01)])
