"""The tally of all sums has the same bytes, whatever the portions and their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from sumint.checkpoints.files import Architecture, Weights
from sumint.exhaustive import tally
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.lanes import MAX_WIDTH
from sumint.exhaustive.predictions import Predictions, predictions_from
from sumint.exhaustive.reference import answer_logits
from sumint.exhaustive.shards import MAX_SHARDS, Network, Shard, shards_of, tally_shard
from sumint.exhaustive.tally import Tally, empty_tally, merge, tally_of
from sumint.task.carries import MISSING, NEITHER, TOO_MANY, carry_errors
from sumint.task.sums import Layout, Sums, all_sums

LAYOUT = Layout(3)


def random_predictions(n_sums: int, seed: int = 0) -> tuple[Sums, Predictions]:
    """Random predictions: a third of the sums are wrong, and many margins are equal."""
    random = np.random.default_rng(seed)
    shape = (n_sums, LAYOUT.n_digits)
    operands = random.permutation(LAYOUT.n_sums)[:n_sums]
    sums = Sums(LAYOUT, *np.divmod(operands, LAYOUT.operand_limit))
    margin = np.round(random.normal(1, 1, shape), 1)
    predicted = np.where(margin > 0, sums.answer_digits, (sums.answer_digits + random.integers(1, 10, shape)) % 10)
    probability = random.random(shape)
    return sums, Predictions(margin, -np.log(probability), probability, predicted, np.abs(margin))


def bytes_of(one: Tally) -> dict[str, bytes]:
    return {field.name: np.asarray(getattr(one, field.name)).tobytes() for field in fields(one)}


@pytest.mark.parametrize("listed", [100_000, 17])
def test_portions_add_up_in_any_order(listed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tally, "MAX_LISTED", listed)
    sums, predictions = random_predictions(1000)
    whole = bytes_of(tally_of(sums, predictions))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(1000)
        parts = np.array_split(order, seed + 2)
        portions = [tally_of(sums[part], Predictions(*(array[part] for array in predictions))) for part in parts]
        assert bytes_of(reduce(merge, portions, empty_tally(LAYOUT))) == whole
        in_pairs = merge(reduce(merge, portions[1:]), portions[0])
        assert bytes_of(in_pairs) == whole


def carry_error(a: int, b: int, digit: int, predicted: int) -> int:
    """The carry error of a predicted digit of a three-digit sum, by plain arithmetic."""
    place = 10 ** (2 - digit)
    column, carry = a // place % 10 + b // place % 10, (a % place + b % place) // place
    if carry and predicted == column % 10:
        return MISSING
    return TOO_MANY if not carry and predicted == (column + 1) % 10 else NEITHER


@pytest.mark.parametrize(
    ("a", "b", "predicted", "error"),
    [
        (455, 45, [4, 0, 0], MISSING),
        (45, 54, [1, 9, 9], TOO_MANY),
        (346, 442, [6, 8, 8], NEITHER),  # one too small, but there is no carry
        (459, 48, [6, 0, 7], NEITHER),  # one too large, but the carry is correct
        (45, 54, [3, 9, 9], NEITHER),
    ],
)
def test_an_error_counts_as_a_carry_error_only_if_the_carry_is_wrong(
    a: int, b: int, predicted: list[int], error: int
) -> None:
    sums = Sums(LAYOUT, np.array([a]), np.array([b]))
    assert carry_errors(sums, np.array([predicted]))[0, 0] == error == carry_error(a, b, 0, predicted[0])


def test_the_counts_equal_those_of_plain_python() -> None:
    sums, predictions = random_predictions(300)
    actual = tally_of(sums, predictions)
    wrong = [(i, d) for i in range(300) for d in range(3) if not predictions.margin[i, d] > 0]
    assert actual.n_sums == 300
    assert actual.n_wrong == len({i for i, _ in wrong})
    assert actual.wrong_digits.tolist() == [sum(d == digit for _, d in wrong) for digit in range(3)]
    assert np.allclose(actual.loss, predictions.loss.mean(axis=0), atol=1e-8)
    assert actual.probabilities.sum(axis=1).tolist() == [300, 300, 300]
    assert actual.probabilities[0, 50] == ((predictions.probability[:, 0] * 100).astype(int) == 50).sum()
    for i, d in wrong[:20]:
        pair = sums.a_digits[i, d], sums.b_digits[i, d]
        assert actual.wrong_by_pair[d][pair] >= 1
    errors = [carry_error(sums.a[i], sums.b[i], d, predictions.predicted[i, d]) for i, d in wrong if d == 1]
    assert actual.wrong_by_carry[1].tolist() == [errors.count(error) for error in (NEITHER, MISSING, TOO_MANY)]
    assert 0 < actual.n_off_by_one < actual.wrong_by_count[1]
    alone = [(i, d) for i, d in wrong if (predictions.margin[i] > 0).sum() == 2]
    assert actual.n_off_by_one == sum(
        (predictions.predicted[i, d] - sums.answer_digits[i, d]) % 10 in (1, 9) for i, d in alone
    )
    assert actual.least_margin.tolist() == predictions.margin.min(axis=0).tolist()
    assert actual.listed_margin.tolist() == sorted(
        predictions.margin.min(axis=1)[np.any(predictions.margin <= 0, axis=1)]
    )
    assert (np.diff(actual.listed_margin) >= 0).all()
    by_block = actual.wrong_by_block
    assert by_block.sum() == actual.n_wrong
    a, b = actual.listed_sums[0]
    assert by_block[a // 5, b // 5] >= 1


def test_a_predicted_token_that_is_not_a_digit_is_not_a_carry_error() -> None:
    sums = Sums(LAYOUT, np.array([1]), np.array([2]))
    ones = np.ones((1, 3))
    predictions = Predictions(np.array([[1.0, 1.0, -1.0]]), ones, ones, np.array([[0, 0, 11]]), ones)
    actual = tally_of(sums, predictions)
    assert actual.wrong_by_carry[2].tolist() == [1, 0, 0]
    assert (actual.n_wrong, actual.n_off_by_one) == (1, 0)


def test_every_sum_is_in_one_shard() -> None:
    for n_digits in (2, 3, 4, 5, 6):
        layout = Layout(n_digits)
        shards = shards_of(layout)
        assert all(one.after == other.first for one, other in pairwise(shards))
        assert len(shards) <= MAX_SHARDS
    assert sum(shard.n_sums for shard in shards_of(Layout(4))) == Layout(4).n_sums


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_the_tally_of_a_shard_is_that_of_its_single_sums(untrained: Callable[..., Weights], scale: float) -> None:
    """With weights 4 times as large, single precision overflows, so double precision is needed."""
    weights = untrained(Architecture(n_digits=2, n_heads=2, d_model=12, d_head=5), scale=scale)
    network, layout = Network(circuits_of(weights)), Layout(2)
    actual = reduce(merge, (tally_shard(network, shard) for shard in shards_of(layout)))
    sums = all_sums(layout)
    expected = tally_of(sums, predictions_from(answer_logits(network.circuits, sums.tokens), sums.answer_digits))
    for name in (
        "n_sums",
        "n_wrong",
        "wrong_by_count",
        "wrong_by_run",
        "n_off_by_one",
        "wrong_by_carry",
        "wrong_by_pair",
        "wrong_by_block",
    ):
        assert np.array_equal(getattr(actual, name), getattr(expected, name)), name
    assert np.allclose(actual.loss, expected.loss, atol=1e-5)
    assert np.allclose(actual.least_margin, expected.least_margin, atol=1e-4)
    assert np.array_equal(np.sort(actual.listed_sums, axis=0), np.sort(expected.listed_sums, axis=0))
    assert (actual.n_doubtful > 100) == (scale > 1)


def test_a_shard_can_be_cancelled_between_two_tiles(untrained: Callable[..., Weights]) -> None:
    network = Network(circuits_of(untrained(Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4))))
    calls: list[int] = []

    def before_tile() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tally_shard(network, Shard(Layout(3), 0, 2 * MAX_WIDTH), before_tile)
    assert len(calls) == 2
