"""The sums that run through the picture, with what happens in each of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Literal

import numpy as np

from report.content.formats import counted, decimals, joined
from report.content.picture import Box, PictureSum
from sumint.analyses.adding.worked_example import WorkedExample
from sumint.analyses.circuits.circuit_paths import CircuitPaths
from sumint.exhaustive.tally import Tally
from sumint.task.carries import carry_errors
from sumint.task.column_states import NINE
from sumint.task.sums import N_DIGIT_TOKENS, VOCABULARY, Sums

MOST_SUMS = 12
"""The number of sums that are listed at most."""

MOST_READ = 2
"""The number of positions to which the attention is shown for an answer digit at most, …"""

READ_FROM = 0.05
"""… and the share of answers that patching the keys or values there has to change."""

N_WRONG = 5
"""The number of these that the model gets wrong, if there are so many."""


def picture_sums(
    example: WorkedExample,
    boxes: Sequence[Box],
    paths: CircuitPaths,
    *,
    has_phases: bool,
) -> tuple[PictureSum, ...]:
    """The sums of the worked example: one without a carry, the shortest routes first, and wrong ones."""
    read = [positions_read(paths, digit) for digit in range(example.sums.layout.n_digits)]
    return tuple(_picture_sum(example, number, boxes, read, has_phases=has_phases) for number in _chosen(example))


def _chosen(example: WorkedExample) -> list[int]:
    """The numbers of the sums that are listed: a few of each kind, if there are too many."""
    is_wrong = _is_wrong(example).any(axis=1)
    wrong = np.flatnonzero(is_wrong).tolist()[-N_WRONG:]
    # The routes of the example are ordered from long to short, and the sum without a carry follows them.
    right = np.flatnonzero(~is_wrong).tolist()[::-1]
    without, routes = right[:1], right[1:]
    n_routes = MOST_SUMS - len(without) - len(wrong)
    if len(routes) > n_routes:
        routes = [*routes[: n_routes - 2], *routes[-2:]]
    return [*routes[:1], *without, *routes[1:], *wrong]


def _is_wrong(example: WorkedExample) -> np.ndarray:
    return example.predicted != example.sums.answer_digits


def _picture_sum(
    example: WorkedExample,
    number: int,
    boxes: Sequence[Box],
    read: Sequence[Sequence[tuple[int, int]]],
    *,
    has_phases: bool,
) -> PictureSum:
    """A sum of the worked example, with the positions and heads that each digit reads."""
    sums = example.sums
    a, b = (tuple(digits[number].tolist()) for digits in (sums.a_digits, sums.b_digits))
    predicted = tuple(VOCABULARY[token] for token in example.predicted[number])
    answer = tuple(VOCABULARY[token] for token in sums.answer_digits[number])
    amounts = example.carry_amount[number]
    totals = np.array(a) + np.array(b)
    phases = (totals + amounts) % N_DIGIT_TOKENS
    levels = _levels(example, number, boxes)
    attention = tuple(
        tuple(round(float(example.attention[number, digit, head, position]), 2) for position, head in of_digit)
        for digit, of_digit in enumerate(read)
    )
    return PictureSum(
        label=_label(example, number),
        a=a,
        b=b,
        predicted=predicted,
        answer=answer,
        phases=tuple(round(float(phase), 2) if has_phases else None for phase in phases),
        amounts=tuple(round(float(amount), 2) if has_phases else None for amount in amounts),
        levels=levels,
        attention=attention,
        words=(
            _sum_in_words(example, number, has_phases=has_phases),
            _digits_in_words(totals),
            _layer_0_in_words(totals, boxes, levels),
            _layer_1_in_words(totals, amounts.round(2) if has_phases else None, predicted, answer),
        ),
    )


def _label(example: WorkedExample, number: int) -> str:
    """The sum, then the carry that it is an example of, or the wrong prediction."""
    written = example.sums.strings[number]
    if _is_wrong(example)[number].any():
        predicted = "".join(VOCABULARY[token] for token in example.predicted[number])
        return f"{written}: wrong, {predicted}"
    route = example.route(number)
    if route is None:
        return f"{written}: no carry"
    through = f" through {counted(route.n_nines, 'nine')}" if route.n_nines else ""
    return f"{written}: a carry into C{route.digit}{through}"


def _levels(example: WorkedExample, number: int, boxes: Sequence[Box]) -> dict[str, float]:
    """The carry level at each switch: the first route that its site serves."""
    names = [site.name(example.sums.layout) for site in example.sites]
    return {
        box.name: round(float(example.carry_level[number, names.index(box.name)]), 2)
        for box in boxes
        if box.kind == "switch" and box.name in names
    }


def positions_read(paths: CircuitPaths, digit: int) -> list[tuple[int, int]]:
    """The positions from which a digit reads most through keys or values, with the layer-1 head that reads most.

    Of each position the strongest path of all edges counts. Positions that change fewer answers are left out.
    """
    strongest: dict[int, tuple[float, int]] = {}
    for (of_digit, _, position), through in zip(paths.listed.tolist(), paths.through_heads, strict=True):
        if of_digit != digit:
            continue
        by_head = np.nan_to_num(through[:, 1:]).max(axis=1)
        found = float(by_head.max()), int(by_head.argmax())
        strongest[position] = max(strongest.get(position, (0.0, 0)), found)
    chosen = sorted(strongest.items(), key=lambda item: -item[1][0])[:MOST_READ]
    return [(position, head) for position, (share, head) in chosen if share >= READ_FROM]


def _state(total: int) -> Literal["no carry", "nine", "carry"]:
    return "nine" if total == NINE else "carry" if total > NINE else "no carry"


def _sum_in_words(example: WorkedExample, number: int, *, has_phases: bool) -> str:
    """The sum, what the model predicts, and how each wrong digit comes about."""
    predicted = "".join(VOCABULARY[token] for token in example.predicted[number])
    wrong = np.flatnonzero(_is_wrong(example)[number]).tolist()
    sentences = [
        f"{example.sums.strings[number]}; the model predicts {predicted}, which is "
        f"{'wrong' if wrong else 'right'}."
    ]
    for digit in wrong if has_phases else ():
        needed = int(example.sums.carry_in[number, digit])
        amount = decimals(float(example.carry_amount[number, digit].round(2)))
        sentences.append(
            f"C{digit} should be turned by {needed} and is turned by {amount}: its angle lies nearer to "
            f"{VOCABULARY[example.predicted[number, digit]]}."
        )
    return " ".join(sentences)


def _digits_in_words(totals: np.ndarray) -> str:
    """The first step: what the columns add up to."""
    listed = [f"{total} in column {column}" for column, total in enumerate(totals.tolist())]
    return f"Each layer-0 head reads the digits of a column. They add up to {joined(listed)}."


def _layer_0_in_words(totals: np.ndarray, boxes: Sequence[Box], levels: dict[str, float]) -> str:
    """The second step: the states of the switches, and their carry levels."""
    sentences = ["Each dial holds its column’s sum without the tens."]
    for box in boxes:
        if box.kind != "switch":
            continue
        total = int(totals[box.column])
        level = f", level {decimals(levels[box.name])} at {box.name}" if box.name in levels else ""
        sentences.append(f"Column {box.column} adds up to {total}, {_state(total)}{level}.")
    if levels:
        sentences.append("Level 0 is the mean without a carry, 1 that with one.")
    return " ".join(sentences)


def _layer_1_in_words(
    totals: np.ndarray, amounts: np.ndarray | None, predicted: Sequence[str], answer: Sequence[str]
) -> str:
    """The third step: how far each dial is turned, and which digit that makes."""
    parts = []
    for digit, total in enumerate(totals.tolist()):
        turned = "" if amounts is None else f", turned by {decimals(float(amounts[digit]))} digits"
        verdict = "" if predicted[digit] == answer[digit] else f" (wrong, {answer[digit]} is right)"
        parts.append(f"C{digit}: {total % N_DIGIT_TOKENS}{turned}, gives {predicted[digit]}{verdict}")
    return f"Layer 1 adds the carries. {'; '.join(parts)}."


def wrong_sums(tally: Tally) -> tuple[tuple[int, int], ...]:
    """Wrong sums of different kinds, by the digit and whether its carry is missing or superfluous.

    The commonest kinds come first, each with the listed sum whose margin is smallest; then again with the next.
    """
    sums = Sums(tally.layout, tally.listed_sums[:, 0], tally.listed_sums[:, 1])
    errors = carry_errors(sums, tally.listed_predictions)
    by_kind: dict[tuple[int, int], list[int]] = {}
    for number, digit in np.argwhere(tally.listed_predictions != sums.answer_digits).tolist():
        by_kind.setdefault((digit, int(errors[number, digit])), []).append(number)
    in_turn = zip_longest(*sorted(by_kind.values(), key=len, reverse=True))
    numbers = [number for of_round in in_turn for number in of_round if number is not None]
    chosen = list(dict.fromkeys(numbers))[:N_WRONG]
    return tuple((int(a), int(b)) for a, b in tally.listed_sums[chosen].tolist())
