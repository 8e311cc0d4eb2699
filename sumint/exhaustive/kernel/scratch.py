"""The arrays that the kernel works on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref

from sumint.checkpoints.files import Architecture
from sumint.exhaustive.circuits import row_size
from sumint.exhaustive.kernel.jit import inner
from sumint.exhaustive.kernel.layer_1 import TOGETHER, stream_size
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.kernel.tables import N_TOKENS, Tables
from sumint.task.sums import N_DIGIT_TOKENS


@structref.register
class BenchType(types.StructRef):
    """Numba's type of a `Bench`."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Bench(structref.StructRefProxy):
    """The arrays, as one thing to pass on: numba compiles that in half the time that many arguments take."""

    residual: Any
    """The rows that layer 1 reads, position by position."""
    inverse_rho: Any
    """One over the length of each."""
    tokens: Any
    """The operands' tokens, where they are the lanes' own."""
    right: Any
    """The answer's, without a carry from the low digits and with one."""
    right_names: Any
    """Likewise, the plain ones, too, as floating-point numbers."""
    sent: Any
    """What the lanes' own keys move."""
    bases: Any
    """What their own tokens bring into layer 1 themselves."""
    far: Any
    """What high digits send to plain queries, position by position and token by token."""
    far_last: Any
    """What they send to C_last, without a carry and with one, token by token."""
    own_b: Any
    """What is sent to B_high before the loops begin."""
    own_c: Any
    """What is sent to C_high before the loops begin, without a carry and with one."""
    own_c_low_a: Any
    """The same, with what the first operand's low digits send."""
    own_c_b_tens: Any
    """With what the tens of the second operand send, for the carry that there is."""
    z: Any
    """A block, for one query at a time."""
    no_block: Any
    """Zeros."""
    rows: Any
    """What plain keys send to plain queries, as far as it is known, position by position and token by token."""
    row: Any
    """What they send to the query in hand."""
    no_row: Any
    """Zeros."""
    ones: Any
    """A vector of ones for each head."""
    weights: Any
    """A vector of attractions for each head."""
    shares: Any
    """A vector for each head: one over the sum of its attractions."""
    same: Any
    """A plain token, in every lane."""
    queries: Any
    attention: Any
    final: Any
    logits: Any


structref.define_proxy(Bench, BenchType, list(Bench.__annotations__))


def bench_bytes(sizes: Architecture) -> int:
    """How much memory a bench takes, of which each thread has one: nearly all is blocks, most of them `far`."""
    n_positions = sizes.layout.n_ctx - 1
    block = sizes.n_heads * row_size(sizes) * WIDTH
    n_blocks = n_positions * (N_TOKENS + 1) + 2 * N_DIGIT_TOKENS + 7 * sizes.n_digits
    return n_blocks * block * np.dtype(np.float32).itemsize


@inner
def _numbers(n: int) -> Any:
    return np.zeros(n * WIDTH, np.float32)


@inner
def new_bench(t: Tables) -> Bench:
    """The arrays for a model of these sizes, all zero but for the ones."""
    n_high, n_positions = t.n_high, t.n_positions
    heads_row = t.n_heads * t.row
    n_rows = n_positions + TOGETHER + 1  # answers look a few positions beyond the last
    return Bench(
        _numbers(n_rows * t.row),
        _numbers(n_rows),
        np.zeros(n_positions * WIDTH, np.int64),
        np.zeros(2 * t.n_digits * WIDTH, np.int64),
        _numbers(2 * t.n_digits),
        _numbers((n_positions + n_high) * heads_row),
        _numbers((n_positions + n_high) * t.row),
        _numbers(n_positions * N_TOKENS * heads_row),
        _numbers(2 * N_DIGIT_TOKENS * heads_row),
        _numbers(n_high * heads_row),
        _numbers(2 * n_high * heads_row),
        _numbers(2 * n_high * heads_row),
        _numbers(n_high * heads_row),
        _numbers(heads_row),
        _numbers(heads_row),
        np.zeros(n_positions * N_TOKENS * heads_row, np.float32),
        np.zeros(heads_row, np.float32),
        np.zeros(heads_row, np.float32),
        np.ones(t.n_heads * WIDTH, np.float32),
        _numbers(t.n_heads),
        _numbers(t.n_heads),
        np.zeros(WIDTH, np.int64),
        _numbers(TOGETHER * t.n_heads * t.d_head),
        _numbers(TOGETHER * t.n_heads * n_rows),
        _numbers(TOGETHER * stream_size(t)),
        _numbers(N_TOKENS),
    )
