"""The carry that the model adds is the phase of the logits minus the sum of the digits."""

import numpy as np
import pytest

from sumint.analyses.adding.soft_carry import cosine_share, soft_carry
from sumint.lab import Lab
from sumint.model.fourier import first_frequency
from sumint.model.phasors import carry_amount

DIGITS = np.arange(10)


def cosine(*angles: float) -> np.ndarray:
    """Logits that are a cosine of the digit, largest at the angles, which are in digits."""
    return 3 + 5 * np.cos(2 * np.pi * (DIGITS - np.array(angles)[:, None]) / 10)


@pytest.mark.parametrize(
    ("angle", "total", "expected"),
    [(7.0, 7, 0.0), (8.0, 7, 1.0), (7.3, 7, 0.3), (0.2, 9, 1.2), (3.4, 13, 0.4), (6.8, 7, -0.2), (9.9, 10, -0.1)],
)
def test_the_carry_amount_is_the_phase_less_the_digits_sum(angle: float, total: int, expected: float) -> None:
    assert carry_amount(first_frequency(cosine(angle)), np.array([float(total)])) == pytest.approx([expected])


def test_the_cosine_share_is_one_for_a_cosine_and_less_with_other_frequencies() -> None:
    assert cosine_share(cosine(1.5, 8.0)) == pytest.approx(1)
    alternating = np.tile([1.0, -1.0], 5)[None]
    assert cosine_share(alternating) == pytest.approx(0)
    assert cosine_share(cosine(2.0) + 5 * alternating) == pytest.approx(1 / 3)
    assert cosine_share(np.ones((2, 10))) == 0


def test_on_the_write_up_s_checkpoint_the_carry_that_is_added_shrinks_with_every_nine(arena_lab: Lab) -> None:
    found = arena_lab.run(soft_carry)
    assert found.mean.shape == found.wrong.shape == (6, 2)
    assert (found.wrong >= 0).all()
    assert found.wrong.max() < 0.5
    assert found.cosine_r2.min() > 0.8
    to_c0 = [number for number, route in enumerate(found.routes) if route.digit == 0]
    assert (np.diff(found.difference[to_c0]) < 0).all()
