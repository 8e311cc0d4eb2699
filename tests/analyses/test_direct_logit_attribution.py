import numpy as np
import pytest

from sumint.analyses.attribution.direct_logit_attribution import DirectLogitAttribution, direct_logit_attribution
from sumint.analyses.attribution.single_heads import responsible_alone, single_heads
from sumint.interventions.hooks import ablate_head
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.model.residual_stream import ForwardPass, relative_error
from sumint.task.examples import examples
from sumint.task.sums import Sums


def logits_of(model: Model, sums: Sums) -> np.ndarray:
    return model(tokens_for(model, sums))[:, sums.layout.predicting, :10].numpy()


def test_components_and_biases_add_up_to_the_logits(model: Model, sample: Sums) -> None:
    measured = direct_logit_attribution(model, sample)
    example_sums = examples(sample).sums
    np.testing.assert_allclose(measured.examples.sum(1), logits_of(model, example_sums), rtol=1e-4, atol=1e-5)
    assert measured.error_with_biases < 1e-5


def test_without_the_biases_the_write_up_s_rows_miss_the_logits(model: Model, sample: Sums) -> None:
    assert direct_logit_attribution(model, sample).error_without_biases > 0.01
    for bias in (model.b_U, *(block.attn.b_O for block in model.blocks)):
        bias.data[:] = 0
    assert direct_logit_attribution(model, sample).error_without_biases < 1e-5


def test_the_attribution_of_a_head_of_layer_1_is_what_ablating_it_at_a_fixed_scale_removes(
    model: Model, sample: Sums
) -> None:
    run = ForwardPass.of(model, sample)
    scale = run.cache["ln_final.hook_scale"]
    hold_scale = ("ln_final.hook_scale", lambda values, hook: scale)
    hooks = [ablate_head("z", 1, head=1, replacement="zero"), hold_scale]
    without = model.run_with_hooks(tokens_for(model, sample), fwd_hooks=hooks)
    lost = run.logits - without[:, sample.layout.predicting, :10]
    np.testing.assert_allclose(run.direct(run.heads(1))[:, 1].numpy(), lost.numpy(), rtol=1e-3, atol=1e-5)


def test_the_mean_and_its_deviation_are_those_of_the_right_digit_s_logit(model: Model, sample: Sums) -> None:
    five = sample[:5]  # the examples begin with these
    measured = direct_logit_attribution(model, five)
    right = np.take_along_axis(measured.examples[:5, :-1], five.answer_digits[:, None, :, None], axis=-1).squeeze(
        -1
    )
    np.testing.assert_allclose(measured.correct_mean, right.mean(axis=0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(measured.correct_std, right.std(axis=0, ddof=1), rtol=1e-4, atol=1e-6)


def test_a_single_sum_does_not_vary(model: Model, sample: Sums) -> None:
    assert (direct_logit_attribution(model, sample[:1]).correct_std == 0).all()


def test_the_share_of_layer_1_counts_heads_by_the_length_of_their_bars() -> None:
    means = np.array([[9.0], [9.0], [1.0], [-1.0], [-4.0], [2.0]])
    measured = DirectLogitAttribution(
        ("embed", "pos_embed", "H0.0", "H0.1", "H1.0", "H1.1"),
        ("",),
        np.zeros((1, 7, 1, 10)),
        means,
        means,
        0.0,
        0.0,
    )
    assert measured.layer_1_share == pytest.approx([0.75])


def test_a_layer_without_output_has_a_share_of_zero(model: Model, sample: Sums) -> None:
    model.blocks[1].attn.W_O.data[:] = 0
    assert (direct_logit_attribution(model, sample).layer_1_share == 0).all()
    model.blocks[0].attn.W_O.data[:] = 0
    assert (direct_logit_attribution(model, sample).layer_1_share == 0).all()


def test_the_relative_error_is_relative_to_the_whole() -> None:
    import torch

    whole = torch.tensor([3.0, 4.0])
    assert relative_error(whole, whole) == 0
    assert relative_error(torch.tensor([3.0, 3.0]), whole) == pytest.approx(0.2)
    assert relative_error(whole * 0, whole * 0) == 0
    assert relative_error(whole, whole * 0) == 1


@pytest.mark.parametrize(
    ("heads", "rest", "is_alone"),
    [
        ({3: 5, 7: 1}, {}, True),  # the first head predicts 3, and without it the prediction is the second's
        ({3: 5, 7: 1}, {3: 2}, False),  # the rest predicts 3 as well: neither head is needed
        ({3: 5, 4: 5}, {3: 2}, True),  # without the first the prediction is the second's, despite the rest
        ({3: 5, 4: 9}, {}, False),  # the model is wrong
    ],
)
def test_a_head_is_responsible_alone_if_it_is_right_and_the_only_one_needed(
    heads: dict[int, float], rest: dict[int, float], is_alone: bool
) -> None:
    added = np.zeros((1, 2, 1, 10))
    for head, (value, logit) in enumerate(heads.items()):
        added[0, head, 0, value] = logit
    logits = added.sum(axis=1)
    for value, logit in rest.items():
        logits[0, 0, value] += logit
    assert responsible_alone(added, logits, np.array([[3]])).item() == is_alone


@pytest.mark.parametrize(
    ("first", "second", "rest"),
    [
        ({3: 3, 1: 2}, {3: 3, 2: 2}, {3: -2}),  # both predict 3, and without either the other's second choice wins
        ({3: 3, 5: 4}, {7: 1}, {5: -9}),  # the first is needed, but predicts 5 individually
    ],
)
def test_a_head_that_is_not_the_only_one_needed_or_not_right_is_not_responsible_alone(
    first: dict[int, float], second: dict[int, float], rest: dict[int, float]
) -> None:
    one, other, others = (
        np.array([logits.get(value, 0.0) for value in range(10)]) for logits in (first, second, rest)
    )
    whole = one + other + others
    assert whole.argmax() == 3
    assert not responsible_alone(np.stack([one, other])[None, :, None], whole[None, None], np.array([[3]])).any()


def test_the_predictions_of_single_heads_and_of_all_heads_are_those_of_their_attributions(
    model: Model, sample: Sums
) -> None:
    measured = single_heads(model, sample)
    run = ForwardPass.of(model, examples(sample).sums)
    added = run.direct(run.heads(1)).numpy()
    np.testing.assert_array_equal(measured.examples_alone, added.argmax(-1))
    np.testing.assert_array_equal(measured.examples_together, added.sum(1).argmax(-1))
    np.testing.assert_array_equal(measured.examples_predicted, logits_of(model, examples(sample).sums).argmax(-1))
    assert (measured.some_right_alone <= measured.right_alone.sum(0) + 1e-9).all()
    assert (measured.some_right_alone >= measured.right_alone.max(0)).all()


def test_on_the_write_up_s_checkpoint_the_heads_of_layer_1_write_together(arena_lab: Lab) -> None:
    measured = arena_lab.run(direct_logit_attribution)
    assert measured.layer_1_share == pytest.approx([0.907, 0.898, 0.838, 0.879], abs=1e-3)
    heads = arena_lab.run(single_heads)
    assert heads.some_right_alone == pytest.approx([0.366, 0.494, 0.387, 0.469], abs=2e-3)
    assert list(heads.examples_alone[0, :, 0]) == [5, 3, 0]
    assert (heads.examples_first_two[0, 0], heads.examples_predicted[0, 0]) == (4, 4)
