"""Attention to the two digits of one column: from the position that predicts their sum, and from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from report.content.chapter import Figure, Table
from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import claim, published_claim
from report.content.formats import decimals, joined, percent, whole_percent
from report.figures import charts
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns

# Criteria, chosen after measuring the write-up's checkpoint: regression checks, not predictions.
CORRESPONDING_AT_LEAST = 0.75
ELSEWHERE_AT_LEAST = 0.95
REFUTED_AT_MOST = 0.05

PUBLISHED_COLUMNS = {0: (0,), 1: (0, 2, 3), 2: (1, 2, 3)}
"""By layer-0 head, the columns whose digits it attends to when they are predicted, according to the write-up."""
PUBLISHED_ELSEWHERE = ((0, "B3", 3), (0, "C1", 3), (1, "B3", 2), (2, "=", 1))
"""The write-up's other observations, as (head, position, column)."""
PUBLISHED_GUESS = (0, "B3", 2)
"""One of the places where a carry is found according to the write-up, as (head, position, column)."""


@dataclass(frozen=True)
class Guess:
    """One line of the write-up's hypothesis: the purpose of some heads and the column that they attend to."""

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


def column_attention_figure(measured: AttentionPatterns) -> Figure:
    """Return layer 0's mean attention to the two digits of each column, by head and position."""
    layout = measured.layout
    queries = slice(layout.second_operand.stop - 1, layout.n_ctx - 1)
    columns = tuple(f"A{column} B{column}" for column in range(layout.n_digits))
    n_heads = measured.patterns.shape[2]
    return Figure(
        "column-attention",
        "Attention to the digits of each column",
        charts.panels(
            {
                f"H0.{head}": charts.heatmap(
                    measured.column_attention[0, head, queries],
                    x=columns,
                    y=layout.position_names[queries],
                    x_title="column attended to",
                    y_title="from position",
                    quantity="attention",
                    diverging=False,
                    limits=(0, 1),
                    written=whole_percent,
                    is_share=True,
                )
                for head in range(n_heads)
            },
            columns=_n_panel_columns(n_heads),
        ),
        caption=(
            "Mean attention of each layer-0 head over the sample, from each position that sees both operands "
            "(rows) to the two digits of a column (columns)."
        ),
        alt=f"{n_heads} heatmaps of positions by columns, one for each head of the first layer.",
        source=attention_patterns,
        height=_grid_height(n_heads, columns=_n_panel_columns(n_heads), row=250),
        narrow_height=_grid_height(n_heads, columns=1, row=250),
    )


def hypothesis_table(measured: AttentionPatterns) -> Table:
    """Return the write-up's guesses with the attention measured on its checkpoint."""
    names = measured.layout.position_names

    def attention(guess: Guess) -> str:
        by_head = measured.column_attention[0, :, names.index(guess.position), guess.column]
        return joined(decimals(by_head[head]) for head in guess.heads)

    return Table(
        "hypothesis",
        "The write-up’s hypothesis on layer-0 heads",
        {
            "for": [f"C{guess.digit}" for guess in HYPOTHESIS],
            "guess": [guess.purpose for guess in HYPOTHESIS],
            "heads": [joined(f"H0.{head}" for head in guess.heads) for guess in HYPOTHESIS],
            "from": [guess.position for guess in HYPOTHESIS],
            "at": [f"A{guess.column} B{guess.column}" for guess in HYPOTHESIS],
            "attention": [attention(guess) for guess in HYPOTHESIS],
        },
        caption=(
            "The heads that add a digit or find its carry according to the write-up, with each head’s mean "
            "attention there to the two digits of the column."
        ),
        source=attention_patterns,
        csv_columns=_hypothesis_columns(measured),
    )


def _hypothesis_columns(measured: AttentionPatterns) -> dict[str, list[object]]:
    """Return the columns of the CSV of the guesses, with a row for each head that one names."""
    names = measured.layout.position_names
    rows = [(guess, head) for guess in HYPOTHESIS for head in guess.heads]
    return {
        "answer_digit": [f"C{guess.digit}" for guess, _ in rows],
        "guess": [guess.purpose for guess, _ in rows],
        "head": [f"H0.{head}" for _, head in rows],
        "from_position": [guess.position for guess, _ in rows],
        "to_column": [guess.column for guess, _ in rows],
        "attention": [
            float(measured.column_attention[0, head, names.index(guess.position), guess.column])
            for guess, head in rows
        ],
    }


@claim(
    "corresponding-digits",
    "For every digit of the answer, at the position that predicts it, some head of layer 0 attends mainly to "
    "the two digits of its column.",
    analysis=attention_patterns,
    figure="column-attention",
    otherwise=(
        "For {case}, the two digits of its column get only {value} of a head’s mean attention at the position "
        "that predicts it."
    ),
)
def some_head_attends_to_the_corresponding_digits(patterns: AttentionPatterns) -> Check:
    """For each digit of the answer, the largest mean attention of a head to the two digits of its column."""
    attention = patterns.corresponding_attention[0]
    best = attention.argmax(axis=0)
    heads_by_digit = joined(
        f"C{column} by {joined(f'H0.{head}' for head in np.flatnonzero(attends))}"
        for column, attends in enumerate(attention.T >= CORRESPONDING_AT_LEAST)
    )
    return all_of(
        at_least(
            CORRESPONDING_AT_LEAST,
            {f"C{column}, by H0.{head}": float(attention[head, column]) for column, head in enumerate(best)},
            "at the position that predicts each digit of the answer, {bound} of one layer-0 head’s mean "
            "attention is on the two digits of its column",
        ),
        note=f"heads that reach it: {heads_by_digit}",
    )


@published_claim(
    "published-corresponding-digits",
    "At the position that predicts a digit, H0.0 attends to the two digits of its column for C0; H0.1 for C0, "
    "C2 and C3; H0.2 for C1, C2 and C3.",
    analysis=attention_patterns,
    figure="column-attention",
)
def corresponding_digits_of_the_write_up(patterns: AttentionPatterns) -> Check:
    """The mean attention to the corresponding digits, of the heads that the write-up names and of all others."""
    attention = patterns.corresponding_attention[0]
    named = {(head, column) for head, columns in PUBLISHED_COLUMNS.items() for column in columns}

    def by_head(is_named: bool) -> dict[str, float]:
        return {
            f"H0.{head} for C{column}": float(attention[head, column])
            for head, column in np.ndindex(attention.shape)
            if ((head, column) in named) == is_named
        }

    return all_of(
        at_least(
            CORRESPONDING_AT_LEAST,
            by_head(True),
            "{bound} of each of these heads’ mean attention is on the two digits there",
            label="attention",
        ),
        at_most(
            CORRESPONDING_AT_LEAST,
            by_head(False),
            "{bound} for every other head and digit",
            label="attention otherwise",
            is_strict=True,
        ),
    )


@claim(
    "other-attention",
    "The two digits of every column but the first also get nearly all of some layer-0 head’s attention at a "
    "position that does not predict their sum.",
    analysis=attention_patterns,
    figure="column-attention",
    otherwise=(
        "At positions that do not predict their sum, the two digits of some column get at most {value} of a "
        "layer-0 head’s mean attention ({case})."
    ),
)
def other_positions_attend_to_every_column(patterns: AttentionPatterns) -> Check:
    """For each column but the first, the largest mean attention of a head elsewhere to its two digits."""
    layout = patterns.layout
    attention = patterns.column_attention[0]
    by_column: dict[str, float] = {}
    for column in range(1, layout.n_digits):
        (head, position), value = max(
            (
                ((head, position), float(attention[head, position, column]))
                for head in range(len(attention))
                for position in range(layout.second_operand.start + column, layout.predicting.stop)
                if position != layout.predicting.start + column
            ),
            key=lambda found: found[1],
        )
        by_column[f"column {column}, by H0.{head} at {layout.position_names[position]}"] = value
    return all_of(
        at_least(
            ELSEWHERE_AT_LEAST,
            by_column,
            "for every column but the first, {bound} of one layer-0 head’s mean attention is on the column’s "
            "two digits, at some position that sees both of them and does not predict their sum",
        )
    )


@published_claim(
    "published-other-attention",
    "H0.0 attends at B3 and at C1 to A3 and B3; H0.1 at B3 to A2 and B2; H0.2 at = to A1 and B1.",
    analysis=attention_patterns,
    figure="column-attention",
)
def other_attention_of_the_write_up(patterns: AttentionPatterns) -> Check:
    """The mean attention that the write-up observes elsewhere than where the digits' sum is predicted."""
    names = patterns.layout.position_names
    attention = {
        f"H0.{head} at {position} to A{column} and B{column}": float(
            patterns.column_attention[0, head, names.index(position), column]
        )
        for head, position, column in PUBLISHED_ELSEWHERE
    }
    return all_of(
        at_least(ELSEWHERE_AT_LEAST, attention, "{bound} of the mean attention is on the two digits each time")
    )


@published_claim(
    "hypothesis-refuted",
    "H0.0 does not attend to A2 and B2 at B3, where the write-up guesses that it looks for their carry.",
    analysis=attention_patterns,
    figure="column-attention",
)
def a_guess_of_the_write_up_is_refuted(patterns: AttentionPatterns) -> Check:
    """The mean attention at the place of one of the write-up's guesses."""
    head, position, column = PUBLISHED_GUESS
    at = patterns.layout.position_names.index(position)
    guessed, other = (float(patterns.column_attention[0, head, at, k]) for k in (column, column + 1))
    return all_of(
        at_most(REFUTED_AT_MOST, guessed, "{bound} of its mean attention there is on the two digits"),
        note=f"{percent(other)} is on A{column + 1} and B{column + 1}",
    )


def _n_panel_columns(n_heads: int) -> int:
    """Return the number of columns of a grid with a panel for each head that leaves no panel alone in a row."""
    return 3 if n_heads % 3 == 0 else 2


def _grid_height(n_panels: int, *, columns: int, row: int) -> int:
    """Return the height of a grid of panels in pixels; `row` is the height of each of its rows."""
    return 60 + row * -(-n_panels // columns)
