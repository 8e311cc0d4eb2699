"""Layer 0 in the kernel: weighted sums of values over keys, and from them the rows that layer 1 reads.

A *row* has one number per entry, head after head. A *block* has `WIDTH` numbers per entry, one for each lane;
eight entries of one head are followed by the same entries of the next, so that what is read together is adjacent.
A key or query is *uniform* if its token is the same in all lanes, and *varying* otherwise. Weights are
`exp_scores`; the division by their total follows in `finish_uniform_query` and `finish_varying_query`.

`p` is the plan of the memory `m`; rows, blocks and vectors are given by their places in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sumint.exhaustive.circuits import LAYER_NORM_EPSILON
from sumint.exhaustive.kernel.jit import inlined, inner
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.memory import Plan, exp_scores_at, queries_at, values_at
from sumint.exhaustive.kernel.simd import (
    EIGHT,
    FOUR,
    add,
    broadcast,
    broadcast_eight,
    divide,
    load,
    load_eight,
    load_four,
    multiply,
    multiply_add,
    splat_four,
    square_root,
    store,
    store_eight,
    sum_of_four,
)

ONE, ZERO, EPSILON = np.float32(1), np.float32(0), np.float32(LAYER_NORM_EPSILON)


@inner
def copy(m: Any, to: int, start: int, length: int) -> None:
    """Copy `length` numbers, a multiple of `WIDTH`, to another place."""
    for index in range(0, length, WIDTH):
        store(m, to + index, load(m, start + index))


@inlined
def place_in_block(n_heads: int, head: int, index: int) -> int:
    """The place in a block of an entry of a head's row."""
    return ((index // EIGHT * n_heads + head) * EIGHT + index % EIGHT) * WIDTH


@inner
def interleave_rows(p: Plan, m: Any, block: int, n_heads: int, table: int, tokens: int) -> None:
    """Write a block that holds, for each lane, the rows of the lane's token, of which there are `n_heads`.

    `table` is where the rows of the position's first token begin.
    """
    for lane in range(WIDTH):
        row = table + int(m[tokens + lane]) * n_heads * p.row
        for head in range(n_heads):
            for index in range(p.row):
                m[block + place_in_block(n_heads, head, index) + lane] = m[row + head * p.row + index]


@inner
def write_exp_scores(p: Plan, m: Any, query: int, query_tokens: int, key: int, key_tokens: int) -> None:
    """Write `exp_scores` of each lane's query and key to `weights`, for all heads."""
    for lane in range(WIDTH):
        start = exp_scores_at(p, query, int(m[query_tokens + lane]), key, int(m[key_tokens + lane]))
        for head in range(p.n_heads):
            m[p.weights + head * WIDTH + lane] = m[start + head]


@inner
def add_varying_key(p: Plan, m: Any, block: int, values: int) -> None:
    """Add the weighted values of a varying key to a block."""
    for index in range(0, p.row, EIGHT):
        for head in range(p.n_heads):
            here = place_in_block(p.n_heads, head, index)
            weight, so_far = load(m, p.weights + head * WIDTH), load_eight(m, block + here, WIDTH)
            store_eight(m, block + here, WIDTH, multiply_add(load_eight(m, values + here, WIDTH), weight, so_far))


@inner
def add_uniform_key(p: Plan, m: Any, block: int, key: int, token: int) -> None:
    """Add the weighted values of a uniform key to a block."""
    values = values_at(p, key, token)
    for index in range(0, p.row, EIGHT):
        for head in range(p.n_heads):
            here = block + place_in_block(p.n_heads, head, index)
            weight, so_far = load(m, p.weights + head * WIDTH), load_eight(m, here, WIDTH)
            value = broadcast_eight(m, values + head * p.row + index)
            store_eight(m, here, WIDTH, multiply_add(value, weight, so_far))


@inner
def add_uniform_key_to_row(
    p: Plan, m: Any, row: int, query: int, query_token: int, key: int, key_token: int
) -> None:
    """Write a row of a uniform query plus the weighted values of a uniform key to `row_so_far`."""
    values, scores = values_at(p, key, key_token), exp_scores_at(p, query, query_token, key, key_token)
    for head in range(p.n_heads):
        weight = broadcast(m, scores + head)
        for index in range(head * p.row, (head + 1) * p.row, WIDTH):
            store(m, p.row_so_far + index, multiply_add(weight, load(m, values + index), load(m, row + index)))


@inlined
def _sum_of_squares(m: Any, start: int, n: int) -> Any:
    """The sum of the squares of n vectors."""
    n_in_fours = n - n % FOUR
    four_sums = splat_four(ZERO)
    for index in range(0, n_in_fours, FOUR):
        x = load_four(m, start + index * WIDTH, WIDTH)
        four_sums = multiply_add(x, x, four_sums)
    squares = sum_of_four(four_sums)
    for index in range(n_in_fours, n):
        x = load(m, start + index * WIDTH)
        squares = multiply_add(x, x, squares)
    return squares


@inlined
def _uniform_entries(m: Any, start: int, index: int) -> Any:
    return broadcast_eight(m, start + index)


@inlined
def _varying_entries(m: Any, start: int, index: int) -> Any:
    return load_eight(m, start + index * WIDTH, WIDTH)


def _make_finish(base_entries: Callable[[Any, int, int], Any]) -> Any:
    """The compiled function that finishes a query whose base is uniform or varying, as `base_entries` reads it."""

    @inner
    def finish(p: Plan, m: Any, position: int, block: int, row: int, weights: int, base: int) -> None:
        """Write what layer 1 reads at a position, Σ_h (block + weight · row) / total + base, and its 1 / ρ.

        `block` and `row` are weighted sums of values, `weights` has a vector for each head. The total is the same
        expression for the entry that holds the ones.
        """
        for head in range(p.n_heads):
            weight = load(m, weights + head * WIDTH)
            ones = load(m, block + place_in_block(p.n_heads, head, p.n_parts))
            total = multiply_add(weight, broadcast(m, row + head * p.row + p.n_parts), ones)
            inverse = divide(ONE, total)
            store(m, p.shares + 2 * head * WIDTH, inverse)
            store(m, p.shares + (2 * head + 1) * WIDTH, multiply(weight, inverse))
        start = p.residual + position * p.row * WIDTH
        # Layer 1 has no queries before the first position that predicts a digit.
        after = p.n_parts if position >= p.equals else queries_at(p)
        for index in range(0, after, EIGHT):  # eight at a time: shares are loaded once for all
            x = base_entries(m, base, index)
            for head in range(p.n_heads):
                varying = load_eight(m, block + place_in_block(p.n_heads, head, index), WIDTH)
                x = multiply_add(varying, load(m, p.shares + 2 * head * WIDTH), x)
                uniform = broadcast_eight(m, row + head * p.row + index)
                x = multiply_add(uniform, load(m, p.shares + (2 * head + 1) * WIDTH), x)
            store_eight(m, start + index * WIDTH, WIDTH, x)
        store(m, p.inverse_rho + position * WIDTH, inverse_length(p, _sum_of_squares(m, start, p.d_model)))

    return finish


finish_uniform_query = _make_finish(_uniform_entries)
"""Finishes a uniform query."""
finish_varying_query = _make_finish(_varying_entries)
"""Finishes a varying query."""


@inlined
def inverse_length(p: Plan, squares: Any) -> Any:
    """1 / ρ, from the sum of the squares of the entries."""
    mean = multiply(squares, ONE / np.float32(p.d_model))
    return divide(ONE, square_root(add(mean, EPSILON)))
