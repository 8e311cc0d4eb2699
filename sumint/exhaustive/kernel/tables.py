"""The circuits as the kernel reads them: in single precision, flat, with the sizes that say where things are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits
from sumint.exhaustive.kernel.jit import inlined
from sumint.task.sums import VOCABULARY, Layout

N_TOKENS = len(VOCABULARY)

N_LOW_DIGITS = 2
"""Of each operand: these are the kernel's loops."""

LOW = 10**N_LOW_DIGITS
"""How many values they have, if the leading digit is not among them."""


class Tables(NamedTuple):
    """`Circuits`, flat; a tuple, since that is what numba takes."""

    n_digits: int
    n_high: int
    """How many digits of an operand are high: all but the last two."""
    n_low: int
    """How many values the low digits of an operand have."""
    n_positions: int
    a_low: int
    """Where the first operand's low digits begin, …"""
    plus: int
    b_high: int
    b_low: int
    equals: int
    c_high: int
    c_last: int
    """… and where the last digit of the answer stands that is read."""
    n_heads: int
    d_head: int
    d_model: int
    n_read: int
    """How many directions of the residual stream the logits read."""
    n_parts: int
    """How many numbers of a row layer 1 reads; behind them a row of `moved` has its one."""
    row: int
    """How many numbers a head's row has in all."""
    base: np.ndarray
    moved: np.ndarray
    attraction: np.ndarray
    query_bias: np.ndarray
    output_bias: np.ndarray
    readout: np.ndarray
    unembed_bias: np.ndarray
    epsilon: np.float32


def tables_of(circuits: Circuits) -> Tables:
    """The tables for the kernel."""

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
        moved=flat(circuits.moved),
        attraction=flat(circuits.attraction),
        query_bias=flat(circuits.query_bias),
        output_bias=flat(np.append(circuits.output_bias, 0)),  # one more, for whoever takes two at a time
        readout=flat(circuits.readout),
        unembed_bias=flat(circuits.unembed_bias),
        epsilon=np.float32(LAYER_NORM_EPSILON),
    )


def n_low(layout: Layout) -> int:
    """How many values the low digits of an operand have."""
    return min(LOW, layout.operand_limit)


def n_high(layout: Layout) -> int:
    """How many values the high digits of an operand have."""
    return layout.operand_limit // n_low(layout)


@inlined
def entry(position: int, token: int) -> int:
    """The number of a token at a position, in tables by both."""
    return position * N_TOKENS + token


@inlined
def attraction_at(t: Tables, query: int, query_token: int, key: int, key_token: int) -> int:
    """Where in the table of attractions those of all heads begin."""
    n_entries = t.n_positions * N_TOKENS
    return (entry(query, query_token) * n_entries + entry(key, key_token)) * t.n_heads
