"""The time of a training step, beside the same step through transformer_lens's bridge."""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F

from sumint.model.load import build_model
from sumint.task.sums import SampleSpec
from sumint.training.config import TrainingConfig
from sumint.training.train import TrainingState, training_step
from tests.benchmarks.measurement import Measurement, compared, in_turn, seconds_of

STEPS = 8
"""The number of steps of a round; single ones are too short to be timed alone."""


def measure(checkpoint: Path, rounds: int) -> list[Measurement]:
    """Milliseconds for a step of each, on one thread, as a training computes; no checkpoint matters."""
    del checkpoint
    config = TrainingConfig()
    layout = config.architecture.layout
    batch = torch.from_numpy(SampleSpec(size=config.batch_size).draw().tokens)
    state = TrainingState.start(config, torch.device("cpu"))
    bridge = build_model(config.architecture).train()
    optimizer = torch.optim.Adam(bridge.parameters(), weight_decay=config.weight_decay)

    def bridge_step() -> None:
        logits = bridge(batch)[:, layout.predicting]
        loss = F.cross_entropy(logits.flatten(0, 1), batch[:, layout.answer].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    reference = f"a training step on {config.batch_size} sums through transformer_lens"
    steps = {reference: bridge_step, "a training step": lambda: training_step(state, batch)}
    for step in steps.values():
        for _ in range(3):
            step()

    def milliseconds(name: str) -> float:
        return 1e3 * seconds_of(lambda: [steps[name]() for _ in range(STEPS)]) / STEPS

    found = in_turn({name: lambda name=name: milliseconds(name) for name in steps}, rounds)
    return compared(found, reference, "ms")
