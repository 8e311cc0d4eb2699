"""The names of tensors as training scripts save them: in a wrapping dictionary, with prefixes, beside buffers.

A training loop often saves more than a state dict: `{"model_state_dict": …, "epoch": 7}`. Wrappers of models put
their own name before that of every tensor. And HookedTransformer saves its causal mask with its parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np

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


def with_folded_norms(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The tensors with layer norms of weight one and bias zero, if a processed model has none.

    Folding moves their weights and biases into what reads them, and leaves a norm that only centres and scales.
    """
    tensors = dict(tensors)
    blocks = {name.rpartition(".attn.")[0] for name in tensors if ".attn." in name}
    norms = [f"{block}.ln1" for block in sorted(blocks)] + ["ln_final"]
    embedding = tensors.get("embed.W_E")
    if embedding is None or embedding.ndim != 2 or any(name.startswith(tuple(norms)) for name in tensors):
        return tensors
    for norm in norms:
        tensors[f"{norm}.w"] = np.ones(embedding.shape[1], np.float32)
        tensors[f"{norm}.b"] = np.zeros(embedding.shape[1], np.float32)
    return tensors


def _all_begin_with(prefix: str, names: Mapping[str, object]) -> bool:
    return all(name.startswith(prefix) for name in names)
