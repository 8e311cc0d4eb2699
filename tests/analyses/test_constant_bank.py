"""The positions whose information layer 1 needs, on a model where they are known."""

from pathlib import Path

import numpy as np
import pytest

from sumint.analyses.carrying.constant_bank import KINDS, ConstantBank, constant_bank
from sumint.checkpoints.files import Weights, read_weights
from sumint.model.load import load_model
from sumint.task.sums import Layout, SampleSpec
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set

BOTH = list(KINDS).index("both")


@pytest.fixture(scope="module")
def bank() -> ConstantBank:
    return constant_bank(
        load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw(), carry_positions=(FIRST, SECOND)
    )


def test_the_plus_is_attended_to_and_can_be_mean_ablated(bank: ConstantBank) -> None:
    assert bank.bank.tolist() == bank.candidates.tolist() == list(range(FIRST))
    assert bank.attention[0, 0, LAYOUT.plus] > 0.2
    np.testing.assert_array_equal(bank.accuracy_with_bank_constant, np.tile(bank.accuracy, (len(KINDS), 1)))
    for position in range(FIRST):
        np.testing.assert_array_equal(
            bank.accuracy_without[:, position], np.tile(bank.accuracy_before, (len(KINDS), 1))
        )


def test_at_a_carry_site_only_ablating_the_keys_lowers_the_accuracy(bank: ConstantBank) -> None:
    whole = bank.accuracy_before.mean()
    for position in (FIRST, SECOND):
        by_kind = dict(zip(KINDS, bank.accuracy_without[:, position].mean(axis=-1), strict=True))
        assert by_kind["keys"] < whole - 0.02
        assert by_kind["values"] == whole
    assert bank.accuracy_with_others_constant[BOTH].mean() < bank.accuracy.mean() - 0.1


def test_attention_is_divided_between_the_bank_and_the_others(bank: ConstantBank, tiny_weights: Weights) -> None:
    np.testing.assert_allclose(bank.attention.sum(axis=-1), 1, atol=1e-5)
    any_model = constant_bank(load_model(tiny_weights), SampleSpec(2).draw(), carry_positions=())
    assert any_model.candidates.tolist() == list(range(any_model.layout.predicting.start))
    assert (any_model.bank_attention < 1).all()


def test_on_the_write_up_s_checkpoint_the_leading_digit_of_a_is_no_part_of_the_bank(
    arena_checkpoint: Path,
) -> None:
    layout = Layout(4)
    positions = tuple(layout.position_names.index(name) for name in ("B3", "=", "C1"))
    found = constant_bank(
        load_model(read_weights(arena_checkpoint)), SampleSpec().draw(), carry_positions=positions
    )
    assert found.candidates.tolist() == [*range(positions[0])]
    assert [layout.position_names[position] for position in found.bank] == [
        "A1",
        "A2",
        "A3",
        "+",
        "B0",
        "B1",
        "B2",
    ]
    with_it, without = found.accuracy_with_candidates_constant[BOTH], found.accuracy_with_bank_constant[BOTH]
    assert with_it.mean() == pytest.approx(0.969, abs=5e-4)
    assert with_it.min() < 0.9 < 0.98 < without.min()
