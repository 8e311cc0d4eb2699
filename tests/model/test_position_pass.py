"""The pass from one position on gives the logits of a full pass, with and without a change of that position."""

import pytest
import torch

from sumint.checkpoints.files import Weights
from sumint.interventions.patching import edit_site
from sumint.interventions.sites import Site
from sumint.model.load import Model, layout_of, load_model, tokens_for
from sumint.model.partial_pass import Z
from sumint.model.position_pass import PositionPass
from sumint.task.sums import SampleSpec

ROWS = torch.tensor([3, 0, 3, 9])


@pytest.fixture(scope="module")
def model(tiny_weights: Weights) -> Model:
    return load_model(tiny_weights)


@pytest.fixture(scope="module")
def tokens(model: Model) -> torch.Tensor:
    layout = layout_of(model)
    return tokens_for(model, SampleSpec(layout.n_digits).draw()[:10])[:, : layout.predicting.start + 2]


@pytest.mark.parametrize("position", range(7))
def test_it_gives_the_logits_of_a_full_pass(model: Model, tokens: torch.Tensor, position: int) -> None:
    logits = PositionPass.on(model, tokens, position).logits(ROWS)
    torch.testing.assert_close(logits, model(tokens)[ROWS, -1], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("position", range(7))
def test_a_hook_at_the_position_has_the_same_effect_as_in_a_full_pass(
    model: Model, tokens: torch.Tensor, position: int
) -> None:
    by_position = PositionPass.on(model, tokens, position)
    # The pass hands its hooks one position only, which is position 0 there.
    with model.hooks(fwd_hooks=[edit_site(Site(1, 0), lambda z: 3 * z + 1)]):
        changed = by_position.logits(ROWS)
    with model.hooks(fwd_hooks=[edit_site(Site(1, position), lambda z: 3 * z + 1)]):
        expected = model(tokens)[ROWS, -1]
    torch.testing.assert_close(changed, expected, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(changed, by_position.logits(ROWS), atol=1e-4)


def test_other_hooks_are_not_called(model: Model, tokens: torch.Tensor) -> None:
    unchanged = PositionPass.on(model, tokens, 4)
    names: list[str] = []
    hooks = [
        (name, lambda values, hook: names.append(hook.name)) for name in (Z, "blocks.1.attn.hook_z", "hook_embed")
    ]
    with model.hooks(fwd_hooks=hooks):
        unchanged.logits(ROWS)
    assert names == [Z]
