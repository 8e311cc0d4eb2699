"""The names of transformer_lens's TransformerBridge (versions 3 and 4), whose layers are `torch.nn.Linear`s.

A linear layer's weight is [out, in], and the heads of an attention layer lie one after the other in it. How many
they are cannot be seen from the shapes: it comes from the card, or from the caller.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from sumint.errors import InputError

WRAPPED = "._original_component"
"""What early versions put into the names of wrapped components."""

_MARK = re.compile(r"blocks\.\d+\.attn\.q\.weight")
_PLAIN = {"embed.weight": "embed.W_E", "pos_embed.weight": "pos_embed.W_pos", "unembed.bias": "unembed.b_U"}


def has_bridge_names(tensors: Mapping[str, np.ndarray]) -> bool:
    """Whether a state dict has the names of a TransformerBridge."""
    return any(_MARK.fullmatch(name.replace(WRAPPED, "")) for name in tensors)


def from_bridge(tensors: Mapping[str, np.ndarray], n_heads: int | None, place: str) -> dict[str, np.ndarray]:
    """The tensors under the names and in the shapes of HookedTransformer.

    Args:
        n_heads: the number of heads of each layer, if it is known.
        place: the file, for error messages.

    Raises:
        InputError: if the number of heads is not known, or the weights cannot be divided among so many.
    """
    if n_heads is None:
        raise InputError(
            f"{place}: has the names of a TransformerBridge, from which the number of heads cannot be seen; put "
            '{"n_heads": 3} (or how many there are) into a JSON file of the same stem beside it'
        )
    converted = {}
    for name, tensor in ((name.replace(WRAPPED, ""), tensor) for name, tensor in tensors.items()):
        attention = re.fullmatch(r"(blocks\.\d+\.attn)\.([qkvo])\.(weight|bias)", name)
        norm = re.fullmatch(r"(blocks\.\d+\.ln1|ln_final)\.(weight|bias)", name)
        if name in _PLAIN:
            converted[_PLAIN[name]] = tensor
        elif name == "unembed.weight":
            converted["unembed.W_U"] = np.ascontiguousarray(tensor.T)
        elif norm:
            converted[f"{norm[1]}.{norm[2][0]}"] = tensor
        elif attention:
            block, kind, part = attention.groups()
            letter = "W" if part == "weight" else "b"
            converted[f"{block}.{letter}_{kind.upper()}"] = _by_head(
                tensor, kind, part, n_heads, f"{place}: {name}"
            )
        else:
            converted[name] = tensor
    return converted


def _by_head(tensor: np.ndarray, kind: str, part: str, n_heads: int, place: str) -> np.ndarray:
    """A part of an attention layer with an axis for the heads; b_O has none."""
    if kind == "o" and part == "bias":
        return tensor
    axis = 1 if kind == "o" else 0
    if tensor.ndim <= axis or tensor.shape[axis] % n_heads:
        raise InputError(
            f"{place} has shape {list(tensor.shape)}, which cannot be divided among {n_heads} heads; "
            "n_heads on the card may be wrong"
        )
    d_head = tensor.shape[axis] // n_heads
    if part == "bias":
        return tensor.reshape(n_heads, d_head)
    if kind == "o":
        return np.ascontiguousarray(tensor.reshape(-1, n_heads, d_head).transpose(1, 2, 0))
    return np.ascontiguousarray(tensor.reshape(n_heads, d_head, -1).transpose(0, 2, 1))
