"""Hooks that replace activations, and the rise in the model's loss when they do.

Hooks are those of transformer_lens. An activation of heads is [sum, position, head, d_head]; ablating one head
leaves the other heads unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Float, Int

from sumint.model.load import Model, Tensor, as_array, layout_of
from sumint.model.partial_pass import BATCH, Layer0Activations, logits_from

Replacement = Literal["mean", "zero", "conditional mean", "resample"]
"""What an ablated activation is replaced by, at each position.

- `mean`: its mean over the sums, which keeps nothing that depends on the sum.
- `zero`: zero, which removes the mean as well.
- `conditional mean`: its mean over the sums of the same group, such as those with the same carries, which keeps
  what the groups differ in.
- `resample`: its value for another random sum, which keeps nothing of the sum itself, and how far it varies.
"""

REPLACEMENTS: tuple[Replacement, ...] = get_args(Replacement)

RESAMPLING_SEED = 6
"""The seed of the order of the sums from which activations are resampled."""

KINDS = ("q", "k", "v")
"""The queries, keys and values of a head, as transformer_lens names them."""

Hook = tuple[str, Callable[..., Any]]
"""The name of an activation in transformer_lens, and the function that replaces it."""


def ablate_head(
    activation: str,
    layer: int,
    head: int,
    replacement: Replacement = "mean",
    groups: Int[Tensor, " sum"] | None = None,
) -> Hook:
    """A hook that replaces one head's part of an activation: its output `z` before W_O, or its `q`, `k` or `v`."""

    def replace(values: Float[Tensor, "sum position head d_head"], hook: object) -> Tensor:  # noqa: ARG001
        values = values.clone()
        values[:, :, head] = ablated(values[:, :, head], replacement, groups)
        return values

    return f"blocks.{layer}.attn.hook_{activation}", replace


def ablated(
    values: Float[Tensor, "sum ..."], replacement: Replacement, groups: Int[Tensor, " sum"] | None = None
) -> Float[Tensor, "sum ..."]:
    """What the activations of some sums are replaced by.

    Args:
        groups: the group of each sum, by number, for `conditional mean`; without it all sums are one group.
    """
    if replacement == "zero":
        return values.new_zeros(values.shape)
    if replacement == "resample":
        return values[other_sums(len(values))]
    if replacement == "mean" or groups is None:
        return values.mean(0).expand(values.shape)
    return group_means(values, groups)[groups]


def group_means(values: Float[Tensor, "sum ..."], groups: Int[Tensor, " sum"]) -> Float[Tensor, "group ..."]:
    """The mean over the sums of each group, from group 0 to the largest; over all sums for an empty group."""
    n_sums = groups.bincount()
    totals = values.new_zeros((len(n_sums), *values.shape[1:])).index_add_(0, groups, values)
    n_sums = n_sums.reshape(-1, *[1] * (values.ndim - 1))
    return (totals / n_sums.clamp(min=1)).where(n_sums > 0, values.mean(0))


def other_sums(n_sums: int) -> Int[np.ndarray, " sum"]:
    """For each of some sums the number of another one, in random order; the sum itself if there is only one."""
    order = np.random.default_rng(RESAMPLING_SEED).permutation(n_sums)
    others = np.empty_like(order)
    others[order] = np.roll(order, 1)
    return others


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
    return cross_entropy(model, tokens, answer_logits(model, tokens))


def loss_rises(
    model: Model, tokens: Int[Tensor, "sum position"], kinds: Sequence[str], replacement: Replacement = "mean"
) -> Float[Tensor, "kind layer head sum digit"]:
    """The rise in loss when one head's part of an activation is replaced, without groups of sums.

    `kinds` are activations of heads as transformer_lens names them: `q`, `k`, `v` or `z`.
    """
    import torch

    baseline = loss_by_sum(model, tokens)
    rises = [
        cross_entropy(model, tokens, logits) - baseline
        for kind in kinds
        for logits in logits_without_heads(model, tokens, kind, replacement)
    ]
    return torch.stack(rises).unflatten(0, (len(kinds), model.cfg.n_layers, model.cfg.n_heads))


def logits_without_heads(
    model: Model,
    tokens: Int[Tensor, "sum position"],
    kind: str = "z",
    replacement: Replacement = "mean",
    groups: Int[Tensor, " sum"] | None = None,
) -> Iterator[Float[Tensor, "sum digit token"]]:
    """Iterate over the logits at each answer digit with one head's activation replaced: layer 0's heads first."""
    predicting, layer_0 = layout_of(model).predicting, Layer0Activations.on(model, tokens)
    for layer, head in np.ndindex(model.cfg.n_layers, model.cfg.n_heads):
        if layer == 0 and kind == "z":
            z = layer_0.z[:, :, head]
            change = (ablated(z, replacement, groups) - z) @ model.W_O[0][head]
            yield logits_from(model, layer_0.residual + change, predicting)
            continue
        with model.hooks(fwd_hooks=[ablate_head(kind, layer, head, replacement, groups)]):
            # An ablation in layer 1 does not change layer 0.
            without = layer_0 if layer else Layer0Activations.on(model, tokens)
            yield logits_from(model, without.residual, predicting)


def cross_entropy(
    model: Model, tokens: Int[Tensor, "sum position"], logits: Float[Tensor, "sum digit token"]
) -> Float[Tensor, "sum digit"]:
    """The cross-entropy of each answer digit of each sum, in nats, from logits of every token."""
    targets = tokens[:, layout_of(model).answer, None]
    return -logits.log_softmax(-1).gather(-1, targets).squeeze(-1)
