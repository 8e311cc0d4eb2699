"""Sums with leading digits above those of training: predictions, patching, and swapped operands."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from sumint.analyses.performance import large_digit_patching as patching_module
from sumint.analyses.performance.large_digit_patching import WAYS, _Pairs, large_digit_patching
from sumint.analyses.performance.large_leading_digits import large_leading_digits
from sumint.analyses.performance.swapped_operands import swapped_operands
from sumint.checkpoints.files import read_weights
from sumint.interventions.hooks import answer_predictions
from sumint.model.load import Model, load_model, tokens_for
from sumint.task.large_operands import CONDITIONS, leading_digit_pairs
from sumint.task.sums import Layout, SampleSpec, Sums, all_sums
from tests.hand_set import LAYOUT, hand_set


@pytest.fixture(scope="module")
def arena(arena_checkpoint: Path) -> Model:
    return load_model(read_weights(arena_checkpoint))


def test_a_model_that_reads_digits_as_numbers_adds_large_leading_digits_too() -> None:
    model, sample = load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw()
    large = large_leading_digits(model, sample)
    in_training, first, second = (large.accuracy[CONDITIONS.index(kind)] for kind in ("none", "first", "second"))
    # It computes no remainder, and no remainder is needed in a leading column whose sum fits.
    assert in_training[0] == first[0] == second[0] == 1
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(large.agreement, 1)
    assert large_digit_patching(model, sample).broken_digits == ()


def test_every_sum_is_counted_once_and_the_same_twice(model: Model, sample: Sums) -> None:
    large, again = (large_leading_digits(model, sample) for _ in range(2))
    np.testing.assert_array_equal(large.confusions.sum(axis=(2, 3)), large.n_sums)
    assert large.confusions.tobytes() == again.confusions.tobytes()
    assert (large.n_right_sums <= large.accuracy.min(axis=1) * large.n_sums + 1e-9).all()


def test_on_the_write_up_s_checkpoint_the_first_two_digits_break(arena: Model) -> None:
    large = large_leading_digits(arena, SampleSpec().draw())
    np.testing.assert_allclose(large.accuracy[CONDITIONS.index("none")], 1)
    for condition, of_second_digit in (("first", 0.270), ("second", 0.249), ("one, sum too long", 0.288)):
        by_digit = large.accuracy[CONDITIONS.index(condition)]
        assert by_digit[0] == 0
        assert by_digit[1] == pytest.approx(of_second_digit, abs=2e-3)
        assert by_digit[2:].min() > 0.99
    assert large.agreement[:, 0] == pytest.approx([1, 0.265], abs=2e-3)


def test_patching_everything_that_differs_gives_the_source_s_prediction(model: Model) -> None:
    pairs = _Pairs.on(model, leading_digit_pairs(Layout(2), 200, seed=0)).with_digit_broken(0)
    assert 0 < len(pairs) < 200
    # The right digit is that of the source, and so wrong in the base without a patch.
    assert not pairs.is_repaired([]).any()
    assert not pairs.is_broken([]).any()
    positions = range(pairs.source_tokens.shape[1])
    both = pairs.source.residual - pairs._patched(pairs.base, pairs.source, pairs.at(*positions))
    is_leading = torch.tensor([position in (0, Layout(2).second_operand.start) for position in positions])
    assert both[:, is_leading].abs().min() > 1e-6
    torch.testing.assert_close(both[:, ~is_leading], torch.zeros_like(both[:, ~is_leading]), atol=1e-5, rtol=0)


def test_patching_is_the_same_twice_and_measures_no_position_after_the_digit(
    model: Model, sample: Sums, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patching_module, "PAIRS_AT_LEAST", 1)
    found, again = (large_digit_patching(model, sample) for _ in range(2))
    assert found.broken_digits == (0, 1)
    for field in fields(found):
        assert getattr(found, field.name).tobytes() == getattr(again, field.name).tobytes(), field.name
    stop = Layout(2).predicting.start + 1
    assert not found.n_repaired_by_position[0, :, stop:].any()
    assert (found.n_repaired <= found.n_fresh_pairs[..., None]).all()


def test_on_the_write_up_s_checkpoint_two_positions_of_layer_0_repair_each_digit(arena: Model) -> None:
    found = large_digit_patching(arena, SampleSpec().draw())
    assert found.broken_digits == (0, 1)
    assert found.chosen_names(0) == ("=", "A0")
    assert found.chosen_names(1) == ("=", "C0")
    rates = {way: found.rates[:2, :, WAYS.index(way)] for way in WAYS}
    assert rates["two positions"].min() > 0.9 > 0.8 > rates["one position"].max()
    assert rates["layer 0"].min() > 0.98
    assert rates["token embeddings"].max() < 0.05
    # A position where layer 0 writes nothing that the digit needs neither repairs nor breaks it.
    plus = Layout(4).plus
    assert found.n_repaired_by_position[0, :, plus].sum() <= 2
    assert found.n_broken_by_position[0, :, plus].sum() <= 2


def test_wrong_sums_that_are_listed_are_looked_up_in_the_other_order(model: Model, sample: Sums) -> None:
    listed = np.array([[12, 30], [30, 12], [7, 8], [4, 4]], np.int64)
    found = swapped_operands(model, sample, n_wrong=4, listed_sums=listed)
    assert (found.n_wrong, found.n_wrong_swapped, found.is_complete) == (3, 2, True)
    assert found.share_wrong_swapped == pytest.approx(2 / 3)


def test_a_random_sample_estimates_the_share_over_all_sums(model: Model, sample: Sums) -> None:
    everything = all_sums(sample.layout)
    is_wrong = (answer_predictions(model, tokens_for(model, everything)) != everything.answer_digits).any(axis=1)
    listed = np.stack([everything.a, everything.b], axis=1)[is_wrong]
    exact = swapped_operands(model, sample, n_wrong=len(listed), listed_sums=listed)
    estimated = swapped_operands(model, sample, n_wrong=len(listed), listed_sums=listed[:10])
    assert exact.is_complete
    assert not estimated.is_complete
    assert estimated.share_wrong_swapped == pytest.approx(exact.share_wrong_swapped, abs=0.02)
