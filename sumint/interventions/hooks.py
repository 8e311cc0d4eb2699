"""Hooks that replace activations, and the rise in the model's loss when they do.

Hooks are those of transformer_lens. An activation of heads is [sum, position, head, d_head]; ablating one head
leaves the other heads unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, as_array, layout_of
from sumint.model.partial_pass import BATCH, Layer0Activations, logits_from

Replacement = Literal["mean", "zero"]
"""Mean or zero ablation: an activation is replaced by its mean over the sample at each position, or by zero."""

KINDS = ("q", "k", "v")
"""The queries, keys and values of a head, as transformer_lens names them."""

Hook = tuple[str, Callable[..., Any]]
"""The name of an activation in transformer_lens, and the function that replaces it."""


def ablate_head(activation: str, layer: int, head: int, replacement: Replacement = "mean") -> Hook:
    """A hook that replaces one head's part of an activation: its output `z` before W_O, or its `q`, `k` or `v`."""

    def replace(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, :, head] = values[:, :, head].mean(0) if replacement == "mean" else 0
        return values

    return f"blocks.{layer}.attn.hook_{activation}", replace


def mean_ablate(activation: str, means: Float[Tensor, "position head d_head"], *indices: Sequence[int]) -> Hook:
    """A hook that replaces an activation by its mean, equal for every sum, at some positions or sites.

    `indices` are either positions, where all heads are replaced, or positions and heads in pairs. All replacements
    happen in one forward pass, so their joint effect is measured.
    """

    def replace(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        places = tuple(map(list, indices))
        values[(slice(None), *places)] = means[places]
        return values

    return activation, replace


def freeze(activation: str, values: Tensor) -> Hook:
    """A hook that replaces a whole activation by given values, such as those of another forward pass."""
    return activation, lambda _, hook: values


def activations(
    model: Model, tokens: Int[Tensor, "sum position"], names: Sequence[str], hooks: Sequence[Hook] = ()
) -> Mapping[str, Tensor]:
    """The activations with these names in transformer_lens, in a forward pass with some hooks."""
    with model.hooks(fwd_hooks=list(hooks)):
        _, cache = model.run_with_cache(tokens, names_filter=list(names))
    return {name: cache[name] for name in names}


def answer_logits(model: Model, tokens: Int[Tensor, "sum position"]) -> Float[Tensor, "sum digit token"]:
    """The logits of every token at each answer digit."""
    return logits_from(model, Layer0Activations.on(model, tokens).residual, layout_of(model).predicting)


def answer_predictions(model: Model, tokens: Int[Tensor, "sum position"]) -> Int[np.ndarray, "sum digit"]:
    """The token that the model predicts at each answer digit, computed in batches, however many sums there are."""
    return np.concatenate([as_array(answer_logits(model, batch).argmax(-1)) for batch in tokens.split(BATCH)])


def loss_by_sum(model: Model, tokens: Int[Tensor, "sum position"]) -> Float[Tensor, "sum digit"]:
    """The cross-entropy of each answer digit of each sum, in nats."""
    return _cross_entropy(model, tokens, answer_logits(model, tokens))


def loss_rises(
    model: Model, tokens: Int[Tensor, "sum position"], kinds: Sequence[str], replacement: Replacement = "mean"
) -> Float[Tensor, "kind layer head sum digit"]:
    """The rise in loss when one head's part of an activation is replaced by its mean over these sums or by zero.

    `kinds` are activations of heads as transformer_lens names them: `q`, `k`, `v` or `z`.
    """
    import torch

    predicting, layer_0 = layout_of(model).predicting, Layer0Activations.on(model, tokens)
    baseline = _cross_entropy(model, tokens, logits_from(model, layer_0.residual, predicting))

    def loss_without(kind: str, layer: int, head: int) -> Float[Tensor, "sum digit"]:
        with model.hooks(fwd_hooks=[ablate_head(kind, layer, head, replacement)]):
            # An ablation in layer 1 does not change layer 0.
            ablated = layer_0 if layer else Layer0Activations.on(model, tokens)
            return _cross_entropy(model, tokens, logits_from(model, ablated.residual, predicting))

    rises = [
        loss_without(kind, layer, head) - baseline
        for kind in kinds
        for layer in range(model.cfg.n_layers)
        for head in range(model.cfg.n_heads)
    ]
    return torch.stack(rises).unflatten(0, (len(kinds), model.cfg.n_layers, model.cfg.n_heads))


def _cross_entropy(
    model: Model, tokens: Int[Tensor, "sum position"], logits: Float[Tensor, "sum digit token"]
) -> Float[Tensor, "sum digit"]:
    targets = tokens[:, layout_of(model).answer, None]
    return -logits.log_softmax(-1).gather(-1, targets).squeeze(-1)
