"""The rate of the exhaustive engine, compared with transformer_lens's forward pass and the processor's peak.

    python -m tests.benchmarks.every_sum [CHECKPOINT]

In turn, so that all meets the same noise: the forward pass at its best batch, on two threads; the engine on one
thread and on two; products added to sums that stay in registers, which is the most that one thread can do; and
what the engine does without counting, on networks of the same sizes with more digits, whatever their weights. Of
all medians are printed, of the engine the share of that peak which its multiplications alone would take, and from
the rates how long all sums of more digits would take.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import numpy as np
import torch

from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.checkpoints.locate import locate
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.jit import entry_point
from sumint.exhaustive.kernel.simd import WIDTH, load, multiply_add, store
from sumint.exhaustive.run import tally_locally
from sumint.exhaustive.shards import Network, shards_of
from sumint.model.load import load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec
from sumint.training.train import initial_parameters

ROUNDS = 7
BATCH = 512
N_BATCHES = 20
N_SHARDS = 4
REPEATED = 20_000_000
CHAINS = 8
LONGER = (5, 6)


def main() -> None:
    weights = read_weights(locate(sys.argv[1] if len(sys.argv) > 1 else "bundled"))
    layout, network, model = weights.architecture.layout, Network(circuits_of(weights)), load_model(weights)
    tokens = tokens_for(model, SampleSpec(layout.n_digits, BATCH * N_BATCHES).draw())
    shards = cycle(shards_of(layout)[:-1])
    torch.set_num_threads(2)

    def forward() -> int:
        with torch.inference_mode():
            for start in range(0, len(tokens), BATCH):
                model(tokens[start : start + BATCH])
        return len(tokens)

    def engine(n_threads: int) -> Callable[[], int]:
        def some() -> int:
            chosen = [next(shards) for _ in range(N_SHARDS * n_threads)]
            return sum(tally.n_sums for _, tally in tally_locally(network, chosen, n_threads))

        return some

    def peak() -> int:
        multiply(np.ones(2 * CHAINS * WIDTH, np.float32), REPEATED)
        return REPEATED * CHAINS * WIDTH

    def verdicts(n_digits: int) -> Callable[[], int]:
        sizes = replace(weights.architecture, n_digits=n_digits)
        tensors = {name: tensor.numpy() for name, tensor in initial_parameters(sizes, seed=0).items()}
        network, shards = Network(circuits_of(Weights(sizes, tensors))), shards_of(sizes.layout)
        tiles = cycle(shard.tiles[0] for shard in shards[:-1])

        def some() -> int:
            chosen = [next(tiles) for _ in range(2)]
            return sum(network.predict_tile(tile).margin[0].size for tile in chosen)

        return some

    started = time.perf_counter()
    engine(1)()
    took = time.perf_counter() - started
    print(f"the first {N_SHARDS} shards, compiling included if it was not kept: {took:.1f} s")
    work = {
        "forward pass, 2 threads": forward,
        "engine, 1 thread": engine(1),
        "engine, 2 threads": engine(2),
        "products, 1 thread": peak,
        **{_verdicts(n_digits): verdicts(n_digits) for n_digits in (layout.n_digits, *LONGER)},
    }
    rates: dict[str, list[float]] = {name: [] for name in work}
    peak()
    for _ in range(ROUNDS):
        for name, do in work.items():
            started = time.perf_counter()
            done = do()
            rates[name].append(done / (time.perf_counter() - started))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    for name, rate in medians.items():
        spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
        print(f"{name:24} {rate:16,.0f} per second ({spread})")
    both = zip(rates["engine, 2 threads"], rates["forward pass, 2 threads"], strict=True)
    ratio = statistics.median(engine / forward for engine, forward in both)
    print(f"engine to forward pass, 2 threads, median of {ROUNDS} rounds: {ratio:.1f} times")
    floor = medians["products, 1 thread"] / products_per_sum(weights.architecture)
    share = medians["engine, 1 thread"] / floor
    print(f"a sum's products alone: {floor:,.0f} sums per second on 1 thread; the engine does {share:.0%} of that")
    for n_digits in LONGER:
        slower = medians[_verdicts(n_digits)] / medians[_verdicts(layout.n_digits)]
        seconds = Layout(n_digits).n_sums / (medians["engine, 1 thread"] * slower)
        print(
            f"{n_digits} digits: {slower:.2f} times the rate, all sums in {seconds / 3600:,.1f} hours on 1 thread"
        )


def _verdicts(n_digits: int) -> str:
    return f"verdicts, {n_digits} digits"


@entry_point
def multiply(numbers: np.ndarray, repeated: int) -> None:
    """Add products to eight vectors in registers, `repeated` times."""
    x0, x1, x2, x3 = load(numbers, 0), load(numbers, WIDTH), load(numbers, 2 * WIDTH), load(numbers, 3 * WIDTH)
    x4, x5 = load(numbers, 4 * WIDTH), load(numbers, 5 * WIDTH)
    x6, x7 = load(numbers, 6 * WIDTH), load(numbers, 7 * WIDTH)
    y, z = load(numbers, 8 * WIDTH), load(numbers, 9 * WIDTH)
    for _ in range(repeated):
        x0, x1, x2, x3 = (
            multiply_add(x0, y, z),
            multiply_add(x1, y, z),
            multiply_add(x2, y, z),
            multiply_add(x3, y, z),
        )
        x4, x5, x6, x7 = (
            multiply_add(x4, y, z),
            multiply_add(x5, y, z),
            multiply_add(x6, y, z),
            multiply_add(x7, y, z),
        )
    store(numbers, 0, x0)
    store(numbers, WIDTH, x1)
    store(numbers, 2 * WIDTH, x2)
    store(numbers, 3 * WIDTH, x3)
    store(numbers, 4 * WIDTH, x4)
    store(numbers, 5 * WIDTH, x5)
    store(numbers, 6 * WIDTH, x6)
    store(numbers, 7 * WIDTH, x7)


def products_per_sum(sizes: Architecture) -> int:
    """How many products a sum needs in the inner loop, by the sizes alone: settling, scores, values, logits."""
    n, heads, wide, narrow = sizes.n_digits, sizes.n_heads, sizes.d_model, sizes.d_head
    row = wide + heads * (wide + 2 * narrow)
    keys = sum(2 * n + 2 + query for query in range(n))
    settled = (n + 1) * row * heads * 2
    return settled + keys * heads * (narrow + wide) + n * wide * 12


if __name__ == "__main__":
    main()
