"""Heatmaps of the rise in loss by head, and by the queries, keys and values of each head."""

from __future__ import annotations

from jaxtyping import Float
from numpy import ndarray

from report.content.formats import decimals
from report.content.lazy_chart import LazyChart
from report.figures.charts.heatmaps import heatmap
from sumint.interventions.hooks import KINDS


def heads(loss_rise: Float[ndarray, "layer head"]) -> LazyChart:
    """A heatmap of the rise in loss in nats, with a row for each layer and the name of each head in its cell."""
    n_layers, n_heads = loss_rise.shape
    return heatmap(
        loss_rise,
        x=tuple(map(str, range(n_heads))),
        y=tuple(map(str, range(n_layers))),
        x_title="head",
        y_title="layer",
        quantity="rise in loss (nats)",
        text=[
            [f"<b>H{layer}.{head}</b><br>{decimals(rise)}" for head, rise in enumerate(of_layer)]
            for layer, of_layer in enumerate(loss_rise.tolist())
        ],
        has_scale=False,
    )


def head_parts(
    loss_rise: Float[ndarray, "kind layer head"], *, limits: tuple[float, float] | None = None
) -> LazyChart:
    """A heatmap of the rise in loss in nats, with rows for queries, keys and values and a column per head."""
    _, n_layers, n_heads = loss_rise.shape
    return heatmap(
        loss_rise.reshape(len(KINDS), -1),
        x=tuple(f"H{layer}.{head}" for layer in range(n_layers) for head in range(n_heads)),
        y=tuple(kind.upper() for kind in KINDS),
        x_title="head",
        y_title="ablated",
        quantity="rise in loss (nats)",
        written=decimals,
        limits=limits,
    )
