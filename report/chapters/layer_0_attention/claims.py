"""What the chapter on the first layer's attention asserts, and when each assertion holds."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, published_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, joined
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns
from sumint.analyses.weights.qk_circuits import ON_ONE_COLUMN, QkCircuits, qk_circuits
from sumint.lab import Lab

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
CORRESPONDING_AT_LEAST = 0.75
ELSEWHERE_AT_LEAST = 0.95
REFUTED_AT_MOST = 0.05
LEAN_AT_LEAST = 0.9
LEANING_RANGE_AT_LEAST = 1
"""A query whose digits' scores range over less, in nats, hardly minds which digit it meets."""
BETWEEN_POSITIONS_AT_MOST = 0.25
CORRECTED_DISTANCE_AT_MOST = 0.02

PUBLISHED_COLUMNS = {0: (0,), 1: (0, 2, 3), 2: (1, 2, 3)}
"""The columns whose digits a head of the first layer attends to, according to the write-up, to predict them."""
PUBLISHED_ELSEWHERE = ((0, "B3", 3), (0, "C1", 3), (1, "B3", 2), (2, "=", 1))
"""What else the write-up sees: head, position, column."""
PUBLISHED_GUESS = (0, "B3", 2)
"""Where the write-up guesses that a carry is looked for, among others."""


@isolated
def claims(lab: Lab, patterns: AttentionPatterns, circuits: QkCircuits) -> tuple[Claim, ...]:
    """Every claim of the chapter."""
    return (
        *_corresponding_digits(lab, patterns),
        *_other_attention(lab, patterns),
        _hypothesis_refuted(lab, patterns),
        *_circuit_claims(circuits),
    )


@isolated
def _corresponding_digits(lab: Lab, patterns: AttentionPatterns) -> tuple[Claim, ...]:
    attention = patterns.corresponding_attention[0]
    looks = attention >= CORRESPONDING_AT_LEAST
    served = joined(
        f"C{column} by {joined(f'H0.{head}' for head in np.flatnonzero(looks[:, column]))}"
        for column in range(patterns.n_digits)
    )

    def as_published() -> Finding:
        found = {head: tuple(map(int, np.flatnonzero(columns))) for head, columns in enumerate(looks)}
        least = {head: float(attention[head, list(columns)].min()) for head, columns in PUBLISHED_COLUMNS.items()}
        greatest_other = max(float(attention[~looks].max(initial=0)), 0)
        return Finding(
            joined(
                f"H0.{head} for {joined(f'C{column}' for column in columns)}" for head, columns in found.items()
            ),
            found == PUBLISHED_COLUMNS,
            {**{f"least_of_H0.{head}": value for head, value in least.items()}, "greatest_other": greatest_other},
        )

    return (
        Claim(
            "corresponding-digits",
            "For every digit of the answer, some head of the first layer looks at the two digits of its column.",
            value=f"it is so for {served}",
            criterion=(
                f"at least {CORRESPONDING_AT_LEAST} of one head’s mean attention is on the column’s two digits, "
                "from the position that predicts its digit"
            ),
            holds=bool(looks.any(axis=0).all()),
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
            check=as_published,
        ),
    )


@isolated
def _other_attention(lab: Lab, patterns: AttentionPatterns) -> tuple[Claim, ...]:
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
    seen = {column for _, _, column in elsewhere}
    written = joined(_said(head, names[position], column) for head, position, column in elsewhere)

    def as_published() -> Finding:
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
            value=f"found: {written}",
            criterion=(
                f"at least {ELSEWHERE_AT_LEAST} of one head’s mean attention is on the column’s two digits, from "
                "another position that sees both"
            ),
            holds=seen >= set(range(1, layout.n_digits)),
            source=attention_patterns,
            numbers={_said(head, names[at], column): value for (head, at, column), value in elsewhere.items()},
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
            check=as_published,
        ),
    )


@isolated
def _hypothesis_refuted(lab: Lab, patterns: AttentionPatterns) -> Claim:
    def check() -> Finding:
        head, position, column = PUBLISHED_GUESS
        at = patterns.layout.position_names.index(position)
        on_guess, on_own = (float(patterns.column_attention[0, head, at, k]) for k in (column, column + 1))
        return Finding(
            f"{decimals(on_guess, 3)} of its attention is on A2 and B2, {decimals(on_own, 3)} on A3 and B3",
            on_guess <= REFUTED_AT_MOST,
            {"on_A2_B2": on_guess, "on_A3_B3": on_own},
        )

    return published_claim(
        lab,
        "hypothesis-refuted",
        "H0.0 does not look for the carry of A2 and B2 at B3, as the write-up guesses that it does.",
        criterion=f"at most {REFUTED_AT_MOST} of its mean attention from there is on the two digits",
        source=attention_patterns,
        check=check,
    )


@isolated
def _circuit_claims(circuits: QkCircuits) -> tuple[Claim, ...]:
    published, corrected = circuits.published_distance.mean(), circuits.corrected_distance.mean()
    return (
        _positions_choose_columns(circuits),
        _extreme_digits(circuits),
        Claim(
            "mean-keys-explain",
            "The mean query and the mean keys give the mean attention, and better than as published.",
            value=(
                f"the distance in total variation is {decimals(corrected, 3)} on average, and as published "
                f"{decimals(published, 3)}"
            ),
            criterion=f"at most {CORRECTED_DISTANCE_AT_MOST}, and less than as published",
            holds=bool(corrected <= CORRECTED_DISTANCE_AT_MOST and corrected < published),
            source=qk_circuits,
            numbers={"corrected": float(corrected), "published": float(published)},
            otherwise="On these weights means do not explain the attention so well.",
        ),
    )


@isolated
def _positions_choose_columns(circuits: QkCircuits) -> Claim:
    looks = circuits.column_looks
    apart = max((look.between_positions for look in looks), default=0.0)
    margin = min((look.margin for look in looks), default=0.0)
    least_range = min((look.digit_range for look in looks), default=0.0)
    ranges_win = all(look.digit_range > look.between_positions for look in looks)
    return Claim(
        "positions-choose-columns",
        "Positions choose the column that a head looks at; the digits choose which of its two gets the attention.",
        value=(
            f"{counted(len(looks), 'look')} at a column: the scores of its two positions are at most "
            f"{decimals(apart)} apart and at least {decimals(margin, 1)} above all others; those of digits range "
            f"over at least {decimals(least_range, 1)}"
            if looks
            else "no head looks at one column"
        ),
        criterion=(
            f"wherever a head has at least {ON_ONE_COLUMN} of its mean attention on one column, its two "
            f"positions’ scores are within {BETWEEN_POSITIONS_AT_MOST} nats of one another, above all others, and "
            "less apart than the digits’ scores range"
        ),
        holds=bool(looks) and apart <= BETWEEN_POSITIONS_AT_MOST and margin > 0 and ranges_win,
        source=qk_circuits,
        numbers={"looks": len(looks), "positions_apart": apart, "margin": margin, "digit_range": least_range},
        otherwise="On these weights it is not so clear-cut for some head.",
    )


@isolated
def _extreme_digits(circuits: QkCircuits) -> Claim:
    minding = circuits.digit_range >= LEANING_RANGE_AT_LEAST
    leans = circuits.lean_to_extremes[minding]
    least, greatest = float(leans.min(initial=0)), float(leans.max(initial=0))
    return Claim(
        "extreme-digits",
        "Some queries lean to the extreme digits, near 0 and 9, and some away from them.",
        value=(
            f"among {counted(int(minding.sum()), 'query', 'queries')}, the correlation of a digit’s score with "
            f"its distance from the middle goes from {decimals(least)} to {decimals(greatest)}"
        ),
        criterion=(
            f"from −{LEAN_AT_LEAST} at most to {LEAN_AT_LEAST} at least, among the queries whose digits’ scores "
            f"range over {counted(LEANING_RANGE_AT_LEAST, 'nat')} or more"
        ),
        holds=least <= -LEAN_AT_LEAST and greatest >= LEAN_AT_LEAST,
        source=qk_circuits,
        numbers={"least": least, "greatest": greatest},
        otherwise="On these weights the queries that mind the digit do not lean both ways.",
    )


def _said(head: int, position: str, column: int) -> str:
    return f"H0.{head} from {position} at A{column} and B{column}"
