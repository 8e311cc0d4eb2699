"""Where the first layer's heads look, and what makes them look there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from report.chapters.layer_0_attention.claims import claims
from report.content.chapter import CORRECTED, PUBLISHED, Chapter, Figure, Table
from report.content.failures import isolated
from report.content.formats import decimals, joined
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns
from sumint.analyses.weights.qk_circuits import QkCircuits, qk_circuits
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY


@dataclass(frozen=True)
class Guess:
    """A line of the write-up's hypothesis: what some heads are for, and where they would have to look."""

    digit: int
    purpose: str
    heads: tuple[int, ...]
    position: str
    column: int


HYPOTHESIS = (
    Guess(0, "adds the digits", (0, 1), "=", 0),
    Guess(0, "finds the carry", (2,), "=", 1),
    Guess(1, "adds the digits", (2,), "C0", 1),
    Guess(1, "finds the carry", (0, 1), "B3", 2),
    Guess(2, "adds the digits", (1, 2), "C1", 2),
    Guess(2, "finds the carry", (0,), "C1", 3),
    Guess(3, "adds the digits", (1, 2), "C2", 3),
)

MEASURED = "measured"


def chapter(lab: Lab) -> Chapter:
    """The chapter on the first layer's attention, measured on the lab's checkpoint."""
    patterns, circuits = lab.run(attention_patterns), lab.run(qk_circuits)
    return Chapter(
        title="Layer 0 attention",
        question="Where do the heads of the first layer look, and what makes them look there?",
        figures=(_patterns(patterns), _columns(patterns), _scores(circuits), _positional(circuits)),
        tables=(_hypothesis(lab, patterns),),
        claims=claims(lab, patterns, circuits),
        findings=("corresponding-digits", "other-attention"),
    )


@isolated
def _patterns(measured: AttentionPatterns) -> Figure:
    n_layers, n_heads = measured.patterns.shape[1:3]
    names = measured.layout.position_names

    def pattern(example: int, layer: int, head: int) -> LazyChart:
        tokens = [VOCABULARY[token] for token in measured.tokens[example]]
        read = [name if name == token else f"{name} {token}" for name, token in zip(names, tokens, strict=True)]
        return charts.heatmap(
            measured.patterns[example, layer, head],
            x=read,
            y=read,
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
                columns=_columns_for(n_heads),
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
        shown_at_once=("Layer",),
        height=524,
    )


@isolated
def _columns(measured: AttentionPatterns) -> Figure:
    layout = measured.layout
    asking = slice(layout.second_operand.stop - 1, layout.n_ctx - 1)
    columns = tuple(f"A{column} B{column}" for column in range(layout.n_digits))
    n_heads = measured.patterns.shape[2]
    return Figure(
        "column-attention",
        "Attention to the digits of each column",
        charts.panels(
            {
                f"H0.{head}": charts.heatmap(
                    measured.column_attention[0, head, asking],
                    x=columns,
                    y=layout.position_names[asking],
                    x_title="looks at",
                    y_title="from",
                    quantity="attention",
                    diverging=False,
                    limits=(0, 1),
                    written=decimals,
                )
                for head in range(n_heads)
            },
            columns=_columns_for(n_heads),
        ),
        caption=(
            "How much attention, on average over the sample, goes to the two digits of a column, from the "
            "positions that see both operands."
        ),
        alt=f"{n_heads} heatmaps of positions by columns, one for each head of the first layer.",
        source=attention_patterns,
        height=_height(n_heads, columns=_columns_for(n_heads), row=250),
        narrow_height=_height(n_heads, columns=1, row=250),
    )


@isolated
def _hypothesis(lab: Lab, measured: AttentionPatterns) -> Table:
    is_published = lab.weights.digest == ARENA_DIGEST
    names = measured.layout.position_names

    def attention(guess: Guess) -> str:
        if not is_published:
            return "–"
        on_column = measured.column_attention[0, :, names.index(guess.position), guess.column]
        return joined(decimals(on_column[head]) for head in guess.heads)

    return Table(
        "hypothesis",
        "What the write-up guesses",
        {
            "for": [f"C{guess.digit}" for guess in HYPOTHESIS],
            "guess": [guess.purpose for guess in HYPOTHESIS],
            "heads": [joined(f"H0.{head}" for head in guess.heads) for guess in HYPOTHESIS],
            "from": [guess.position for guess in HYPOTHESIS],
            "at": [f"A{guess.column} B{guess.column}" for guess in HYPOTHESIS],
            "attention": [attention(guess) for guess in HYPOTHESIS],
        },
        caption=(
            "Which heads it takes to add the digits of a column, and which to look for a carry, and from which "
            "position; with the heads’ mean attention to the two digits, measured on the write-up’s checkpoint."
        ),
        source=attention_patterns,
    )


@isolated
def _scores(circuits: QkCircuits) -> Figure:
    names = circuits.layout.position_names
    queries, tokens = names[:-1], tuple(f"“{token}”" for token in VOCABULARY)
    corrected = np.concatenate([circuits.position_scores, circuits.token_scores], axis=-1)

    def scores(values: np.ndarray, keys: tuple[str, ...]) -> LazyChart:
        return charts.heatmap(values, x=keys, y=queries, x_title="key", y_title="query", quantity="score")

    views: dict[tuple[str, ...], LazyChart] = {}
    for head, published in enumerate(circuits.published_scores):
        views[f"H0.{head}", PUBLISHED] = scores(published, queries + tokens)
        views[f"H0.{head}", CORRECTED] = scores(corrected[head], queries + tokens)
    return Figure(
        "qk-circuit",
        "What positions and tokens add to a score",
        views,
        caption=(
            "Attention scores of the mean query for every position, left, and for every token, in quotes, right. "
            "As published, each token’s scores stand one name too far to the right, and hidden keys look like "
            "keys with a score of zero."
        ),
        alt="A heatmap of queries by keys: first the scores of positions, a triangle, then those of tokens.",
        source=qk_circuits,
        control=("Head", "Scores"),
        height=440,
    )


@isolated
def _positional(circuits: QkCircuits) -> Figure:
    names = circuits.layout.position_names[:-1]
    published, corrected = (
        decimals(distance.mean(), 3) for distance in (circuits.published_distance, circuits.corrected_distance)
    )
    versions = {
        PUBLISHED: circuits.published_positional,
        CORRECTED: circuits.corrected_positional,
        MEASURED: circuits.measured,
    }
    return Figure(
        "qk-position",
        "Attention that ignores the digits",
        {
            (f"H0.{head}", version): charts.heatmap(
                patterns[head],
                x=names,
                y=names,
                x_title="looks at",
                y_title="from",
                quantity="attention",
                diverging=False,
                square=True,
                limits=(0, 1),
            )
            for head in range(len(circuits.measured))
            for version, patterns in versions.items()
        },
        caption=(
            "Attention of the mean query, as published from positions and signs, corrected from the mean keys; "
            f"and the measured mean. Their mean distance in total variation from the measured is {published} and "
            f"{corrected}."
        ),
        alt="A heatmap of positions by positions, empty above the diagonal.",
        source=qk_circuits,
        control=("Head", "Attention"),
        height=500,
        width=560,
    )


def _columns_for(n_heads: int) -> int:
    """Of a grid with a panel for each head: no row with a single one beside nothing."""
    return 3 if n_heads % 3 == 0 else 2


def _height(n_panels: int, *, columns: int, row: int) -> int:
    """Of a grid of panels, each row so many pixels high."""
    return 60 + row * -(-n_panels // columns)
