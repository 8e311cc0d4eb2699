"""Evaluates the network on all sums of a tile, `WIDTH` of them side by side, in single precision.

The lanes differ in the high digits of both operands: all but the last two. The kernel loops over the low digits,
one nested loop per digit, so in the inner loops the tokens are the same in all lanes, except for the answer's high
digits, which depend only on the lane and on whether the low digits carry. Of the positions

    A_high  A_low  +  B_high  B_low  =  C_high  C_last        (the network does not read the answer's last digit)

the high ones are varying and the others uniform. Before the loops, the kernel sums the values of the varying keys
for each token that can occur at a uniform position (`from_high`). A loop over a low digit then adds only the
values of that digit. Each query is finished in the outermost loop in which all keys before it are known:

    lanes     A_high
    low_a     A_low, +, B_high
    b_tens    the tens of B_low
    low_b     the units of B_low, =, C_high, C_last, and the predictions
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import entry_point, inlined, inner
from sumint.exhaustive.kernel.layer_0 import (
    add_uniform_key,
    add_uniform_key_to_row,
    add_varying_key,
    copy,
    finish_uniform_query,
    finish_varying_query,
    interleave_rows,
    write_exp_scores,
)
from sumint.exhaustive.kernel.layer_1 import N_QUERIES, run_layer_1, stream_size, write_predictions
from sumint.exhaustive.kernel.scratch import Scratch, new_scratch
from sumint.exhaustive.kernel.simd import WIDTH, load, splat, store
from sumint.exhaustive.kernel.tables import LOW, Tables, entry
from sumint.exhaustive.predictions import Predictions
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS


@entry_point
def evaluate(t: Tables, high_a: Any, high_b: Any, predictions: Predictions) -> None:
    """Write the predictions for all sums whose operands have these high digits, one pair of them per lane.

    The prediction for digit d of the sum with low digits i and j in a lane is written to index
    ((d · n + i) · n + j) · WIDTH + lane, where n is the number of values of the low digits.
    """
    scratch = new_scratch(t)
    _load_lanes(t, scratch, high_a, high_b)
    _compute_from_high(t, scratch)
    _start_varying_queries(t, scratch)
    for low_a in range(t.n_low):
        _process_low_a(t, scratch, low_a)
        current_carry = -1
        for low_b in range(t.n_low):
            carry = (low_a + low_b) // LOW
            if low_b % 10 == 0:
                _process_b_tens(t, scratch, low_b // 10)
                current_carry = -1
            if carry != current_carry:
                _update_varying_c(t, scratch, low_b // 10, carry)
                current_carry = carry
            _process_low_b(t, scratch, low_a, low_b, carry)
            _write_answers(t, scratch, carry, low_a * t.n_low + low_b, predictions)


@inlined
def _load_lanes(t: Tables, scratch: Scratch, high_a: Any, high_b: Any) -> None:
    """Fill the arrays of varying tokens, their values and their bases, for the answer without and with a carry."""
    for lane in range(WIDTH):
        a, b = high_a[lane], high_b[lane]
        for place in range(t.n_high - 1, -1, -1):
            scratch.operand_tokens[place * WIDTH + lane] = a % 10
            scratch.operand_tokens[(t.b_high + place) * WIDTH + lane] = b % 10
            a, b = a // 10, b // 10
        for carry in range(2):
            total = high_a[lane] + high_b[lane] + carry
            for place in range(t.n_high - 1, -1, -1):
                here = _answer_at(t, place, carry) + lane
                scratch.answer_tokens[here] = total % 10
                scratch.answer_floats[here] = total % 10
                total //= 10
    heads_row = t.n_heads * t.row
    for high in range(t.n_high):
        for position in (high, t.b_high + high):
            at = position * WIDTH
            interleave_rows(
                t,
                scratch.varying_values,
                heads_row * at,
                t.values,
                t.n_heads,
                position,
                scratch.operand_tokens,
                at,
            )
            interleave_rows(t, scratch.varying_bases, t.row * at, t.base, 1, position, scratch.operand_tokens, at)
        for carry in range(2):
            position = t.c_high + high
            at = _answer_at(t, high, carry)
            place = _slot_of_c(t, high, carry) * WIDTH
            interleave_rows(
                t,
                scratch.varying_values,
                heads_row * place,
                t.values,
                t.n_heads,
                position,
                scratch.answer_tokens,
                at,
            )
            interleave_rows(
                t, scratch.varying_bases, t.row * place, t.base, 1, position, scratch.answer_tokens, at
            )


@inlined
def _answer_at(t: Tables, digit: int, carry: int) -> int:
    """The index in `answer_tokens` and `answer_floats` of an answer digit's first lane."""
    return (carry * t.n_digits + digit) * WIDTH


@inlined
def _slot_of_c(t: Tables, high: int, carry: int) -> int:
    """The slot of an answer's high digit in `varying_values` and `varying_bases`."""
    return high + (t.n_positions if carry else t.c_high)


@inner
def _add_high_operand_keys(
    t: Tables, scratch: Scratch, block: Any, start: int, query: int, query_tokens: Any, at: int
) -> None:
    """Add the values of the operands' high digits, as far as the query attends to them, to its block."""
    for high in range(t.n_high):
        for key in (high, t.b_high + high):
            if key <= query:
                write_exp_scores(
                    t, scratch.weights, query, query_tokens, at, key, scratch.operand_tokens, key * WIDTH
                )
                add_varying_key(
                    t, block, start, scratch.weights, scratch.varying_values, key * t.n_heads * t.row * WIDTH
                )


@inner
def _add_high_answer_keys(
    t: Tables, scratch: Scratch, block: Any, start: int, query: int, query_tokens: Any, at: int, carry: int
) -> None:
    """Add the values of the answer's high digits, as far as the query attends to them, to its block."""
    for high in range(t.n_high):
        key = t.c_high + high
        if key <= query:
            write_exp_scores(
                t, scratch.weights, query, query_tokens, at, key, scratch.answer_tokens, _answer_at(t, high, carry)
            )
            values_at = _slot_of_c(t, high, carry) * t.n_heads * t.row * WIDTH
            add_varying_key(t, block, start, scratch.weights, scratch.varying_values, values_at)


@inner
def _fill_uniform_token(scratch: Scratch, token: int) -> None:
    for lane in range(WIDTH):
        scratch.uniform_token[lane] = token


@inner
def _add_uniform_key(
    t: Tables,
    scratch: Scratch,
    block: Any,
    start: int,
    query: int,
    query_tokens: Any,
    at: int,
    key: int,
    token: int,
) -> None:
    """Add the values of a uniform key to the block of a varying query."""
    _fill_uniform_token(scratch, token)
    write_exp_scores(t, scratch.weights, query, query_tokens, at, key, scratch.uniform_token, 0)
    add_uniform_key(t, block, start, scratch.weights, key, token)


@inlined
def _compute_from_high(t: Tables, scratch: Scratch) -> None:
    """Fill `from_high` and `from_high_last`: the values of high digits for every uniform query and token."""
    block = t.n_heads * t.row * WIDTH
    for query in (t.a_low, t.a_low + 1, t.plus, t.b_low, t.b_low + 1, t.equals):
        first, after = _possible_tokens(t, query)
        for token in range(first, after):
            _fill_uniform_token(scratch, token)
            _add_high_operand_keys(
                t, scratch, scratch.from_high, entry(query, token) * block, query, scratch.uniform_token, 0
            )
    for carry in range(2):
        for token in range(N_DIGIT_TOKENS):
            _fill_uniform_token(scratch, token)
            start = (carry * N_DIGIT_TOKENS + token) * block
            _add_high_operand_keys(t, scratch, scratch.from_high_last, start, t.c_last, scratch.uniform_token, 0)
            _add_high_answer_keys(
                t, scratch, scratch.from_high_last, start, t.c_last, scratch.uniform_token, 0, carry
            )


@inlined
def _possible_tokens(t: Tables, position: int) -> Any:
    """The first token that can occur at a uniform position, and the one after the last."""
    if position == t.plus:
        return PLUS, PLUS + 1
    if position == t.equals:
        return EQUALS, EQUALS + 1
    return 0, N_DIGIT_TOKENS


@inlined
def _start_varying_queries(t: Tables, scratch: Scratch) -> None:
    """Add the values of high digits and signs to all varying queries, and finish the queries of A_high."""
    block = t.n_heads * t.row * WIDTH
    for high in range(t.n_high):
        copy(scratch.z, 0, scratch.zero_block, 0, block)
        _add_high_operand_keys(t, scratch, scratch.z, 0, high, scratch.operand_tokens, high * WIDTH)
        _finish_varying(t, scratch, high, high, scratch.z, 0)
        query = t.b_high + high
        _add_high_operand_keys(
            t, scratch, scratch.varying_b, high * block, query, scratch.operand_tokens, query * WIDTH
        )
        _add_uniform_key(
            t, scratch, scratch.varying_b, high * block, query, scratch.operand_tokens, query * WIDTH, t.plus, PLUS
        )
        query = t.c_high + high
        for carry in range(2):
            start = (carry * t.n_high + high) * block
            at = _answer_at(t, high, carry)
            _add_high_operand_keys(t, scratch, scratch.varying_c, start, query, scratch.answer_tokens, at)
            _add_high_answer_keys(t, scratch, scratch.varying_c, start, query, scratch.answer_tokens, at, carry)
            _add_uniform_key(t, scratch, scratch.varying_c, start, query, scratch.answer_tokens, at, t.plus, PLUS)
            _add_uniform_key(
                t, scratch, scratch.varying_c, start, query, scratch.answer_tokens, at, t.equals, EQUALS
            )


@inner
def _finish_varying(t: Tables, scratch: Scratch, position: int, place: int, block: Any, start: int) -> None:
    """Finish a varying query whose block already includes every key."""
    finish_varying_query(
        t,
        scratch.residual,
        scratch.inverse_rho,
        position,
        block,
        start,
        scratch.zero_row,
        0,
        scratch.ones,
        scratch.varying_bases,
        place * t.row * WIDTH,
        scratch.inverse_totals,
    )


@inner
def _finish_uniform(t: Tables, scratch: Scratch, position: int, token: int, block: Any, start: int) -> None:
    """Finish a uniform query; its varying keys are in the block, its uniform keys in `scratch.row`."""
    finish_uniform_query(
        t,
        scratch.residual,
        scratch.inverse_rho,
        position,
        block,
        start,
        scratch.row,
        0,
        scratch.ones,
        t.base,
        entry(position, token) * t.row,
        scratch.inverse_totals,
    )


@inlined
def _process_low_a(t: Tables, scratch: Scratch, low_a: int) -> None:
    """Add the low digits of the first operand to all queries, and finish those of A_low, + and B_high."""
    heads_row = t.n_heads * t.row
    block = heads_row * WIDTH
    tens, units = low_a // 10, low_a % 10
    for query, token in ((t.a_low, tens), (t.a_low + 1, units), (t.plus, PLUS)):
        add_uniform_key_to_row(t, scratch.row, 0, scratch.zero_row, 0, query, token, t.a_low, tens)
        if query > t.a_low:
            add_uniform_key_to_row(t, scratch.row, 0, scratch.row, 0, query, token, t.a_low + 1, units)
        if query == t.plus:
            add_uniform_key_to_row(t, scratch.row, 0, scratch.row, 0, query, token, t.plus, PLUS)
        _finish_uniform(t, scratch, query, token, scratch.from_high, entry(query, token) * block)
    for high in range(t.n_high):
        query = t.b_high + high
        copy(scratch.z, 0, scratch.varying_b, high * block, block)
        for key, token in ((t.a_low, tens), (t.a_low + 1, units)):
            _add_uniform_key(t, scratch, scratch.z, 0, query, scratch.operand_tokens, query * WIDTH, key, token)
        _finish_varying(t, scratch, query, query, scratch.z, 0)
    copy(scratch.varying_c_low_a, 0, scratch.varying_c, 0, 2 * t.n_high * block)
    for carry in range(2):
        for high in range(t.n_high):
            start = (carry * t.n_high + high) * block
            at = _answer_at(t, high, carry)
            for key, token in ((t.a_low, tens), (t.a_low + 1, units)):
                _add_uniform_key(
                    t,
                    scratch,
                    scratch.varying_c_low_a,
                    start,
                    t.c_high + high,
                    scratch.answer_tokens,
                    at,
                    key,
                    token,
                )
    # The known part of the later uniform queries: the low digits of A, the signs and the query's own position.
    for query in (t.b_low, t.b_low + 1, t.equals, t.c_last):
        first, after = _possible_tokens(t, query)
        for token in range(first, after):
            start = entry(query, token) * heads_row
            add_uniform_key_to_row(t, scratch.rows, start, scratch.zero_row, 0, query, token, t.a_low, tens)
            add_uniform_key_to_row(t, scratch.rows, start, scratch.rows, start, query, token, t.a_low + 1, units)
            add_uniform_key_to_row(t, scratch.rows, start, scratch.rows, start, query, token, t.plus, PLUS)
            add_uniform_key_to_row(t, scratch.rows, start, scratch.rows, start, query, token, query, token)
            if query > t.equals:
                add_uniform_key_to_row(t, scratch.rows, start, scratch.rows, start, query, token, t.equals, EQUALS)


@inlined
def _process_b_tens(t: Tables, scratch: Scratch, tens: int) -> None:
    """Finish the query of the second operand's tens."""
    position, heads_row = t.b_low, t.n_heads * t.row
    start = entry(position, tens) * heads_row
    copy(scratch.row, 0, scratch.rows, start, heads_row)
    _finish_uniform(t, scratch, position, tens, scratch.from_high, start * WIDTH)


@inlined
def _update_varying_c(t: Tables, scratch: Scratch, tens: int, carry: int) -> None:
    """Fill `varying_c_b_tens`: all keys of the answer's high digits except the second operand's units."""
    size = t.n_high * t.n_heads * t.row * WIDTH
    copy(scratch.varying_c_b_tens, 0, scratch.varying_c_low_a, carry * size, size)
    for high in range(t.n_high):
        start, at = high * t.n_heads * t.row * WIDTH, _answer_at(t, high, carry)
        _add_uniform_key(
            t, scratch, scratch.varying_c_b_tens, start, t.c_high + high, scratch.answer_tokens, at, t.b_low, tens
        )


@inlined
def _process_low_b(t: Tables, scratch: Scratch, low_a: int, low_b: int, carry: int) -> None:
    """Finish the queries of the second operand's units and of all later positions."""
    heads_row = t.n_heads * t.row
    tens, units = low_b // 10, low_b % 10
    last, unit = (low_a + low_b) // 10 % 10, (low_a + low_b) % 10
    for query, token in ((t.b_low + 1, units), (t.equals, EQUALS), (t.c_last, last)):
        start = entry(query, token) * heads_row
        add_uniform_key_to_row(t, scratch.row, 0, scratch.rows, start, query, token, t.b_low, tens)
        if query > t.b_low + 1:
            add_uniform_key_to_row(t, scratch.row, 0, scratch.row, 0, query, token, t.b_low + 1, units)
        if query < t.c_last:
            _finish_uniform(t, scratch, query, token, scratch.from_high, start * WIDTH)
        else:
            block_at = (carry * N_DIGIT_TOKENS + token) * heads_row * WIDTH
            _finish_uniform(t, scratch, query, token, scratch.from_high_last, block_at)
    _fill_uniform_token(scratch, units)
    for high in range(t.n_high):
        query, at = t.c_high + high, _answer_at(t, high, carry)
        write_exp_scores(
            t, scratch.weights, query, scratch.answer_tokens, at, t.b_low + 1, scratch.uniform_token, 0
        )
        finish_varying_query(
            t,
            scratch.residual,
            scratch.inverse_rho,
            query,
            scratch.varying_c_b_tens,
            high * heads_row * WIDTH,
            t.values,
            entry(t.b_low + 1, units) * heads_row,
            scratch.weights,
            scratch.varying_bases,
            _slot_of_c(t, high, carry) * t.row * WIDTH,
            scratch.inverse_totals,
        )
    at = _answer_at(t, t.n_high, carry)
    store(scratch.answer_floats, at, splat(np.float32(last)))
    store(scratch.answer_floats, at + WIDTH, splat(np.float32(unit)))


@inlined
def _write_answers(t: Tables, scratch: Scratch, carry: int, pair: int, predictions: Predictions) -> None:
    """Run layer 1 and write the predictions for every digit of the answer."""
    for first in range(0, t.n_digits, N_QUERIES):
        run_layer_1(
            t,
            scratch.residual,
            scratch.inverse_rho,
            t.equals + first,
            scratch.queries,
            scratch.attention,
            scratch.final,
        )
        for digit in range(first, min(t.n_digits, first + N_QUERIES)):
            start = (digit - first) * stream_size(t) * WIDTH
            correct = load(scratch.answer_floats, _answer_at(t, digit, carry))
            out = (digit * t.n_low**2 + pair) * WIDTH
            write_predictions(t, scratch.final, start, correct, scratch.logits, predictions, out)
