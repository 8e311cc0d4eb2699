import numpy as np
import pytest
import torch

from sumint.analyses.ablation.ablation_kinds import ablation_kinds
from sumint.analyses.ablation.head_ablation import head_ablation
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.interventions.hooks import REPLACEMENTS, ablate_head, ablated, group_means, loss_by_sum, other_sums
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.task.sums import Sums


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


def test_resampled_activations_are_those_of_another_sum_each_used_once() -> None:
    for n_sums in (2, 3, 100):
        others = other_sums(n_sums)
        assert (others != np.arange(n_sums)).all()
        assert sorted(others.tolist()) == list(range(n_sums))
    assert other_sums(1).tolist() == [0]


def test_the_conditional_mean_is_that_of_the_group() -> None:
    values = torch.arange(12.0).reshape(6, 2)
    groups = torch.tensor([0, 2, 0, 2, 2, 0])
    expected = torch.stack([values[groups == 0].mean(0), values.mean(0), values[groups == 2].mean(0)])
    torch.testing.assert_close(group_means(values, groups), expected)
    torch.testing.assert_close(ablated(values, "conditional mean", groups), expected[groups])
    alone = torch.arange(6)
    torch.testing.assert_close(ablated(values, "conditional mean", alone), values)
    together = torch.zeros(6, dtype=torch.long)
    torch.testing.assert_close(ablated(values, "conditional mean", together), ablated(values, "mean"))


@pytest.mark.parametrize("layer", [0, 1])
def test_a_head_whose_output_is_equal_for_all_sums_is_not_missed_unless_by_zeros(
    model: Model, sample: Sums, layer: int
) -> None:
    model.blocks[layer].attn.W_V.data[1] = 0
    model.blocks[layer].attn.b_V.data[1] = 0.3
    measured = ablation_kinds(model, sample)
    for number, replacement in enumerate(REPLACEMENTS):
        rise = float(measured.loss_rise[number, layer, 1])
        assert (abs(rise) < 1e-5) is (replacement != "zero"), (replacement, rise)


def test_by_mean_and_by_zero_the_kinds_agree_with_head_ablation(model: Model, sample: Sums) -> None:
    measured = ablation_kinds(model, sample)
    for replacement in ("mean", "zero"):
        by_head = head_ablation(model, sample, replacement=replacement).loss_rise
        np.testing.assert_allclose(measured.loss_rise[REPLACEMENTS.index(replacement)], by_head, atol=1e-5)
    again = ablation_kinds(model, sample)
    assert again.loss_rise.tobytes() == measured.loss_rise.tobytes()


def test_on_the_write_up_s_checkpoint_zeros_put_the_two_heads_in_the_other_order(arena_lab: Lab) -> None:
    measured = arena_lab.run(ablation_kinds)
    first_two = {replacement: measured.ranking(replacement)[:2] for replacement in REPLACEMENTS}
    assert first_two.pop("zero") == ((0, 1), (0, 2))
    assert set(first_two.values()) == {((0, 2), (0, 1))}
    by_zero, resampled = (measured.loss_rise[REPLACEMENTS.index(kind), 0] for kind in ("zero", "resample"))
    assert by_zero == pytest.approx([7.73, 26.87, 21.48], abs=5e-3)
    assert resampled == pytest.approx([3.67, 20.12, 21.69], abs=5e-3)
    assert measured.accuracy[REPLACEMENTS.index("mean"), 0] == pytest.approx([0.706, 0.254, 0.255], abs=5e-4)


def test_the_ranking_goes_from_the_most_to_the_least_important_head(model: Model, sample: Sums) -> None:
    measured = head_ablation(model, sample)
    rises = [measured.loss_rise[layer, head] for layer, head in measured.ranking]
    assert rises == sorted(rises, reverse=True)
    assert len(set(measured.ranking)) == measured.loss_rise.size


def test_the_write_up_s_checkpoint_loses_what_the_write_up_says(arena_lab: Lab) -> None:
    heads = arena_lab.run(head_ablation)
    assert heads.loss_rise[0] == pytest.approx([1.73, 16.61, 20.43], abs=5e-3)
    assert (heads.ranking[0], heads.ranking[1], heads.ranking[-1]) == ((0, 2), (0, 1), (0, 0))
    parts = arena_lab.run(qkv_ablation)
    assert parts.loss_rise[0, 0].max() == pytest.approx(0.0014, abs=5e-5)
    assert parts.loss_rise[2, 0, 1:] == pytest.approx([16.70, 21.35], abs=5e-3)
