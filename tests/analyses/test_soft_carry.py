"""How much is carried is read off the angle of the logits."""

import numpy as np
import pytest

from sumint.analyses.adding.soft_carry import N_PAIRS, SoftCarry, clock_share, soft_carry
from sumint.checkpoints.files import read_weights
from sumint.model.fourier import first_frequency
from sumint.model.load import load_model
from sumint.model.phasors import carried
from sumint.task.sums import SampleSpec

DIGITS = np.arange(10)


def clock(*angles: float) -> np.ndarray:
    """Logits that are a cosine of the digit, largest at the angles, which are in digits."""
    return 3 + 5 * np.cos(2 * np.pi * (DIGITS - np.array(angles)[:, None]) / 10)


@pytest.mark.parametrize(
    ("angle", "total", "expected"),
    [(7.0, 7, 0.0), (8.0, 7, 1.0), (7.3, 7, 0.3), (0.2, 9, 1.2), (3.4, 13, 0.4), (6.8, 7, -0.2), (9.9, 10, -0.1)],
)
def test_what_is_carried_is_the_angle_less_the_digits_sum(angle: float, total: int, expected: float) -> None:
    assert carried(first_frequency(clock(angle)), np.array([float(total)])) == pytest.approx([expected])


def test_a_clock_is_all_clock_and_noise_is_not() -> None:
    assert clock_share(clock(1.5, 8.0)) == pytest.approx(1)
    alternating = np.tile([1.0, -1.0], 5)[None]
    assert clock_share(alternating) == pytest.approx(0)
    assert clock_share(clock(2.0) + 5 * alternating) == pytest.approx(1 / 3)
    assert clock_share(np.ones((2, 10))) == 0


def errors(wrong_way: list[float], right_way: list[float]) -> SoftCarry:
    """Digits that are wrong and right, with their hands so far off."""
    nothing = np.zeros((0, 2))
    return SoftCarry(nothing, nothing, nothing, np.array(wrong_way), np.array(right_way), np.zeros(0), 2)


def test_the_hand_tells_wrong_digits_if_theirs_are_further_off() -> None:
    assert errors([0.6, 0.7], [0.1, 0.5]).told_apart == 1
    assert errors([0.1], [0.6, 0.7]).told_apart == 0
    assert errors([0.3, 0.9], [0.1, 0.5]).told_apart == 0.75
    assert np.isnan(errors([], [0.5]).told_apart)
    assert errors([0.4, 0.6, 0.7], [0.1, 0.55]).beyond_half == (2, 1)


def test_on_the_write_up_s_checkpoint_the_hand_tells_wrong_digits(arena_checkpoint) -> None:
    found = soft_carry(load_model(read_weights(arena_checkpoint)), SampleSpec().draw())
    assert found.told_apart > 0.98
    assert len(found.wrong_way) + len(found.right_way) == 6 * 2 * N_PAIRS
    assert found.clock.min() > 0.8
    to_c0 = [number for number, route in enumerate(found.routes) if route.digit == 0]
    assert (np.diff(found.difference[to_c0]) < 0).all()
