"""Surrogates that predict errors: the leads they are fitted to, the counts on all sums, and what they find."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from sumint.analyses.adding import predicted_errors as module
from sumint.analyses.adding.predicted_errors import (
    Comparison,
    PredictedErrors,
    f1,
    predicted_errors,
    shares,
)
from sumint.checkpoints.files import Weights, read_weights
from sumint.exhaustive.options import Options
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.tally import Tally
from sumint.interventions.hooks import answer_logits
from sumint.lab import Lab
from sumint.model.carry_lead import StateSample, leads, sample_small_leads
from sumint.model.column_tables import digit_of
from sumint.model.error_surrogates import SURROGATES, fit_levels
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.store.results import Store
from sumint.task.carries import MISSING, TOO_MANY, carry_errors
from sumint.task.carry_chains import chain_numbers, chains_of, pairs_of, sums_of
from sumint.task.sums import SampleSpec, Sums, all_sums, numbered_sums, uniform_sums


def measured(model: Model, tally: Tally) -> PredictedErrors:
    return predicted_errors(
        model,
        SampleSpec(tally.layout.n_digits).draw(),
        n_wrong=tally.n_wrong,
        listed_sums=tally.listed_sums,
        listed_predictions=tally.listed_predictions,
        listed_margin=tally.listed_margin,
    )


def test_a_negative_lead_is_a_wrong_carry(model: Model, sample: Sums) -> None:
    states = chains_of(sample.layout)
    numbers = chain_numbers(sample)
    logits = as_array(answer_logits(model, tokens_for(model, sample)))
    errors = carry_errors(sample, logits[..., :10].argmax(-1))
    for number, state in enumerate(states):
        of_state = sample[numbers[:, state.digit] == number]
        if not len(of_state):
            continue
        (found,) = leads(model, [state], [pairs_of(of_state)])
        has_error = np.isin(errors[numbers[:, state.digit] == number, state.digit], (MISSING, TOO_MANY))
        # A lead is negative wherever a carry is wrong; elsewhere another digit may be predicted.
        assert (found[has_error] < 0).all()


def test_the_sample_has_sums_of_every_state_and_no_sum_twice_where_it_is_chosen(model: Model) -> None:
    layout = layout_of(model)
    for number, (state, pairs, found) in enumerate(sample_small_leads(model)):
        assert len(pairs) == len(found) >= 1
        sums = sums_of(layout, pairs)
        assert (chain_numbers(sums)[:, state.digit] == number).all()
        np.testing.assert_allclose(leads(model, [state], [pairs])[0], found, atol=1e-4)


@pytest.mark.parametrize("limit", [0.0, -0.5])
def test_the_counts_are_those_of_predictions_made_one_by_one(model: Model, limit: float) -> None:
    layout = layout_of(model)
    sampled = sample_small_leads(model)
    surrogates = [fit(sampled) for fit in SURROGATES.values()]
    listed = uniform_sums(layout, 400, seed=4)
    listed = numbered_sums(layout, np.unique(listed.numbers))
    predictions = listed.answer_digits.copy()
    predictions[::2, 0] = predictions[::2, 0] + np.where(listed.carry_in[::2, 0], -1, 1)
    predictions[1::2, -1] = (predictions[1::2, -1] + 3) % 10
    found = Comparison(layout, sampled, listed, predictions, limit).result(surrogates, len(listed))

    numbers = np.concatenate([sums_of(layout, of_state.pairs).numbers for of_state in sampled])
    sums = all_sums(layout)
    sums = sums[~np.isin(sums.numbers, numbers)]
    is_listed = np.isin(sums.numbers, listed.numbers)
    is_wrong_carry = np.isin(sums.numbers, listed[::2].numbers)
    assert found.n_compared == len(sums) == layout.n_sums - found.n_sampled
    assert found.n_wrong_sums == is_listed.sum() == len(listed) - found.n_sampled_wrong
    assert found.n_wrong.sum() == is_wrong_carry.sum()
    chain, pairs = chain_numbers(sums), pairs_of(sums)
    for surrogate, (tables, _) in enumerate(surrogates):
        is_predicted = np.zeros((len(sums), layout.n_digits), bool)
        for number, (state, of_state) in enumerate(zip(found.states, tables, strict=True)):
            here = chain[:, state.digit] == number
            below = here & (of_state(pairs) < limit)
            is_predicted[below, state.digit] = True
            assert found.n_sums[number] == here.sum()
            assert found.n_predicted[surrogate, number] == below.sum()
            hits = below & is_wrong_carry if state.digit == 0 else np.zeros_like(below)
            assert found.n_hits[surrogate, number] == hits.sum()
        assert found.n_predicted_sums[surrogate] == is_predicted.any(axis=1).sum()
        assert found.n_hit_sums[surrogate] == (is_predicted.any(axis=1) & is_listed).sum()
        differ = is_predicted.copy()
        differ[is_wrong_carry, 0] ^= True
        differ[is_listed & ~is_wrong_carry, -1] = True
        assert found.n_disagreements[surrogate].tolist() == differ.sum(axis=0).tolist()


def test_the_surrogate_by_state_finds_the_levels_and_the_numbers_of_sums_that_leads_are_made_of(
    model: Model,
) -> None:
    random = np.random.default_rng(0)
    by_own_sum = random.normal(size=(2, 10))
    by_own_sum -= by_own_sum.mean(axis=1, keepdims=True)
    made = []
    for number, state in enumerate(chains_of(layout_of(model))):
        pairs = state.draw(3000, random)
        own_sums = digit_of(pairs[:, state.digit])
        made.append(StateSample(state, pairs, number / 10 + by_own_sum[int(state.has_carry), own_sums]))
    tables, n_numbers = fit_levels(made)
    assert n_numbers == len(made) + 20 * (layout_of(model).n_digits - 1)
    for of_state, function in zip(made, tables, strict=True):
        np.testing.assert_allclose(function(of_state.pairs), of_state.leads, atol=0.01)


def test_recall_precision_and_f1_are_shares() -> None:
    np.testing.assert_array_equal(shares(np.array([1, 0]), np.array([4, 0])), [0.25, np.nan])
    assert f1(np.array([0.5, np.nan, 0.0]), np.array([1.0, 0.5, 0.0])).tolist() == [pytest.approx(2 / 3), 0, 0]


def test_without_all_sums_nothing_is_compared(
    model: Model, tiny_weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SUMS", 1)
    found = measured(model, tally_all(tiny_weights, Options()))
    assert found.n_compared == found.n_wrong_sums == 0
    assert np.isnan(found.recall).all()
    assert np.isnan(found.agreement).all()


def test_the_same_bytes_twice(model: Model, tiny_weights: Weights) -> None:
    tally = tally_all(tiny_weights, Options())
    first, second = (measured(model, tally) for _ in range(2))
    for field in fields(first):
        one, other = (np.asarray(getattr(result, field.name)) for result in (first, second))
        assert one.tobytes() == other.tobytes(), field.name


def test_errors_of_the_write_up_s_checkpoint_are_predicted_far_better_than_by_nines(arena_checkpoint) -> None:
    lab = Lab(arena_checkpoint, store=Store.of_user())
    found = measured(load_model(read_weights(arena_checkpoint)), lab.run("every_sum"))
    by_state, by_angle = map(list(SURROGATES).index, ("by state", "by angle"))
    assert found.n_wrong_of_all == 4721
    assert found.n_parameters.tolist() == [75, 2970, 6930]
    assert found.precision[by_angle] > 0.6
    assert found.recall[by_angle] > 0.08
    assert f1(*found.baseline).max() < 0.1
    assert f1(*found.curves)[by_angle].max() > 0.3
    assert f1(*found.curves)[by_state].max() < 0.1
    assert (found.agreement > 0.999).all()
