"""The circuits as the kernel reads them: in single precision, flat, with the sizes that say where things are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sumint.data import VOCABULARY
from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits
from sumint.exhaustive.compiling import inlined

N_TOKENS = len(VOCABULARY)


class Tables(NamedTuple):
    """`Circuits`, flat; a tuple, since that is what numba takes."""

    n_digits: int
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

    return Tables(
        n_digits=circuits.layout.n_digits,
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


@inlined
def entry(position: int, token: int) -> int:
    """The number of a token at a position, in tables by both."""
    return position * N_TOKENS + token


@inlined
def attraction_at(t: Tables, query: int, query_token: int, key: int, key_token: int) -> int:
    """Where in the table of attractions those of all heads begin."""
    n_entries = (3 * t.n_digits + 1) * N_TOKENS
    return (entry(query, query_token) * n_entries + entry(key, key_token)) * t.n_heads
