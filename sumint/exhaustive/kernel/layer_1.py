"""Layer 1 in the kernel: from the rows at all positions to the predictions of the answer's digits.

Four query positions are computed together, because they read the same keys and values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import inner
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.layer_0 import ONE, ZERO, inverse_length
from sumint.exhaustive.kernel.memory import N_QUERIES, N_TOKENS, Plan, queries_at
from sumint.exhaustive.kernel.simd import (
    FOUR,
    add,
    broadcast,
    divide,
    exponential,
    larger,
    load,
    load_four,
    logarithm,
    multiply,
    multiply_add,
    ordinals,
    smaller,
    splat_four,
    store_four,
    subtract,
    where_equal,
    where_larger,
)

BLOCK = N_QUERIES * WIDTH
"""One number for each query and lane."""

MINUS_INFINITY = np.float32(-np.inf)


@inner
def run_layer_1(p: Plan, m: Any, first: int) -> None:
    """Write the residual stream after layer 1 at `N_QUERIES` positions from `first` on to `final`.

    `final` is [direction, position, lane], in the basis of the logits. Results beyond the last row are unused.
    """
    n_keys = first + N_QUERIES
    _compute_queries(p, m, first)
    for head in range(p.n_heads):
        weights = p.attention + head * n_keys * BLOCK
        _compute_scores(p, m, n_keys, head, weights)
        _compute_attention(p, m, first, weights)
    _add_head_outputs(p, m, first, n_keys)


@inner
def _compute_queries(p: Plan, m: Any, first: int) -> None:
    row = p.residual + (first * p.row + queries_at(p)) * WIDTH
    rho = load_four(m, p.inverse_rho + first * WIDTH, WIDTH)
    for index in range(p.n_heads * p.d_head):
        projection = load_four(m, row + index * WIDTH, p.row * WIDTH)
        query = multiply_add(projection, rho, broadcast(m, p.query_bias + index))
        store_four(m, p.queries + index * BLOCK, WIDTH, query)


@inner
def _compute_scores(p: Plan, m: Any, n_keys: int, head: int, weights: int) -> None:
    """Write the scores (queries times keys) of one head to `weights`, two keys at a time."""
    block = p.row * WIDTH
    for key in range(0, n_keys, 2):
        k = p.residual + key * block + (p.d_model + head * p.d_head) * WIDTH
        a = b = splat_four(ZERO)
        for index in range(p.d_head):
            q = load_four(m, p.queries + (head * p.d_head + index) * BLOCK, WIDTH)
            a = multiply_add(q, load(m, k + index * WIDTH), a)
            b = multiply_add(q, load(m, k + block + index * WIDTH), b)
        store_four(m, weights + key * BLOCK, WIDTH, a)
        store_four(m, weights + (key + 1) * BLOCK, WIDTH, b)


@inner
def _compute_attention(p: Plan, m: Any, first: int, weights: int) -> None:
    """Replace scores in `weights` by attention divided by the keys' ρ, and by zero for keys after the query."""
    n_keys = first + N_QUERIES
    largest = splat_four(MINUS_INFINITY)
    for key in range(n_keys):
        score = multiply(load_four(m, weights + key * BLOCK, WIDTH), load(m, p.inverse_rho + key * WIDTH))
        score = where_larger(np.float32(key - first), ordinals(), MINUS_INFINITY, score)
        store_four(m, weights + key * BLOCK, WIDTH, score)
        largest = larger(largest, score)
    total = splat_four(ZERO)
    for key in range(n_keys):
        share = exponential(subtract(load_four(m, weights + key * BLOCK, WIDTH), largest))
        share = where_larger(np.float32(key - first), ordinals(), ZERO, share)
        total = add(total, share)
        store_four(m, weights + key * BLOCK, WIDTH, multiply(share, load(m, p.inverse_rho + key * WIDTH)))
    inverse_total = divide(ONE, total)
    for key in range(n_keys):
        share = load_four(m, weights + key * BLOCK, WIDTH)
        store_four(m, weights + key * BLOCK, WIDTH, multiply(share, inverse_total))


@inner
def _add_head_outputs(p: Plan, m: Any, first: int, n_keys: int) -> None:
    """Add the head outputs and the output bias to the residual stream, four directions at a time."""
    block = p.row * WIDTH
    values = p.residual + (p.d_model + p.n_heads * p.d_head) * WIDTH
    for index in range(0, p.d_model, FOUR):
        r = p.residual + first * block + index * WIDTH
        a = add(load_four(m, r, block), broadcast(m, p.output_bias + index))
        b = add(load_four(m, r + WIDTH, block), broadcast(m, p.output_bias + index + 1))
        c = add(load_four(m, r + 2 * WIDTH, block), broadcast(m, p.output_bias + index + 2))
        d = add(load_four(m, r + 3 * WIDTH, block), broadcast(m, p.output_bias + index + 3))
        for head in range(p.n_heads):
            v = values + (head * p.d_model + index) * WIDTH
            w = p.attention + head * n_keys * BLOCK
            for key in range(n_keys):
                weight = load_four(m, w + key * BLOCK, WIDTH)
                here = v + key * block
                a = multiply_add(weight, load(m, here), a)
                b = multiply_add(weight, load(m, here + WIDTH), b)
                c = multiply_add(weight, load(m, here + 2 * WIDTH), c)
                d = multiply_add(weight, load(m, here + 3 * WIDTH), d)
        f = p.final + index * BLOCK
        store_four(m, f, WIDTH, a)
        store_four(m, f + BLOCK, WIDTH, b)
        store_four(m, f + 2 * BLOCK, WIDTH, c)
        store_four(m, f + 3 * BLOCK, WIDTH, d)


@inner
def write_predictions(p: Plan, m: Any, correct: int, predictions: Any, out: int) -> None:
    """Write the predictions for four digits, from their final residual stream and each lane's correct digits."""
    squares = splat_four(ZERO)
    for index in range(p.d_model):
        x = load_four(m, p.final + index * BLOCK, WIDTH)
        squares = multiply_add(x, x, squares)
    rho = inverse_length(p, squares)
    correct_digits = load_four(m, correct, WIDTH)
    correct_logit = best_other = largest = second = splat_four(MINUS_INFINITY)
    best = splat_four(ZERO)
    for token in range(N_TOKENS):
        logit = splat_four(ZERO)
        for index in range(p.n_read):
            weight = broadcast(m, p.readout + index * N_TOKENS + token)
            logit = multiply_add(load_four(m, p.final + index * BLOCK, WIDTH), weight, logit)
        logit = multiply_add(logit, rho, broadcast(m, p.unembed_bias + token))
        store_four(m, p.logits + token * BLOCK, WIDTH, logit)
        token_id = np.float32(token)
        best = where_larger(logit, largest, token_id, best)
        second = larger(second, smaller(largest, logit))
        largest = larger(largest, logit)
        correct_logit = where_equal(correct_digits, token_id, logit, correct_logit)
        best_other = larger(best_other, where_equal(correct_digits, token_id, MINUS_INFINITY, logit))
    total = splat_four(ZERO)
    for token in range(N_TOKENS):
        total = add(total, exponential(subtract(load_four(m, p.logits + token * BLOCK, WIDTH), largest)))
    below_largest = subtract(correct_logit, largest)
    step = p.n_low**2 * WIDTH
    store_four(predictions.margin, out, step, subtract(correct_logit, best_other))
    store_four(predictions.loss, out, step, subtract(logarithm(total), below_largest))
    store_four(predictions.probability, out, step, divide(exponential(below_largest), total))
    store_four(predictions.predicted, out, step, best)
    store_four(predictions.lead, out, step, subtract(largest, second))
