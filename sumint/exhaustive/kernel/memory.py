"""The kernel's memory: a network's tables and all intermediate results in one array, and where in it each is.

numba takes long for functions with many arguments, so the kernel's functions have two: the memory and its plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sumint.checkpoints.files import Architecture
from sumint.exhaustive.circuits import Circuits, row_size
from sumint.exhaustive.kernel.jit import inlined
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.simd import FOUR
from sumint.task.sums import N_DIGIT_TOKENS, VOCABULARY, Layout

N_TOKENS = len(VOCABULARY)

N_LOW_DIGITS = 2
"""The number of low digits of each operand, over which the kernel loops."""

LOW = 10**N_LOW_DIGITS
"""The number of values of the low digits, unless the leading digit is one of them."""

N_QUERIES = FOUR
"""The number of layer 1's query positions that are computed together."""


class Plan(NamedTuple):
    """The sizes of a network and its sums, and where in the memory each array begins.

    *Uniform*, *varying*, *row* and *block* are defined in `layer_0.py`. Sums over keys are weighted by
    `exp_scores`. Tokens are kept as floating-point numbers, like all else.
    """

    n_digits: int
    n_high: int
    """The number of high digits of an operand: all but the last two."""
    n_low: int
    """The number of values of an operand's low digits."""
    n_positions: int
    """The number of positions that the network reads."""
    a_low: int
    """The position of the first operand's first low digit."""
    plus: int
    """The position of the plus sign."""
    b_high: int
    """The position of the second operand's first digit."""
    b_low: int
    """The position of the second operand's first low digit."""
    equals: int
    """The position of the equals sign."""
    c_high: int
    """The position of the answer's first digit."""
    c_last: int
    """The position of the last answer digit that the network reads."""
    n_heads: int
    d_head: int
    d_model: int
    n_read: int
    """The number of directions of the residual stream that the logits read."""
    n_parts: int
    """The number of entries of a row that layer 1 reads; in a row of `values`, a one follows them."""
    row: int
    """The length of a head's row, padding included."""
    heads_row: int
    """The length of a row of all heads."""
    block: int
    """The length of a block of all heads."""

    base: int
    """Where the tables of `Circuits` begin, here and in the next six."""
    values: int
    exp_scores: int
    query_bias: int
    output_bias: int
    readout: int
    unembed_bias: int
    ones: int
    """A vector of ones for each head."""

    residual: int
    """The blocks that layer 1 reads, by position."""
    inverse_rho: int
    """1 / ρ of each of them."""
    operand_tokens: int
    """The tokens of the operands' high digits, which vary."""
    answer_tokens: int
    """The tokens of all digits of the answer, without and with a carry from the low digits."""
    uniform_token: int
    """One token, repeated in every lane."""
    varying_values: int
    """The values of varying keys."""
    varying_bases: int
    """The direct path of varying tokens into layer 1."""
    from_high: int
    """The sum over high digits as keys, for each uniform query, by position and token."""
    from_high_last: int
    """The sum over high digits as keys for C_last, without and with a carry, by token."""
    varying_b: int
    """The sum over high digits and signs as keys, for the queries at B_high."""
    varying_c: int
    """The sum over high digits and signs as keys, for the queries at C_high, without and with a carry."""
    varying_c_low_a: int
    """`varying_c`, plus the first operand's low digits as keys."""
    varying_c_b_tens: int
    """`varying_c_low_a` for the current carry, plus the second operand's tens as key."""
    block_so_far: int
    """The sum over keys for the current varying query."""
    rows: int
    """The sum over the uniform keys that are known so far, for each uniform query, by position and token."""
    row_so_far: int
    """The sum over uniform keys for the current uniform query."""
    zeros: int
    """A block of zeros, or a row of them."""
    weights: int
    """A vector of `exp_scores` for each head."""
    shares: int
    """Two vectors for each head: 1 / the sum of its `exp_scores` over all keys, and its weight times that."""
    queries: int
    """Layer 1's queries."""
    attention: int
    """Layer 1's scores, then its attention."""
    final: int
    """The residual stream after layer 1."""
    logits: int
    """The logits of `N_QUERIES` digits."""
    end: int
    """The length of the memory."""


def plan_of(sizes: Architecture) -> Plan:
    """The plan of the memory for networks of these sizes."""
    layout, n_heads, row = sizes.layout, sizes.n_heads, row_size(sizes)
    n_high, n_positions = layout.n_digits - N_LOW_DIGITS, layout.n_ctx - 1
    n_read = min(sizes.d_model, N_TOKENS)
    heads_row, n_entries = n_heads * row, n_positions * N_TOKENS
    n_rows = n_positions + N_QUERIES + 1  # layer 1 reads a few positions beyond the last
    stream = sizes.d_model + -sizes.d_model % FOUR  # layer 1 computes directions four at a time
    lengths = {
        "base": n_entries * row,
        "values": n_entries * heads_row,
        "exp_scores": n_entries**2 * n_heads,
        "query_bias": n_heads * sizes.d_head,
        "output_bias": stream,
        "readout": n_read * N_TOKENS,
        "unembed_bias": N_TOKENS,
        "ones": n_heads * WIDTH,
        "residual": n_rows * row * WIDTH,
        "inverse_rho": n_rows * WIDTH,
        "operand_tokens": n_positions * WIDTH,
        "answer_tokens": (2 * layout.n_digits + N_QUERIES) * WIDTH,
        "uniform_token": WIDTH,
        "varying_values": (n_positions + n_high) * heads_row * WIDTH,
        "varying_bases": (n_positions + n_high) * row * WIDTH,
        "from_high": n_entries * heads_row * WIDTH,
        "from_high_last": 2 * N_DIGIT_TOKENS * heads_row * WIDTH,
        "varying_b": n_high * heads_row * WIDTH,
        "varying_c": 2 * n_high * heads_row * WIDTH,
        "varying_c_low_a": 2 * n_high * heads_row * WIDTH,
        "varying_c_b_tens": n_high * heads_row * WIDTH,
        "block_so_far": heads_row * WIDTH,
        "rows": n_entries * heads_row,
        "row_so_far": heads_row,
        "zeros": heads_row * WIDTH,
        "weights": n_heads * WIDTH,
        "shares": 2 * n_heads * WIDTH,
        "queries": N_QUERIES * n_heads * sizes.d_head * WIDTH,
        "attention": N_QUERIES * n_heads * n_rows * WIDTH,
        "final": N_QUERIES * stream * WIDTH,
        "logits": N_QUERIES * N_TOKENS * WIDTH,
    }
    places, end = {}, 0
    for name, length in lengths.items():
        places[name] = end
        end += length + -length % WIDTH
    return Plan(
        n_digits=layout.n_digits,
        n_high=n_high,
        n_low=n_low(layout),
        n_positions=n_positions,
        a_low=layout.first_operand.stop - N_LOW_DIGITS,
        plus=layout.plus,
        b_high=layout.second_operand.start,
        b_low=layout.second_operand.stop - N_LOW_DIGITS,
        equals=layout.equals,
        c_high=layout.answer.start,
        c_last=layout.predicting.stop - 1,
        n_heads=n_heads,
        d_head=sizes.d_head,
        d_model=sizes.d_model,
        n_read=n_read,
        n_parts=sizes.d_model + n_heads * (sizes.d_model + 2 * sizes.d_head),
        row=row,
        heads_row=heads_row,
        block=heads_row * WIDTH,
        **places,
        end=end,
    )


def memory_bytes(sizes: Architecture) -> int:
    """The bytes of the memory of one thread; nearly all are blocks, most of them in `from_high`."""
    return plan_of(sizes).end * np.dtype(np.float32).itemsize


@dataclass(frozen=True)
class Tables:
    """A network in the kernel's format."""

    plan: Plan
    numbers: np.ndarray
    """The beginning of the memory: all arrays before `residual`."""

    @property
    def record(self) -> np.ndarray:
        """The plan as an array that holds one record, which numba passes on as a single argument."""
        return np.array([tuple(self.plan)], [(name, np.int64) for name in Plan._fields])

    def memory(self) -> np.ndarray:
        """Memory that holds the tables and zeros elsewhere; no vector crosses a border between cache lines."""
        memory = np.zeros(self.plan.end + WIDTH, np.float32)
        bytes_before = -memory.ctypes.data % (WIDTH * memory.itemsize)
        memory = memory[bytes_before // memory.itemsize :][: self.plan.end]
        memory[: len(self.numbers)] = self.numbers
        return memory


def tables_of(circuits: Circuits) -> Tables:
    """The tables of a network in the kernel's format."""
    plan = plan_of(circuits.architecture)
    numbers = np.zeros(plan.residual, np.float32)
    numbers[plan.ones :] = 1
    for place, table in (
        (plan.base, circuits.base),
        (plan.values, circuits.values),
        (plan.exp_scores, circuits.exp_scores),
        (plan.query_bias, circuits.query_bias),
        (plan.output_bias, circuits.output_bias),
        (plan.readout, circuits.readout),
        (plan.unembed_bias, circuits.unembed_bias),
    ):
        numbers[place : place + table.size] = table.ravel()
    return Tables(plan, numbers)


def n_low(layout: Layout) -> int:
    """The number of values of an operand's low digits."""
    return min(LOW, layout.operand_limit)


def n_high(layout: Layout) -> int:
    """The number of values of an operand's high digits."""
    return layout.operand_limit // n_low(layout)


@inlined
def entry(position: int, token: int) -> int:
    """The index of a token at a position in tables by position and token."""
    return position * N_TOKENS + token


@inlined
def exp_scores_at(p: Plan, query: int, query_token: int, key: int, key_token: int) -> int:
    """The place of the first head's entry of `exp_scores` for a query and a key."""
    n_entries = p.n_positions * N_TOKENS
    return p.exp_scores + (entry(query, query_token) * n_entries + entry(key, key_token)) * p.n_heads


@inlined
def values_at(p: Plan, position: int, token: int) -> int:
    """The place of the first head's row of `values` for a token at a position."""
    return p.values + entry(position, token) * p.heads_row


@inlined
def queries_at(p: Plan) -> int:
    """The index in a row at which the entries for layer 1's queries begin, which are the last."""
    return p.d_model + p.n_heads * (p.d_head + p.d_model)
