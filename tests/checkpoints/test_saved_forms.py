"""The forms in which training scripts save a model: wrapped, with prefixes and buffers, in half precision."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sumint.__main__ import main
from sumint.checkpoints.files import Weights, digest_tensors, read_weights
from sumint.checkpoints.names import PREFIXES, WRAPPERS, without_prefixes
from sumint.errors import InputError
from sumint.interventions.hooks import answer_logits
from sumint.model.load import as_array, bridge_state, build_model, load_model, tokens_for
from sumint.task.sums import SampleSpec

Tensors = dict[str, torch.Tensor]


@pytest.fixture
def tensors(tiny_weights: Weights) -> Tensors:
    return {name: torch.from_numpy(tensor.copy()) for name, tensor in tiny_weights.tensors.items()}


def saved(content: Any, path: Path) -> Path:
    if path.suffix == ".pt":
        torch.save(content, path)
    else:
        save_file(content, path)
    return path


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_state_dict_is_found_in_the_dictionary_of_a_training_loop(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, wrapper: str
) -> None:
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in tensors.values()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3)
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    loop = {
        "epoch": 7,
        "loss": 0.25,
        "note": "best so far",
        wrapper: tensors,
        "optimizer_state_dict": optimizer.state_dict(),
        "history": [1.9, 0.4],
    }
    path = saved(loop, tmp_path / "loop.pt")
    assert read_weights(path).digest == tiny_weights.digest
    nested = saved({wrapper: {"model": tensors}}, tmp_path / "nested.pt")
    assert read_weights(nested).digest == tiny_weights.digest


def test_two_state_dicts_in_one_file_are_not_chosen_between(tmp_path: Path, tensors: Tensors) -> None:
    path = saved({"model": tensors, "state_dict": tensors}, tmp_path / "two.pt")
    with pytest.raises(InputError, match=r"holds state dicts under .*model.* and .*state_dict"):
        read_weights(path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("prefix", [*PREFIXES, "module._orig_mod.", "model.module."])
def test_prefixes_that_all_names_share_are_left_out(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, prefix: str, suffix: str
) -> None:
    renamed = {f"{prefix}{name}": tensor for name, tensor in tensors.items()}
    assert read_weights(saved(renamed, tmp_path / f"prefixed{suffix}")).digest == tiny_weights.digest


def test_a_prefix_of_some_names_alone_stays() -> None:
    assert without_prefixes({"model.a": 1, "b": 2}) == {"model.a": 1, "b": 2}
    assert without_prefixes({}) == {}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_masks_of_attention_are_left_out_whatever_their_type(
    tmp_path: Path, tiny_weights: Weights, tensors: Tensors, suffix: str
) -> None:
    buffers = {
        "blocks.0.attn.mask": torch.ones(8, 8).bool(),
        "blocks.0.attn.IGNORE": torch.tensor(-torch.inf),
        "blocks.1.attn.mask": torch.ones(8, 8).bool(),
    }
    assert read_weights(saved(tensors | buffers, tmp_path / f"masked{suffix}")).digest == tiny_weights.digest


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64], ids=str)
def test_other_precisions_have_the_digest_of_what_they_are_rounded_to(
    tmp_path: Path, tensors: Tensors, dtype: torch.dtype, suffix: str
) -> None:
    rounded = {name: tensor.to(dtype) for name, tensor in tensors.items()}
    found = read_weights(saved(rounded, tmp_path / f"rounded{suffix}"))
    expected = {name: tensor.float().numpy() for name, tensor in rounded.items()}
    assert found.digest == digest_tensors(expected)
    np.testing.assert_array_equal(found.tensors["embed.W_E"], expected["embed.W_E"])


LIGHTNING = Path(__file__).parent / "saved" / "lightning.ckpt"
"""A file of PyTorch Lightning 2.6; `saved/make.py` recorded it."""


def test_a_file_of_lightning_is_read_beside_its_callbacks_and_hyperparameters() -> None:
    recorded = torch.load(LIGHTNING, map_location="cpu", weights_only=False)
    assert {"callbacks", "hyper_parameters", "optimizer_states", "lr_schedulers"} <= recorded.keys()
    weights = read_weights(LIGHTNING)
    assert (weights.architecture.n_digits, weights.architecture.n_heads) == (2, 1)
    for name, tensor in weights.tensors.items():
        np.testing.assert_array_equal(tensor, recorded["state_dict"][f"model.{name}"].numpy())


def test_an_object_in_a_state_dict_is_refused_and_never_made(tmp_path: Path, tensors: Tensors) -> None:
    made = tmp_path / "made"
    path = saved({"state_dict": {**tensors, "extra": Maker(made)}}, tmp_path / "object.pt")
    with pytest.raises(InputError, match="the entry 'extra' is not a named tensor"):
        read_weights(path)
    beside = saved({"state_dict": tensors, "extra": Maker(made)}, tmp_path / "beside.pt")
    read_weights(beside)
    assert not made.exists()


class Maker:
    """An object that makes a file when a pickle with it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def bridge_names(weights: Weights, *, infix: str = "") -> Tensors:
    """The state dict of a TransformerBridge, as transformer_lens itself converts it."""
    state = bridge_state(weights, build_model(weights.architecture))
    return {name.replace(".attn.", f".attn{infix}."): tensor.contiguous() for name, tensor in state.items()}


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize("infix", ["", "._original_component"])
def test_the_names_of_a_bridge_are_read_if_the_card_has_the_number_of_heads(
    tmp_path: Path, tiny_weights: Weights, suffix: str, infix: str
) -> None:
    path = saved(bridge_names(tiny_weights, infix=infix), tmp_path / f"bridge{suffix}")
    with pytest.raises(InputError, match=r'the number of heads cannot be seen; put \{"n_heads": 3\}'):
        read_weights(path)
    assert read_weights(path, n_heads=tiny_weights.architecture.n_heads).digest == tiny_weights.digest
    card = path.with_suffix(".json")
    card.write_text(f'{{"n_heads": {tiny_weights.architecture.n_heads}}}')
    assert read_weights(path).digest == tiny_weights.digest
    card.write_text('{"n_heads": 7}')
    with pytest.raises(InputError, match="cannot be divided among 7 heads; n_heads on the card may be wrong"):
        read_weights(path)
    card.write_text('{"n_heads": "three"}')
    with pytest.raises(InputError, match="n_heads: expected a positive whole number, found 'three'"):
        read_weights(path)


def test_folded_layer_norms_are_those_that_only_centre_and_scale(tmp_path: Path, tiny_weights: Weights) -> None:
    model = load_model(tiny_weights, dtype="float64")
    folded = {
        name: getattr(model, attribute)[layer] if layer is not None else getattr(model, attribute)
        for name in tiny_weights.tensors
        if "ln" not in name
        for attribute, layer in [(name.rpartition(".")[2], int(name.split(".")[1]) if "blocks" in name else None)]
    }
    path = saved({name: tensor.float().clone() for name, tensor in folded.items()}, tmp_path / "folded.pt")
    read = read_weights(path)
    assert (read.tensors["ln_final.w"] == 1).all()
    assert (read.tensors["blocks.1.ln1.b"] == 0).all()
    sums = SampleSpec(tiny_weights.architecture.n_digits).draw()[:50]
    logits = [
        as_array(answer_logits(one, tokens_for(one, sums))) for one in (model, load_model(read, dtype="float64"))
    ]
    np.testing.assert_allclose(logits[0], logits[1], atol=1e-4)


def test_a_single_missing_layer_norm_is_not_guessed(tmp_path: Path, tensors: Tensors) -> None:
    del tensors["ln_final.w"]
    with pytest.raises(
        InputError, match=r"ln_final\.w is missing, but other layer norms are there; save .* before fold_ln"
    ):
        read_weights(saved(tensors, tmp_path / "part.pt"))


def test_convert_writes_the_same_tensors_as_safetensors_with_a_card(
    tmp_path: Path, tiny_weights: Weights, capsys: pytest.CaptureFixture[str]
) -> None:
    source = saved(bridge_names(tiny_weights), tmp_path / "bridge.pt")
    target = tmp_path / "ours.safetensors"
    n_heads = tiny_weights.architecture.n_heads
    assert main(["convert", str(source), str(target), "--heads", str(n_heads)]) == 0
    assert f"{n_heads} heads" in capsys.readouterr().out
    assert read_weights(target).digest == tiny_weights.digest
    assert read_weights(target).card["name"] == "bridge"
    assert main(["convert", str(source), str(target), "--heads", str(n_heads)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert main(["convert", str(source), str(tmp_path / "ours.pt")]) == 2


@pytest.mark.parametrize("legacy", [False, True])
def test_the_content_of_a_file_decides_how_it_is_read_not_its_name(
    tmp_path: Path, tensors: Tensors, tiny_weights: Weights, legacy: bool
) -> None:
    torch.save(tensors, tmp_path / "torch.safetensors", _use_new_zipfile_serialization=not legacy)
    save_file(tensors, tmp_path / "safetensors.pt")
    for name in ("torch.safetensors", "safetensors.pt"):
        assert read_weights(tmp_path / name).digest == tiny_weights.digest


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(("dtype", "named"), [(torch.int8, ("int8", "I8")), (torch.int64, ("int64", "I64"))])
def test_numbers_of_another_type_are_named_by_it(
    tmp_path: Path, tensors: Tensors, suffix: str, dtype: torch.dtype, named: tuple[str, str]
) -> None:
    path = saved({**tensors, "unembed.b_U": tensors["unembed.b_U"].to(dtype)}, tmp_path / f"model{suffix}")
    with pytest.raises(
        InputError, match=f"'unembed.b_U' has type ({'|'.join(named)}); expected floating point of 16"
    ):
        read_weights(path)


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_the_number_of_layers_is_named_before_masks_and_types(
    tmp_path: Path, tensors: Tensors, suffix: str
) -> None:
    of_one = {name: tensor for name, tensor in tensors.items() if "blocks.1" not in name}
    path = saved({**of_one, "blocks.0.attn.mask": torch.ones(8, 8, dtype=torch.bool)}, tmp_path / f"model{suffix}")
    with pytest.raises(InputError, match="has 1 layer; models of 2 layers are supported"):
        read_weights(path)


def test_a_whole_model_is_refused_with_what_to_save(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "model.pt")
    with pytest.raises(InputError, match=r"found a Python object; save model.state_dict\(\)"):
        read_weights(tmp_path / "model.pt")
