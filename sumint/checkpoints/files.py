"""Checkpoint files of this family of models: read, checked, and written so that they can be trusted.

The tensors have the names and shapes of transformer_lens's HookedTransformer (`embed.W_E`,
`blocks.0.attn.W_Q` [head, d_model, d_head], …), unprocessed, in float32. Two kinds of file are read:

- our own, a `.safetensors` file with its card, a JSON file of the same stem, that says how it was trained;
- a PyTorch state dict such as the write-up's `sum_model.pt`, read without running anything in it
  (`state_dict.py`).

The tensors' shapes tell everything about the architecture, and whatever is not a two-layer, attention-only
transformer over sums is refused, with a message that says what was expected.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from sumint.checkpoints.card import card_path, check_card, read_card
from sumint.checkpoints.state_dict import read_state_dict
from sumint.errors import InputError
from sumint.machine.files import check_readable, first_line, quote, read_bytes, write_whole
from sumint.task.sums import VOCABULARY, Layout

N_LAYERS = 2
LEAST_WIDTH = 3
"""Dimensions of the residual stream: with fewer there is no plane to see the digits in, and a rest beside it."""
LARGEST_WIDTH = 1024
"""Dimensions of the residual stream, and of a head; matrices between them have to fit into memory."""
MOST_HEADS = 64
"""In a layer: what is measured head by head, or pair by pair, would not end with thousands."""
LARGEST_VALUE = 1e6
"""Of a weight; beyond it, products in single precision soon overflow, and every number after is wrong."""

_LARGEST_HEADER = 2**20
"""Bytes of JSON that a safetensors file begins with; that of a model of this family has some thousand."""


@dataclass(frozen=True)
class Architecture:
    """The sizes of a two-layer, attention-only transformer that adds n-digit numbers."""

    n_digits: int = 4
    n_heads: int = 3
    d_model: int = 48
    d_head: int = 24

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def n_parameters(self) -> int:
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Every tensor's name and shape."""
        d_vocab = len(VOCABULARY)
        per_head = (self.n_heads, self.d_model, self.d_head)
        shapes: dict[str, tuple[int, ...]] = {
            "embed.W_E": (d_vocab, self.d_model),
            "pos_embed.W_pos": (self.layout.n_ctx, self.d_model),
            "ln_final.w": (self.d_model,),
            "ln_final.b": (self.d_model,),
            "unembed.W_U": (self.d_model, d_vocab),
            "unembed.b_U": (d_vocab,),
        }
        for layer in range(N_LAYERS):
            block = f"blocks.{layer}"
            shapes |= {f"{block}.ln1.w": (self.d_model,), f"{block}.ln1.b": (self.d_model,)}
            for kind in "QKV":
                shapes[f"{block}.attn.W_{kind}"] = per_head
                shapes[f"{block}.attn.b_{kind}"] = (self.n_heads, self.d_head)
            shapes[f"{block}.attn.W_O"] = (self.n_heads, self.d_head, self.d_model)
            shapes[f"{block}.attn.b_O"] = (self.d_model,)
        return shapes


@dataclass(frozen=True)
class Weights:
    """The checked tensors of one checkpoint, and what its card says of it."""

    architecture: Architecture
    tensors: Mapping[str, np.ndarray]
    card: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the tensors, whatever file they came in: names, shapes and float32 values."""
        return digest_tensors(self.tensors)


def digest_tensors(tensors: Mapping[str, np.ndarray]) -> str:
    """A sha256, in hexadecimal, of names, shapes and little-endian float32 values, ordered by name."""
    sha256 = hashlib.sha256()
    for name in sorted(tensors):
        sha256.update(f"{name} {list(tensors[name].shape)}\n".encode())
        sha256.update(np.ascontiguousarray(tensors[name], dtype="<f4").tobytes())
    return sha256.hexdigest()


def read_weights(path: Path) -> Weights:
    """The checkpoint in a `.safetensors` file, or in a state dict saved by PyTorch.

    Raises:
        InputError: if there is no such file, it cannot be read, or it does not hold a model of this family.
    """
    check_readable(path)
    content = read_bytes(path)
    # By content, not by name alone: a JSON object after eight bytes that tell its length.
    if path.suffix == ".safetensors" or content[8:9] == b"{":
        tensors = _read_safetensors(content, path)
        card = read_card(path)
    else:
        tensors = read_state_dict(content, path)
        card = {}
    weights = Weights(check_tensors(tensors, path), tensors, card)
    check_card(card, weights.digest, path)
    return weights


def write_weights(path: Path, tensors: Mapping[str, np.ndarray], card: Mapping[str, Any]) -> None:
    """Write `path` (a `.safetensors` file) and its card beside it, each whole or not at all."""
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}
    check_tensors(tensors, path)
    card = {**card, "tensors_sha256": digest_tensors(tensors)}
    write_whole(path, save(tensors))
    write_whole(card_path(path), (json.dumps(card, indent=1, ensure_ascii=False) + "\n").encode())


def check_tensors(tensors: Mapping[str, np.ndarray], path: Path) -> Architecture:
    """The architecture that the tensors' shapes tell, once every one of them is as it must be.

    Raises:
        InputError: on a missing or unexpected tensor, a shape that does not fit, or a value not finite.
    """
    architecture = _architecture_of(tensors, path)
    for name, shape in architecture.shapes.items():
        if name not in tensors:
            raise InputError(f"{path}: the tensor {name} is missing")
        if tensors[name].shape != shape:
            raise InputError(f"{path}: {name} has shape {list(tensors[name].shape)}, expected {list(shape)}")
        if not np.isfinite(tensors[name]).all():
            raise InputError(f"{path}: {name} holds values that are not finite (NaN or infinity)")
        if np.abs(tensors[name]).max() > LARGEST_VALUE:
            raise InputError(
                f"{path}: {name} holds values beyond ±{LARGEST_VALUE:,.0f}, as no training gives them"
            )
    if not tensors["unembed.W_U"].any():
        raise InputError(f"{path}: unembed.W_U is zero, so the model says nothing")
    unexpected = sorted(set(tensors) - set(architecture.shapes))
    if unexpected:
        raise InputError(
            f"{path}: {quote(unexpected[0])} does not belong to a two-layer, attention-only transformer with "
            "layer norm, the only kind that is supported"
        )
    return architecture


def _architecture_of(tensors: Mapping[str, np.ndarray], path: Path) -> Architecture:
    def shape_of(name: str, *axes: str) -> tuple[int, ...]:
        if name not in tensors:
            raise InputError(
                f"{path}: has no tensor {name}; a state dict with HookedTransformer's names is expected"
            )
        shape = tensors[name].shape
        if len(shape) != len(axes):
            raise InputError(f"{path}: {name} has shape {list(shape)}, expected [{', '.join(axes)}]")
        return shape

    layers = {name.split(".")[1] for name in tensors if name.startswith("blocks.")}
    if layers and len(layers) != N_LAYERS:
        raise InputError(f"{path}: has {len(layers)} layers; models of {N_LAYERS} layers are supported")
    d_vocab, d_model = shape_of("embed.W_E", "token", "d_model")
    if d_vocab != len(VOCABULARY):
        raise InputError(f"{path}: has {d_vocab} tokens; expected {len(VOCABULARY)}: the digits, + and =")
    n_ctx, _ = shape_of("pos_embed.W_pos", "position", "d_model")
    n_heads, _, d_head = shape_of("blocks.0.attn.W_Q", "head", "d_model", "d_head")
    if 0 in (n_heads, d_head):
        raise InputError(f"{path}: has a size of zero in its tensors' shapes")
    if d_model < LEAST_WIDTH:
        raise InputError(f"{path}: a residual stream of {d_model} dimensions; at least {LEAST_WIDTH} are expected")
    if max(d_model, d_head) > LARGEST_WIDTH or n_heads > MOST_HEADS:
        raise InputError(
            f"{path}: {n_heads:,} heads of {d_head:,} dimensions in a residual stream of {d_model:,}; at most "
            f"{MOST_HEADS} heads and {LARGEST_WIDTH:,} dimensions are supported"
        )
    try:
        layout = Layout.of_context(n_ctx)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    return Architecture(layout.n_digits, n_heads, d_model, d_head)


def _read_safetensors(content: bytes, path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if _LARGEST_HEADER < int.from_bytes(content[:8], "little") < len(content):  # it would be a million tensors
        raise InputError(f"{path}: has a header of more than {_LARGEST_HEADER:,} bytes, as no checkpoint has")
    try:
        tensors = load(content)
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path}: not a whole safetensors file ({first_line(error)})") from None
    except (KeyError, AttributeError, TypeError):  # a type that NumPy has no name for, such as an 8-bit float
        raise InputError(f"{path}: holds numbers of a type that is not supported; save float32") from None
    return {name: _as_float32(tensor, name, path) for name, tensor in tensors.items()}


def _as_float32(tensor: np.ndarray, name: str, path: Path) -> np.ndarray:
    if tensor.dtype.kind != "f":
        raise InputError(f"{path}: {quote(name)} has type {tensor.dtype}; floating point is expected")
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused by name
        return tensor.astype(np.float32)
