"""Interventions: what becomes of the model's loss when one of its activations is replaced.

Hooks go through transformer_lens. An activation that belongs to heads is [sum, position, head, d_head], and a
replacement leaves all heads but one as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from jaxtyping import Float, Int

from sumint.model import Model, Tensor, layout_of

Replacement = Literal["mean", "zero"]
"""What stands in for an activation: its mean over the probe, position by position, or nothing."""

Hook = tuple[str, Callable[..., Any]]
"""The name of an activation in transformer_lens, and what is done to it."""


def ablate_head(activation: str, layer: int, head: int, replacement: Replacement = "mean") -> Hook:
    """The hook that replaces one head's part of an activation: `z`, its output before W_O, or `q`, `k`, `v`."""

    def replace(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, :, head] = values[:, :, head].mean(0) if replacement == "mean" else 0
        return values

    return f"blocks.{layer}.attn.hook_{activation}", replace


def loss_by_digit(
    model: Model, tokens: Int[Tensor, "sum position"], hooks: Sequence[Hook] = ()
) -> Float[Tensor, " digit"]:
    """Mean cross-entropy of each answer digit, in nats, with some activations replaced."""
    layout = layout_of(model)
    logits = model.run_with_hooks(tokens, fwd_hooks=list(hooks))[:, layout.predicting]
    targets = tokens[:, layout.answer, None]
    return -logits.log_softmax(-1).gather(-1, targets).squeeze(-1).mean(0)
