"""Sums, their tokens and their carries, against the write-up's examples and schoolbook addition."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumint.limits import SUPPORTED_DIGITS
from sumint.task.sums import EQUALS, PLUS, Layout, SampleSpec, Sums, all_sums

every_number_of_digits = pytest.mark.parametrize("n_digits", SUPPORTED_DIGITS)


def sums_of(n_digits: int, pairs: list[tuple[int, int]]) -> Sums:
    a, b = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Sums(Layout(n_digits), a, b)


@st.composite
def batches(draw: st.DrawFn) -> Sums:
    n_digits = draw(st.sampled_from(SUPPORTED_DIGITS))
    operand = st.integers(0, Layout(n_digits).operand_limit - 1)
    return sums_of(n_digits, draw(st.lists(st.tuples(operand, operand), min_size=1, max_size=20)))


def test_the_sample_is_the_write_up_s_draw_for_draw() -> None:
    assert SampleSpec(4, 1000, 42).draw().strings[:5] == [
        "2968+1606=4574",
        "2262+0672=2934",
        "1501+3261=4762",
        "4300+4863=9163",
        "1746+2946=4692",
    ]


def test_all_first_operands_are_drawn_before_the_second_ones() -> None:
    assert SampleSpec(4, 1, 42).draw().strings == ["2764+1504=4268"]


def test_the_default_sample_is_the_write_up_s() -> None:
    assert SampleSpec() == SampleSpec(n_digits=4, size=1000, seed=42)


@every_number_of_digits
def test_a_sample_is_the_same_whenever_it_is_drawn_and_leaves_other_random_states_unchanged(n_digits: int) -> None:
    import torch

    before = torch.get_rng_state()
    first, again = SampleSpec(n_digits, 50, 7).draw(), SampleSpec(n_digits, 50, 7).draw()
    assert (first.tokens == again.tokens).all()
    assert (first.tokens != SampleSpec(n_digits, 50, 8).draw().tokens).any()
    assert torch.equal(before, torch.get_rng_state())


def test_tokens_are_the_digits_with_plus_and_equals_between() -> None:
    sums = sums_of(4, [(2968, 1606), (0, 7)])
    assert sums.tokens.tolist() == [
        [2, 9, 6, 8, PLUS, 1, 6, 0, 6, EQUALS, 4, 5, 7, 4],
        [0, 0, 0, 0, PLUS, 0, 0, 0, 7, EQUALS, 0, 0, 0, 7],
    ]
    assert sums.strings == ["2968+1606=4574", "0000+0007=0007"]


@every_number_of_digits
def test_the_layout_covers_every_position_once(n_digits: int) -> None:
    layout = Layout(n_digits)
    positions = list(range(layout.n_ctx))
    assert positions == [
        *positions[layout.first_operand],
        layout.plus,
        *positions[layout.second_operand],
        layout.equals,
        *positions[layout.answer],
    ]
    assert positions[layout.answer] == [position + 1 for position in positions[layout.predicting]]
    assert layout.predicting.start == layout.equals
    names = layout.position_names
    assert len(set(names)) == layout.n_ctx
    assert names[layout.plus] == "+"
    assert names[layout.equals] == "="
    assert names[layout.answer] == tuple(f"C{column}" for column in range(n_digits))


@every_number_of_digits
def test_the_length_of_a_sequence_determines_the_layout(n_digits: int) -> None:
    assert Layout.of_context(Layout(n_digits).n_ctx) == Layout(n_digits)


@pytest.mark.parametrize("n_ctx", [0, 2, 5, 13, 15, 23, -4])
def test_a_length_that_no_sum_has_is_refused(n_ctx: int) -> None:
    with pytest.raises(ValueError, match="supported are 8, 11, 14, 17, 20"):
        Layout.of_context(n_ctx)


@pytest.mark.parametrize("n_digits", [0, 1, 7])
def test_sums_of_too_few_or_too_many_digits_are_refused(n_digits: int) -> None:
    with pytest.raises(ValueError, match=f"{n_digits} digits: sums of 2 to 6 digits are supported"):
        Layout(n_digits)


@pytest.mark.parametrize("pair", [(50, 0), (0, 50), (-1, 0), (0, -1)])
def test_an_operand_out_of_range_is_refused(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"operands lie in 0\.\.49"):
        sums_of(2, [(1, 2), pair])


def test_an_operand_without_its_partner_is_refused() -> None:
    with pytest.raises((ValueError, TypeError)):  # a TypeError where the shapes are checked as types
        Sums(Layout(2), np.array([1, 2]), np.array([1]))


@given(batches())
def test_carries_and_answers_are_those_of_schoolbook_addition(sums: Sums) -> None:
    for row in range(len(sums)):
        carry = 0
        for column in reversed(range(sums.layout.n_digits)):
            assert sums.carry_in[row, column] == carry
            total = int(sums.a_digits[row, column] + sums.b_digits[row, column]) + carry
            carry, digit = divmod(total, 10)
            assert sums.carry_out[row, column] == carry
            assert sums.answer_digits[row, column] == digit
        assert carry == 0


@given(batches())
def test_a_sum_as_it_is_written_is_true(sums: Sums) -> None:
    for text, a, b in zip(sums.strings, sums.a, sums.b, strict=True):
        terms, answer = text.split("=")
        assert [int(term) for term in terms.split("+")] == [a, b]
        assert int(answer) == a + b
        assert len(text) == sums.layout.n_ctx


@given(batches(), st.data())
def test_chosen_sums_are_the_same_sums(sums: Sums, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(sums) - 1), min_size=1))
    assert sums[np.array(chosen)].strings == [sums.strings[index] for index in chosen]
    assert sums[1:].strings == sums.strings[1:]
    mask = sums.carry_out[:, -1]
    assert len(sums[mask]) == mask.sum()


def test_all_sums_enumerates_every_pair_once() -> None:
    layout = Layout(2)
    sums = all_sums(layout)
    pairs = list(zip(sums.a.tolist(), sums.b.tolist(), strict=True))
    assert len(sums) == layout.n_sums == 2500
    assert pairs == [(a, b) for a in range(50) for b in range(50)]


@given(st.lists(st.integers(0, Layout(2).n_sums), max_size=6))
def test_all_sums_in_pieces_are_all_sums(cuts: list[int]) -> None:
    layout = Layout(2)
    borders = [0, *sorted(cuts), layout.n_sums]
    pieces = [all_sums(layout, *border) for border in itertools.pairwise(borders)]
    assert np.concatenate([piece.a for piece in pieces]).tolist() == all_sums(layout).a.tolist()
    assert np.concatenate([piece.b for piece in pieces]).tolist() == all_sums(layout).b.tolist()


def test_four_digits_make_twenty_five_million_sums() -> None:
    layout = Layout(4)
    assert layout.n_sums == 25_000_000
    assert all_sums(layout, layout.n_sums - 1).strings == ["4999+4999=9998"]
