"""The figures and tables of the tally over all sums: error rates by digit, by carry chain and by operands."""

from __future__ import annotations

from functools import partial

import numpy as np

from report.chapters.every_sum.wrong_sums import no_errors
from report.content.chapter import Figure, Table
from report.content.formats import count, decimals, percent, significant
from report.content.lazy_chart import LazyChart, opening
from report.content.live.address import live_address
from report.content.optional import optional_figure, optional_table
from report.figures import charts
from sumint.analyses.performance.every_sum import every_sum
from sumint.exhaustive.tally import N_BINS, Tally
from sumint.task.carries import MISSING, NEITHER, TOO_MANY
from sumint.task.cascades import all_runs_of_nines
from sumint.task.sums import DIGITS, Layout

SAMPLE_SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
MAX_LABELS = 10
"""The most labels along each axis of the plane of operands, so that they do not overlap."""


def no_tally(tally: Tally | str) -> str:
    """The reason why there is no tally, or an empty string if there is one."""
    return tally if isinstance(tally, str) else ""


@optional_table("errors-by-digit", "Wrong digits and kinds of error", unless=no_tally)
def errors_by_digit(name: str, title: str, tally: Tally) -> Table:
    """The table of wrong digits, by digit of the answer and by kind of error, with loss and margin."""
    n_digits = tally.layout.n_digits
    columns = {
        "digit": _digit_names(tally.layout),
        "wrong": tally.wrong_digits,
        "share": tally.wrong_digits / tally.n_sums,
        "carry missing": tally.wrong_by_carry[:, MISSING],
        "carry too many": tally.wrong_by_carry[:, TOO_MANY],
        "otherwise": tally.wrong_by_carry[:, NEITHER],
        "mean cross-entropy": tally.loss,
        "least margin": tally.least_margin,
        "at": [f"{a:0{n_digits}}+{b:0{n_digits}}" for a, b in tally.least_sum],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption=(
            f"Wrong digits over all {count(tally.n_sums)} sums. Carry missing: the digit without its carry-in; "
            f"carry "
            "too many: the digit with a carry-in that there is not. Margin: the right digit’s logit less the "
            "largest other; cross-entropy in nats."
        ),
        source=every_sum,
        formats={
            **dict.fromkeys(("wrong", "carry missing", "carry too many", "otherwise"), count),
            "share": partial(percent, places=5),
            "mean cross-entropy": significant,
            "least margin": decimals,
        },
        csv_columns={
            **{head: values for head, values in columns.items() if head != "at"},
            "sum": [f"{a:0{n_digits}}+{b:0{n_digits}}={a + b:0{n_digits}}" for a, b in tally.least_sum.tolist()],
        },
    )


@optional_table("sample-sizes", "Wrong sums in random samples", unless=no_tally)
def sample_sizes(name: str, title: str, tally: Tally) -> Table:
    """The table of how many wrong sums random samples of several sizes contain."""
    share = tally.n_wrong / tally.n_sums
    columns = {
        "sums drawn": SAMPLE_SIZES,
        "wrong among them, on average": [share * size for size in SAMPLE_SIZES],
        "chance that none is wrong": [tally.chance_of_no_error(size) for size in SAMPLE_SIZES],
    }
    return Table(
        name,
        title,
        {head: tuple(values) for head, values in columns.items()},
        caption="Expected wrong sums in random samples of several sizes, drawn with replacement from all sums.",
        source=every_sum,
        formats={
            "sums drawn": count,
            "wrong among them, on average": significant,
            "chance that none is wrong": lambda chance: significant(chance, 2) if chance else "below 10⁻³⁰⁰",
        },
    )


@optional_figure("errors-by-run", "Error rate by the run of nines behind a digit", unless=no_errors)
def errors_by_run(name: str, title: str, tally: Tally) -> Figure:
    """The share of wrong digits by the number of columns to their right that sum to nine."""
    of_all = all_runs_of_nines(tally.layout)
    runs = range(tally.layout.n_digits)
    shares = {
        f"C{digit}": _error_rate(wrong, n_sums)
        for digit, (wrong, n_sums) in enumerate(zip(tally.wrong_by_run, of_all, strict=True))
    }
    return Figure(
        name,
        title,
        charts.lines(
            runs,
            shares,
            x_title="columns in a row that sum to nine",
            y_title="share of digits wrong",
            logarithmic=True,
            is_share=True,
        ),
        caption=(
            "Share of digits wrong, over all sums, by the number of columns in a row to the digit’s right that "
            "sum to nine; logarithmic scale, zero counts are not drawn."
        ),
        alt="Lines over the length of the run of nines: the share of wrong digits, for each digit.",
        source=every_sum,
    )


@optional_figure("errors-by-pair", "Wrong digits by the two operand digits", unless=no_errors)
def errors_by_pair(name: str, title: str, tally: Tally) -> Figure:
    """The number of wrong digits by the two operand digits in the same column."""
    leading = DIGITS[: tally.layout.operand_limit // 10 ** (tally.layout.n_digits - 1)]
    plot: dict[str, LazyChart] = {}
    drawn: dict[str, LazyChart] = {}
    for digit, wrong in enumerate(tally.wrong_by_pair):
        digits = leading if digit == 0 else DIGITS
        values = wrong[: len(digits), : len(digits)]
        drawn[f"C{digit}"] = charts.heatmap(
            values,
            x=digits,
            y=digits,
            x_title="operand digit of b",
            y_title="operand digit of a",
            diverging=False,
            quantity="wrong digits",
            logarithmic=True,
            limits=(0, max(1, max(int(one.max()) for one in tally.wrong_by_pair))),
            text=[[count(int(number)) if number else "" for number in row] for row in values],
        )
        plot[f"C{digit}"] = charts.heatmap(
            values,
            x=digits,
            y=digits,
            x_title=f"digit of b, B{digit}",
            y_title=f"digit of a, A{digit}",
            diverging=False,
            quantity="wrong sums",
            square=True,
            written=partial(decimals, places=0),
            limits=(0, max(1, int(wrong.max()))),
        )
    columns = 2
    rows = -(-len(plot) // columns)
    return Figure(
        name,
        title,
        charts.panels(drawn, columns=columns),
        numbers=plot,
        numbers_control="Digit",
        caption=(
            "Number of wrong digits over all sums by the two operand digits of the column, a panel for each "
            "digit of the answer; colour is logarithmic. Every pair occurs equally often; leading operand "
            "digits are below five."
        ),
        alt="A heatmap of the two operand digits for each answer digit, with the number of errors in each cell.",
        source=every_sum,
        height=400 * rows,
        narrow_height=380 * len(plot),
    )


def _sums_by_block(tally: Tally, per_block: int) -> dict[str, str]:
    """The address of the live model for a listed wrong sum of each block, by where the block starts."""
    addresses: dict[str, str] = {}
    for a, b in tally.listed_sums.tolist():
        block = f"{a // per_block * per_block},{b // per_block * per_block}"
        if block not in addresses:
            addresses[block] = live_address((a, b))
    return addresses


@optional_figure("errors-in-the-plane", "Wrong sums in the plane of the operands", unless=no_errors)
def errors_in_the_plane(name: str, title: str, tally: Tally, runs_live: bool) -> Figure:
    """The number of wrong sums by block of operands; where pages run the network, a click on one opens a sum."""
    n_blocks = len(tally.wrong_by_block)
    per_block = tally.layout.operand_limit // n_blocks
    blocks = range(0, tally.layout.operand_limit, per_block)
    labelled = blocks[:: max(1, n_blocks // MAX_LABELS)]
    chart = charts.heatmap(
        tally.wrong_by_block.T,
        x=blocks,
        y=blocks,
        x_title="a from",
        y_title="b from",
        quantity="wrong sums",
        diverging=False,
        logarithmic=True,
        square=True,
        labelled_rows=labelled,
        labelled_columns=labelled,
        gaps=False,
    )
    return Figure(
        name,
        title,
        opening(chart, _sums_by_block(tally, per_block)) if runs_live else chart,
        caption=(
            f"Number of wrong sums in blocks of {per_block} by {per_block} operands, over all "
            f"{count(tally.n_sums)} sums, on a logarithmic colour scale; blocks without an error are empty. Sums "
            "of one total lie on diagonals."
        ),
        alt="A heatmap of blocks of operands, coloured by how many of their sums are wrong.",
        source=every_sum,
        height=640,
        width=660,
    )


@optional_figure("right-digit-probability", "Probability of the right digit", unless=no_tally)
def right_digit_probability(name: str, title: str, tally: Tally) -> Figure:
    """The histogram of the probability of the right digit, for each digit of the answer."""
    middles = [(number + 0.5) / N_BINS for number in range(N_BINS)]
    of_digits = {f"C{digit}": np.where(n > 0, n, np.nan) for digit, n in enumerate(tally.probabilities)}
    return Figure(
        name,
        title,
        charts.lines(
            middles,
            of_digits,
            x_title="probability of the right digit",
            y_title="sums",
            logarithmic=True,
            steps=True,
        ),
        caption=(
            f"Number of sums by the probability of the right digit, in {N_BINS} bins of 1%, over all sums; "
            "logarithmic scale, a line for each digit of the answer. Below one half, another token can be "
            "predicted."
        ),
        alt="Lines over the probability of the right digit: the number of sums, for each digit of the answer.",
        source=every_sum,
    )


def _error_rate(wrong: np.ndarray, n_sums: np.ndarray) -> np.ndarray:
    """The share of wrong digits; NaN where there is no error, since zero has no logarithm."""
    return np.divide(wrong, n_sums, out=np.full(len(wrong), np.nan), where=wrong > 0)


def _digit_names(layout: Layout) -> list[str]:
    """The names C0, C1, … of the answer's digits."""
    return [f"C{digit}" for digit in range(layout.n_digits)]
