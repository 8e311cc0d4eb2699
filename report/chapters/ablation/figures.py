"""The figures of the chapter on ablation: the rise in loss by head, by digit, and by queries, keys and values."""

from __future__ import annotations

from report.content.chapter import Figure
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.ablation.head_ablation import HeadAblation, head_ablation
from sumint.analyses.ablation.qkv_ablation import QkvAblation, qkv_ablation


def head_figures(by_replacement: dict[str, HeadAblation]) -> tuple[Figure, ...]:
    """Return the figures of the rise in loss by head, over all digits and digit by digit.

    `by_replacement` holds the ablation by the name of what replaces a head's output.
    """
    n_heads = by_replacement["mean"].loss_rise.shape[1]
    return (
        Figure(
            "head-ablation",
            "Loss increase when a head is ablated",
            {name: charts.heads(ablation.loss_rise) for name, ablation in by_replacement.items()},
            caption=(
                "Rise in mean cross-entropy (nats) over all digits of the sample when the output of one head "
                "is ablated."
            ),
            alt=f"A heatmap of two layers by {n_heads} heads, with the rise in loss written into each cell.",
            source=head_ablation,
            control="Replaced by",
            height=240,
            width=480,
        ),
        Figure(
            "head-ablation-by-digit",
            "Loss increase when a head is ablated, by digit",
            {name: _rise_by_digit(ablation) for name, ablation in by_replacement.items()},
            caption=(
                "Rise in mean cross-entropy (nats) at each digit of the answer when one head is ablated; solid "
                "lines are layer 0, dashed lines layer 1."
            ),
            alt=f"{2 * n_heads} lines over the digits of the answer, one for each head.",
            source=head_ablation,
            control="Replaced by",
            height=380,
        ),
    )


def _rise_by_digit(ablation: HeadAblation) -> LazyChart:
    n_layers, n_heads, n_digits = ablation.loss_rise_by_digit.shape
    return charts.lines(
        tuple(f"C{digit}" for digit in range(n_digits)),
        {
            f"H{layer}.{head}": ablation.loss_rise_by_digit[layer, head]
            for layer in range(n_layers)
            for head in range(n_heads)
        },
        x_title="digit of the answer",
        y_title="rise in loss (nats)",
    )


def qkv_figure(ablation: QkvAblation) -> Figure:
    """Return the heatmap of the rise in loss when a head's queries, keys or values are replaced."""
    n_heads = ablation.loss_rise[0].size
    return Figure(
        "qkv-ablation",
        "Loss increase when queries, keys or values are ablated",
        charts.head_parts(ablation.loss_rise),
        caption=(
            "Rise in mean cross-entropy (nats) over the sample when the queries, keys or values of a head are "
            "replaced by their mean."
        ),
        alt=f"A heatmap of queries, keys and values by {n_heads} heads, with the rise written into each cell.",
        source=qkv_ablation,
        height=280,
        width=590,
    )
