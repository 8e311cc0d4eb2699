"""The model on every sum there is: how many it gets wrong, which ones, and how."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import numpy as np

from report import plots
from report.affordable import affords_every_sum
from report.chapter import Absent, Chapter, Figure, Table
from report.chapters.every_sum_claims import claims
from report.parts import part
from report.plot import Plot
from report.theme import count, counted, decimals, significant
from sumint.analyses.every_sum import every_sum
from sumint.data import DIGITS, VOCABULARY, Layout, Sums
from sumint.exhaustive.conditions import TooWideError
from sumint.exhaustive.tally import LISTED, MISSING, N_BINS, TOO_MANY, Tally, all_runs_of_nines, runs_of_nines
from sumint.lab import Lab

PROBE_SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
CONFIDENCE = 0.95
"""With which a probe without an error bounds the share of errors."""

ROWS_SHOWN = 12
LABELLED_BLOCKS = 10
"""Of the plane's rows and columns, so that their labels do not touch."""

ALL_RIGHT = "No sum is wrong."
CARRIES = ("neither", "missing", "too many")
"""What a wrong digit says of the carry into its column: that there is none, though one comes; or the other way."""
NOT_WRONG = -1
"""Stands for what is said of a digit that is right."""

Shown = TypeVar("Shown", bound=Figure | Table)


def chapter(lab: Lab) -> Chapter:
    """The chapter on all sums, measured on the lab's checkpoint."""
    tally = _tally(lab)
    bound = 1 - (1 - CONFIDENCE) ** (1 / lab.probe.size)
    return Chapter(
        title="Every sum",
        question="How often is the model wrong, over all the sums there are, and where?",
        figures=(_by_run(tally), _by_pair(tally), _plane(tally), _probabilities(tally)),
        tables=(_by_digit(tally), _probes(tally), _wrong_sums(tally)),
        values={
            "layout": lab.checkpoint.layout,
            "probe": lab.probe,
            "confidence": CONFIDENCE,
            "bound": bound,
            "at_most": int(bound * lab.checkpoint.layout.n_sums),
        },
        claims=claims(lab, tally),
        key_numbers=_key_numbers(tally),
        findings=("nearly-every-sum", "errors-grow-with-nines"),
    )


def _tally(lab: Lab) -> Tally | str:
    """The tally; or why there is none."""
    if not affords_every_sum(lab):
        return (
            f"The {count(lab.checkpoint.layout.n_sums)} sums of so many digits are more than a build goes through "
            "unasked: `python -m sumint verify` does, and the next build shows what it found."
        )
    try:
        return lab.examine(every_sum)
    except TooWideError as error:
        return f"The network is too wide to be asked for every sum: {error}."


def _shown(
    name: str, title: str, *, of_errors: bool = True
) -> Callable[[Callable[[str, str, Tally], Shown]], Callable[[Tally | str], Shown | Absent]]:
    """For what shows a tally: it is absent where there is none, or where it shows errors and there are none."""

    def counted_only(make: Callable[[str, str, Tally], Shown]) -> Callable[[Tally | str], Shown | Absent]:
        @part
        @wraps(make)
        def made(tally: Tally | str) -> Shown | Absent:
            if isinstance(tally, str):
                return Absent(name, title, tally)
            if of_errors and not tally.n_wrong:
                return Absent(name, title, ALL_RIGHT)
            return make(name, title, tally)

        return made

    return counted_only


@part
def _key_numbers(tally: Tally | str) -> dict[str, str]:
    if isinstance(tally, str):
        return {}
    return {f"of {count(tally.n_sums)} sums right": count(tally.n_sums - tally.n_wrong)}


@_shown("errors-by-digit", "What is wrong, digit by digit", of_errors=False)
def _by_digit(name: str, title: str, tally: Tally) -> Table:
    missing, too_many = tally.wrong_by_step[:, MISSING], tally.wrong_by_step[:, TOO_MANY]
    n_digits = tally.layout.n_digits
    columns = {
        "digit": _digit_names(tally.layout),
        "wrong": tally.wrong_digits,
        "share": tally.wrong_digits / tally.n_sums,
        "one too little": missing,
        "one too much": too_many,
        "otherwise": tally.wrong_digits - missing - too_many,
        "mean cross-entropy": tally.loss,
        "least margin": tally.least_margin,
        "at": [f"{a:0{n_digits}}+{b:0{n_digits}}" for a, b in tally.least_sum],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            f"Over all {count(tally.n_sums)} sums. One too little and one too much are meant modulo ten. The "
            "margin is the right digit’s logit less the largest of all others: where it is not above zero, the "
            "digit is wrong. The cross-entropy is in nats."
        ),
        source=every_sum,
        formats={
            **dict.fromkeys(("wrong", "one too little", "one too much", "otherwise"), count),
            "share": lambda share: f"{significant(100 * share, 2)}%",
            "mean cross-entropy": significant,
            "least margin": decimals,
        },
    )


@_shown("probe-chances", "What random sums would have shown", of_errors=False)
def _probes(name: str, title: str, tally: Tally) -> Table:
    share = tally.n_wrong / tally.n_sums
    columns = {
        "sums drawn": PROBE_SIZES,
        "wrong among them, on average": [share * size for size in PROBE_SIZES],
        "chance that none is wrong": [tally.chance_of_no_error(size) for size in PROBE_SIZES],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption="Computed from the share of wrong sums; each is drawn from all, whatever was drawn before.",
        source=every_sum,
        formats={
            "sums drawn": count,
            "wrong among them, on average": significant,
            "chance that none is wrong": lambda chance: significant(chance, 2),
        },
    )


@_shown("errors-by-run", "How often a digit is wrong, by the nines behind it")
def _by_run(name: str, title: str, tally: Tally) -> Figure:
    of_all = all_runs_of_nines(tally.layout)
    runs = range(tally.layout.n_digits)
    shares = {
        f"C{digit}": _share(wrong, n_sums)
        for digit, (wrong, n_sums) in enumerate(zip(tally.wrong_by_run, of_all, strict=True))
    }
    return Figure(
        name,
        title,
        plots.lines(
            runs,
            shares,
            x_title="columns in a row that sum to nine",
            y_title="share of digits wrong",
            logarithmic=True,
        ),
        caption=(
            "How many columns in a row, right of a digit, sum to nine. Through so many a carry has to come; "
            "behind the longest row there is no column left that could make one. On a logarithmic scale, on which "
            "no error has no place. All sums are counted, so nothing is estimated."
        ),
        alt="Lines over the length of the run of nines: the share of wrong digits, for each digit.",
        source=every_sum,
    )


@_shown("errors-by-pair", "Wrong digits by the two digits above them")
def _by_pair(name: str, title: str, tally: Tally) -> Figure:
    leading = DIGITS[: tally.layout.operand_limit // 10 ** (tally.layout.n_digits - 1)]
    plot: dict[str, Plot] = {}
    for digit, wrong in enumerate(tally.wrong_by_pair):
        digits = leading if digit == 0 else DIGITS
        plot[f"C{digit}"] = plots.heatmap(
            wrong[: len(digits), : len(digits)],
            x=digits,
            y=digits,
            x_title=f"digit of b, B{digit}",
            y_title=f"digit of a, A{digit}",
            diverging=False,
            square=True,
            places=0,
        )
    return Figure(
        name,
        title,
        plot,
        caption=(
            "How many sums with these two digits in a column get that column’s digit wrong. Every pair occurs in "
            "as many sums as any other. The leading digits of the operands are below five."
        ),
        alt="A heatmap of the two digits of a column, with the number of errors written into each cell.",
        source=every_sum,
        control="Digit",
        height=480,
        width=520,
    )


@_shown("errors-in-the-plane", "Where the wrong sums lie")
def _plane(name: str, title: str, tally: Tally) -> Figure:
    n_blocks = len(tally.wrong_by_block)
    per_block = tally.layout.operand_limit // n_blocks
    blocks = range(0, tally.layout.operand_limit, per_block)
    labelled = blocks[:: max(1, n_blocks // LABELLED_BLOCKS)]
    return Figure(
        name,
        title,
        plots.heatmap(
            tally.wrong_by_block.T,
            x=blocks,
            y=blocks,
            x_title="a from",
            y_title="b from",
            diverging=False,
            logarithmic=True,
            square=True,
            labelled_rows=labelled,
            labelled_columns=labelled,
            gaps=False,
        ),
        caption=(
            f"All {count(tally.n_sums)} sums in the plane of their operands, in blocks of {per_block} by "
            f"{per_block}: how many of a block are wrong, on a logarithmic scale. A block without an error is "
            "left empty. Sums of one total lie on a line that rises to the right."
        ),
        alt="A heatmap of blocks of operands, coloured by how many of their sums are wrong.",
        source=every_sum,
        height=640,
        width=660,
    )


@_shown("right-digit-probability", "How sure the model is of the right digit", of_errors=False)
def _probabilities(name: str, title: str, tally: Tally) -> Figure:
    middles = [(number + 0.5) / N_BINS for number in range(N_BINS)]
    of_digits = {f"C{digit}": np.where(n > 0, n, np.nan) for digit, n in enumerate(tally.probabilities)}
    return Figure(
        name,
        title,
        plots.lines(
            middles,
            of_digits,
            x_title="probability of the right digit",
            y_title="sums",
            logarithmic=True,
        ),
        caption=(
            f"How many of all sums give the right digit a probability in each of {N_BINS} bins, 1% wide, on a "
            "logarithmic scale. Below one half, another token can be ahead."
        ),
        alt="Lines over the probability of the right digit: the number of sums, for each digit of the answer.",
        source=every_sum,
    )


@_shown("wrong-sums", "The wrong sums")
def _wrong_sums(name: str, title: str, tally: Tally) -> Table:
    sums = Sums(tally.layout, tally.listed[:, 0], tally.listed[:, 1])
    n_digits = tally.layout.n_digits
    is_wrong = tally.listed_said != sums.answer_digits
    steps = np.where(tally.listed_said < len(DIGITS), (tally.listed_said - sums.answer_digits) % len(DIGITS), 0)
    carries = np.where(sums.carry_in & (steps == MISSING), 1, np.where(~sums.carry_in & (steps == TOO_MANY), 2, 0))
    carries = np.where(is_wrong, carries, NOT_WRONG)
    runs = np.where(is_wrong, runs_of_nines(sums), NOT_WRONG)
    columns = {
        "a": _as_operands(sums.a, n_digits),
        "b": _as_operands(sums.b, n_digits),
        "right": _as_operands(sums.a + sums.b, n_digits),
        "said": _each(tally.listed_said, lambda said: "".join(VOCABULARY[token] for token in said)),
        "wrong digit": _each(
            is_wrong, lambda wrong: ", ".join(f"C{digit}" for digit in range(n_digits) if wrong[digit])
        ),
        "carry": _each(
            carries, lambda of_digits: ", ".join(CARRIES[which] for which in of_digits if which != NOT_WRONG)
        ),
        "nines behind it": _each(runs, lambda runs: ", ".join(str(run) for run in runs if run != NOT_WRONG)),
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
    )


def _as_operands(values: np.ndarray, n_digits: int) -> list[str]:
    return np.char.zfill(values.astype(str), n_digits).tolist()


def _each(rows: np.ndarray, written: Callable[[list[int]], str]) -> list[str]:
    """What is written of every row of numbers that are at least `NOT_WRONG`; of rows that are the same, once."""
    rows = rows.astype(np.int64)
    as_one_number = (rows - NOT_WRONG) @ (rows.max() - NOT_WRONG + 1) ** np.arange(rows.shape[1])
    _, first, which = np.unique(as_one_number, return_index=True, return_inverse=True)
    return np.array([written(row) for row in rows[first].tolist()])[which].tolist()


def _share(wrong: np.ndarray, n_sums: np.ndarray) -> np.ndarray:
    """The share of wrong digits; nothing where there are none, which has no logarithm."""
    return np.divide(wrong, n_sums, out=np.full(len(wrong), np.nan), where=wrong > 0)


def _digit_names(layout: Layout) -> list[str]:
    return [f"C{digit}" for digit in range(layout.n_digits)]
