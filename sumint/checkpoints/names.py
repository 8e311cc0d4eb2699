"""The names of tensors as training scripts save them: in a wrapping dictionary, with prefixes, beside buffers.

A training loop often saves more than a state dict: `{"model_state_dict": …, "epoch": 7}`. Wrappers of models put
their own name before that of every tensor. And HookedTransformer saves its causal mask with its parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

WRAPPERS = ("model_state_dict", "state_dict", "model_state", "model")
"""The keys under which a checkpoint holds the state dict of its model."""

PREFIXES = ("module.", "_orig_mod.", "model.")
"""What torch's DataParallel, `torch.compile` and a surrounding module put before the names of all tensors."""

BUFFERS = ("attn.mask", "attn.IGNORE")
"""The buffers that HookedTransformer saves with its parameters: the causal mask and its fill value."""

Tensor = TypeVar("Tensor")


def is_buffer(name: str) -> bool:
    """Whether a tensor is a buffer and no parameter."""
    return name.endswith(BUFFERS)


def without_prefixes(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors without the prefixes that all of their names share, however many there are."""
    tensors = dict(tensors)
    while tensors and (prefix := next((one for one in PREFIXES if _all_begin_with(one, tensors)), "")):
        tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors


def _all_begin_with(prefix: str, names: Mapping[str, object]) -> bool:
    return all(name.startswith(prefix) for name in names)
