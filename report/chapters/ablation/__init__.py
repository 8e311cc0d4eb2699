"""Which heads the model needs, for which digits, and which of their parts."""

from __future__ import annotations

from report.chapters.ablation.claims import claims
from report.content.chapter import Chapter, Figure
from report.content.failures import isolated
from report.content.formats import decimals
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.ablation.head_ablation import HeadAblation, head_ablation
from sumint.analyses.ablation.qkv_ablation import QkvAblation, qkv_ablation
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """The chapter on ablations, measured on the lab's checkpoint."""
    by_mean, by_zero = lab.run(head_ablation), lab.run(head_ablation, replacement="zero")
    parts = lab.run(qkv_ablation)
    return Chapter(
        title="Ablation",
        question="Which heads does the model need, for which digits, and which of their parts?",
        figures=(*_head_figures({"mean": by_mean, "zero": by_zero}), _part_figure(parts)),
        claims=claims(lab, by_mean, parts),
        findings=("first-layer-first", "constant-queries", "critical-values"),
    )


@isolated
def _head_figures(replaced_by: dict[str, HeadAblation]) -> tuple[Figure, ...]:
    n_heads = replaced_by["mean"].loss_rise.shape[1]
    return (
        Figure(
            "head-ablation",
            "Rise in loss without a head",
            {name: _heads(measured) for name, measured in replaced_by.items()},
            caption="The rise of the mean cross-entropy in nats over all digits, without a head's output.",
            alt=f"A heatmap of two layers by {n_heads} heads, with the rise in loss written into each cell.",
            source=head_ablation,
            control="Replaced by",
            height=240,
            width=480,
        ),
        Figure(
            "head-ablation-by-digit",
            "Rise in loss without a head, digit by digit",
            {name: _heads_by_digit(measured) for name, measured in replaced_by.items()},
            caption="The same for each digit of the answer, the leading digit first; a line for each head.",
            alt=f"{2 * n_heads} lines over the digits of the answer, one for each head.",
            source=head_ablation,
            control="Replaced by",
            height=380,
        ),
    )


def _heads(measured: HeadAblation) -> LazyChart:
    n_layers, n_heads = measured.loss_rise.shape
    return charts.heatmap(
        measured.loss_rise,
        x=tuple(map(str, range(n_heads))),
        y=tuple(map(str, range(n_layers))),
        x_title="head",
        y_title="layer",
        quantity="rise in loss (nats)",
        written=decimals,
    )


def _heads_by_digit(measured: HeadAblation) -> LazyChart:
    n_layers, n_heads, n_digits = measured.loss_rise_by_digit.shape
    return charts.lines(
        tuple(f"C{digit}" for digit in range(n_digits)),
        {
            f"H{layer}.{head}": measured.loss_rise_by_digit[layer, head]
            for layer in range(n_layers)
            for head in range(n_heads)
        },
        x_title="digit of the answer",
        y_title="rise in loss (nats)",
    )


@isolated
def _part_figure(parts: QkvAblation) -> Figure:
    n_heads = parts.loss_rise[0].size
    return Figure(
        "qkv-ablation",
        "Rise in loss without queries, keys or values",
        charts.head_parts(parts.loss_rise),
        caption="The rise of the mean cross-entropy in nats when a head's queries, keys or values are replaced.",
        alt=f"A heatmap of queries, keys and values by {n_heads} heads, with the rise written into each cell.",
        source=qkv_ablation,
        height=280,
        width=590,
    )
