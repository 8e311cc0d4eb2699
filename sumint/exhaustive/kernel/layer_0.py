"""Layer 0 in the kernel: what keys send to queries, until the row that layer 1 reads is settled.

A *row* has one number for each entry, the heads one after another; a *block* has `WIDTH` numbers for each, one for
each lane. A key or query is *plain* if its token is the same in all lanes, and else each lane's *own*. Arrays are
flat; where something begins in them is said beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import inlined, inner
from sumint.exhaustive.kernel.simd import (
    WIDTH,
    add,
    divide,
    load,
    multiply,
    multiply_add,
    splat,
    square_root,
    store,
)
from sumint.exhaustive.kernel.tables import Tables, attraction_at, entry

ONE, ZERO = np.float32(1), np.float32(0)


@inner
def copy(target: Any, to: int, source: Any, start: int, length: int) -> None:
    """Write so many numbers, a whole number of vectors, to another array."""
    for index in range(0, length, WIDTH):
        store(target, to + index, load(source, start + index))


@inner
def spread(
    t: Tables, block: Any, start: int, table: Any, n_rows: int, position: int, tokens: Any, at: int
) -> None:
    """Rows of a table, that of each lane's own token, side by side; `n_rows` of them are one after another."""
    size = n_rows * t.row
    for lane in range(WIDTH):
        row = entry(position, tokens[at + lane]) * size
        for index in range(size):
            block[start + index * WIDTH + lane] = table[row + index]


@inner
def weigh(
    t: Tables, weights: Any, query: int, asking: Any, asking_at: int, key: int, tokens: Any, at: int
) -> None:
    """The attraction of each lane's query to its key, for all heads."""
    for lane in range(WIDTH):
        found = attraction_at(t, query, asking[asking_at + lane], key, tokens[at + lane])
        for head in range(t.n_heads):
            weights[head * WIDTH + lane] = t.attraction[found + head]


@inner
def send_own(t: Tables, block: Any, start: int, weights: Any, sent: Any, sent_at: int) -> None:
    """Add to a block what keys of the lanes' own, spread out in `sent`, send there."""
    for head in range(t.n_heads):
        weight = load(weights, head * WIDTH)
        for index in range(head * t.row * WIDTH, (head + 1) * t.row * WIDTH, WIDTH):
            so_far = load(block, start + index)
            store(block, start + index, multiply_add(weight, load(sent, sent_at + index), so_far))


@inner
def send_plain(t: Tables, block: Any, start: int, weights: Any, key: int, token: int) -> None:
    """Add to a block what a plain key sends there."""
    row = entry(key, token) * t.n_heads * t.row
    for head in range(t.n_heads):
        weight = load(weights, head * WIDTH)
        for index in range(head * t.row, (head + 1) * t.row):
            here = start + index * WIDTH
            store(block, here, multiply_add(weight, splat(t.moved[row + index]), load(block, here)))


@inner
def send_row(
    t: Tables, target: Any, to: int, rows: Any, start: int, query: int, asking: int, key: int, token: int
) -> None:
    """A row, and what a plain key sends to a plain query besides."""
    sent = entry(key, token) * t.n_heads * t.row
    found = attraction_at(t, query, asking, key, token)
    for head in range(t.n_heads):
        weight = splat(t.attraction[found + head])
        for index in range(head * t.row, (head + 1) * t.row, WIDTH):
            row = load(rows, start + index)
            store(target, to + index, multiply_add(weight, load(t.moved, sent + index), row))


@inlined
def _plain_entry(array: Any, start: int, index: int) -> Any:
    return splat(array[start + index])


@inlined
def _own_entry(array: Any, start: int, index: int) -> Any:
    return load(array, start + index * WIDTH)


def _settling(base_entry: Callable[[Any, int, int], Any]) -> Any:
    """How a row is settled whose base is plain, or the lanes' own."""

    @inner
    def settle(
        t: Tables,
        residual: Any,
        inverse_rho: Any,
        position: int,
        far: Any,
        far_at: int,
        near: Any,
        near_at: int,
        weights: Any,
        base: Any,
        base_at: int,
        shares: Any,
    ) -> None:
        """The row of layer 1 at a position: Σ_h (far + weight · near) / (the same of their ones) + base.

        `far` is a block, `near` a row, `weights` a vector for each head; `shares` is room for as many.
        """
        for head in range(t.n_heads):
            here = head * t.row + t.n_parts
            weight = load(weights, head * WIDTH)
            total = multiply_add(weight, splat(near[near_at + here]), load(far, far_at + here * WIDTH))
            store(shares, head * WIDTH, divide(splat(ONE), total))
        start = position * t.row * WIDTH
        for index in range(0, t.n_parts, 4):  # four at a time: weights are loaded once for all
            x0, x1 = base_entry(base, base_at, index), base_entry(base, base_at, index + 1)
            x2, x3 = base_entry(base, base_at, index + 2), base_entry(base, base_at, index + 3)
            for head in range(t.n_heads):
                weight, share = load(weights, head * WIDTH), load(shares, head * WIDTH)
                n = near_at + head * t.row + index
                f = far_at + (head * t.row + index) * WIDTH
                x0 = multiply_add(multiply_add(weight, splat(near[n]), load(far, f)), share, x0)
                x1 = multiply_add(multiply_add(weight, splat(near[n + 1]), load(far, f + WIDTH)), share, x1)
                x2 = multiply_add(multiply_add(weight, splat(near[n + 2]), load(far, f + 2 * WIDTH)), share, x2)
                x3 = multiply_add(multiply_add(weight, splat(near[n + 3]), load(far, f + 3 * WIDTH)), share, x3)
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

    return settle


settle_plain = _settling(_plain_entry)
"""Settles the row of a plain query."""
settle_own = _settling(_own_entry)
"""Settles the row of queries of the lanes' own."""


@inlined
def inverse_length(t: Tables, squares: Any) -> Any:
    """1 / ρ, from the sum of the squares."""
    mean = multiply(squares, splat(ONE / np.float32(t.d_model)))
    return divide(splat(ONE), square_root(add(mean, splat(t.epsilon))))
