"""The time of a training step, compared with the same step through transformer_lens's bridge.

    python -m tests.benchmarks.training_step

The two are timed in turn, so that both are affected by the same noise; medians, quartiles and the ratio are
printed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F

from sumint.model.load import build_model
from sumint.task.sums import SampleSpec
from sumint.training.config import TrainingConfig
from sumint.training.train import TrainingState, training_step

ROUNDS = 40


def main() -> None:
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

    steps = {"this project": lambda: training_step(state, batch), "bridge": bridge_step}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        for _ in range(3):
            step()
    for _ in range(ROUNDS):
        for name, step in steps.items():
            seconds[name].append(time_of(step))
    print(
        f"a training step on {config.batch_size} sums, {torch.get_num_threads()} threads, {ROUNDS} rounds in turn"
    )
    for name, times in seconds.items():
        first, median, third = statistics.quantiles(times, n=4)
        print(f"  {name:14} {1e3 * median:7.1f} ms  (quartiles {1e3 * first:.1f} to {1e3 * third:.1f})")
    ratios = [slow / fast for slow, fast in zip(seconds["bridge"], seconds["this project"], strict=True)]
    print(f"  ratio          {statistics.median(ratios):7.2f}")


def time_of(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
