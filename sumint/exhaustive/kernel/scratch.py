"""The scratch arrays of the kernel: everything that it computes for a tile before the predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.experimental import structref

from sumint.checkpoints.files import Architecture
from sumint.exhaustive.circuits import row_size
from sumint.exhaustive.kernel.jit import inner
from sumint.exhaustive.kernel.layer_1 import N_QUERIES, stream_size
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.kernel.tables import N_TOKENS, Tables
from sumint.task.sums import N_DIGIT_TOKENS


@structref.register
class ScratchType(types.StructRef):
    """Numba's type of a `Scratch`."""

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Scratch(structref.StructRefProxy):
    """The scratch arrays as one argument: numba compiles this in half the time that separate arguments take.

    *Uniform*, *varying*, *row* and *block* are defined in `layer_0.py`. Sums over keys are weighted by
    `exp_scores`.
    """

    residual: Any
    """The blocks that layer 1 reads, by position."""
    inverse_rho: Any
    """1 / ρ of each of them."""
    operand_tokens: Any
    """The tokens of the operands' high digits, which vary."""
    answer_tokens: Any
    """The tokens of the answer's high digits, without and with a carry from the low digits."""
    answer_floats: Any
    """The tokens of all digits of the answer as floating-point numbers, without and with a carry."""
    varying_values: Any
    """The values of varying keys."""
    varying_bases: Any
    """The direct path of varying tokens into layer 1."""
    from_high: Any
    """The sum over high digits as keys, for each uniform query, by position and token."""
    from_high_last: Any
    """The sum over high digits as keys for C_last, without and with a carry, by token."""
    varying_b: Any
    """The sum over high digits and signs as keys, for the queries at B_high."""
    varying_c: Any
    """The sum over high digits and signs as keys, for the queries at C_high, without and with a carry."""
    varying_c_low_a: Any
    """`varying_c`, plus the first operand's low digits as keys."""
    varying_c_b_tens: Any
    """`varying_c_low_a` for the current carry, plus the second operand's tens as key."""
    z: Any
    """The sum over keys for the current query."""
    zero_block: Any
    """A block of zeros."""
    rows: Any
    """The sum over the uniform keys that are known so far, for each uniform query, by position and token."""
    row: Any
    """The sum over uniform keys for the current uniform query."""
    zero_row: Any
    """A row of zeros."""
    ones: Any
    """A vector of ones for each head."""
    weights: Any
    """A vector of `exp_scores` for each head."""
    inverse_totals: Any
    """A vector for each head: 1 / the sum of its `exp_scores` over all keys."""
    uniform_token: Any
    """One token, repeated in every lane."""
    queries: Any
    """Layer 1's queries."""
    attention: Any
    """Layer 1's scores, then its attention."""
    final: Any
    """The residual stream after layer 1."""
    logits: Any
    """The logits of one digit."""


structref.define_proxy(Scratch, ScratchType, list(Scratch.__annotations__))


def scratch_bytes(sizes: Architecture) -> int:
    """The bytes of the scratch arrays of one thread; nearly all are blocks, most of them in `from_high`."""
    n_positions = sizes.layout.n_ctx - 1
    block = sizes.n_heads * row_size(sizes) * WIDTH
    n_blocks = n_positions * (N_TOKENS + 1) + 2 * N_DIGIT_TOKENS + 7 * sizes.n_digits
    return n_blocks * block * np.dtype(np.float32).itemsize


@inner
def _vectors(n: int) -> Any:
    """Zeros for `n` vectors, none of which crosses the border between two of the processor's cache lines."""
    array = np.zeros((n + 1) * WIDTH, np.float32)
    bytes_before = -array.ctypes.data % (WIDTH * array.itemsize)
    start = bytes_before // array.itemsize
    return array[start : start + n * WIDTH]


@inner
def new_scratch(t: Tables) -> Scratch:
    """Scratch arrays for a network of these sizes, zero except for `ones`."""
    n_high, n_positions = t.n_high, t.n_positions
    heads_row = t.n_heads * t.row
    n_rows = n_positions + N_QUERIES + 1  # layer 1 reads a few positions beyond the last
    return Scratch(
        _vectors(n_rows * t.row),
        _vectors(n_rows),
        np.zeros(n_positions * WIDTH, np.int64),
        np.zeros(2 * t.n_digits * WIDTH, np.int64),
        _vectors(2 * t.n_digits),
        _vectors((n_positions + n_high) * heads_row),
        _vectors((n_positions + n_high) * t.row),
        _vectors(n_positions * N_TOKENS * heads_row),
        _vectors(2 * N_DIGIT_TOKENS * heads_row),
        _vectors(n_high * heads_row),
        _vectors(2 * n_high * heads_row),
        _vectors(2 * n_high * heads_row),
        _vectors(n_high * heads_row),
        _vectors(heads_row),
        _vectors(heads_row),
        np.zeros(n_positions * N_TOKENS * heads_row, np.float32),
        np.zeros(heads_row, np.float32),
        np.zeros(heads_row, np.float32),
        np.ones(t.n_heads * WIDTH, np.float32),
        _vectors(t.n_heads),
        _vectors(t.n_heads),
        np.zeros(WIDTH, np.int64),
        _vectors(N_QUERIES * t.n_heads * t.d_head),
        _vectors(N_QUERIES * t.n_heads * n_rows),
        _vectors(N_QUERIES * stream_size(t)),
        _vectors(N_TOKENS),
    )
