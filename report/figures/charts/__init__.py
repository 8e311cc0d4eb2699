"""The charts that the chapters share.

A chart has no title, which the page adds, and no colours, which the theme adds: it sets only the colour scale of a
heatmap and the role of each other trace. Numbers are in single precision, in which they were measured.
"""

from report.figures.charts.base import symmetric_limits
from report.figures.charts.dots import dots
from report.figures.charts.focused_rows import focused_rows
from report.figures.charts.heads import head_parts, heads
from report.figures.charts.heatmaps import heatmap
from report.figures.charts.histogram import histogram
from report.figures.charts.mark_matrix import Mark, mark_matrix
from report.figures.charts.panels import panels
from report.figures.charts.polar import Polar, polar, polar_points
from report.figures.charts.scatter import dial, scatter
from report.figures.charts.series import LineStyle, bars, lines, stacked_lines

__all__ = [
    "LineStyle",
    "Mark",
    "Polar",
    "bars",
    "dial",
    "dots",
    "focused_rows",
    "head_parts",
    "heads",
    "heatmap",
    "histogram",
    "lines",
    "mark_matrix",
    "panels",
    "polar",
    "polar_points",
    "scatter",
    "stacked_lines",
    "symmetric_limits",
]
