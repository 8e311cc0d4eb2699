import numpy as np
import pytest

from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.checkpoints.files import read_weights
from sumint.interventions.hooks import ablate_head, loss_by_sum
from sumint.model.load import Model, load_model, tokens_for
from sumint.task.sums import SampleSpec, Sums


def test_without_hooks_the_loss_is_the_model_s_own(model: Model, sample: Sums) -> None:
    tokens = tokens_for(model, sample)
    layout = sample.layout
    log_probabilities = model(tokens)[:, layout.predicting].log_softmax(-1)
    expected = -log_probabilities.gather(-1, tokens[:, layout.answer, None]).mean()
    assert loss_by_sum(model, tokens).mean().item() == pytest.approx(expected.item(), rel=1e-5)


def test_mean_ablation_of_a_head_with_a_constant_output_costs_nothing(model: Model, sample: Sums) -> None:
    model.blocks[0].attn.W_V.data[1] = 0  # its output is then its bias, and that was folded away
    measured = head_ablation(model, sample)
    np.testing.assert_allclose(measured.loss_rise_by_digit[0, 1], 0, atol=1e-5)


def test_zero_ablation_equals_removing_the_head(model: Model, sample: Sums) -> None:
    rise = head_ablation(model, sample, replacement="zero").loss_rise_by_digit[1, 0]
    tokens = tokens_for(model, sample)
    before = loss_by_sum(model, tokens).mean(0)
    model.blocks[1].attn.W_O.data[0] = 0
    np.testing.assert_allclose(rise, (loss_by_sum(model, tokens).mean(0) - before).numpy(), atol=1e-5)


def test_a_hook_leaves_the_other_heads_as_they_were(model: Model, sample: Sums) -> None:
    values = model.run_with_cache(tokens_for(model, sample))[1]["blocks.0.attn.hook_z"]
    _, replace = ablate_head("z", 0, head=1)
    replaced = replace(values, hook=None)
    np.testing.assert_array_equal(replaced[:, :, 0].numpy(), values[:, :, 0].numpy())
    np.testing.assert_allclose(replaced[:, :, 1].std(0).numpy(), 0, atol=1e-6)


def test_on_a_single_sum_the_mean_is_the_sum_s_own(model: Model, sample: Sums) -> None:
    alone = sample[:1]
    np.testing.assert_allclose(head_ablation(model, alone).loss_rise, 0, atol=1e-5)
    measured = qkv_ablation(model, alone)
    np.testing.assert_allclose(measured.loss_rise, 0, atol=1e-5)
    np.testing.assert_allclose(measured.query_variance_share, 0, atol=1e-6)


def test_the_ranking_goes_from_the_most_to_the_least_important_head(model: Model, sample: Sums) -> None:
    measured = head_ablation(model, sample)
    rises = [measured.loss_rise[layer, head] for layer, head in measured.ranking]
    assert rises == sorted(rises, reverse=True)
    assert len(set(measured.ranking)) == measured.loss_rise.size


def test_the_write_up_s_checkpoint_loses_what_the_write_up_says(arena_checkpoint) -> None:
    model, sample = load_model(read_weights(arena_checkpoint)), SampleSpec().draw()
    heads = head_ablation(model, sample)
    assert heads.loss_rise[0] == pytest.approx([1.73, 16.61, 20.43], abs=5e-3)
    assert (heads.ranking[0], heads.ranking[1], heads.ranking[-1]) == ((0, 2), (0, 1), (0, 0))
    parts = qkv_ablation(model, sample)
    assert parts.loss_rise[0, 0].max() == pytest.approx(0.0014, abs=5e-5)
    assert parts.loss_rise[2, 0, 1:] == pytest.approx([16.70, 21.35], abs=5e-3)
