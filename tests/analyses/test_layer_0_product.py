"""Layer 0 follows from the weights of two tokens: exactly if all other tokens are fixed, else nearly."""

import numpy as np
import pytest

from sumint.analyses.adding.layer_0_product import TokenProducts, layer_0_product
from sumint.lab import Lab
from sumint.model.load import Model, as_array, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.model.residual_stream import head_outputs
from sumint.task.sums import SampleSpec, Sums
from tests.hand_set import LAYOUT, hand_set


def test_if_all_other_tokens_are_fixed_the_products_are_the_outputs_of_the_model(model: Model) -> None:
    layout = layout_of(model)
    # Without tens and without a carry, the answer's first digit is 0 in every sum.
    a, b = (digits[np.add(*np.indices((10, 10))) < 10] for digits in np.indices((10, 10)))
    sums = Sums(layout, a, b)
    z = Layer0Activations.on(model, tokens_for(model, sums)).z[:, layout.predicting.start + 1]
    measured = as_array(head_outputs(model, 0, z))
    products = TokenProducts.of(model, sums).outputs(model, 1)
    np.testing.assert_allclose(products[:, a, b].swapaxes(0, 1), measured, atol=1e-5)


def test_with_fixed_attention_there_is_no_joint_part() -> None:
    product = layer_0_product(load_model(hand_set()), SampleSpec(LAYOUT.n_digits).draw())
    # Head 0 attends to the digits of column 1, with equal weights for all digits; nothing predicts the units.
    assert product.attention[0, 0] == pytest.approx(1, abs=1e-4)
    assert product.r2[0, 0] == pytest.approx(1, abs=1e-6)
    assert product.joint_share[0, 0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(product.joint_r2[0, 0])
    np.testing.assert_array_equal(product.reads, [[True, False], [False, False]])


def test_shares_of_untrained_weights_are_shares_and_no_head_reads_a_column(model: Model, sample: Sums) -> None:
    product = layer_0_product(model, sample)
    assert not product.reads.any()
    for share in (product.joint_share, product.sum_share, product.difference_share, product.attention):
        assert ((share >= 0) & (share <= 1)).all()
    assert (product.sum_share + product.difference_share <= product.joint_share + 1e-9).all()
    assert (product.joint_r2 <= 1).all()


def test_the_same_bytes_come_twice(model: Model, sample: Sums) -> None:
    one, two = (layer_0_product(model, sample) for _ in range(2))
    for name, array in vars(one).items():
        if isinstance(array, np.ndarray):
            assert array.tobytes() == getattr(two, name).tobytes(), name


def test_on_the_write_up_s_checkpoint_the_weights_explain_the_joint_parts(arena_lab: Lab) -> None:
    product = arena_lab.run(layer_0_product)
    np.testing.assert_array_equal(product.reads, [[False, False, True], [False, True, True], [False, True, True]])
    assert product.joint_r2[product.reads].min() > 0.999
    assert (product.sum_share > product.difference_share)[product.reads].all()
    # The products are a small part of what a head writes: most is about single digits.
    assert product.joint_share[product.reads].max() < 0.12
