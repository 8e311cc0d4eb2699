"""The table of all wrong sums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from report.content.chapter import Table
from report.content.formats import count, counted, decimals
from report.content.optional import optional
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import LISTED, Tally
from sumint.task.carries import carry_errors
from sumint.task.cascades import runs_of_nines
from sumint.task.sums import VOCABULARY, Sums

ROWS_SHOWN = 12
CARRY_ERRORS = ("neither", "missing", "too many")
"""What a wrong digit says of the carry into its column, in the tally's order."""
RIGHT = -1
"""Stands for what is said of a digit that is right."""


def no_errors(tally: Tally | str) -> str:
    """Why there are no errors to show."""
    if isinstance(tally, str):
        return tally
    return "" if tally.n_wrong else "No sum is wrong."


@optional("wrong-sums", "The wrong sums", unless=no_errors)
def wrong_sums(name: str, title: str, tally: Tally) -> Table:
    """Each sum that is listed, with what is wrong about it."""
    sums = Sums(tally.layout, tally.listed[:, 0], tally.listed[:, 1])
    n_digits = tally.layout.n_digits
    is_wrong = tally.listed_said != sums.answer_digits
    errors = np.where(is_wrong, carry_errors(sums, tally.listed_said), RIGHT)
    runs = np.where(is_wrong, runs_of_nines(sums), RIGHT)
    columns = {
        "a": _as_operands(sums.a, n_digits),
        "b": _as_operands(sums.b, n_digits),
        "right": _as_operands(sums.a + sums.b, n_digits),
        "said": _each(tally.listed_said, lambda predicted: "".join(VOCABULARY[token] for token in predicted)),
        # Where two digits have the same logit, the right one may be said; the sum counts as wrong all the same.
        "wrong digit": _each(
            is_wrong, lambda wrong: ", ".join(f"C{digit}" for digit in range(n_digits) if wrong[digit]) or "a tie"
        ),
        "carry": _each(
            errors, lambda errors: ", ".join(CARRY_ERRORS[error] for error in errors if error != RIGHT)
        ),
        "nines behind it": _each(runs, lambda runs: ", ".join(str(run) for run in runs if run != RIGHT)),
        "margin": tally.listed_margin.tolist(),
    }
    some = f" They are those of {count(tally.n_wrong)} with the least margins." if tally.n_wrong > LISTED else ""
    return Table(
        name,
        title,
        columns,
        caption=f"By margin, the clearest errors first: {counted(len(sums), 'sum')}.{some}",
        source=every_sum,
        formats={"margin": lambda margin: decimals(margin, 3)},
        shown=ROWS_SHOWN,
        chosen_by=("wrong digit", "carry", "nines behind it"),
    )


def _as_operands(values: np.ndarray, n_digits: int) -> list[str]:
    return np.char.zfill(values.astype(str), n_digits).tolist()


def _each(rows: np.ndarray, written: Callable[[list[int]], str]) -> list[str]:
    """What is written of every row of numbers from −1 on; of rows that are the same, once."""
    rows = rows.astype(np.int64)
    as_one_number = (rows + 1) @ (rows.max() + 2) ** np.arange(rows.shape[1])
    _, first, which = np.unique(as_one_number, return_index=True, return_inverse=True)
    return np.array([written(row) for row in rows[first].tolist()])[which].tolist()
