"""Interventions: what becomes of the model's loss when one of its activations is replaced.

Hooks go through transformer_lens. An activation that belongs to heads is [sum, position, head, d_head], and a
replacement leaves all heads but one as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, layout_of
from sumint.model.partial_pass import FirstLayer, logits_from

Replacement = Literal["mean", "zero"]
"""What stands in for an activation: its mean over the sample, position by position, or nothing."""

KINDS = ("q", "k", "v")
"""What a head looks with, is found by and moves: queries, keys and values, as transformer_lens names them."""

Hook = tuple[str, Callable[..., Any]]
"""The name of an activation in transformer_lens, and what is done to it."""


def ablate_head(activation: str, layer: int, head: int, replacement: Replacement = "mean") -> Hook:
    """The hook that replaces one head's part of an activation: `z`, its output before W_O, or `q`, `k`, `v`."""

    def replace(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, :, head] = values[:, :, head].mean(0) if replacement == "mean" else 0
        return values

    return f"blocks.{layer}.attn.hook_{activation}", replace


def mean_ablate(activation: str, means: Float[Tensor, "position head d_head"], *where: Sequence[int]) -> Hook:
    """The hook that lets an activation say the same of every sum at some places.

    `where` are positions, there all heads say their means; or positions and heads, place by place. Whatever is
    replaced is replaced in one run, so that what two places do together is seen.
    """

    def replaced(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        places = tuple(map(list, where))
        values[(slice(None), *places)] = means[places]
        return values

    return activation, replaced


def freeze(activation: str, values: Tensor) -> Hook:
    """The hook that holds a whole activation at values that it had, or would have, elsewhere."""
    return activation, lambda _, hook: values


def activations(
    model: Model, tokens: Int[Tensor, "sum position"], names: Sequence[str], hooks: Sequence[Hook] = ()
) -> Mapping[str, Tensor]:
    """Some activations, by their names in transformer_lens, with others changed on the way to them."""
    with model.hooks(fwd_hooks=list(hooks)):
        _, cache = model.run_with_cache(tokens, names_filter=list(names))
    return {name: cache[name] for name in names}


def answer_logits(model: Model, tokens: Int[Tensor, "sum position"]) -> Float[Tensor, "sum digit token"]:
    """Of every token at each answer digit."""
    return logits_from(model, FirstLayer.on(model, tokens).residual, layout_of(model).predicting)


def loss_by_sum(model: Model, tokens: Int[Tensor, "sum position"]) -> Float[Tensor, "sum digit"]:
    """Cross-entropy of each answer digit of each sum, in nats."""
    return _cross_entropy(model, tokens, answer_logits(model, tokens))


def loss_rises(
    model: Model, tokens: Int[Tensor, "sum position"], kinds: Sequence[str], replacement: Replacement = "mean"
) -> Float[Tensor, "kind layer head sum digit"]:
    """The rise in loss when one head's part of an activation is replaced, by its mean over these sums or by zero.

    `kinds` are activations of heads, as transformer_lens names them: `q`, `k`, `v` or `z`.
    """
    import torch

    predicting, first = layout_of(model).predicting, FirstLayer.on(model, tokens)
    whole = _cross_entropy(model, tokens, logits_from(model, first.residual, predicting))

    def loss_without(kind: str, layer: int, head: int) -> Float[Tensor, "sum digit"]:
        with model.hooks(fwd_hooks=[ablate_head(kind, layer, head, replacement)]):
            # Layer 0 is as it was where something of layer 1 is replaced.
            seen = first if layer else FirstLayer.on(model, tokens)
            return _cross_entropy(model, tokens, logits_from(model, seen.residual, predicting))

    rises = [
        loss_without(kind, layer, head) - whole
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
