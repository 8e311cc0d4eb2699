"""Train a model of this family by the write-up's recipe.

The recipe is ARENA's: Adam with an L2 penalty, a learning rate that falls linearly, 100 epochs over 100,000
random sums, cross-entropy on the answer's digits alone, the best epoch by validation accuracy kept.

The forward pass here is not transformer_lens's. It computes the same logits (a test compares them) from each
head's QK and OV circuits, which leaves plain matrix products and no more of them than the loss needs:

- what layer 0 reads depends on a token and its position alone, so its normalised input, queries and values
  are tables of (position, token), looked up rather than multiplied out for every sum;
- layer 1 asks its queries only where an answer is predicted;
- a key bias shifts all scores of a query alike, which the softmax ignores: `b_K` stays at zero.
"""

from __future__ import annotations

import contextlib
import math
import platform
import warnings
from collections.abc import Callable, Mapping
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
from sumint.machine.files import check_archive, first_line
from sumint.task.sums import VOCABULARY, Layout, SampleSpec, Sums
from sumint.training.config import TrainingConfig, TrainingHistory

Parameters = dict[str, Tensor]


def initial_parameters(architecture: Architecture, seed: int) -> Parameters:
    """HookedTransformer's own start: weights normal with deviation 0.8 / √d_model, biases 0, layer norms 1."""
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
    """The logits that predict the answer's digits, by the circuits of every head.

    `tokens` may be whole sums or lack the last digit, which predicts nothing.
    """
    n_sums, n_seen = len(tokens), layout.predicting.stop
    n_answers, n_before = layout.n_digits, layout.predicting.start
    d_model, d_vocab = parameters["embed.W_E"].shape[1], len(VOCABULARY)

    # Layer 0, all of it tables with a row for each (position, token).
    embeddings = rearrange(
        parameters["pos_embed.W_pos"][:n_seen, None] + parameters["embed.W_E"],
        "position token d_model -> (position token) d_model",
    )
    circuits = _circuits(parameters, 0)
    n_heads = len(circuits.ov)
    normalised = _layer_norm(embeddings, parameters, "blocks.0.ln1")
    values = rearrange(normalised @ circuits.ov, "head row d_model -> (head row) d_model")

    row = tokens[:, :n_seen] + d_vocab * torch.arange(n_seen, device=tokens.device)
    heads = torch.arange(n_heads, device=tokens.device)
    head_row = (row[:, None] + len(embeddings) * heads[:, None]).flatten(1)
    residual = F.embedding(row, embeddings + circuits.output_bias)
    keys = F.embedding(row, normalised)
    queries = F.embedding(row, torch.addmm(circuits.query_bias, normalised, circuits.qk))
    pattern = _pattern(queries.view(n_sums, n_seen * n_heads, d_model), keys, n_heads)
    pattern = rearrange(pattern, "sum key (query head) -> sum query (head key)", head=n_heads)
    residual = torch.baddbmm(residual, pattern, F.embedding(head_row, values))

    # Layer 1, asked only where an answer is predicted.
    circuits = _circuits(parameters, 1)
    normalised = _layer_norm(residual, parameters, "blocks.1.ln1")
    _, asking = normalised.split([n_before, n_answers], dim=1)
    _, residual = residual.split([n_before, n_answers], dim=1)
    queries = torch.addmm(circuits.query_bias, asking.flatten(0, 1), circuits.qk)
    pattern = _pattern(queries.view(n_sums, n_answers * n_heads, d_model), normalised, n_heads)
    attended = (pattern.transpose(1, 2) @ normalised).view(n_sums * n_answers, n_heads * d_model)
    written = torch.addmm(circuits.output_bias, attended, circuits.ov.flatten(0, 1))
    final = _layer_norm(residual.flatten(0, 1) + written, parameters, "ln_final")
    logits = torch.addmm(parameters["unembed.b_U"], final, parameters["unembed.W_U"])
    return logits.view(n_sums, n_answers, d_vocab)


@dataclass
class TrainingState:
    """Everything that the rest of a training depends on; saved after each epoch, so that it can be resumed."""

    config: TrainingConfig
    parameters: Parameters
    optimizer: torch.optim.Adam
    order: torch.Generator
    """Draws the order in which an epoch sees the sums."""
    history: TrainingHistory
    best: Parameters

    @classmethod
    def start(cls, config: TrainingConfig, device: torch.device) -> TrainingState:
        parameters = initial_parameters(config.architecture, config.init_seed)
        parameters = {name: tensor.to(device).requires_grad_() for name, tensor in parameters.items()}
        # b_K has no gradient to speak of; leaving it out keeps Adam from scaling up the noise in it.
        trained = [tensor for name, tensor in parameters.items() if not name.endswith("b_K")]
        optimizer = torch.optim.Adam(trained, weight_decay=config.weight_decay, fused=device.type != "mps")
        order = torch.Generator().manual_seed(config.order_seed)
        return cls(config, parameters, optimizer, order, TrainingHistory(), {})

    def save(self, path: Path) -> None:
        content = {
            "config": asdict(self.config),
            "parameters": _detached(self.parameters),
            "optimizer": self.optimizer.state_dict(),
            "order": self.order.get_state(),
            "history": asdict(self.history),
            "best": self.best,
        }
        beside = path.with_name(f".{path.name}.partial")
        try:
            torch.save(content, beside)
            beside.replace(path)
        except (OSError, RuntimeError) as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise InputError(f"{path}: the training state cannot be written ({first_line(error)})") from None

    def restore(self, path: Path) -> None:
        """Go on from a saved state; an `InputError` if the file is damaged or from another recipe."""
        try:
            check_archive(path)
            with warnings.catch_warnings(action="ignore"):
                content: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
            saved = content["config"]
            if "seed" in saved:  # written before the two seeds could differ
                saved["init_seed"] = saved["order_seed"] = saved.pop("seed")
            if saved == asdict(self.config):
                self._take(content)
                return
        except Exception:  # a damaged file makes the unpickler, and what follows, fail in every way there is
            raise InputError(f"{path}: not a whole training state; remove it to start anew") from None
        raise InputError(
            f"{path}: left by a training with other settings; finish that one, or remove it to start anew"
        )

    def _take(self, content: Mapping[str, Any]) -> None:
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
    state_path: Path | None = None,
    on_epoch: Callable[[TrainingHistory], None] = lambda history: None,
) -> tuple[dict[str, np.ndarray], TrainingHistory]:
    """The best epoch's weights, under HookedTransformer's names, and the history of all epochs.

    With `state_path` the whole state is kept there after each epoch; a training that finds one goes on from it
    and comes to the same result as if it had never stopped.
    """
    place = torch.device(device)
    state = TrainingState.start(config, place)
    if state_path is not None and state_path.exists():
        state.restore(state_path)
    training = _tokens(config, config.training_sums, config.training_sums_seed, place)
    validation = _tokens(config, config.validation_sums, config.validation_sums_seed, place)
    for epoch in range(len(state.history.training_loss), config.epochs):
        _run_epoch(state, training, config.learning_rate(epoch))
        loss, accuracy = evaluate(state.parameters, validation, config.architecture.layout)
        state.history.validation_loss.append(loss)
        state.history.validation_accuracy.append(accuracy)
        if state.history.best_epoch == epoch:
            state.best = _detached(state.parameters)
        if state_path is not None:
            state.save(state_path)
        on_epoch(state.history)
    return {name: tensor.numpy() for name, tensor in state.best.items()}, state.history


def training_card(config: TrainingConfig, history: TrainingHistory) -> dict[str, Any]:
    """A checkpoint's card: the recipe, the history, and the versions of the libraries that trained it."""
    return {
        "name": config.seeds,
        "origin": f"These weights were trained with ARENA’s recipe: {config.seeds}, {config.epochs} epochs.",
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


@torch.no_grad()
def evaluate(parameters: Parameters, tokens: Int[Tensor, "sum position"], layout: Layout) -> tuple[float, float]:
    """Mean cross-entropy in nats and the share of right digits, over all digits of all the answers."""
    loss = right = 0.0
    for batch in tokens.split(1000):
        logits = answer_logits(parameters, batch, layout).flatten(0, 1)
        targets = batch[:, layout.answer].flatten()
        loss += F.cross_entropy(logits, targets, reduction="sum").item()
        right += (logits.argmax(-1) == targets).sum().item()
    n_targets = len(tokens) * layout.n_digits
    return loss / n_targets, right / n_targets


def training_step(state: TrainingState, batch: Int[Tensor, "sum position"]) -> Float[Tensor, ""]:
    """One step of Adam on one batch; the loss that it started from."""
    layout = state.config.architecture.layout
    logits = answer_logits(state.parameters, batch, layout)
    loss = F.cross_entropy(logits.flatten(0, 1), batch[:, layout.answer].flatten())
    state.optimizer.zero_grad()
    loss.backward()
    state.optimizer.step()
    return loss.detach()


def _run_epoch(state: TrainingState, tokens: Int[Tensor, "sum position"], learning_rate: float) -> None:
    for group in state.optimizer.param_groups:
        group["lr"] = learning_rate
    order = torch.randperm(len(tokens), generator=state.order).to(tokens.device)
    losses = [training_step(state, tokens[which]) for which in order.split(state.config.batch_size)]
    state.history.training_loss.append(torch.stack(losses).mean().item())


@dataclass
class _Circuits:
    """A layer's QK and OV matrices, multiplied out: what its heads look for and what they move."""

    qk: Float[Tensor, "d_model head_d_model"]
    query_bias: Float[Tensor, " head_d_model"]
    ov: Float[Tensor, "head d_model d_model"]
    output_bias: Float[Tensor, " d_model"]


def _circuits(parameters: Parameters, layer: int) -> _Circuits:
    w_q, w_k, w_v, w_o, b_q, b_v, b_o = (
        parameters[f"blocks.{layer}.attn.{name}"] for name in ("W_Q", "W_K", "W_V", "W_O", "b_Q", "b_V", "b_O")
    )
    scale = 1 / math.sqrt(w_q.shape[-1])
    qk = einsum(w_q, w_k, "head reading d_head, head key d_head -> reading head key").flatten(1)
    query_bias = einsum(b_q, w_k, "head d_head, head key d_head -> head key").flatten()
    output_bias = b_o + einsum(b_v, w_o, "head d_head, head d_head d_model -> d_model")
    return _Circuits(qk * scale, query_bias * scale, w_v @ w_o, output_bias)


def _pattern(
    queries: Float[Tensor, "sum query_head d_model"], keys: Float[Tensor, "sum key d_model"], n_heads: int
) -> Float[Tensor, "sum key query_head"]:
    """The attention pattern of the last queries, keys first: a softmax over this axis is faster."""
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
    sums: Sums = SampleSpec(config.architecture.n_digits, size, seed).draw()
    return torch.from_numpy(sums.tokens).to(device)


def _detached(parameters: Parameters) -> Parameters:
    return {name: tensor.detach().cpu().clone() for name, tensor in parameters.items()}
