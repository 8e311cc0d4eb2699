"""Section "Errors that are no carries": the wrong digits that no wrong carry explains."""

from __future__ import annotations

from report.content.chapter import Table
from report.content.formats import count, percent
from report.content.optional import optional_table
from sumint.exhaustive.other_errors import OtherErrors, other_errors
from sumint.task.sums import N_DIGIT_TOKENS

MOST_ROWS = 8
"""The number of kinds that the table shows."""


def no_other_errors(errors: OtherErrors | str) -> str:
    """The reason why there are no such errors to show, or an empty string if there are some."""
    if isinstance(errors, str):
        return errors
    return "" if len(errors.digits) else "A wrong carry explains every wrong digit."


@optional_table("other-errors", "Wrong digits that no carry explains", unless=no_other_errors)
def other_errors_table(name: str, title: str, errors: OtherErrors) -> Table:
    """The table of the kinds of other errors, with the commonest pair of digits in each column."""
    kinds = range(min(MOST_ROWS, len(errors.digits)))
    columns = {
        "digit": [f"C{errors.digits[kind]}" for kind in kinds],
        "predicted − right": [_signed(int(errors.differences[kind])) for kind in kinds],
        "wrong": [int(errors.n_errors[kind]) for kind in kinds],
        **{
            f"column {column}": [_pair(errors, kind, column) for kind in kinds]
            for column in range(errors.n_digits)
        },
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            "Listed wrong digits that neither a missing nor a superfluous carry explains, by digit and difference "
            "modulo ten, and in each column the commonest pair of digits with its share."
        ),
        source=other_errors,
        formats={"wrong": count},
        csv_columns=_pair_columns(errors, kinds),
    )


def _pair_columns(errors: OtherErrors, kinds: range) -> dict[str, list[int] | list[str]]:
    """The columns of the CSV, with a row for each kind of error and column of the sum."""
    rows = [(kind, column) for kind in kinds for column in range(errors.n_digits)]
    pairs = [divmod(int(errors.pairs[kind, column]), N_DIGIT_TOKENS) for kind, column in rows]
    return {
        "answer_digit": [f"C{errors.digits[kind]}" for kind, _ in rows],
        "predicted_minus_right": [int(errors.differences[kind]) for kind, _ in rows],
        "n_wrong": [int(errors.n_errors[kind]) for kind, _ in rows],
        "column": [column for _, column in rows],
        "digit_a": [a for a, _ in pairs],
        "digit_b": [b for _, b in pairs],
        "n_with_pair": [int(errors.n_with_pair[kind, column]) for kind, column in rows],
    }


def _pair(errors: OtherErrors, kind: int, column: int) -> str:
    """The commonest pair of digits of a kind of error in a column, with its share."""
    a, b = divmod(int(errors.pairs[kind, column]), N_DIGIT_TOKENS)
    return f"{a} + {b} ({percent(errors.n_with_pair[kind, column] / errors.n_errors[kind], 0)})"


def _signed(difference: int) -> str:
    """A difference with its sign."""
    return f"{'−' if difference < 0 else '+'}{abs(difference)}"
