"""Trains a model of this family by the write-up's recipe.

The recipe is ARENA's: Adam with an L2 penalty, a learning rate that falls linearly, 100 epochs over 100,000 random
sums, and cross-entropy on the answer's digits only. The checkpoint is the epoch with the best validation accuracy.

The forward pass is not transformer_lens's. It computes the same logits (a test compares them) from the QK and OV
circuits of each head, with only the matrix products that the loss needs:

- The input of layer 0 depends only on a token and its position, so layer 0's normalised input, queries and values
  are tables by (position, token), computed once per batch rather than for every sum.
- Layer 1 computes queries only at the positions that predict an answer digit.
- A key bias shifts all scores of a query alike and cancels in the softmax, so `b_K` stays at zero.

A training computes on one thread of the processor. With more, numbers are added in another order, and a seed would
give other weights on a machine with another number of cores. Where other processes use the cores, too, threads
that wait for each other also took twenty times as long.
"""

from __future__ import annotations

import io
import math
import platform
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from einops import einsum, rearrange
from jaxtyping import Float, Int
from torch import Tensor

from sumint.checkpoints.files import Architecture
from sumint.errors import InputError
from sumint.machine.files import check_archive, write_atomically
from sumint.task.sums import N_DIGIT_TOKENS, VOCABULARY, Layout, SampleSpec, Sums
from sumint.training.config import Labels, TrainingConfig, TrainingHistory

Parameters = dict[str, Tensor]


def initial_parameters(architecture: Architecture, seed: int) -> Parameters:
    """HookedTransformer's initial values: normal weights of deviation 0.8 / √d_model, biases 0, layer norms 1."""
    generator = torch.Generator().manual_seed(seed)
    deviation = 0.8 / math.sqrt(architecture.d_model)
    parameters: Parameters = {}
    for name, shape in architecture.shapes.items():
        kind = name.rsplit(".", 1)[1]
        if kind.startswith("W_"):
            parameters[name] = torch.randn(shape, generator=generator) * deviation
        else:
            parameters[name] = torch.ones(shape) if kind == "w" else torch.zeros(shape)
    return parameters


def answer_logits(
    parameters: Parameters, tokens: Int[Tensor, "sum position"], layout: Layout
) -> Float[Tensor, "sum digit token"]:
    """The logits that predict the answer's digits, computed from the circuits of every head.

    `tokens` are whole sums, or sums without the last digit, which predicts nothing.
    """
    n_sums, n_positions = len(tokens), layout.predicting.stop
    n_answers, n_before = layout.n_digits, layout.predicting.start
    d_model, d_vocab = parameters["embed.W_E"].shape[1], len(VOCABULARY)

    # Layer 0: tables with a row for each (position, token).
    embeddings = rearrange(
        parameters["pos_embed.W_pos"][:n_positions, None] + parameters["embed.W_E"],
        "position token d_model -> (position token) d_model",
    )
    circuits = _circuits(parameters, 0)
    n_heads = len(circuits.ov)
    normalised = _layer_norm(embeddings, parameters, "blocks.0.ln1")
    values = rearrange(normalised @ circuits.ov, "head row d_model -> (head row) d_model")

    row = tokens[:, :n_positions] + d_vocab * torch.arange(n_positions, device=tokens.device)
    heads = torch.arange(n_heads, device=tokens.device)
    head_row = (row[:, None] + len(embeddings) * heads[:, None]).flatten(1)
    residual = F.embedding(row, embeddings + circuits.output_bias)
    keys = F.embedding(row, normalised)
    queries = F.embedding(row, torch.addmm(circuits.query_bias, normalised, circuits.qk))
    pattern = _pattern(queries.view(n_sums, n_positions * n_heads, d_model), keys, n_heads)
    pattern = rearrange(pattern, "sum key (query head) -> sum query (head key)", head=n_heads)
    residual = torch.baddbmm(residual, pattern, F.embedding(head_row, values))

    # Layer 1: queries only at the positions that predict an answer digit.
    circuits = _circuits(parameters, 1)
    normalised = _layer_norm(residual, parameters, "blocks.1.ln1")
    _, query_input = normalised.split([n_before, n_answers], dim=1)
    _, residual = residual.split([n_before, n_answers], dim=1)
    queries = torch.addmm(circuits.query_bias, query_input.flatten(0, 1), circuits.qk)
    pattern = _pattern(queries.view(n_sums, n_answers * n_heads, d_model), normalised, n_heads)
    weighted_input = (pattern.transpose(1, 2) @ normalised).view(n_sums * n_answers, n_heads * d_model)
    output = torch.addmm(circuits.output_bias, weighted_input, circuits.ov.flatten(0, 1))
    final = _layer_norm(residual.flatten(0, 1) + output, parameters, "ln_final")
    logits = torch.addmm(parameters["unembed.b_U"], final, parameters["unembed.W_U"])
    return logits.view(n_sums, n_answers, d_vocab)


@dataclass
class TrainingState:
    """The state of a training after an epoch: everything that is needed to resume it."""

    config: TrainingConfig
    parameters: Parameters
    optimizer: torch.optim.Adam
    order: torch.Generator
    """The generator of the order of the sums in an epoch."""
    history: TrainingHistory
    best: Parameters
    """The parameters after the best epoch so far."""

    @classmethod
    def start(cls, config: TrainingConfig, device: torch.device) -> TrainingState:
        """The state before the first epoch."""
        parameters = initial_parameters(config.architecture, config.init_seed)
        parameters = {name: tensor.to(device).requires_grad_() for name, tensor in parameters.items()}
        # The gradient of b_K is rounding noise, which Adam would scale up.
        trainable = [tensor for name, tensor in parameters.items() if not name.endswith("b_K")]
        optimizer = torch.optim.Adam(trainable, weight_decay=config.weight_decay, fused=device.type != "mps")
        order = torch.Generator().manual_seed(config.order_seed)
        return cls(config, parameters, optimizer, order, TrainingHistory(), {})

    def save(self, path: Path) -> None:
        """Write the state to a file, atomically.

        Raises:
            InputError: if the file cannot be written.
        """
        content = {
            "config": asdict(self.config),
            "parameters": _detached(self.parameters),
            "optimizer": self.optimizer.state_dict(),
            "order": self.order.get_state(),
            "history": asdict(self.history),
            "best": self.best,
        }
        state = io.BytesIO()  # PyTorch does not report why a file cannot be written
        torch.save(content, state)
        write_atomically(path, state.getvalue())

    def restore(self, path: Path) -> None:
        """Restore the state from a file.

        Raises:
            InputError: if the file is damaged, or belongs to a training with another recipe.
        """
        try:
            check_archive(path)
            with warnings.catch_warnings(action="ignore"):
                content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            saved = content["config"]
            if "seed" in saved:  # written before the two seeds could differ
                saved["init_seed"] = saved["order_seed"] = saved.pop("seed")
            saved.setdefault("labels", "sums")  # written before a model could be trained to answer anything else
            if saved == asdict(self.config):
                self._load(content)
                return
        except Exception:  # a damaged file can raise any exception
            raise InputError(f"{path}: the training state is damaged; remove it to start again") from None
        raise InputError(
            f"{path}: belongs to a training with other settings; finish that training, or remove the file"
        )

    def _load(self, content: Mapping[str, Any]) -> None:
        with torch.no_grad():
            for name, tensor in self.parameters.items():
                tensor.copy_(content["parameters"][name])
        self.optimizer.load_state_dict(content["optimizer"])
        self.order.set_state(content["order"])
        self.history = TrainingHistory(**content["history"])
        self.best = content["best"]


def train(
    config: TrainingConfig,
    *,
    device: str = "cpu",
    n_epochs: int | None = None,
    state_path: Path | None = None,
    on_epoch: Callable[[TrainingHistory], None] = lambda history: None,
) -> tuple[dict[str, np.ndarray], TrainingHistory]:
    """Train a model; return the best epoch's weights, by HookedTransformer's names, and the history of all epochs.

    Args:
        config: the recipe.
        device: the name of the torch device that computes.
        n_epochs: stop after so many of the recipe's epochs, and return the weights after the last of them.
        state_path: a file in which the state is saved after each epoch. If it exists, the training resumes from it
            and reaches the same result as without the interruption.
        on_epoch: called with the history after each epoch.

    Raises:
        InputError: if the state cannot be saved or restored.
    """
    torch_device = torch.device(device)
    state = TrainingState.start(config, torch_device)
    if state_path is not None and state_path.exists():
        state.restore(state_path)
    training = _tokens(config, config.training_sums, config.training_sums_seed, torch_device)
    validation = _tokens(config, config.validation_sums, config.validation_sums_seed, torch_device)
    last = config.epochs if n_epochs is None else n_epochs
    for epoch in range(len(state.history.training_loss), last):
        with _one_thread():
            _run_epoch(state, training, config.learning_rate(epoch))
            loss, accuracy = evaluate(state.parameters, validation, config.architecture.layout)
        state.history.validation_loss.append(loss)
        state.history.validation_accuracy.append(accuracy)
        if state.history.best_epoch == epoch:
            state.best = _detached(state.parameters)
        if state_path is not None:
            state.save(state_path)
        on_epoch(state.history)
    parameters = state.best if n_epochs is None else _detached(state.parameters)
    return {name: tensor.numpy() for name, tensor in parameters.items()}, state.history


def training_card(config: TrainingConfig, history: TrainingHistory) -> dict[str, Any]:
    """The content of a checkpoint's card: the recipe, the history and the versions of the libraries."""
    return {
        "name": config.name,
        "origin": _origin(config),
        "recipe": asdict(config),
        "best_epoch": history.best_epoch + 1,
        "validation_accuracy": history.validation_accuracy[history.best_epoch],
        "validation_loss": history.validation_loss[history.best_epoch],
        "history": asdict(history),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
    }


def _origin(config: TrainingConfig) -> str:
    """How the weights were made, as a sentence."""
    how = f"{config.seeds}, {config.epochs} {'epoch' if config.epochs == 1 else 'epochs'}"
    if not config.differences:
        return f"This model was trained with ARENA’s recipe: {how}."
    return f"This model was trained with ARENA’s recipe, but with {config.differences}: {how}."


@torch.no_grad()
def evaluate(parameters: Parameters, tokens: Int[Tensor, "sum position"], layout: Layout) -> tuple[float, float]:
    """The mean cross-entropy in nats and the share of correct digits, over all digits of all answers."""
    loss = n_correct = 0.0
    for batch in tokens.split(1000):
        logits = answer_logits(parameters, batch, layout).flatten(0, 1)
        targets = batch[:, layout.answer].flatten()
        loss += F.cross_entropy(logits, targets, reduction="sum").item()
        n_correct += (logits.argmax(-1) == targets).sum().item()
    n_targets = len(tokens) * layout.n_digits
    return loss / n_targets, n_correct / n_targets


def training_step(state: TrainingState, batch: Int[Tensor, "sum position"]) -> Float[Tensor, ""]:
    """Take one step of Adam on a batch, and return the loss before the step."""
    layout = state.config.architecture.layout
    logits = answer_logits(state.parameters, batch, layout)
    loss = F.cross_entropy(logits.flatten(0, 1), batch[:, layout.answer].flatten())
    state.optimizer.zero_grad()
    loss.backward()
    state.optimizer.step()
    return loss.detach()


@contextmanager
def _one_thread() -> Iterator[None]:
    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(n_threads)


def _run_epoch(state: TrainingState, tokens: Int[Tensor, "sum position"], learning_rate: float) -> None:
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate
    order = torch.randperm(len(tokens), generator=state.order).to(tokens.device)
    losses = [training_step(state, tokens[indices]) for indices in order.split(state.config.batch_size)]
    state.history.training_loss.append(torch.stack(losses).mean().item())


@dataclass
class _Circuits:
    """The QK and OV circuits of a layer's heads, multiplied out."""

    qk: Float[Tensor, "d_model head_d_model"]
    query_bias: Float[Tensor, " head_d_model"]
    ov: Float[Tensor, "head d_model d_model"]
    output_bias: Float[Tensor, " d_model"]


def _circuits(parameters: Parameters, layer: int) -> _Circuits:
    w_q, w_k, w_v, w_o, b_q, b_v, b_o = (
        parameters[f"blocks.{layer}.attn.{name}"] for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_V", "b_O")
    )
    scale = 1 / math.sqrt(w_q.shape[-1])
    qk = einsum(w_q, w_k, "head query d_head, head key d_head -> query head key").flatten(1)
    query_bias = einsum(b_q, w_k, "head d_head, head key d_head -> head key").flatten()
    output_bias = b_o + einsum(b_v, w_o, "head d_head, head d_head d_model -> d_model")
    return _Circuits(qk * scale, query_bias * scale, w_v @ w_o, output_bias)


def _pattern(
    queries: Float[Tensor, "sum query_head d_model"], keys: Float[Tensor, "sum key d_model"], n_heads: int
) -> Float[Tensor, "sum key query_head"]:
    """The attention pattern of the last queries, with the key axis first, over which the softmax is faster."""
    n_keys = keys.shape[1]
    n_queries = queries.shape[1] // n_heads
    key = torch.arange(n_keys, device=keys.device)
    query = torch.arange(n_keys - n_queries, n_keys, device=keys.device).repeat_interleave(n_heads)
    future = torch.zeros(1, n_keys, len(query), device=keys.device)
    future.masked_fill_(key[:, None] > query, float("-inf"))
    return torch.baddbmm(future, keys, queries.transpose(1, 2)).softmax(dim=1)


def _layer_norm(residual: Float[Tensor, "*batch d_model"], parameters: Parameters, name: str) -> Tensor:
    return F.layer_norm(residual, residual.shape[-1:], parameters[f"{name}.w"], parameters[f"{name}.b"])


def _tokens(config: TrainingConfig, size: int, seed: int, device: torch.device) -> Tensor:
    sums = SampleSpec(config.architecture.n_digits, size, seed).draw()
    return torch.from_numpy(labelled_tokens(sums, config.labels, seed)).to(device)


def labelled_tokens(sums: Sums, labels: Labels, seed: int) -> Int[np.ndarray, "sum position"]:
    """The token sequences of sums, with the answer that a model is trained to give; `seed` is that of the sums."""
    tokens = sums.tokens.copy()
    if labels == "permuted sums":
        tokens[:, sums.layout.answer] = np.random.default_rng(seed).permutation(sums.answer_digits)
    elif labels == "column sums":
        tokens[:, sums.layout.answer] = (sums.a_digits + sums.b_digits) % N_DIGIT_TOKENS
    return tokens


def _detached(parameters: Parameters) -> Parameters:
    return {name: tensor.detach().cpu().clone() for name, tensor in parameters.items()}
