import numpy as np
import pytest

from sumint.analyses.weights.ov_circuits import OvCircuits, ov_circuits
from sumint.checkpoints.files import Weights
from sumint.lab import Lab
from sumint.model.load import load_model
from sumint.task.sums import SampleSpec, Sums

FIRST, SECOND = np.divmod(np.arange(100), 10)


@pytest.fixture
def sample(tiny_weights: Weights) -> Sums:
    return SampleSpec(tiny_weights.architecture.n_digits, size=1).draw()


@pytest.fixture
def circuits(tiny_weights: Weights, sample: Sums) -> OvCircuits:
    return ov_circuits(load_model(tiny_weights), sample)


def circuits_of(of_pair: np.ndarray) -> OvCircuits:
    """Circuits of one pair of heads that give every pair of digits these logits."""
    return OvCircuits(np.zeros((1, 1, 10, 10)), of_pair[None, None])


def test_the_logits_are_the_matrices_product(tiny_weights: Weights, sample: Sums) -> None:
    model = load_model(tiny_weights)
    w_v, w_o = model.W_V.numpy(), model.W_O.numpy()
    by_hand = model.W_E.numpy() @ w_v[0, 1] @ w_o[0, 1] @ w_v[1, 0] @ w_o[1, 0] @ model.W_U.numpy()
    np.testing.assert_allclose(
        ov_circuits(model, sample).digit_logits[1, 0], by_hand[:10, :10], rtol=1e-4, atol=1e-7
    )


def test_a_pair_of_digits_gives_the_sum_of_what_each_gives(circuits: OvCircuits) -> None:
    added = circuits.digit_logits[:, :, FIRST] + circuits.digit_logits[:, :, SECOND]
    np.testing.assert_allclose(circuits.sum_logits, added, atol=1e-6)


def test_on_any_weights_nothing_of_addition_modulo_ten_is_in_the_sums(circuits: OvCircuits) -> None:
    assert circuits.sum_logits.std() > 0
    assert circuits.share_by_modular_sum.max() < 1e-10


def test_a_function_of_the_modular_sum_would_be_detected() -> None:
    logits = np.cos(2 * np.pi * (FIRST[:, None] + SECOND[:, None] - np.arange(10)) / 10)
    assert circuits_of(logits).share_by_modular_sum == pytest.approx(1)


def test_the_number_of_large_digits_explains_as_much_of_pairs_as_size_does_of_digits(circuits: OvCircuits) -> None:
    waves = circuits.digit_waves
    small, large = waves[..., :5], waves[..., 5:]
    between = np.abs(small.mean(axis=-1) - large.mean(axis=-1)) ** 2 / 4
    np.testing.assert_allclose(circuits.share_by_large_digits, between / waves.var(axis=-1), rtol=1e-5)


def test_pairs_that_differ_in_their_number_of_large_digits_alone_are_three_clusters() -> None:
    number = (FIRST >= 5).astype(int) + (SECOND >= 5)
    logits = np.cos(number[:, None] - 2 * np.pi * np.arange(10) / 10)
    assert circuits_of(logits).share_by_large_digits == pytest.approx(1)
    assert circuits_of(logits).large_digits.tolist() == number.tolist()


def test_the_mean_phasor_of_the_digits_is_compared_with_the_deviations_from_it() -> None:
    wave = np.cos(2 * np.pi * np.arange(10) / 10)
    alike = OvCircuits((3 + (-1.0) ** np.arange(10))[None, None, :, None] * wave, np.zeros((1, 1, 100, 10)))
    np.testing.assert_allclose(alike.common_to_own, 3)


def test_circuits_without_output_have_no_shares() -> None:
    nothing = circuits_of(np.zeros((100, 10)))
    assert nothing.share_by_large_digits == 0
    assert nothing.share_by_modular_sum == 0


def test_the_resultant_is_one_where_all_pairs_have_the_same_phase() -> None:
    same_phase = (1 + FIRST[:, None] + SECOND[:, None]) * np.cos(2 * np.pi * np.arange(10) / 10)
    assert circuits_of(same_phase).agreement == pytest.approx(1)
    all_round = np.cos(2 * np.pi * (np.arange(10) - FIRST[:, None]) / 10)
    assert circuits_of(all_round).agreement == pytest.approx(0, abs=1e-12)


def test_the_write_up_s_checkpoint_has_the_write_up_s_clusters(arena_lab: Lab) -> None:
    circuits = arena_lab.run(ov_circuits)
    assert circuits.agreement.min(axis=1) == pytest.approx([0.992, 0.624, 0.193], abs=1e-3)
    assert circuits.share_by_large_digits[1] == pytest.approx([0.960, 0.959, 0.932], abs=1e-3)
