"""The charts that the chapters share: few kinds, one visual language.

A chart has no title, the page gives it one, and no colours, the theme does: it only says on which colour
scale a heatmap is read and which role a trace plays. Numbers are kept in single precision, in which they were
measured.
"""

from report.figures.charts.base import GUIDE, symmetric_limits
from report.figures.charts.head_parts import head_parts
from report.figures.charts.heatmaps import heatmap
from report.figures.charts.mark_matrix import Mark, marks
from report.figures.charts.panels import panels
from report.figures.charts.polar import Polar, polar, polar_points
from report.figures.charts.scatter import points
from report.figures.charts.series import bars, lines, stacked_lines

__all__ = [
    "GUIDE",
    "Mark",
    "Polar",
    "bars",
    "head_parts",
    "heatmap",
    "lines",
    "marks",
    "panels",
    "points",
    "polar",
    "polar_points",
    "stacked_lines",
    "symmetric_limits",
]
