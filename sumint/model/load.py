"""Loads the model into transformer_lens: weights processed for interpretation, in evaluation mode, frozen.

Only this module and `sumint.interventions.alignment`, which intervenes on subspaces, import transformer_lens, and
they do so when a model is loaded or measured: the import takes seconds, and a build that has nothing to measure
does not need it. For the same reason analyses import the types `Model` and `Tensor` from this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sumint.checkpoints.files import N_LAYERS, Architecture, Weights
from sumint.machine.postponed_imports import import_transformer_lens
from sumint.task.sums import VOCABULARY, Layout, Sums

if TYPE_CHECKING:
    from torch import Tensor
    from transformer_lens.model_bridge import TransformerBridge as Model
else:
    Model = Tensor = Any


def build_model(architecture: Architecture, *, device: str = "cpu", dtype: str = "float32") -> Model:
    """A transformer of the given sizes, with uninitialised weights."""
    import torch

    import_transformer_lens()
    from transformer_lens.config import TransformerBridgeConfig
    from transformer_lens.model_bridge import TransformerBridge

    config = TransformerBridgeConfig(
        n_layers=N_LAYERS,
        n_heads=architecture.n_heads,
        d_model=architecture.d_model,
        d_head=architecture.d_head,
        n_ctx=architecture.layout.n_ctx,
        d_vocab=len(VOCABULARY),
        attn_only=True,
        normalization_type="LN",
        init_weights=False,
    )
    # transformer_lens attaches it to the class when it is imported, so a type checker cannot resolve it.
    boot = TransformerBridge.boot_native  # pyright: ignore[reportAttributeAccessIssue]
    return boot(config, device=device, dtype=getattr(torch, dtype))


def load_model(weights: Weights, *, device: str = "cpu", dtype: str = "float32") -> Model:
    """The model with these weights: layer norms and value biases folded, writing weights and unembedding centred.

    Called with tokens [sum, position], it returns logits [sum, position, token]; hooks and caches have the names
    of HookedTransformer.

    Raises:
        TypeError: if it is given a path.
    """
    if isinstance(weights, str | Path):
        raise TypeError(f"load_model takes tensors, not a path; use sumint.load({str(weights)!r}).model")
    model = build_model(weights.architecture, device=device, dtype=dtype)
    model.load_state_dict(bridge_state(weights, model), strict=True)
    model.eval()
    model.enable_compatibility_mode(disable_warnings=True)
    model.eval()
    return model.requires_grad_(False)


def bridge_state(weights: Weights, model: Model) -> dict[str, Tensor]:
    """HookedTransformer's tensors under the names and in the shapes of the model: linear layers [out, in]."""
    import torch
    from transformer_lens.utilities.tl_checkpoint_conversion import convert_tl_checkpoint

    tensors = {name: torch.from_numpy(array.copy()) for name, array in weights.tensors.items()}
    return convert_tl_checkpoint(tensors, model.cfg)


def layout_of(model: Model) -> Layout:
    """The layout of the sequences that the model reads."""
    return Layout.of_context(model.cfg.n_ctx)


def tokens_for(model: Model, sums: Sums) -> Tensor:
    """The tokens [sum, position] of the sums, on the model's device.

    Raises:
        ValueError: if the sums do not have the number of digits that the model reads.
    """
    import torch

    if sums.layout != layout_of(model):
        raise ValueError(f"sums of {sums.layout.n_digits} digits for a model of {layout_of(model).n_digits}")
    return torch.from_numpy(sums.tokens).to(model.cfg.device)


def as_array(tensor: Tensor) -> np.ndarray:
    """A tensor's values as a numpy array, whatever its device; results contain numpy arrays only."""
    return tensor.detach().cpu().numpy()
