import numpy as np
import pytest
from torch.nn.functional import cross_entropy

from sumint.analyses.performance.example_sums import example_sums
from sumint.analyses.performance.performance import performance
from sumint.checkpoints.files import Weights
from sumint.lab import Lab
from sumint.model.load import load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec


def test_the_loss_is_the_cross_entropy_at_the_answer(tiny_weights: Weights) -> None:
    model = load_model(tiny_weights)
    layout = Layout(tiny_weights.architecture.n_digits)
    sample = SampleSpec(layout.n_digits, size=40).draw()
    tokens = tokens_for(model, sample)
    logits = model(tokens)[:, layout.predicting]
    expected = cross_entropy(logits.flatten(0, 1), tokens[:, layout.answer].flatten()).item()
    measured = performance(model, sample)
    assert measured.loss == pytest.approx(expected, rel=1e-5)
    assert measured.loss_by_digit.mean() == pytest.approx(expected, rel=1e-5)


def test_an_untrained_model_is_mostly_wrong(tiny_weights: Weights) -> None:
    measured = performance(
        load_model(tiny_weights), SampleSpec(tiny_weights.architecture.n_digits, size=200).draw()
    )
    assert measured.digit_accuracy < 0.5
    assert measured.least_probability <= measured.median_probability <= 1


def test_examples_have_whole_distributions_and_begin_as_the_sample_does(tiny_weights: Weights) -> None:
    sample = SampleSpec(tiny_weights.architecture.n_digits, size=20).draw()
    examples = example_sums(load_model(tiny_weights), sample)
    assert list(examples.strings[:5]) == sample.strings[:5]
    np.testing.assert_allclose(examples.probabilities.sum(axis=-1), 1, atol=1e-5)


def test_the_write_up_s_printed_sum_is_among_the_examples(arena_lab: Lab) -> None:
    examples = arena_lab.run(example_sums)
    assert examples.single == "2764+1504=4268"
    assert examples.single_tokens.tolist() == [2, 7, 6, 4, 10, 1, 5, 0, 4, 11, 4, 2, 6, 8]


def test_the_write_up_s_checkpoint_does_as_well_as_it_says(arena_lab: Lab) -> None:
    measured = arena_lab.run(performance)
    printed = [
        measured.loss,
        measured.mean_probability,
        measured.median_probability,
        measured.least_probability,
    ]
    assert [round(value, 3) for value in printed] == [0.007, 0.993, 0.996, 0.759]
    assert measured.wrong_sums == 0
