"""Section "The wrong sums, one by one": a table with a row for every wrong sum that the tally lists."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from report.content.chapter import Table
from report.content.formats import count, counted, decimals
from report.content.live.address import PAGE
from report.content.optional import optional_table
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import MAX_LISTED, Tally
from sumint.task.carries import carry_errors
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import VOCABULARY, Sums

ROWS_SHOWN = 12
CARRY_ERRORS = ("neither", "missing", "too many")
"""The kind of carry error that explains a wrong digit, in the tally's order."""
LISTS = ("wrong digit", "carry", "nines behind it")
"""The columns with an item for each wrong digit of a sum."""
RIGHT = -1
"""Stands in the place of an error or a run of nines where the digit is right."""


def no_errors(tally: Tally | str, *_: object) -> str:
    """The reason why there are no errors to show, or an empty string if there are some."""
    if isinstance(tally, str):
        return tally
    return "" if tally.n_wrong else "No sum is wrong."


@optional_table("wrong-sums", "The wrong sums", unless=no_errors)
def wrong_sums(name: str, title: str, tally: Tally) -> Table:
    """The table of the listed wrong sums, each with its wrong digits and the kind of its errors."""
    sums = Sums(tally.layout, tally.listed_sums[:, 0], tally.listed_sums[:, 1])
    predictions = tally.listed_predictions
    n_digits = tally.layout.n_digits
    is_wrong = predictions != sums.answer_digits
    errors = np.where(is_wrong, carry_errors(sums, predictions), RIGHT)
    runs = np.where(is_wrong, runs_of_nines(sums), RIGHT)
    columns = {
        "a": _as_operands(sums.a, n_digits),
        "b": _as_operands(sums.b, n_digits),
        "right": _as_operands(sums.a + sums.b, n_digits),
        "predicted": _format_rows(predictions, lambda tokens: "".join(VOCABULARY[token] for token in tokens)),
        # With a tie between two largest logits the right digit may be predicted; the sum still counts as wrong.
        "wrong digit": _format_rows(
            is_wrong, lambda wrong: ", ".join(f"C{digit}" for digit in range(n_digits) if wrong[digit]) or "a tie"
        ),
        "carry": _format_rows(
            errors, lambda errors: ", ".join(CARRY_ERRORS[error] for error in errors if error != RIGHT)
        ),
        "nines behind it": _format_rows(runs, lambda runs: ", ".join(str(run) for run in runs if run != RIGHT)),
        "margin": tally.listed_margin.tolist(),
    }
    note = (
        f" They are those of {count(tally.n_wrong)} with the least margins." if tally.n_wrong > MAX_LISTED else ""
    )
    return Table(
        name,
        title,
        columns,
        caption=(
            f"The {counted(len(sums), 'wrong sum')} in order of margin, the clearest errors first; a and b open "
            f"the live model.{note}"
        ),
        source=every_sum,
        formats={"margin": lambda margin: decimals(margin, 3)},
        page_length=ROWS_SHOWN,
        filter_columns=LISTS,
        parallel_lists=LISTS,
        identifying_columns=("a", "b"),
        address_patterns=dict.fromkeys(("a", "b"), f"{PAGE}?sum={{a}}_{{b}}#live-model"),
    )


def _as_operands(values: np.ndarray, n_digits: int) -> list[str]:
    """Numbers as text, padded with zeros to the number of digits."""
    return np.char.zfill(values.astype(str), n_digits).tolist()


def _format_rows(rows: np.ndarray, form: Callable[[list[int]], str]) -> list[str]:
    """The text of every row of integers from −1 upwards; equal rows are formatted only once."""
    rows = rows.astype(np.int64)
    as_one_number = (rows + 1) @ (rows.max() + 2) ** np.arange(rows.shape[1])
    _, first, which = np.unique(as_one_number, return_index=True, return_inverse=True)
    return np.array([form(row) for row in rows[first].tolist()])[which].tolist()
