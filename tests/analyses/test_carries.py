import numpy as np
import pytest

from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.analyses.ablation.qkv_ablation_by_carry import MEANS, QkvAblationByCarry, qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import VERSIONS, Layer1Attention, layer_1_attention
from sumint.analyses.carrying.carry_counts import carry_counts
from sumint.interventions.hooks import loss_by_sum
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.task.carries import SUBSETS, has_carry
from sumint.task.sums import Layout, SampleSpec, Sums, all_sums

PUBLISHED, CORRECTED = range(len(VERSIONS))
WITH, WITHOUT = range(len(SUBSETS))


@pytest.fixture
def alone() -> Sums:
    """A single sum, without a carry."""
    return Sums(Layout(2), np.array([12]), np.array([23]))


def test_a_carry_comes_into_as_many_columns_as_it_goes_out_of(model: Model) -> None:
    counts = carry_counts(model, all_sums(Layout(3), stop=2000))
    every_carry = all_sums(Layout(3), stop=2000).carry_out.sum(axis=0)
    np.testing.assert_array_equal(counts.carry_in, every_carry[1:])
    np.testing.assert_array_equal(counts.carry_out, every_carry[:-1])


def test_the_published_masks_mislabel_columns_with_a_carry_out_only(model: Model) -> None:
    sums = Sums(Layout(3), *np.random.default_rng(0).integers(500, size=(2, 3000)))
    counts = carry_counts(model, sums)
    out_alone = (sums.carry_out & ~sums.carry_in).sum(axis=0)[:-1]
    np.testing.assert_array_equal(counts.mislabelled, out_alone)
    np.testing.assert_array_equal(counts.published, counts.carry_in + out_alone)
    assert out_alone[1] > 0
    assert counts.mislabelled_carrying == 0


def by_carry(model: Model, sums: Sums) -> QkvAblationByCarry:
    """The rises by subset, with the means over the subset and over all of these sums."""
    with_means = qkv_ablation(model, sums).loss_rise_by_carry
    return qkv_ablation_by_carry(model, sums, loss_rise_by_carry=with_means)


def test_over_both_subsets_the_whole_sample_s_mean_costs_what_it_costs_over_all(
    model: Model, sample: Sums
) -> None:
    measured = by_carry(model, sample)
    by_subset = measured.loss_rise[MEANS.index("whole")]
    together = np.average(by_subset, axis=0, weights=measured.n_sums)
    np.testing.assert_allclose(together, qkv_ablation(model, sample).loss_rise, atol=1e-5)
    assert measured.n_sums.tolist() == [has_carry(sample).sum(), (~has_carry(sample)).sum()]


def test_the_mean_of_a_subset_keeps_what_its_sums_have_in_common(model: Model) -> None:
    """Each subset is one sum, twice: its own mean is what was there, the whole sample's is not."""
    measured = by_carry(model, Sums(Layout(2), np.array([18, 18, 12, 12]), np.array([27, 27, 23, 23])))
    np.testing.assert_allclose(measured.loss_rise[MEANS.index("own")], 0, atol=1e-6)
    assert np.abs(measured.loss_rise[MEANS.index("whole")]).max(axis=(1, 2, 3)).min() > 1e-3


def test_a_subset_without_sums_has_no_rise(model: Model, alone: Sums) -> None:
    measured = by_carry(model, alone)
    assert measured.n_sums.tolist() == [0, 1]
    assert not measured.loss_rise[:, WITH].any()
    np.testing.assert_allclose(measured.loss_rise, 0, atol=1e-5)


def test_the_whole_model_s_loss_is_given_by_subset(model: Model, sample: Sums) -> None:
    measured = by_carry(model, sample)
    whole = float(loss_by_sum(model, tokens_for(model, sample)).mean())
    assert measured.loss @ measured.n_sums / len(sample) == pytest.approx(whole, rel=1e-5)
    assert measured.loss_without == pytest.approx(
        float(loss_by_sum(model, tokens_for(model, sample[~has_carry(sample)])).mean()), rel=1e-5
    )
    assert measured.carrying_share == pytest.approx(has_carry(sample).mean())


def test_every_mean_pattern_adds_up_to_one_and_never_looks_ahead(model: Model, sample: Sums) -> None:
    measured = layer_1_attention(model, sample)
    has_sums = measured.n_sums > 0
    np.testing.assert_allclose(measured.mean.sum(axis=-1)[has_sums], 1, atol=1e-5)
    for column, source in enumerate(range(sample.layout.n_ctx)[sample.layout.predicting]):
        assert not measured.mean[:, column, ..., source + 1 :].any()


def test_deviations_are_pytorch_s(model: Model, sample: Sums) -> None:
    patterns = model.run_with_cache(tokens_for(model, sample))[1]["blocks.1.attn.hook_pattern"]
    chosen = patterns[sample.carry_in[:, 0], :, sample.layout.equals]
    measured = layer_1_attention(model, sample)
    np.testing.assert_allclose(measured.mean[CORRECTED, 0, WITH], chosen.mean(0).numpy(), atol=1e-6)
    np.testing.assert_allclose(measured.deviation[CORRECTED, 0, WITH], chosen.std(0).numpy(), atol=1e-6)


def test_corrected_sums_are_divided_by_the_carry_into_the_digit_that_is_predicted(model: Model) -> None:
    sample = SampleSpec(2, size=200).draw()
    counts = layer_1_attention(model, sample).n_sums
    np.testing.assert_array_equal(counts[CORRECTED, :, WITH], sample.carry_in.sum(axis=0))
    assert counts[:, -1].tolist() == [[0, len(sample)]] * len(VERSIONS)
    assert (counts.sum(axis=-1) == len(sample)).all()


def test_both_versions_have_the_same_means_where_the_masks_agree(model: Model, sample: Sums) -> None:
    measured = layer_1_attention(model, sample)
    np.testing.assert_array_equal(measured.mean[PUBLISHED, 0], measured.mean[CORRECTED, 0])


def test_a_subset_of_one_sum_has_no_deviation_and_one_of_none_no_mean(model: Model, alone: Sums) -> None:
    measured = layer_1_attention(model, alone)
    assert np.isfinite(measured.mean).all()
    assert not measured.mean[:, :, WITH].any()
    assert not measured.deviation.any()
    assert not measured.distance.any()


def test_patterns_that_share_no_position_are_one_apart() -> None:
    mean = np.array([[1, 0], [0, 1]], np.float32).reshape(1, 1, 2, 1, 2)
    n_sums = np.array([[[3, 4]]])
    assert Layer1Attention(n_sums, mean, np.zeros_like(mean)).distance.item() == 1
    assert Layer1Attention(n_sums, mean[:, :, [0, 0]], np.zeros_like(mean)).distance.item() == 0


def test_the_write_up_s_checkpoint_does_with_carries_what_the_write_up_says(arena_lab: Lab) -> None:
    counts = arena_lab.run(carry_counts)
    assert (counts.published_carrying, *counts.published) == (826, 515, 715, 689)
    assert counts.mislabelled.tolist() == [0, 238, 249]
    with_means = arena_lab.run(qkv_ablation).loss_rise_by_carry
    measured = arena_lab.run(qkv_ablation_by_carry, loss_rise_by_carry=with_means)
    own, whole = measured.loss_rise[:, WITHOUT, 1, 1]
    assert own == pytest.approx([0.076, 0.190, 0.080], abs=2e-3)
    assert whole == pytest.approx([5.229, 2.406, 1.022], abs=5e-3)
    attention = arena_lab.run(layer_1_attention)
    assert attention.distance[CORRECTED, :-1].max(axis=-1) == pytest.approx([0.702, 0.698, 0.621], abs=2e-3)
