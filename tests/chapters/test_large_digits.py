"""The claims on sums with leading digits of 5 to 9 and on swapped operands, on made-up results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report.chapters.every_sum.large_digit_repairs import (
    layer_1_figure,
    repairs_figure,
    repairs_table,
    two_positions_repair_the_digit,
)
from report.chapters.every_sum.large_digits import (
    NAMES,
    accuracy_table,
    later_digits_stay_right,
    leading_digit_breaks,
    order_of_large_operands_matters,
    predictions_figure,
    second_digit_breaks_too,
)
from report.chapters.every_sum.operand_order import wrong_sums_are_right_when_swapped
from report.content.chapter import Absent, Figure, Table
from report.content.claims.condition import Condition
from sumint.analyses.performance.large_digit_patching import WAYS, LargeDigitPatching
from sumint.analyses.performance.large_leading_digits import LargeLeadingDigits
from sumint.analyses.performance.swapped_operands import SwappedOperands
from sumint.task.large_operands import CONDITIONS
from sumint.task.sums import Layout

N_SUMS = 1000


def made_up(right: dict[str, list[float]], n_digits: int = 3, right_sums: float = 1.0) -> LargeLeadingDigits:
    """A result with these shares of right digits by kind of sums, and all wrong digits one too small."""
    confusions = np.zeros((len(CONDITIONS), n_digits, 10, 12), np.int64)
    for number, condition in enumerate(CONDITIONS):
        for digit in range(n_digits):
            n_right = round(N_SUMS * right.get(condition, [1.0] * n_digits)[digit])
            confusions[number, digit, 7, 7], confusions[number, digit, 7, 6] = n_right, N_SUMS - n_right
    n_right_sums = np.full(len(CONDITIONS), round(N_SUMS * right_sums))
    n_agreeing = np.array([[N_SUMS] * n_digits, [400] * n_digits])
    return LargeLeadingDigits(confusions, n_right_sums, n_agreeing, N_SUMS)


BROKEN = {kind: [0.01, 0.3, 0.99] for kind in CONDITIONS if kind != "none"}
LARGE = made_up(BROKEN)


def patched(two_positions: float = 0.9, embeddings: float = 0.0, n_second: int = 50) -> LargeDigitPatching:
    """A result in which C0 alone breaks, and is repaired in these shares of pairs."""
    n_pairs = np.array([[60, n_second], [0, 0], [0, 0]])
    n_repaired = np.zeros((3, 2, len(WAYS)), np.int64)
    n_repaired[..., WAYS.index("two positions")] = np.round(two_positions * n_pairs)
    n_repaired[..., WAYS.index("token embeddings")] = np.round(embeddings * n_pairs)
    n_ctx = Layout(3).n_ctx
    return LargeDigitPatching(
        n_pairs=n_pairs,
        n_repaired_by_site=np.zeros((3, 2, 2, n_ctx), np.int64),
        n_repaired_by_position=np.zeros((3, 2, n_ctx), np.int64),
        n_broken_by_position=np.zeros((3, 2, n_ctx), np.int64),
        chosen=np.array([[7, 0], [0, 0], [0, 0]]),
        n_fresh_pairs=n_pairs,
        n_repaired=n_repaired,
        n_repaired_by_layer_1_head=np.zeros((3, 2, 2), np.int64),
    )


def test_the_first_two_digits_break_and_the_others_stay_right() -> None:
    for claim in (leading_digit_breaks, second_digit_breaks_too, later_digits_stay_right):
        assert claim(LARGE).state == "holds"
    assert order_of_large_operands_matters(LARGE).state == "holds"
    assert LARGE.share_too_small[CONDITIONS.index("first"), 0] == 1


def test_a_model_that_reads_all_columns_alike_breaks_nowhere() -> None:
    alike = made_up({})
    assert "of C0 is 100.0%" in leading_digit_breaks(alike).sentence
    assert "of C1 is 100.0%" in second_digit_breaks_too(alike).sentence
    assert later_digits_stay_right(alike).state == "holds"
    agreeing = replace(alike, n_agreeing=np.full((2, 3), N_SUMS))
    assert "is 0.0%" in order_of_large_operands_matters(agreeing).sentence


def test_a_model_that_cannot_add_fails_every_claim() -> None:
    unable = made_up(BROKEN, right_sums=0.2)
    claims = (
        leading_digit_breaks,
        second_digit_breaks_too,
        later_digits_stay_right,
        order_of_large_operands_matters,
    )
    for claim in claims:
        made = claim(unable)
        assert made.state == "fails"
        assert "in none, as in training, the share of right sums is 20.0%" in made.sentence
    assert two_positions_repair_the_digit(unable, patched()).state == "fails"
    assert wrong_sums_are_right_when_swapped(unable, SwappedOperands(400, 100, is_complete=True)).state == "fails"


def test_a_later_digit_that_breaks_is_named() -> None:
    made = later_digits_stay_right(made_up(BROKEN | {"second": [0.0, 0.3, 0.8]}))
    assert "in the second operand, at C2, the share of right predictions is 80.0%" in made.sentence
    assert later_digits_stay_right(made_up({}, n_digits=2)).state == "not-applicable"


def test_two_positions_that_repair_and_embeddings_that_do_not() -> None:
    assert two_positions_repair_the_digit(LARGE, patched()).state in ("holds", "near-holds")
    assert two_positions_repair_the_digit(LARGE, patched()).check.note == "C0: = and A0"
    assert "by two positions is 50.0%" in two_positions_repair_the_digit(LARGE, patched(0.5)).sentence
    by_embeddings = two_positions_repair_the_digit(LARGE, patched(embeddings=0.5))
    assert "by the token embeddings is 50.0%" in by_embeddings.sentence


def test_digits_with_too_few_pairs_are_not_asked() -> None:
    condition = two_positions_repair_the_digit(LARGE, patched(n_second=3)).check.conditions[1]
    assert isinstance(condition, Condition)
    assert [case.name for case in condition.cases] == ["in the first operand, at C0"]
    unbroken = replace(patched(), n_pairs=np.zeros((3, 2), np.int64), n_fresh_pairs=np.zeros((3, 2), np.int64))
    assert two_positions_repair_the_digit(LARGE, unbroken).state == "not-applicable"
    for made in (repairs_figure(unbroken), repairs_table(unbroken), layer_1_figure(unbroken)):
        assert isinstance(made, Absent)


def test_tables_and_figures_name_what_they_show() -> None:
    table = accuracy_table(LARGE)
    assert table.columns["leading digits of 5 to 9"] == tuple(NAMES.values())
    assert table.columns["C1"] == (0.3, 0.3, 0.3, 0.3, 1.0)
    assert len(predictions_figure(LARGE).views) == len(NAMES) * 3
    repairs = repairs_table(patched())
    assert isinstance(repairs, Table)
    assert repairs.columns["positions"] == ("=, A0", "=, A0")
    assert repairs.columns["two positions"] == (0.9, 0.9)
    figure = repairs_figure(patched())
    assert isinstance(figure, Figure)
    assert [view.choices for view in figure.views] == [("C0", "first"), ("C0", "second")]


def test_wrong_sums_in_the_other_order() -> None:
    assert wrong_sums_are_right_when_swapped(LARGE, SwappedOperands(400, 100, is_complete=True)).state == "holds"
    made = wrong_sums_are_right_when_swapped(LARGE, SwappedOperands(400, 400, is_complete=True))
    assert made.sentence.startswith("For the wrong sums, the share that is wrong in both orders is 100.0%")
    sampled = wrong_sums_are_right_when_swapped(LARGE, SwappedOperands(40, 26, is_complete=False))
    assert sampled.state == "near-holds"
    none = SwappedOperands(0, 0, is_complete=True)
    assert wrong_sums_are_right_when_swapped(LARGE, none).state == "not-applicable"
    assert wrong_sums_are_right_when_swapped(LARGE, "Too many sums.").state == "not-measured"
