import numpy as np
import pytest

from sumint.analyses.attribution.answer_readout import answer_readout, explained_by_angle, lens_logits
from sumint.analyses.attribution.logit_phases import logit_phases
from sumint.lab import Lab
from sumint.model.load import Model, tokens_for
from sumint.model.residual_stream import ForwardPass
from sumint.task.examples import examples
from sumint.task.sums import Sums

RIGHT = np.arange(50) % 10


def waves(frequency: int) -> np.ndarray:
    """Logits that peak at the right value, with this many periods in ten values."""
    return np.cos(2 * np.pi * frequency * (np.arange(10) - RIGHT[:, None]) / 10) + 7


def test_after_the_last_layer_the_lens_is_the_model_itself(model: Model, sample: Sums) -> None:
    logits = model(tokens_for(model, sample))[:, sample.layout.predicting, :10]
    forward = ForwardPass.of(model, sample)
    np.testing.assert_allclose(lens_logits(forward, 1), logits.numpy(), rtol=1e-4, atol=1e-5)
    accuracy = (logits.numpy().argmax(-1) == sample.answer_digits).mean(0)
    np.testing.assert_allclose(answer_readout(model, sample).lens_accuracy[1], accuracy)


def test_the_lens_on_layer_0_is_the_model_without_layer_1(model: Model, sample: Sums) -> None:
    early = lens_logits(ForwardPass.of(model, sample), 0)
    model.blocks[1].attn.W_O.data[:] = 0
    model.blocks[1].attn.b_O.data[:] = 0
    np.testing.assert_allclose(lens_logits(ForwardPass.of(model, sample), 1), early, rtol=1e-4, atol=1e-5)


def test_an_angle_explains_a_wave_of_one_period_and_no_other() -> None:
    assert explained_by_angle(waves(1), RIGHT) == pytest.approx(1)
    assert explained_by_angle(waves(2), RIGHT) == pytest.approx(0, abs=1e-9)
    assert explained_by_angle(waves(1) + waves(2), RIGHT) == pytest.approx(0.5)


def test_what_is_common_to_all_digits_or_all_sums_is_no_variance() -> None:
    shifted = waves(1) + RIGHT[:, None] * 3 + np.arange(10)
    assert explained_by_angle(shifted, RIGHT) == pytest.approx(1)
    assert explained_by_angle(np.ones((50, 10)), RIGHT) == 0


def test_where_digits_are_angles_the_nearest_has_the_largest_logit(model: Model, sample: Sums) -> None:
    angles = 2 * np.pi * np.arange(12) / 10
    model.W_U.data[:] = 0
    model.W_U.data[:2] = model.W_U.new_tensor(np.stack([np.cos(angles), np.sin(angles)]))
    model.b_U.data[:] = 0
    np.testing.assert_array_equal(answer_readout(model, sample).nearest_angle, 1)
    model.W_U.data[:2] = model.W_U.new_tensor(np.stack([np.cos(3 * angles), np.sin(3 * angles)]))
    assert answer_readout(model, sample).nearest_angle.max() < 1


def test_the_phasors_of_all_components_add_up_to_that_of_the_logits(model: Model, sample: Sums) -> None:
    measured = logit_phases(model, sample)
    forward = ForwardPass.of(model, examples(sample).sums)
    others = [forward.direct(forward.embeddings), forward.direct(forward.heads(0)), forward.unembedding_bias]
    others += [forward.direct(forward.output_bias(layer)) for layer in (0, 1)]
    rest = sum(np.fft.rfft(part.numpy(), axis=-1)[..., 1].sum(axis=1) for part in others)
    np.testing.assert_allclose(measured.heads.sum(axis=1) + rest, measured.prediction, rtol=1e-4, atol=1e-4)


def test_the_right_direction_is_that_of_the_right_digit_s_own_column(model: Model, sample: Sums) -> None:
    measured = logit_phases(model, sample)
    w_u = model.W_U[:, :10].numpy()
    for example, digits in enumerate(examples(sample).sums.answer_digits):
        for place, digit in enumerate(digits):
            own = np.fft.rfft(w_u.T @ w_u[:, digit])[1]
            assert measured.right_direction[example, place] == pytest.approx(np.angle(own), abs=1e-4)


def test_on_the_write_up_s_checkpoint_the_answer_is_an_angle_and_comes_with_layer_1(arena_lab: Lab) -> None:
    readout = arena_lab.run(answer_readout)
    assert readout.lens_accuracy[0] == pytest.approx([0.090, 0.138, 0.164, 0.211], abs=2e-3)
    assert (readout.lens_accuracy[1] == 1).all()
    assert readout.explained_by_angle == pytest.approx([0.9909, 0.9932, 0.9935, 0.9959], abs=2e-4)
    assert readout.nearest_angle.min() == pytest.approx(0.998)
