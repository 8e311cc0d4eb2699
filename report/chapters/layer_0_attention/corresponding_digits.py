"""Attention to the two digits of one column: from the position that predicts their sum, and from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from report.content.chapter import Figure, Table
from report.content.claims import Claim, Finding, published_claim
from report.content.formats import decimals, joined
from report.figures import charts
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab

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
                    x_title="looks at",
                    y_title="from",
                    quantity="attention",
                    diverging=False,
                    limits=(0, 1),
                    written=decimals,
                )
                for head in range(n_heads)
            },
            columns=_n_panel_columns(n_heads),
        ),
        caption=(
            "How much attention, on average over the sample, goes to the two digits of a column, from the "
            "positions that see both operands."
        ),
        alt=f"{n_heads} heatmaps of positions by columns, one for each head of the first layer.",
        source=attention_patterns,
        height=_grid_height(n_heads, columns=_n_panel_columns(n_heads), row=250),
        narrow_height=_grid_height(n_heads, columns=1, row=250),
    )


def hypothesis_table(lab: Lab, measured: AttentionPatterns) -> Table:
    """Return the write-up's guesses with the attention measured on its checkpoint; on another, without."""
    is_published = lab.weights.digest == ARENA_DIGEST
    names = measured.layout.position_names

    def attention(guess: Guess) -> str:
        if not is_published:
            return "–"
        by_head = measured.column_attention[0, :, names.index(guess.position), guess.column]
        return joined(decimals(by_head[head]) for head in guess.heads)

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


def corresponding_digits_claims(lab: Lab, patterns: AttentionPatterns) -> tuple[Claim, ...]:
    """Return the claims on attention to the digits of the column whose digit is predicted."""
    attention = patterns.corresponding_attention[0]
    attends = attention >= CORRESPONDING_AT_LEAST
    heads_by_digit = joined(
        f"C{column} by {joined(f'H0.{head}' for head in np.flatnonzero(attends[:, column]))}"
        for column in range(patterns.n_digits)
    )

    def check_published() -> Finding:
        columns_of = {head: tuple(map(int, np.flatnonzero(columns))) for head, columns in enumerate(attends)}
        least = {head: float(attention[head, list(columns)].min()) for head, columns in PUBLISHED_COLUMNS.items()}
        greatest_other = max(float(attention[~attends].max(initial=0)), 0)
        return Finding(
            joined(
                f"H0.{head} for {joined(f'C{column}' for column in columns)}"
                for head, columns in columns_of.items()
            ),
            columns_of == PUBLISHED_COLUMNS,
            {**{f"least_of_H0.{head}": value for head, value in least.items()}, "greatest_other": greatest_other},
        )

    return (
        Claim(
            "corresponding-digits",
            "For every digit of the answer, some head of the first layer looks at the two digits of its column.",
            value=f"it is so for {heads_by_digit}",
            criterion=(
                f"at least {CORRESPONDING_AT_LEAST} of one head’s mean attention is on the column’s two digits, "
                "from the position that predicts its digit"
            ),
            holds=bool(attends.any(axis=0).all()),
            source=attention_patterns,
            numbers={
                f"greatest_for_C{column}": float(value) for column, value in enumerate(attention.max(axis=0))
            },
            otherwise="On these weights some digit of the answer is predicted without such a head.",
        ),
        published_claim(
            lab,
            "published-corresponding-digits",
            "H0.0 looks at the corresponding digits for C0; H0.1 for C0, C2 and C3; H0.2 for C1, C2 and C3.",
            criterion=f"the attention is at least {CORRESPONDING_AT_LEAST} there and nowhere else",
            source=attention_patterns,
            check=check_published,
        ),
    )


def other_attention_claims(lab: Lab, patterns: AttentionPatterns) -> tuple[Claim, ...]:
    """Return the claims on attention to a column's digits from a position that does not predict their sum."""
    layout = patterns.layout
    names = layout.position_names
    attention = patterns.column_attention[0]
    elsewhere = {
        (head, position, column): float(attention[head, position, column])
        for head in range(len(attention))
        for position in range(layout.second_operand.stop - 1, layout.predicting.stop)
        for column in range(layout.n_digits)
        if position != layout.predicting.start + column and attention[head, position, column] >= ELSEWHERE_AT_LEAST
    }
    columns = {column for _, _, column in elsewhere}
    listed = joined(_label(head, names[position], column) for head, position, column in elsewhere)

    def check_published() -> Finding:
        measured = {
            f"H0.{head} {position} → A{column} B{column}": float(attention[head, names.index(position), column])
            for head, position, column in PUBLISHED_ELSEWHERE
        }
        return Finding(
            joined(decimals(value, 3) for value in measured.values()),
            min(measured.values()) >= ELSEWHERE_AT_LEAST,
            measured,
        )

    return (
        Claim(
            "other-attention",
            "The digits of every column but the first are also looked at from a position that does not predict "
            "their sum.",
            value=f"found: {listed}",
            criterion=(
                f"at least {ELSEWHERE_AT_LEAST} of one head’s mean attention is on the column’s two digits, from "
                "another position that sees both"
            ),
            holds=columns >= set(range(1, layout.n_digits)),
            source=attention_patterns,
            numbers={_label(head, names[at], column): value for (head, at, column), value in elsewhere.items()},
            otherwise=(
                "On these weights some column’s digits are looked at as closely only to predict their own sum, or "
                "not at all."
            ),
        ),
        published_claim(
            lab,
            "published-other-attention",
            "H0.0 looks from B3 and from C1 at A3 and B3; H0.1 from B3 at A2 and B2; H0.2 from = at A1 and B1.",
            criterion=f"at least {ELSEWHERE_AT_LEAST} of the mean attention each",
            source=attention_patterns,
            check=check_published,
        ),
    )


def hypothesis_refuted_claim(lab: Lab, patterns: AttentionPatterns) -> Claim:
    """Return the claim that one guess of the write-up does not fit its own figure."""

    def check() -> Finding:
        head, position, column = PUBLISHED_GUESS
        at = patterns.layout.position_names.index(position)
        to_guess, to_other = (float(patterns.column_attention[0, head, at, k]) for k in (column, column + 1))
        return Finding(
            f"{decimals(to_guess, 3)} of its attention is on A2 and B2, {decimals(to_other, 3)} on A3 and B3",
            to_guess <= REFUTED_AT_MOST,
            {"on_A2_B2": to_guess, "on_A3_B3": to_other},
        )

    return published_claim(
        lab,
        "hypothesis-refuted",
        "H0.0 does not look for the carry of A2 and B2 at B3, as the write-up guesses that it does.",
        criterion=f"at most {REFUTED_AT_MOST} of its mean attention from there is on the two digits",
        source=attention_patterns,
        check=check,
    )


def _label(head: int, position: str, column: int) -> str:
    return f"H0.{head} from {position} at A{column} and B{column}"


def _n_panel_columns(n_heads: int) -> int:
    """Return the number of columns of a grid with a panel for each head that leaves no panel alone in a row."""
    return 3 if n_heads % 3 == 0 else 2


def _grid_height(n_panels: int, *, columns: int, row: int) -> int:
    """Return the height of a grid of panels in pixels; `row` is the height of each of its rows."""
    return 60 + row * -(-n_panels // columns)
