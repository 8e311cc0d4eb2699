"""Free generation, compared with generation token by token."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from jaxtyping import Int

from sumint.analyses.performance import free_generation as module
from sumint.analyses.performance.free_generation import FreeGeneration, free_generation, generate
from sumint.checkpoints.files import Weights, read_weights
from sumint.checkpoints.locate import locate
from sumint.exhaustive.options import Options
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.tally import Tally
from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, load_model, tokens_for
from sumint.task.sums import Layout, Sums, all_sums, uniform_sums


@pytest.fixture(scope="module")
def tally(tiny_weights: Weights) -> Tally:
    return tally_all(tiny_weights, Options())


def token_by_token(model: Model, sums: Sums) -> Int[np.ndarray, "sum digit"]:
    """The answers of the model, which receives the operands and then its own predictions."""
    tokens = tokens_for(model, sums)[:, : sums.layout.answer.start]
    for _ in range(sums.layout.n_digits):
        tokens = torch.cat([tokens, model(tokens)[:, -1:].argmax(-1)], dim=1)
    return tokens[:, sums.layout.answer.start :].numpy()


def with_right_digits(model: Model, sums: Sums) -> Int[np.ndarray, "sum digit"]:
    """The predictions of the model in a full pass over the right answers."""
    return model(tokens_for(model, sums))[:, sums.layout.predicting].argmax(-1).numpy()


def counts_of(given: Int[np.ndarray, "sum digit"], generated: Int[np.ndarray, "sum digit"], sums: Sums) -> dict:
    """The counts of a `FreeGeneration` from both predictions of its sums, one sum after the other."""
    wrong_given, wrong_generated, different = np.zeros((3, sums.layout.n_digits), np.int64)
    n_different = n_wrong_before_last = 0
    for before, after, right in zip(given, generated, sums.answer_digits, strict=True):
        wrong_given += before != right
        wrong_generated += after != right
        different += before != after
        n_different += list(before) != list(after)
        n_wrong_before_last += list(before[:-1]) != list(right[:-1])
    return {
        "n_generated": len(sums),
        "n_different": n_different,
        "n_wrong_before_last": n_wrong_before_last,
        "wrong_given": wrong_given.tolist(),
        "wrong_generated": wrong_generated.tolist(),
        "different": different.tolist(),
    }


def counts_in(generation: FreeGeneration) -> dict:
    names = ("n_generated", "n_different", "n_wrong_before_last", "wrong_given", "wrong_generated", "different")
    return {name: np.asarray(getattr(generation, name)).tolist() for name in names}


def test_all_sums_of_two_digits_are_generated_as_token_by_token(tiny_weights: Weights, tally: Tally) -> None:
    model, sums = load_model(tiny_weights), all_sums(tally.layout)
    given, generated = with_right_digits(model, sums), token_by_token(model, sums)
    is_wrong = (generated != sums.answer_digits).any(axis=1)
    # By induction a sum is right in free generation exactly if it is right with the right digits given.
    assert is_wrong.tolist() == (given != sums.answer_digits).any(axis=1).tolist()
    assert 0 < is_wrong.sum() == tally.n_wrong < len(sums)
    measured = free_generation(
        model,
        sums,
        n_wrong=tally.n_wrong,
        listed_sums=tally.listed_sums,
        listed_predictions=tally.listed_predictions,
    )
    assert counts_in(measured) == counts_of(given[is_wrong], generated[is_wrong], sums[is_wrong])
    assert measured.is_complete
    assert measured.accuracy == pytest.approx(1 - is_wrong.mean())
    assert 0 < measured.share_unchanged < 1


def test_of_more_wrong_sums_than_are_listed_a_random_sample_is_generated(
    tiny_weights: Weights, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "N_SAMPLED", 300)
    model = load_model(tiny_weights)
    measured = free_generation(
        model,
        all_sums(tally.layout),
        n_wrong=tally.n_wrong,
        listed_sums=tally.listed_sums[:100],
        listed_predictions=tally.listed_predictions[:100],
    )
    drawn = uniform_sums(tally.layout, int(np.ceil(300 * tally.n_sums / tally.n_wrong)), module.SEED)
    given, generated = with_right_digits(model, drawn), token_by_token(model, drawn)
    is_wrong = (given != drawn.answer_digits).any(axis=1)
    assert counts_in(measured) == counts_of(given[is_wrong], generated[is_wrong], drawn[is_wrong])
    assert measured.n_wrong == tally.n_wrong
    assert not measured.is_complete


def test_a_model_without_errors_generates_none(tiny_weights: Weights) -> None:
    model = load_model(tiny_weights)
    nothing = np.zeros((0, 2), np.int64)
    measured = free_generation(
        model, all_sums(Layout(2)), n_wrong=0, listed_sums=nothing, listed_predictions=nothing
    )
    assert measured.accuracy == 1
    assert measured.n_generated == measured.n_different == 0
    assert np.isnan(measured.share_unchanged)


@pytest.mark.parametrize("n_sums", [2_000, pytest.param(20_000, marks=pytest.mark.nightly)])
def test_hard_sums_are_generated_as_token_by_token(n_sums: int) -> None:
    model, sums = load_model(read_weights(locate("bundled"))), long_carry_chains(n_sums)
    given, generated = answer_predictions(model, tokens_for(model, sums)), token_by_token(model, sums)
    right = sums.answer_digits
    is_wrong = (given != right).any(axis=1)
    assert is_wrong.tolist() == (generated != right).any(axis=1).tolist()
    assert 0 < is_wrong.sum() < n_sums
    assert generate(model, sums, given).tolist() == generated.tolist()


def long_carry_chains(n_sums: int) -> Sums:
    """Sums of four digits whose tens and hundreds sum to nine, and whose units decide all carries."""
    random = np.random.default_rng(0)
    leading = random.integers(0, 5, (2, n_sums)) * 1_000
    tens_and_hundreds, units = random.integers(0, 100, n_sums), random.integers(0, 10, (2, n_sums))
    a = leading[0] + tens_and_hundreds * 10 + units[0]
    b = leading[1] + (99 - tens_and_hundreds) * 10 + units[1]
    return Sums(Layout(4), a, b)
