"""The predictions with wrong answer digits before them, compared with a pass for every sum and digit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sumint.analyses.performance import answer_tokens as module
from sumint.analyses.performance.answer_tokens import AnswerTokens, answer_tokens, wrong_answers
from sumint.checkpoints.files import Architecture, Weights
from sumint.model.load import Model, layout_of, load_model
from sumint.task.sums import Layout, Sums, uniform_sums
from sumint.training.train import initial_parameters
from tests.hand_set import hand_set

N_SUMS = 200


@pytest.fixture(autouse=True)
def few_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "N_SUMS", N_SUMS)


def untrained(n_digits: int) -> Model:
    sizes = Architecture(n_digits=n_digits, n_heads=2, d_model=16, d_head=8)
    parameters = initial_parameters(sizes, seed=1)
    return load_model(Weights(sizes, {name: 2 * tensor.numpy() for name, tensor in parameters.items()}))


def counted_one_by_one(model: Model, sums: Sums) -> AnswerTokens:
    """The counts from a pass for every sum and digit, over the input up to the digit alone."""
    n_digits, n_operands = sums.layout.n_digits, sums.layout.answer.start
    right, right_after_wrong, changed = np.zeros((3, n_digits - 1), np.int64)
    for tokens, answer, wrong in zip(sums.tokens, sums.answer_digits, wrong_answers(sums), strict=True):
        for digit in range(1, n_digits):
            inputs = [[*tokens[:n_operands], *before[:digit]] for before in (answer, wrong)]
            given, replaced = model(torch.tensor(np.array(inputs)))[:, -1].argmax(-1).tolist()
            right[digit - 1] += given == answer[digit]
            right_after_wrong[digit - 1] += replaced == answer[digit]
            changed[digit - 1] += given != replaced
    return AnswerTokens(len(sums), right, right_after_wrong, changed)


@pytest.mark.parametrize("n_digits", [2, 3])
def test_counts_are_those_of_a_pass_for_every_sum_and_digit(n_digits: int) -> None:
    model = untrained(n_digits)
    measured = answer_tokens(model, uniform_sums(Layout(n_digits), 1, 0))
    expected = counted_one_by_one(model, uniform_sums(layout_of(model), N_SUMS, module.SEED))
    assert measured.n_sums == N_SUMS
    assert measured.n_right.tolist() == expected.n_right.tolist()
    assert measured.n_right_after_wrong.tolist() == expected.n_right_after_wrong.tolist()
    assert measured.n_changed.tolist() == expected.n_changed.tolist()
    assert [*measured.digits] == [*range(1, n_digits)]
    assert (measured.n_changed > 0).all()


def test_a_model_that_ignores_the_answer_s_digits_predicts_the_same() -> None:
    model = load_model(hand_set())
    measured = answer_tokens(model, uniform_sums(layout_of(model), 1, 0))
    assert measured.n_changed[0] == 0
    assert 0 < measured.n_right[0] == measured.n_right_after_wrong[0] < N_SUMS


def test_every_digit_of_a_wrong_answer_is_one_of_the_nine_wrong_digits_equally_often() -> None:
    sums = uniform_sums(Layout(4), 9_000, 0)
    shifts = (wrong_answers(sums) - sums.answer_digits) % 10
    for digit in range(4):
        counts = np.bincount(shifts[:, digit], minlength=10)
        assert counts[0] == 0
        assert (np.abs(counts[1:] - 1_000) < 150).all()
