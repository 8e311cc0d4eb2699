"""Reads, checks and writes checkpoint files of this family of models.

The tensors have the names and shapes of transformer_lens's HookedTransformer (`embed.W_E`,
`blocks.0.attn.W_Q` [head, d_model, d_head], …), unprocessed, in float32. Two kinds of file are supported:

- a `.safetensors` file with its card, a JSON file of the same stem that records how the model was trained;
- a PyTorch state dict such as the write-up's `sum_model.pt`, read without executing anything in it
  (`state_dict.py`), also inside the dictionary of a training loop.

In both the names may have prefixes, buffers may be there, and numbers may be in half or double precision
(`names.py`).

The tensors' shapes determine the architecture. Anything but a two-layer, attention-only transformer over sums is
refused, with a message that names what was expected.
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

from sumint.checkpoints.bridge_names import from_bridge, has_bridge_names
from sumint.checkpoints.card import card_path, check_card, n_heads_on, read_card
from sumint.checkpoints.names import is_buffer, with_folded_norms, without_prefixes
from sumint.checkpoints.state_dict import PYTORCH, read_state_dict
from sumint.errors import InputError
from sumint.limits import MAX_HEADS, MAX_WIDTH, MIN_WIDTH
from sumint.machine.files import check_readable, first_line, quote, read_bytes, write_atomically
from sumint.task.sums import VOCABULARY, Layout

N_LAYERS = 2
MAX_VALUE = 1e6
"""The largest absolute value of a weight; with larger ones, products in single precision overflow."""

_FLOATING_POINT = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
"""The types of a safetensors file's numbers that NumPy has."""

_MAX_HEADER_SIZE = 2**20
"""The largest size in bytes of a safetensors file's JSON header; a model of this family has some thousand."""


@dataclass(frozen=True)
class Architecture:
    """The sizes of a two-layer, attention-only transformer that adds n-digit numbers."""

    n_digits: int = 4
    n_heads: int = 3
    d_model: int = 48
    d_head: int = 24

    @property
    def layout(self) -> Layout:
        """The token layout of the sums that the model reads."""
        return Layout(self.n_digits)

    @property
    def n_parameters(self) -> int:
        """The total number of parameters."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor, by name."""
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
    """The checked tensors of one checkpoint, with the content of its card."""

    architecture: Architecture
    tensors: Mapping[str, np.ndarray]
    card: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def digest(self) -> str:
        """The sha256 of the tensors' names, shapes and float32 values, independent of the file format."""
        return digest_tensors(self.tensors)


def digest_tensors(tensors: Mapping[str, np.ndarray]) -> str:
    """The hexadecimal sha256 of names, shapes and little-endian float32 values, sorted by name."""
    sha256 = hashlib.sha256()
    for name in sorted(tensors):
        sha256.update(f"{name} {list(tensors[name].shape)}\n".encode())
        sha256.update(np.ascontiguousarray(tensors[name], dtype="<f4").tobytes())
    return sha256.hexdigest()


def read_weights(path: Path, *, n_heads: int | None = None) -> Weights:
    """The checkpoint in a `.safetensors` file or in a state dict saved by PyTorch.

    Args:
        path: the file.
        n_heads: the number of heads per layer, for the names of a TransformerBridge; by default that on the card.

    Raises:
        InputError: if the file does not exist, cannot be read, or does not hold a model of this family.
    """
    check_readable(path)
    content = read_bytes(path)
    # The content decides, not the name. A safetensors file begins with the length of its header, which is JSON.
    is_of_torch = content.startswith(PYTORCH)
    if content[8:9] == b"{" or (path.suffix == ".safetensors" and not is_of_torch):
        tensors = _read_safetensors(content, path)
        card = read_card(path)
    else:
        tensors = read_state_dict(content, path)
        card = {}
    tensors = without_prefixes(tensors)
    if has_bridge_names(tensors):
        tensors = from_bridge(tensors, n_heads or n_heads_on(card or read_card(path), path), str(path))
    tensors = with_folded_norms(tensors)
    weights = Weights(check_tensors(tensors, path), tensors, card)
    check_card(card, weights.digest, path)
    return weights


def write_weights(path: Path, tensors: Mapping[str, np.ndarray], card: Mapping[str, Any]) -> None:
    """Write a `.safetensors` file and the card next to it, each of them atomically.

    Raises:
        InputError: if the tensors are not a model of this family, or a file cannot be written.
    """
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(tensor, dtype=np.float32) for name, tensor in tensors.items()}
    check_tensors(tensors, path)
    card = {**card, "tensors_sha256": digest_tensors(tensors)}
    write_atomically(path, save(tensors))
    write_atomically(card_path(path), (json.dumps(card, indent=1, ensure_ascii=False) + "\n").encode())


def check_tensors(tensors: Mapping[str, np.ndarray], path: Path) -> Architecture:
    """Check the name, the shape and the values of every tensor, and return the architecture.

    Raises:
        InputError: if a tensor is missing or unexpected, its shape does not fit, or a value is not finite.
    """
    architecture = _architecture_of(tensors, path)
    for name, shape in architecture.shapes.items():
        if name not in tensors:
            raise InputError(f"{path}: the tensor {name} is missing{_why_missing(name)}")
        if tensors[name].shape != shape:
            raise InputError(f"{path}: {name} has shape {list(tensors[name].shape)}, expected {list(shape)}")
        if not np.isfinite(tensors[name]).all():
            raise InputError(f"{path}: {name} holds values that are not finite (NaN or infinity)")
        if np.abs(tensors[name]).max() > MAX_VALUE:
            raise InputError(
                f"{path}: {name} holds values beyond ±{MAX_VALUE:,.0f}, which do not result from training"
            )
    if not tensors["unembed.W_U"].any():
        raise InputError(f"{path}: unembed.W_U is zero, so the logits do not depend on the input")
    unexpected = sorted(set(tensors) - set(architecture.shapes))
    if unexpected:
        raise InputError(
            f"{path}: unexpected tensor {quote(unexpected[0])}; only two-layer, attention-only transformers with "
            "layer norm are supported"
        )
    return architecture


def _why_missing(name: str) -> str:
    """What may have removed a tensor, and what to do."""
    if ".ln" not in name and not name.startswith("ln_final"):
        return ""
    return ", but other layer norms are there; save the state dict of the model before fold_ln"


def _architecture_of(tensors: Mapping[str, np.ndarray], path: Path) -> Architecture:
    def shape_of(name: str, *axes: str) -> tuple[int, ...]:
        if name not in tensors:
            raise InputError(
                f"{path}: the tensor {name} is missing; expected a state dict with HookedTransformer's names"
            )
        shape = tensors[name].shape
        if len(shape) != len(axes):
            raise InputError(f"{path}: {name} has shape {list(shape)}, expected [{', '.join(axes)}]")
        return shape

    layers = {name.split(".")[1] for name in tensors if name.startswith("blocks.")}
    if layers and len(layers) != N_LAYERS:
        number = f"{len(layers)} layer{'s' * (len(layers) > 1)}"
        raise InputError(f"{path}: has {number}; models of {N_LAYERS} layers are supported")
    d_vocab, d_model = shape_of("embed.W_E", "token", "d_model")
    if d_vocab != len(VOCABULARY):
        raise InputError(f"{path}: has {d_vocab} tokens; expected {len(VOCABULARY)}: the digits, + and =")
    n_ctx, _ = shape_of("pos_embed.W_pos", "position", "d_model")
    n_heads, _, d_head = shape_of("blocks.0.attn.W_Q", "head", "d_model", "d_head")
    if 0 in (n_heads, d_head):
        raise InputError(f"{path}: blocks.0.attn.W_Q has a size of zero; expected at least one head and dimension")
    if d_model < MIN_WIDTH:
        raise InputError(f"{path}: has a residual stream of {d_model} dimensions; expected at least {MIN_WIDTH}")
    if max(d_model, d_head) > MAX_WIDTH or n_heads > MAX_HEADS:
        raise InputError(
            f"{path}: has {n_heads:,} heads of {d_head:,} dimensions in a residual stream of {d_model:,}; at most "
            f"{MAX_HEADS} heads and {MAX_WIDTH:,} dimensions are supported"
        )
    try:
        layout = Layout.of_context(n_ctx)
    except ValueError as error:
        raise InputError(f"{path}: {error}") from None
    return Architecture(layout.n_digits, n_heads, d_model, d_head)


def _read_safetensors(content: bytes, path: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError, deserialize

    if _MAX_HEADER_SIZE < int.from_bytes(content[:8], "little") < len(content):  # a million tensors
        raise InputError(f"{path}: a checkpoint's header has at most {_MAX_HEADER_SIZE:,} bytes, this one more")
    try:
        tensors = deserialize(content)
    except (SafetensorError, ValueError) as error:
        raise InputError(f"{path}: not a complete safetensors file ({first_line(error)})") from None
    return {name: _as_float32(tensor, name, path) for name, tensor in tensors if not is_buffer(name)}


def _as_float32(tensor: Mapping[str, Any], name: str, path: Path) -> np.ndarray:
    """A tensor of a safetensors file; numbers of half precision are those that they are rounded to."""
    kind, shape = tensor["dtype"], tensor["shape"]
    if kind == "BF16":  # NumPy lacks this type, which is the upper half of a float32
        return (np.frombuffer(tensor["data"], "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    if kind not in _FLOATING_POINT:
        raise InputError(f"{path}: {quote(name)} has type {kind}; expected floating point of 16, 32 or 64 bits")
    with np.errstate(over="ignore"):  # an overflow becomes infinity, which `check_tensors` reports
        return np.frombuffer(tensor["data"], _FLOATING_POINT[kind]).reshape(shape).astype(np.float32)
