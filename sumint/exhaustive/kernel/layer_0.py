"""Layer 0 in the kernel: weighted sums of values over keys, and from them the rows that layer 1 reads.

A *row* has one number per entry, head after head; a *block* has `WIDTH` numbers per entry, one for each lane. A
key or query is *uniform* if its token is the same in all lanes, and *varying* otherwise. Arrays are flat; the
argument after an array is the index at which the data begins. Weights are `exp_scores`; the division by their
total follows in `finish_uniform_query` and `finish_varying_query`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import inlined, inner
from sumint.exhaustive.kernel.simd import (
    WIDTH,
    add,
    broadcast,
    divide,
    load,
    multiply,
    multiply_add,
    splat,
    square_root,
    store,
)
from sumint.exhaustive.kernel.tables import Tables, entry, exp_scores_at, queries_at

ONE, ZERO = np.float32(1), np.float32(0)


@inner
def copy(target: Any, to: int, source: Any, start: int, length: int) -> None:
    """Copy `length` numbers, a multiple of `WIDTH`, to another array."""
    for index in range(0, length, WIDTH):
        store(target, to + index, load(source, start + index))


@inner
def interleave_rows(
    t: Tables, block: Any, start: int, table: Any, n_rows: int, position: int, tokens: Any, at: int
) -> None:
    """Write a block that holds, for each lane, `n_rows` consecutive table rows of the lane's token."""
    size = n_rows * t.row
    for lane in range(WIDTH):
        row = entry(position, tokens[at + lane]) * size
        for index in range(size):
            block[start + index * WIDTH + lane] = table[row + index]


@inner
def write_exp_scores(
    t: Tables, weights: Any, query: int, query_tokens: Any, query_at: int, key: int, key_tokens: Any, key_at: int
) -> None:
    """Write `exp_scores` of each lane's query and key to `weights`, for all heads."""
    for lane in range(WIDTH):
        start = exp_scores_at(t, query, query_tokens[query_at + lane], key, key_tokens[key_at + lane])
        for head in range(t.n_heads):
            weights[head * WIDTH + lane] = t.exp_scores[start + head]


@inner
def add_varying_key(t: Tables, block: Any, start: int, weights: Any, values: Any, values_at: int) -> None:
    """Add the weighted values of a varying key to a block."""
    for head in range(t.n_heads):
        weight = load(weights, head * WIDTH)
        for index in range(head * t.row * WIDTH, (head + 1) * t.row * WIDTH, WIDTH):
            total = load(block, start + index)
            store(block, start + index, multiply_add(weight, load(values, values_at + index), total))


@inner
def add_uniform_key(t: Tables, block: Any, start: int, weights: Any, key: int, token: int) -> None:
    """Add the weighted values of a uniform key to a block."""
    row = entry(key, token) * t.n_heads * t.row
    for head in range(t.n_heads):
        weight = load(weights, head * WIDTH)
        for index in range(head * t.row, (head + 1) * t.row):
            here = start + index * WIDTH
            store(block, here, multiply_add(weight, broadcast(t.values, row + index), load(block, here)))


@inner
def add_uniform_key_to_row(
    t: Tables, target: Any, to: int, rows: Any, start: int, query: int, query_token: int, key: int, key_token: int
) -> None:
    """Write to `target` a row of a uniform query plus the weighted values of a uniform key."""
    values_at = entry(key, key_token) * t.n_heads * t.row
    scores_at = exp_scores_at(t, query, query_token, key, key_token)
    for head in range(t.n_heads):
        weight = broadcast(t.exp_scores, scores_at + head)
        for index in range(head * t.row, (head + 1) * t.row, WIDTH):
            row = load(rows, start + index)
            store(target, to + index, multiply_add(weight, load(t.values, values_at + index), row))


@inlined
def _uniform_entry(array: Any, start: int, index: int) -> Any:
    return broadcast(array, start + index)


@inlined
def _varying_entry(array: Any, start: int, index: int) -> Any:
    return load(array, start + index * WIDTH)


def _make_finish(base_entry: Callable[[Any, int, int], Any]) -> Any:
    """The compiled function that finishes a query whose base is uniform or varying, as `base_entry` reads it."""

    @inner
    def finish(
        t: Tables,
        residual: Any,
        inverse_rho: Any,
        position: int,
        block: Any,
        block_at: int,
        row: Any,
        row_at: int,
        weights: Any,
        base: Any,
        base_at: int,
        inverse_totals: Any,
    ) -> None:
        """Write what layer 1 reads at a position, Σ_h (block + weight · row) / total + base, and its 1 / ρ.

        `block` and `row` are weighted sums of values, `weights` has a vector for each head. The total is the same
        expression for the entry that holds the ones. `inverse_totals` is scratch space of a vector for each head.
        """
        for head in range(t.n_heads):
            here = head * t.row + t.n_parts
            weight = load(weights, head * WIDTH)
            total = multiply_add(weight, broadcast(row, row_at + here), load(block, block_at + here * WIDTH))
            store(inverse_totals, head * WIDTH, divide(splat(ONE), total))
        start = position * t.row * WIDTH
        # Layer 1 has no queries before the first position that predicts a digit.
        after = t.n_parts if position >= t.equals else queries_at(t)
        for index in range(0, after, 4):  # four at a time: weights are loaded once for all
            x0, x1 = base_entry(base, base_at, index), base_entry(base, base_at, index + 1)
            x2, x3 = base_entry(base, base_at, index + 2), base_entry(base, base_at, index + 3)
            for head in range(t.n_heads):
                weight, inverse = load(weights, head * WIDTH), load(inverse_totals, head * WIDTH)
                r = row_at + head * t.row + index
                b = block_at + (head * t.row + index) * WIDTH
                x0 = multiply_add(multiply_add(weight, broadcast(row, r), load(block, b)), inverse, x0)
                x1 = multiply_add(multiply_add(weight, broadcast(row, r + 1), load(block, b + WIDTH)), inverse, x1)
                x2 = multiply_add(
                    multiply_add(weight, broadcast(row, r + 2), load(block, b + 2 * WIDTH)), inverse, x2
                )
                x3 = multiply_add(
                    multiply_add(weight, broadcast(row, r + 3), load(block, b + 3 * WIDTH)), inverse, x3
                )
            here = start + index * WIDTH
            store(residual, here, x0)
            store(residual, here + WIDTH, x1)
            store(residual, here + 2 * WIDTH, x2)
            store(residual, here + 3 * WIDTH, x3)
        squares = splat(ZERO)
        for index in range(t.d_model):
            x = load(residual, start + index * WIDTH)
            squares = multiply_add(x, x, squares)
        store(inverse_rho, position * WIDTH, inverse_length(t, squares))

    return finish


finish_uniform_query = _make_finish(_uniform_entry)
"""Finishes a uniform query."""
finish_varying_query = _make_finish(_varying_entry)
"""Finishes a varying query."""


@inlined
def inverse_length(t: Tables, squares: Any) -> Any:
    """1 / ρ, from the sum of the squares of the entries."""
    mean = multiply(squares, splat(ONE / np.float32(t.d_model)))
    return divide(splat(ONE), square_root(add(mean, splat(t.epsilon))))
