"""How widely each head spreads its attention: an example of a chapter with an analysis of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from report.content.chapter import ChapterPlan, Content, Figure
from report.content.claims.checks import Check, all_of, at_most
from report.content.claims.claim import claim
from report.figures import charts
from sumint.interventions.hooks import activations
from sumint.lab import Lab
from sumint.model.load import Model, as_array, tokens_for
from sumint.results.result import Result
from sumint.task.sums import Sums

FOCUSED_UP_TO = 1.5
"""Bits. Record how a threshold was chosen: this one after measuring the bundled checkpoint."""


@dataclass(frozen=True)
class AttentionEntropy(Result):
    """The result of the analysis: a frozen dataclass, whose arrays name their axes."""

    bits: Float[np.ndarray, "layer head"]
    """The entropy of a head's attention from the positions that predict the answer, averaged over the sample."""


def attention_entropy(model: Model, sample: Sums) -> AttentionEntropy:
    """Measures the entropy of each head's attention; the result is kept until this file or the model changes."""
    n_positions = model.cfg.n_ctx
    n_digits = sample.layout.n_digits
    predicting = slice(n_positions - n_digits - 1, n_positions - 1)
    names = [f"blocks.{layer}.attn.hook_pattern" for layer in range(model.cfg.n_layers)]
    patterns = activations(model, tokens_for(model, sample), names)
    bits = []
    for name in names:
        attention = as_array(patterns[name])[:, :, predicting]  # sum, head, query, key
        entropy = -(attention * np.log2(np.maximum(attention, 1e-12))).sum(axis=-1)
        bits.append(entropy.mean(axis=(0, 2)))
    return AttentionEntropy(np.stack(bits))


@claim(
    "some-head-is-focused",
    "Some head gives most of its attention to few positions.",
    analysis=attention_entropy,
    figure="attention-entropy",
    otherwise="No head is focused: the entropy of the most focused one, {case}, is {value}.",
)
def some_head_is_focused(result: AttentionEntropy) -> Check:
    """The entropy of each head's attention."""
    by_head = {f"H{layer}.{head}": float(bits) for (layer, head), bits in np.ndenumerate(result.bits)}
    return all_of(
        at_most(FOCUSED_UP_TO, by_head, "the entropy of some head is {bound}", unit="bits", of_some=True)
    )


def spread_of_attention(lab: Lab) -> Iterator[Content]:
    """One section of the chapter: what it yields, the text shows by name."""
    result = lab.run(attention_entropy)
    n_layers, n_heads = result.bits.shape
    yield Figure(
        "attention-entropy",
        "Entropy of attention",
        charts.bars(
            [f"layer {layer}" for layer in range(n_layers)],
            {f"head {head}": result.bits[:, head] for head in range(n_heads)},
            x_title="layer",
            y_title="entropy (bits)",
        ),
        caption="Mean entropy of each head’s attention from the positions that predict the answer.",
        alt=f"Bars for {n_layers} layers of {n_heads} heads.",
        source=attention_entropy,
        height=300,
    )
    yield some_head_is_focused(result)


PLAN = ChapterPlan(
    title="Spread of attention",
    question="How widely does each head spread its attention?",
    sections=(spread_of_attention,),
    findings=("some-head-is-focused",),
    is_compared=True,
)
