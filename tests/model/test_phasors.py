"""Phasors of the logits: identities for any weights, and the phase shift where its cause is known."""

import numpy as np
import pytest

from sumint.analyses.carrying.carry_turn import carry_turn, shares_of_phase_shift
from sumint.checkpoints.files import Weights
from sumint.interventions.hooks import Hook, activations
from sumint.interventions.patching import DIRECTIONS
from sumint.model.fourier import first_frequency
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Z
from sumint.model.phasors import PHASOR_ACTIVATIONS, part_names, phase_shift, phasor_parts
from sumint.task.sums import SampleSpec
from tests.hand_set import SERVED, hand_set


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.mark.parametrize("is_changed", [False, True], ids=["as it is", "with layer 0 ablated"])
def test_the_parts_add_up_to_the_logits_first_frequency(model: Model, is_changed: bool) -> None:
    tokens = tokens_for(model, SampleSpec(2, 20).draw())
    hooks: list[Hook] = [(Z, lambda z, hook: z * 0)] if is_changed else []
    for digit in range(2):
        position = layout_of(model).predicting.start + digit
        logits = model.run_with_hooks(tokens, fwd_hooks=list(hooks))[:, position, :10]
        parts = phasor_parts(model, activations(model, tokens, PHASOR_ACTIVATIONS, hooks), digit)
        assert parts.shape == (20, len(part_names(model)))
        np.testing.assert_allclose(parts.sum(axis=1), first_frequency(as_array(logits)), atol=1e-4)


def test_logits_that_are_largest_at_the_next_digit_have_a_phase_shift_of_one() -> None:
    digits, largest_at = np.arange(10), np.array([[3], [4], [9.5]])
    phasors = first_frequency(np.cos(2 * np.pi * (digits - largest_at) / 10))
    np.testing.assert_allclose(phase_shift(phasors, phasors[[1, 0, 0]]), [1, -1, 3.5])


def test_changes_orthogonal_to_the_phasor_shift_its_phase_and_changes_along_it_do_not() -> None:
    before = np.array([[10.0 + 0j, 0, 0]])
    after = before + np.array([[0, -0.01j, 0.03j]])
    np.testing.assert_allclose(shares_of_phase_shift(before, after), [0, -0.5, 1.5], atol=1e-2)
    longer = before + np.array([[5.0, 0, 2]])
    np.testing.assert_array_equal(shares_of_phase_shift(before, longer), 0)


def test_the_head_that_adds_one_makes_the_whole_phase_shift() -> None:
    measured = carry_turn(load_model(hand_set()), SampleSpec(3).draw(), served_routes=SERVED)
    assert measured.parts == ("H1.0", "H1.1", "directly")
    assert measured.n_pairs.shape == (len(SERVED), len(DIRECTIONS))
    assert measured.n_pairs.min() > 0
    np.testing.assert_allclose(measured.shares.sum(axis=-1), 1)
    np.testing.assert_allclose(measured.shares[..., 1], 0, atol=1e-6)
    np.testing.assert_allclose(measured.layer_1_shares, 1, atol=0.05)
    assert (measured.mean_phase_shift > 0.1).all()


def test_without_a_site_there_is_no_phase_shift(model: Model) -> None:
    measured = carry_turn(model, SampleSpec(2).draw(), served_routes=())
    assert measured.shares.shape == (0, len(DIRECTIONS), 3)
