import numpy as np
import pytest

from sumint.analyses.weights.unembedding import Unembedding, unembedding
from sumint.analyses.weights.unembedding_svd import UnembeddingSvd, unembedding_svd
from sumint.checkpoints.files import Weights, read_weights
from sumint.model.load import load_model
from sumint.task.sums import SampleSpec

DIGITS = np.arange(10)


def waves(*frequencies: int) -> Unembedding:
    """An unembedding whose rows are a cosine and a sine of each frequency, each pair half as strong."""
    matrix = np.zeros((16, 10), dtype=np.float32)
    for i, k in enumerate(frequencies):
        angle = 2 * np.pi * k * DIGITS / 10
        matrix[2 * i : 2 * i + 2] = np.stack([np.cos(angle), np.sin(angle)]) / 2**i
    return Unembedding(matrix, np.zeros((16, 2), dtype=np.float32))


def measured(weights: Weights) -> tuple[Unembedding, UnembeddingSvd]:
    model, sample = load_model(weights), SampleSpec(weights.architecture.n_digits, size=1).draw()
    return unembedding(model, sample), unembedding_svd(model, sample)


@pytest.mark.parametrize("frequency", range(1, 5))
def test_a_wave_is_found_with_its_frequency_and_its_rows(frequency: int) -> None:
    found = waves(frequency)
    assert found.main_frequency == frequency
    assert found.rows.frequency_shares[frequency - 1] == pytest.approx(1)
    assert list(found.significant_rows) == [0, 1]


def test_two_waves_share_the_power_as_their_squares() -> None:
    found = waves(1, 3)
    assert found.rows.frequency_shares[[0, 2]] == pytest.approx([0.8, 0.2])
    assert list(found.significant_rows) == [0, 1, 2, 3]


def test_centring_fills_empty_rows_and_taking_the_median_empties_them_again() -> None:
    matrix = waves(1, 2).matrix
    centred = Unembedding(matrix - matrix.mean(axis=0), np.zeros((16, 2), dtype=np.float32))
    assert np.count_nonzero(centred.row_shares > 1e-3) == 16
    assert np.count_nonzero(centred.uncentred_row_shares > 1e-12) == 4
    np.testing.assert_allclose(centred.uncentred_row_shares, waves(1, 2).row_shares, atol=1e-6)


def test_the_gram_matrix_of_one_wave_is_a_cosine_of_the_difference() -> None:
    expected = np.cos(2 * np.pi * (DIGITS[:, None] - DIGITS) / 10)
    np.testing.assert_allclose(waves(1).gram, expected, atol=1e-6)


def test_all_fourier_components_together_rebuild_the_matrix(tiny_weights: Weights) -> None:
    found, _ = measured(tiny_weights)
    norms = np.linalg.norm(found.fourier_components, axis=1)
    np.testing.assert_allclose(norms, np.linalg.norm(found.matrix, axis=1), atol=1e-5)


def test_the_first_frequency_rebuilds_what_is_of_the_first_frequency() -> None:
    found = waves(1, 3)
    np.testing.assert_allclose(found.first_frequency_only[:2], found.matrix[:2], atol=1e-6)
    np.testing.assert_allclose(found.first_frequency_only[2:], 0, atol=1e-6)


def test_the_singular_values_hold_the_whole_norm(tiny_weights: Weights) -> None:
    found, svd = measured(tiny_weights)
    assert (svd.singular_values**2).sum() == pytest.approx((found.matrix.astype(float) ** 2).sum(), rel=1e-5)


def test_the_directions_are_orthonormal_and_have_a_fixed_sign(tiny_weights: Weights) -> None:
    _, svd = measured(tiny_weights)
    np.testing.assert_allclose(svd.directions.T @ svd.directions, np.eye(2), atol=1e-6)
    largest = np.abs(svd.directions).argmax(axis=0)
    assert (svd.directions[largest, [0, 1]] > 0).all()


@pytest.mark.parametrize(("step", "goes_round"), [(1, True), (-1, True), (3, False), (7, False)])
def test_digits_lie_in_order_on_a_circle_only_at_one_step_each(step: int, goes_round: bool) -> None:
    angle = 2 * np.pi * step * DIGITS / 10
    svd = UnembeddingSvd(np.ones(10), np.eye(16)[:, :2], np.stack([np.cos(angle), np.sin(angle)], axis=1))
    assert svd.goes_round_once == goes_round


def test_the_write_up_s_checkpoint_has_its_rows_and_its_circle(arena_checkpoint) -> None:
    found, svd = measured(read_weights(arena_checkpoint))
    assert list(found.significant_rows) == [19, 25, 26, 37]
    assert found.row_shares[found.significant_rows].sum() == pytest.approx(0.984, abs=5e-4)
    assert found.rows.frequency_shares[0] == pytest.approx(0.990, abs=5e-4)
    assert found.frequency_shares_by_row[found.significant_rows, 0].min() == pytest.approx(0.895, abs=5e-4)
    assert found.sign_ratio == pytest.approx(0.014, abs=5e-4)
    assert (svd.two_direction_share, svd.third_to_second) == pytest.approx((0.991, 0.140), abs=5e-4)
    assert svd.goes_round_once
