"""Layer 1 in the kernel: from the rows at all positions to the predictions of the answer's digits.

Four query positions are computed together, because they read the same keys and values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import inlined, inner
from sumint.exhaustive.kernel.layer_0 import ONE, ZERO, inverse_length
from sumint.exhaustive.kernel.simd import (
    WIDTH,
    add,
    broadcast,
    divide,
    exponential,
    larger,
    load,
    logarithm,
    multiply,
    multiply_add,
    smaller,
    splat,
    store,
    subtract,
    where_equal,
    where_larger,
)
from sumint.exhaustive.kernel.tables import N_TOKENS, Tables, queries_at
from sumint.exhaustive.predictions import Predictions

N_QUERIES = 4
"""The number of query positions that are computed together."""

MINUS_INFINITY = np.float32(-np.inf)


@inner
def run_layer_1(
    t: Tables, residual: Any, inverse_rho: Any, first: int, queries: Any, weights: Any, final: Any
) -> None:
    """Write the residual stream after layer 1 at `N_QUERIES` positions from `first` on to `final`.

    `final` is [position, direction, lane], in the basis of the logits. Results beyond the last row are unused.
    """
    n_keys = first + N_QUERIES
    _compute_queries(t, residual, inverse_rho, first, queries)
    for head in range(t.n_heads):
        _compute_scores(t, residual, n_keys, head, queries, weights)
    for query in range(N_QUERIES):
        for head in range(t.n_heads):
            _compute_attention(
                inverse_rho, (query * t.n_heads + head) * n_keys * WIDTH, n_keys, first + query + 1, weights
            )
    _add_head_outputs(t, residual, first, n_keys, weights, final)


@inlined
def stream_size(t: Tables) -> int:
    """The number of directions in `final` per position: `d_model`, rounded up to an even number."""
    return t.d_model + t.d_model % 2


@inner
def _compute_queries(t: Tables, residual: Any, inverse_rho: Any, first: int, queries: Any) -> None:
    size = t.n_heads * t.d_head
    for query in range(N_QUERIES):
        row = ((first + query) * t.row + queries_at(t)) * WIDTH
        rho = load(inverse_rho, (first + query) * WIDTH)
        for index in range(size):
            projection = load(residual, row + index * WIDTH)
            bias = broadcast(t.query_bias, index)
            store(queries, (query * size + index) * WIDTH, multiply_add(projection, rho, bias))


@inner
def _compute_scores(t: Tables, residual: Any, n_keys: int, head: int, queries: Any, weights: Any) -> None:
    """Write the scores (queries times keys) of one head to `weights`, two keys at a time."""
    size = t.n_heads * t.d_head * WIDTH
    block = t.row * WIDTH
    step = t.n_heads * n_keys * WIDTH
    for key in range(0, n_keys, 2):
        q = head * t.d_head * WIDTH
        k = key * block + (t.d_model + head * t.d_head) * WIDTH
        a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = splat(ZERO)
        for index in range(0, t.d_head * WIDTH, WIDTH):
            here = q + index
            q0, q1 = load(queries, here), load(queries, here + size)
            q2, q3 = load(queries, here + 2 * size), load(queries, here + 3 * size)
            a, b = load(residual, k + index), load(residual, k + block + index)
            a0, a1 = multiply_add(q0, a, a0), multiply_add(q1, a, a1)
            a2, a3 = multiply_add(q2, a, a2), multiply_add(q3, a, a3)
            b0, b1 = multiply_add(q0, b, b0), multiply_add(q1, b, b1)
            b2, b3 = multiply_add(q2, b, b2), multiply_add(q3, b, b3)
        w = (head * n_keys + key) * WIDTH
        store(weights, w, a0)
        store(weights, w + step, a1)
        store(weights, w + 2 * step, a2)
        store(weights, w + 3 * step, a3)
        if key + 1 < n_keys:
            store(weights, w + WIDTH, b0)
            store(weights, w + step + WIDTH, b1)
            store(weights, w + 2 * step + WIDTH, b2)
            store(weights, w + 3 * step + WIDTH, b3)


@inner
def _compute_attention(inverse_rho: Any, start: int, n_keys: int, n_visible: int, weights: Any) -> None:
    """Replace scores in `weights` by attention divided by the keys' ρ, and by zero for keys after the query."""
    largest = splat(MINUS_INFINITY)
    for key in range(n_visible):
        score = multiply(load(weights, start + key * WIDTH), load(inverse_rho, key * WIDTH))
        store(weights, start + key * WIDTH, score)
        largest = larger(largest, score)
    total = splat(ZERO)
    for key in range(n_visible):
        share = exponential(subtract(load(weights, start + key * WIDTH), largest))
        total = add(total, share)
        store(weights, start + key * WIDTH, multiply(share, load(inverse_rho, key * WIDTH)))
    inverse_total = divide(splat(ONE), total)
    for key in range(n_visible):
        store(weights, start + key * WIDTH, multiply(load(weights, start + key * WIDTH), inverse_total))
    for key in range(n_visible, n_keys):
        store(weights, start + key * WIDTH, splat(ZERO))


@inner
def _add_head_outputs(t: Tables, residual: Any, first: int, n_keys: int, weights: Any, final: Any) -> None:
    """Add the head outputs and the output bias to the residual stream, two directions at a time."""
    block = t.row * WIDTH
    step = t.n_heads * n_keys * WIDTH
    size = stream_size(t) * WIDTH
    values = t.d_model + t.n_heads * t.d_head
    for index in range(0, t.d_model, 2):
        r = first * block + index * WIDTH
        bias_a, bias_b = broadcast(t.output_bias, index), broadcast(t.output_bias, index + 1)
        a0, b0 = add(load(residual, r), bias_a), add(load(residual, r + WIDTH), bias_b)
        r += block
        a1, b1 = add(load(residual, r), bias_a), add(load(residual, r + WIDTH), bias_b)
        r += block
        a2, b2 = add(load(residual, r), bias_a), add(load(residual, r + WIDTH), bias_b)
        r += block
        a3, b3 = add(load(residual, r), bias_a), add(load(residual, r + WIDTH), bias_b)
        for head in range(t.n_heads):
            w = head * n_keys * WIDTH
            v = (values + head * t.d_model + index) * WIDTH
            for _ in range(n_keys):
                w0, w1 = load(weights, w), load(weights, w + step)
                w2, w3 = load(weights, w + 2 * step), load(weights, w + 3 * step)
                a, b = load(residual, v), load(residual, v + WIDTH)
                a0, a1 = multiply_add(w0, a, a0), multiply_add(w1, a, a1)
                a2, a3 = multiply_add(w2, a, a2), multiply_add(w3, a, a3)
                b0, b1 = multiply_add(w0, b, b0), multiply_add(w1, b, b1)
                b2, b3 = multiply_add(w2, b, b2), multiply_add(w3, b, b3)
                w += WIDTH
                v += block
        f = index * WIDTH
        store(final, f, a0)
        store(final, f + size, a1)
        store(final, f + 2 * size, a2)
        store(final, f + 3 * size, a3)
        f += WIDTH
        store(final, f, b0)
        store(final, f + size, b1)
        store(final, f + 2 * size, b2)
        store(final, f + 3 * size, b3)


@inner
def write_predictions(
    t: Tables, final: Any, start: int, correct: Any, logits: Any, predictions: Predictions, out: int
) -> None:
    """Write the predictions for one digit, from its final residual stream and the correct digit of each lane."""
    squares = splat(ZERO)
    for index in range(t.d_model):
        x = load(final, start + index * WIDTH)
        squares = multiply_add(x, x, squares)
    rho = inverse_length(t, squares)
    correct_logit = best_other = largest = second = splat(MINUS_INFINITY)
    best = splat(ZERO)
    for token in range(N_TOKENS):
        logit = splat(ZERO)
        for index in range(t.n_read):
            weight = broadcast(t.readout, index * N_TOKENS + token)
            logit = multiply_add(load(final, start + index * WIDTH), weight, logit)
        logit = multiply_add(logit, rho, broadcast(t.unembed_bias, token))
        store(logits, token * WIDTH, logit)
        token_id = splat(np.float32(token))
        best = where_larger(logit, largest, token_id, best)
        second = larger(second, smaller(largest, logit))
        largest = larger(largest, logit)
        correct_logit = where_equal(correct, token_id, logit, correct_logit)
        best_other = larger(best_other, where_equal(correct, token_id, splat(MINUS_INFINITY), logit))
    total = splat(ZERO)
    for token in range(N_TOKENS):
        total = add(total, exponential(subtract(load(logits, token * WIDTH), largest)))
    below_largest = subtract(correct_logit, largest)
    store(predictions.margin, out, subtract(correct_logit, best_other))
    store(predictions.loss, out, subtract(logarithm(total), below_largest))
    store(predictions.probability, out, divide(exponential(below_largest), total))
    store(predictions.predicted, out, best)
    store(predictions.lead, out, subtract(largest, second))
