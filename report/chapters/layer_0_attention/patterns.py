"""The attention patterns of every head on a few sums, and the grid in which panels of heads are laid out."""

from __future__ import annotations

from report.content.chapter import Figure
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns
from sumint.task.sums import VOCABULARY


def patterns_figure(measured: AttentionPatterns) -> Figure:
    """Return the attention patterns of every head on the example sums."""
    n_layers, n_heads = measured.patterns.shape[1:3]
    names = measured.layout.position_names

    def pattern(example: int, layer: int, head: int) -> LazyChart:
        tokens = [VOCABULARY[token] for token in measured.tokens[example]]
        labels = [name if name == token else f"{name} {token}" for name, token in zip(names, tokens, strict=True)]
        return charts.heatmap(
            measured.patterns[example, layer, head],
            x=labels,
            y=labels,
            x_title="looks at",
            y_title="from",
            quantity="attention",
            diverging=False,
            square=True,
            limits=(0, 1),
        )

    return Figure(
        "attention-patterns",
        "Attention patterns",
        {
            (label, str(layer)): charts.panels(
                {f"H{layer}.{head}": pattern(example, layer, head) for head in range(n_heads)},
                columns=n_panel_columns(n_heads),
            )
            for example, label in enumerate(measured.labels)
            for layer in range(n_layers)
        },
        caption=(
            "How much each position attends to each before it and to itself: small for every head, a row for "
            "each layer, and large for the chosen one. The sum is written as on paper, so that the digits of a "
            "column stand one above another; it shows what one of its tokens looks at, and what looks at it."
        ),
        alt=(
            f"A heatmap of positions by positions for each of {n_layers * n_heads} heads, empty above the "
            "diagonal, and the sum’s tokens, shaded by attention."
        ),
        source=attention_patterns,
        control=("Sum", "Layer"),
        component="attention",
        simultaneous_controls=("Layer",),
        height=524,
    )


def n_panel_columns(n_heads: int) -> int:
    """Return the number of columns of a grid with a panel for each head that leaves no panel alone in a row."""
    return 3 if n_heads % 3 == 0 else 2
