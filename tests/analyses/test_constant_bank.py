"""What layer 1 needs of a position, on a model where that is known."""

import numpy as np
import pytest

from sumint.analyses.constant_bank import KINDS, ConstantBank, constant_bank
from sumint.data import Probe
from sumint.model import load_model
from sumint.weights import Weights
from tests.hand_set import FIRST, LAYOUT, SECOND, hand_set

TRAILS = ((1, 0, 1, FIRST), (2, 0, 1, FIRST), (2, 1, 1, SECOND))
BOTH = list(KINDS).index("both")


@pytest.fixture(scope="module")
def bank() -> ConstantBank:
    return constant_bank(load_model(hand_set()), Probe(LAYOUT.n_digits).draw(), trails=TRAILS)


def test_the_plus_is_looked_at_and_may_say_the_same_of_every_sum(bank: ConstantBank) -> None:
    assert bank.bank.tolist() == list(range(FIRST))
    assert bank.attention[0, 0, LAYOUT.plus] > 0.2
    np.testing.assert_array_equal(bank.right_with_bank_constant, bank.right)
    np.testing.assert_array_equal(bank.right_without[:, :FIRST], np.full((len(KINDS), FIRST), bank.right_before))


def test_where_the_carry_is_only_the_keys_are_missed(bank: ConstantBank) -> None:
    whole = bank.right_before
    for position in (FIRST, SECOND):
        by_kind = dict(zip(KINDS, bank.right_without[:, position], strict=True))
        assert by_kind["keys"] < whole - 0.02
        assert by_kind["values"] == whole
    assert bank.right_with_others_constant[BOTH] < bank.right - 0.1


def test_attention_is_divided_between_the_bank_and_the_others(bank: ConstantBank, tiny_weights: Weights) -> None:
    np.testing.assert_allclose(bank.attention.sum(axis=-1), 1, atol=1e-5)
    any_model = constant_bank(load_model(tiny_weights), Probe(2).draw(), trails=())
    assert any_model.bank.tolist() == list(range(any_model.layout.predicting.start))
    assert (any_model.bank_attention < 1).all()
