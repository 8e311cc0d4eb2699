"""The rate of the exhaustive engine, compared with transformer_lens's forward pass and the processor's peak.

In turn, so that all meets the same noise: the forward pass at its best batch, on two threads; the engine on one
thread and on two; products added to sums that stay in registers, which is the most that one thread can do; and
what the engine does without counting, on networks of the same sizes with more digits, whatever their weights, from
which follows how long all sums of more digits would take.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import torch

from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.jit import entry_point
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.simd import load, multiply_add, store
from sumint.exhaustive.run import tally_locally
from sumint.exhaustive.shards import Network, shards_of
from sumint.model.load import load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec
from sumint.training.train import initial_parameters
from tests.benchmarks.measurement import Measurement, compared, in_turn

FORWARD = "transformer_lens’s forward pass"
PRODUCTS = "products, 1 thread"
RATE = "sums/s"
BATCH = 512
N_BATCHES = 20
N_SHARDS = 4
REPEATED = 20_000_000
CHAINS = 8
LONGER = (5, 6)


def measure(checkpoint: Path, rounds: int) -> list[Measurement]:
    """Sums per second on one thread and on two, products per second, and hours for sums of more digits."""
    weights = read_weights(checkpoint)
    layout, network, model = weights.architecture.layout, Network(circuits_of(weights)), load_model(weights)
    tokens = tokens_for(model, SampleSpec(layout.n_digits, BATCH * N_BATCHES).draw())
    shards = cycle(shards_of(layout)[:-1])

    def forward(n_threads: int) -> int:
        torch.set_num_threads(n_threads)
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

    def per_second(work: Callable[[], int]) -> float:
        started = time.perf_counter()
        done = work()
        return done / (time.perf_counter() - started)

    works: dict[str, Callable[[], int]] = {
        f"{FORWARD}, 2 threads": lambda: forward(2),
        "all sums, 2 threads": engine(2),
        f"{FORWARD}, 1 thread": lambda: forward(1),
        "all sums, 1 thread": engine(1),
        PRODUCTS: peak,
        **{_verdicts(n_digits): verdicts(n_digits) for n_digits in (layout.n_digits, *LONGER)},
    }
    for work in works.values():
        work()  # compiles
    n_threads = torch.get_num_threads()
    found = in_turn({name: lambda name=name: per_second(works[name]) for name in works}, rounds)
    torch.set_num_threads(n_threads)
    alone = tuple(rate / products_per_sum(weights.architecture) for rate in found[PRODUCTS])
    one = found["all sums, 1 thread"]
    return [
        *_rates(found, 2),
        *_rates(found, 1),
        Measurement("all sums, 1 thread, beside their products", RATE, one, "products alone", alone, True),
        *(_hours(found, n_digits, layout.n_digits) for n_digits in LONGER),
    ]


def _rates(found: dict[str, tuple[float, ...]], n_threads: int) -> list[Measurement]:
    threads = f"{n_threads} {'thread' if n_threads == 1 else 'threads'}"
    names = (f"{FORWARD}, {threads}", f"all sums, {threads}")
    return compared({name: found[name] for name in names}, names[0], RATE, more_is_better=True)


def _hours(found: dict[str, tuple[float, ...]], n_digits: int, n_measured: int) -> Measurement:
    """How long all sums of more digits would take on one thread, from the rates of predictions alone."""
    rounds = zip(
        found["all sums, 1 thread"], found[_verdicts(n_digits)], found[_verdicts(n_measured)], strict=True
    )
    hours = (Layout(n_digits).n_sums / (rate * longer / shorter) / 3600 for rate, longer, shorter in rounds)
    return Measurement(f"all sums of {n_digits} digits, 1 thread, from the rate", "hours", tuple(hours))


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
