"""The processed model computes what the raw weights compute."""

import numpy as np
import pytest
import torch

from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.checkpoints.locate import locate
from sumint.model.load import bridge_state, build_model, layout_of, load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec
from sumint.training.train import answer_logits, initial_parameters


def weights_of(architecture: Architecture, seed: int = 0) -> Weights:
    """Untrained weights whose biases and layer norms are not trivial, so that folding them shows."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {
        name: (tensor + 0.3 * torch.randn(tensor.shape, generator=generator)).numpy()
        for name, tensor in initial_parameters(architecture, seed).items()
    }
    return Weights(architecture, tensors)


@pytest.mark.parametrize(
    "architecture",
    [
        Architecture(),
        Architecture(n_digits=2, n_heads=1),
        Architecture(n_digits=5, n_heads=4, d_model=20, d_head=6),
    ],
    ids=str,
)
def test_processing_changes_no_probability(architecture: Architecture) -> None:
    weights = weights_of(architecture)
    model = load_model(weights)
    sample = SampleSpec(architecture.n_digits, size=50).draw()
    parameters = {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}
    raw = answer_logits(parameters, torch.from_numpy(sample.tokens), architecture.layout)
    processed = model(tokens_for(model, sample))[:, architecture.layout.predicting]
    torch.testing.assert_close(processed.log_softmax(-1), raw.log_softmax(-1), rtol=1e-4, atol=1e-4)


def renamed(weights: Weights) -> dict[str, torch.Tensor]:
    """The tensors under the names of the bridge, written out as an independent statement of the conversion."""
    tensors = {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}
    state = {
        "embed.weight": tensors["embed.W_E"],
        "pos_embed.weight": tensors["pos_embed.W_pos"],
        "ln_final.weight": tensors["ln_final.w"],
        "ln_final.bias": tensors["ln_final.b"],
        "unembed.weight": tensors["unembed.W_U"].T,
        "unembed.bias": tensors["unembed.b_U"],
    }
    for block in ("blocks.0", "blocks.1"):
        state |= {f"{block}.ln1.weight": tensors[f"{block}.ln1.w"], f"{block}.ln1.bias": tensors[f"{block}.ln1.b"]}
        for kind in "QKV":
            state[f"{block}.attn.{kind.lower()}.weight"] = tensors[f"{block}.attn.W_{kind}"].mT.flatten(0, 1)
            state[f"{block}.attn.{kind.lower()}.bias"] = tensors[f"{block}.attn.b_{kind}"].flatten()
        state[f"{block}.attn.o.weight"] = tensors[f"{block}.attn.W_O"].flatten(0, 1).T
        state[f"{block}.attn.o.bias"] = tensors[f"{block}.attn.b_O"]
    return state


@pytest.mark.parametrize("name", ["the write-up's", "bundled"])
def test_a_checkpoint_loads_bit_by_bit_as_its_tensors_say(name: str, request: pytest.FixtureRequest) -> None:
    path = locate("bundled") if name == "bundled" else request.getfixturevalue("arena_checkpoint")
    weights = read_weights(path)
    expected = build_model(weights.architecture)
    expected.load_state_dict(renamed(weights), strict=True)
    model = build_model(weights.architecture)
    model.load_state_dict(bridge_state(weights, model), strict=True)
    tokens = tokens_for(model, SampleSpec(size=200).draw())
    assert torch.equal(model(tokens), expected(tokens))
    expected.eval()
    expected.enable_compatibility_mode(disable_warnings=True)
    assert torch.equal(load_model(weights)(tokens), expected(tokens))


def test_the_model_is_frozen_and_evaluates() -> None:
    model = load_model(weights_of(Architecture(n_digits=2)))
    assert not model.training
    assert not any(parameter.requires_grad for parameter in model.parameters())


def test_the_model_knows_its_layout() -> None:
    assert layout_of(load_model(weights_of(Architecture(n_digits=3)))) == Layout(3)


def test_sums_of_another_length_are_refused() -> None:
    model = load_model(weights_of(Architecture(n_digits=2)))
    with pytest.raises(ValueError, match="sums of 4 digits for a model of 2"):
        tokens_for(model, SampleSpec(n_digits=4, size=1).draw())


def test_loading_leaves_the_weights_as_they_were() -> None:
    weights = weights_of(Architecture(n_digits=2))
    before = {name: tensor.copy() for name, tensor in weights.tensors.items()}
    load_model(weights)
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(tensor, before[name])
