"""The attention patterns of every head on the example sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from report.content.component import Component, Matrix, Part
from report.content.position_tokens import PositionToken, position_tokens
from sumint.analyses.attention.attention_patterns import AttentionPatterns, attention_patterns


@dataclass(frozen=True, eq=False)
class HeadPattern:
    """The attention pattern of one head on one sum."""

    name: str
    layer: int
    weights: Float[np.ndarray, "query key"]


@dataclass(frozen=True, eq=False)
class AttentionPayload:
    """The attention patterns of all heads on one sum."""

    positions: tuple[PositionToken, ...]
    heads: tuple[HeadPattern, ...]

    def parts(self) -> Mapping[str, Part]:
        """The patterns by layer."""
        labels = [position.label for position in self.positions]
        patterns: dict[str, list[Matrix]] = {}
        for head in self.heads:
            pattern = Matrix(labels, labels, head.weights, "query", "key", "attention", panel=head.name)
            patterns.setdefault(str(head.layer), []).append(pattern)
        return {layer: Part(matrices) for layer, matrices in patterns.items()}


def patterns_figure(measured: AttentionPatterns) -> Component:
    """Return the attention patterns of every head on the example sums."""
    n_layers, n_heads = measured.patterns.shape[1:3]

    def payload(example: int) -> AttentionPayload:
        return AttentionPayload(
            positions=position_tokens(measured.layout.position_names, measured.tokens[example]),
            heads=tuple(
                HeadPattern(f"H{layer}.{head}", layer, measured.patterns[example, layer, head])
                for layer in range(n_layers)
                for head in range(n_heads)
            ),
        )

    return Component(
        "attention-patterns",
        "Attention patterns",
        {label: payload(example) for example, label in enumerate(measured.labels)},
        caption=(
            "Attention from each position (rows) to itself and earlier ones (columns), for every head, small, "
            "and the chosen head, large. Point at a token of the sum for what it attends to and what attends to "
            "it."
        ),
        alt=(
            f"A heatmap of positions by positions for each of {n_layers * n_heads} heads, empty above the "
            "diagonal, and the sum’s tokens, shaded by attention."
        ),
        source=attention_patterns,
        script="attention",
        part_title="Layer",
        control="Sum",
        height=524,
    )
