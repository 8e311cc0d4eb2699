"""Networks that have not learnt to add, made in a repeatable way: nulls and controls for the claims of the report.

A claim that holds on a network that cannot add says nothing about addition. On the *nulls* no finding may hold:

- `untrained`: the initial weights of a seed.
- `permuted-weights`: the bundled weights, with the entries of each tensor in random order. What holds here comes
  from the sizes of the weights alone.
- `permuted-labels`: trained on the recipe's sums, each with the answer of another. Nothing can be learnt but the
  format.

The *controls* show what a claim depends on; a claim may hold on them:

- `column-sums`: trained to add each column modulo ten, without carries.
- `epoch-1`, `epoch-11`: the recipe, after so many of its epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from sumint.checkpoints.files import Weights
from sumint.training.config import Labels, TrainingConfig, TrainingHistory
from sumint.training.train import initial_parameters, train

SEED = 101
"""The seed of every null and control, which no compared seed has."""

NULLS = ("untrained", "permuted-weights", "permuted-labels")
CONTROLS = ("column-sums", "epoch-1", "epoch-11")

LABELS: Mapping[str, tuple[Labels, int]] = {
    "permuted-labels": ("permuted sums", 2),
    "column-sums": ("column sums", 20),
    "epoch-1": ("sums", 1),
    "epoch-11": ("sums", 11),
}
"""For each network that is trained: what it is trained to answer, and after how many epochs of the recipe."""

OnEpoch = Callable[[TrainingHistory], None]


def untrained(config: TrainingConfig) -> dict[str, np.ndarray]:
    """The initial weights of a recipe, by HookedTransformer's names."""
    parameters = initial_parameters(config.architecture, config.init_seed)
    return {name: tensor.numpy() for name, tensor in parameters.items()}


def permuted(weights: Weights, seed: int) -> dict[str, np.ndarray]:
    """Weights with the entries of each tensor in random order, by HookedTransformer's names."""
    random = np.random.default_rng(seed)
    return {
        name: random.permutation(tensor.ravel()).reshape(tensor.shape)
        for name, tensor in sorted(weights.tensors.items())
    }


def control_network(
    name: str, bundled: Weights, on_epoch: OnEpoch = lambda history: None
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The tensors of a null or a control, and the content of its card.

    Args:
        name: one of `NULLS` or `CONTROLS`.
        bundled: the weights of which `permuted-weights` is a permutation.
        on_epoch: called with the history after each epoch of a training.
    """
    config = TrainingConfig(init_seed=SEED, order_seed=SEED)
    if name == "untrained":
        return untrained(config), _card(name, f"The initial weights of seed {SEED}, not trained.")
    if name == "permuted-weights":
        origin = f"The bundled weights, the entries of each tensor permuted with seed {SEED}."
        return permuted(bundled, SEED), _card(name, origin)
    labels, n_epochs = LABELS[name]
    config = replace(config, labels=labels)
    tensors, history = train(config, n_epochs=n_epochs, on_epoch=on_epoch)
    origin = f"Trained with ARENA’s recipe to answer {labels}: seed {SEED}, {n_epochs} of {config.epochs} epochs."
    return tensors, {**_card(name, origin), "recipe": asdict(config), "history": asdict(history)}


def _card(name: str, origin: str) -> dict[str, Any]:
    return {"name": name.replace("-", " "), "origin": origin}
