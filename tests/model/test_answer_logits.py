"""Training computes the logits and the gradients of a textbook transformer."""

import math

import pytest
import torch
from torch import Tensor

from sumint.checkpoints.files import N_LAYERS, Architecture
from sumint.task.sums import Layout, SampleSpec
from sumint.training.train import (
    answer_logits,
    evaluate,
    initial_parameters,
)


def uneven_parameters(architecture: Architecture) -> dict[str, Tensor]:
    """Untrained parameters with random offsets, so that no bias is 0 and no layer norm is 1."""
    generator = torch.Generator().manual_seed(5)
    return {
        name: tensor + 0.3 * torch.randn(tensor.shape, generator=generator)
        for name, tensor in initial_parameters(architecture, seed=3).items()
    }


def tokens_of(n_digits: int, size: int = 40) -> Tensor:
    return torch.from_numpy(SampleSpec(n_digits, size).draw().tokens)


def textbook_logits(parameters: dict[str, Tensor], tokens: Tensor) -> Tensor:
    """The logits of a textbook transformer in float64: every head, position, key and value."""
    parameters = {name: tensor.double() for name, tensor in parameters.items()}

    def layer_norm(residual: Tensor, name: str) -> Tensor:
        centred = residual - residual.mean(-1, keepdim=True)
        deviation = (centred.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt()
        return centred / deviation * parameters[f"{name}.w"] + parameters[f"{name}.b"]

    n_positions = tokens.shape[1]
    past = torch.tril(torch.ones(n_positions, n_positions, dtype=torch.bool))
    residual = parameters["embed.W_E"][tokens] + parameters["pos_embed.W_pos"][:n_positions]
    for layer in range(N_LAYERS):
        attention = f"blocks.{layer}.attn"
        normalised = layer_norm(residual, f"blocks.{layer}.ln1")
        output = parameters[f"{attention}.b_O"]
        for head in range(len(parameters[f"{attention}.W_Q"])):
            query, key, value = (
                normalised @ parameters[f"{attention}.W_{kind}"][head] + parameters[f"{attention}.b_{kind}"][head]
                for kind in "QKV"
            )
            scores = query @ key.transpose(1, 2) / math.sqrt(query.shape[-1])
            pattern = scores.masked_fill(~past, -math.inf).softmax(-1)
            output = output + pattern @ value @ parameters[f"{attention}.W_O"][head]
        residual = residual + output
    return layer_norm(residual, "ln_final") @ parameters["unembed.W_U"] + parameters["unembed.b_U"]


@pytest.mark.parametrize("n_heads", [1, 2, 3, 4])
@pytest.mark.parametrize("n_digits", [2, 3, 4])
def test_the_logits_are_those_of_a_textbook_transformer(n_digits: int, n_heads: int) -> None:
    architecture = Architecture(n_digits, n_heads, d_model=20, d_head=7)
    parameters, tokens, layout = uneven_parameters(architecture), tokens_of(n_digits), Layout(n_digits)
    expected = textbook_logits(parameters, tokens)[:, layout.predicting].float()
    for inputs in (tokens, tokens[:, :-1]):  # the last digit predicts nothing
        logits = answer_logits(parameters, inputs, layout)
        torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)


def test_the_gradients_are_those_of_a_textbook_transformer() -> None:
    architecture = Architecture(2, 2, d_model=12, d_head=5)
    layout, tokens = Layout(2), tokens_of(2)
    gradients = []
    for logits_of in (
        lambda parameters: answer_logits(parameters, tokens, layout),
        lambda parameters: textbook_logits(parameters, tokens)[:, layout.predicting].float(),
    ):
        parameters = {name: tensor.requires_grad_() for name, tensor in uneven_parameters(architecture).items()}
        logits = logits_of(parameters).flatten(0, 1)
        torch.nn.functional.cross_entropy(logits, tokens[:, layout.answer].flatten()).backward()
        gradients.append({name: tensor.grad for name, tensor in parameters.items() if "b_K" not in name})
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], rtol=1e-3, atol=1e-6, msg=name)


def test_accuracy_and_loss_are_means_over_all_answer_digits() -> None:
    architecture, layout = Architecture(2, 2, d_model=12, d_head=5), Layout(2)
    parameters, tokens = uneven_parameters(architecture), tokens_of(2, size=1500)  # more than one batch
    loss, accuracy = evaluate(parameters, tokens, layout)
    log_probability = textbook_logits(parameters, tokens)[:, layout.predicting].log_softmax(-1)
    right = tokens[:, layout.answer]
    assert loss == pytest.approx(-log_probability.gather(-1, right[..., None]).mean().item(), rel=1e-5)
    assert accuracy == pytest.approx((log_probability.argmax(-1) == right).double().mean().item())
