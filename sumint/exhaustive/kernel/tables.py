"""The tables of a network in the kernel's format: flat arrays in single precision, with their sizes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits
from sumint.exhaustive.kernel.jit import inlined
from sumint.task.sums import VOCABULARY, Layout

N_TOKENS = len(VOCABULARY)

N_LOW_DIGITS = 2
"""The number of low digits of each operand, over which the kernel loops."""

LOW = 10**N_LOW_DIGITS
"""The number of values of the low digits, unless the leading digit is one of them."""


class Tables(NamedTuple):
    """`Circuits` as flat arrays, with sizes and positions; a named tuple, because numba accepts it."""

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
    base: np.ndarray
    values: np.ndarray
    exp_scores: np.ndarray
    query_bias: np.ndarray
    output_bias: np.ndarray
    readout: np.ndarray
    unembed_bias: np.ndarray
    epsilon: np.float32


def tables_of(circuits: Circuits) -> Tables:
    """The tables of a network in the kernel's format."""

    def flat(array: np.ndarray) -> np.ndarray:
        return np.ascontiguousarray(array, dtype=np.float32).ravel()

    layout = circuits.layout
    return Tables(
        n_digits=layout.n_digits,
        n_high=layout.n_digits - N_LOW_DIGITS,
        n_low=n_low(layout),
        n_positions=layout.n_ctx - 1,
        a_low=layout.first_operand.stop - N_LOW_DIGITS,
        plus=layout.plus,
        b_high=layout.second_operand.start,
        b_low=layout.second_operand.stop - N_LOW_DIGITS,
        equals=layout.equals,
        c_high=layout.answer.start,
        c_last=layout.predicting.stop - 1,
        n_heads=circuits.n_heads,
        d_head=circuits.d_head,
        d_model=circuits.d_model,
        n_read=len(circuits.readout),
        n_parts=circuits.n_parts,
        row=circuits.base.shape[-1],
        base=flat(circuits.base),
        values=flat(circuits.values),
        exp_scores=flat(circuits.exp_scores),
        query_bias=flat(circuits.query_bias),
        output_bias=flat(np.append(circuits.output_bias, 0)),  # padded, because the kernel reads pairs
        readout=flat(circuits.readout),
        unembed_bias=flat(circuits.unembed_bias),
        epsilon=np.float32(LAYER_NORM_EPSILON),
    )


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
def exp_scores_at(t: Tables, query: int, query_token: int, key: int, key_token: int) -> int:
    """The index in `exp_scores` of the first head's entry for a query and a key."""
    n_entries = t.n_positions * N_TOKENS
    return (entry(query, query_token) * n_entries + entry(key, key_token)) * t.n_heads


@inlined
def queries_at(t: Tables) -> int:
    """The index in a row at which the entries for layer 1's queries begin, which are the last."""
    return t.d_model + t.n_heads * (t.d_head + t.d_model)
