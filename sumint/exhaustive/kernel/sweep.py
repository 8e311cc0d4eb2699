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
from sumint.exhaustive.kernel.lanes import WIDTH
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
from sumint.exhaustive.kernel.layer_1 import run_layer_1, write_predictions
from sumint.exhaustive.kernel.memory import LOW, N_QUERIES, Plan, entry, values_at
from sumint.exhaustive.kernel.simd import splat, store
from sumint.exhaustive.predictions import Predictions
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS


@entry_point
def evaluate(plan: Any, m: Any, high_a: Any, high_b: Any, predictions: Predictions) -> None:
    """Write the predictions for all sums whose operands have these high digits, one pair of them per lane.

    The prediction for digit d of the sum with low digits i and j in a lane is written to index
    ((d · n + i) · n + j) · WIDTH + lane, where n is the number of values of the low digits.
    """
    p = plan[0]
    _load_lanes(p, m, high_a, high_b)
    _compute_from_high(p, m)
    _start_varying_queries(p, m)
    for low_a in range(p.n_low):
        _process_low_a(p, m, low_a)
        current_carry = -1
        for low_b in range(p.n_low):
            carry = (low_a + low_b) // LOW
            if low_b % 10 == 0:
                _process_b_tens(p, m, low_b // 10)
                current_carry = -1
            if carry != current_carry:
                _update_varying_c(p, m, low_b // 10, carry)
                current_carry = carry
            _process_low_b(p, m, low_a, low_b, carry)
            _write_answers(p, m, carry, low_a * p.n_low + low_b, predictions)


@inlined
def _load_lanes(p: Plan, m: Any, high_a: Any, high_b: Any) -> None:
    """Fill the arrays of varying tokens, their values and their bases, for the answer without and with a carry."""
    for lane in range(WIDTH):
        a, b = high_a[lane], high_b[lane]
        for place in range(p.n_high - 1, -1, -1):
            m[_operand_at(p, place) + lane] = a % 10
            m[_operand_at(p, p.b_high + place) + lane] = b % 10
            a, b = a // 10, b // 10
        for carry in range(2):
            total = high_a[lane] + high_b[lane] + carry
            for place in range(p.n_high - 1, -1, -1):
                m[_answer_at(p, place, carry) + lane] = total % 10
                total //= 10
    for high in range(p.n_high):
        for position in (high, p.b_high + high):
            _interleave(p, m, position, position, _operand_at(p, position))
        for carry in range(2):
            _interleave(p, m, p.c_high + high, _slot_of_c(p, high, carry), _answer_at(p, high, carry))


@inner
def _interleave(p: Plan, m: Any, position: int, slot: int, tokens: int) -> None:
    """Fill a slot of `varying_values` and one of `varying_bases`."""
    interleave_rows(p, m, _varying_values_at(p, slot), p.n_heads, values_at(p, position, 0), tokens)
    interleave_rows(p, m, _varying_base_at(p, slot), 1, _base_at(p, position, 0), tokens)


@inlined
def _operand_at(p: Plan, position: int) -> int:
    """The place of the first lane's token at a position of the operands' high digits."""
    return p.operand_tokens + position * WIDTH


@inlined
def _answer_at(p: Plan, digit: int, carry: int) -> int:
    """The place of the first lane's token of an answer digit."""
    return p.answer_tokens + (carry * p.n_digits + digit) * WIDTH


@inlined
def _slot_of_c(p: Plan, high: int, carry: int) -> int:
    """The slot of an answer's high digit in `varying_values` and `varying_bases`."""
    return high + (p.n_positions if carry else p.c_high)


@inlined
def _varying_values_at(p: Plan, slot: int) -> int:
    return p.varying_values + slot * p.block


@inlined
def _varying_base_at(p: Plan, slot: int) -> int:
    return p.varying_bases + slot * p.row * WIDTH


@inlined
def _base_at(p: Plan, position: int, token: int) -> int:
    return p.base + entry(position, token) * p.row


@inner
def _add_high_operand_keys(p: Plan, m: Any, block: int, query: int, query_tokens: int) -> None:
    """Add the values of the operands' high digits, as far as the query attends to them, to its block."""
    for high in range(p.n_high):
        for key in (high, p.b_high + high):
            if key <= query:
                write_exp_scores(p, m, query, query_tokens, key, _operand_at(p, key))
                add_varying_key(p, m, block, _varying_values_at(p, key))


@inner
def _add_high_answer_keys(p: Plan, m: Any, block: int, query: int, query_tokens: int, carry: int) -> None:
    """Add the values of the answer's high digits, as far as the query attends to them, to its block."""
    for high in range(p.n_high):
        key = p.c_high + high
        if key <= query:
            write_exp_scores(p, m, query, query_tokens, key, _answer_at(p, high, carry))
            add_varying_key(p, m, block, _varying_values_at(p, _slot_of_c(p, high, carry)))


@inlined
def _fill_uniform_token(p: Plan, m: Any, token: int) -> None:
    store(m, p.uniform_token, splat(np.float32(token)))


@inner
def _add_uniform_key(p: Plan, m: Any, block: int, query: int, query_tokens: int, key: int, token: int) -> None:
    """Add the values of a uniform key to the block of a varying query."""
    _fill_uniform_token(p, m, token)
    write_exp_scores(p, m, query, query_tokens, key, p.uniform_token)
    add_uniform_key(p, m, block, key, token)


@inlined
def _from_high_at(p: Plan, query: int, token: int) -> int:
    return p.from_high + entry(query, token) * p.block


@inlined
def _from_high_last_at(p: Plan, token: int, carry: int) -> int:
    return p.from_high_last + (carry * N_DIGIT_TOKENS + token) * p.block


@inlined
def _compute_from_high(p: Plan, m: Any) -> None:
    """Fill `from_high` and `from_high_last`: the values of high digits for every uniform query and token."""
    for query in (p.a_low, p.a_low + 1, p.plus, p.b_low, p.b_low + 1, p.equals):
        first, after = _possible_tokens(p, query)
        for token in range(first, after):
            _fill_uniform_token(p, m, token)
            _add_high_operand_keys(p, m, _from_high_at(p, query, token), query, p.uniform_token)
    for carry in range(2):
        for token in range(N_DIGIT_TOKENS):
            _fill_uniform_token(p, m, token)
            block = _from_high_last_at(p, token, carry)
            _add_high_operand_keys(p, m, block, p.c_last, p.uniform_token)
            _add_high_answer_keys(p, m, block, p.c_last, p.uniform_token, carry)


@inner
def _possible_tokens(p: Plan, position: int) -> Any:
    """The first token that can occur at a uniform position, and the one after the last."""
    if position == p.plus:
        return PLUS, PLUS + 1
    if position == p.equals:
        return EQUALS, EQUALS + 1
    return 0, N_DIGIT_TOKENS


@inlined
def _varying_c_at(p: Plan, high: int, carry: int) -> int:
    """The place of an answer's high digit relative to `varying_c` and `varying_c_low_a`."""
    return (carry * p.n_high + high) * p.block


@inlined
def _start_varying_queries(p: Plan, m: Any) -> None:
    """Add the values of high digits and signs to all varying queries, and finish the queries of A_high."""
    for high in range(p.n_high):
        copy(m, p.block_so_far, p.zeros, p.block)
        _add_high_operand_keys(p, m, p.block_so_far, high, _operand_at(p, high))
        _finish_varying(p, m, high, p.block_so_far)
        query, block = p.b_high + high, p.varying_b + high * p.block
        _add_high_operand_keys(p, m, block, query, _operand_at(p, query))
        _add_uniform_key(p, m, block, query, _operand_at(p, query), p.plus, PLUS)
        query = p.c_high + high
        for carry in range(2):
            block, tokens = p.varying_c + _varying_c_at(p, high, carry), _answer_at(p, high, carry)
            _add_high_operand_keys(p, m, block, query, tokens)
            _add_high_answer_keys(p, m, block, query, tokens, carry)
            _add_uniform_key(p, m, block, query, tokens, p.plus, PLUS)
            _add_uniform_key(p, m, block, query, tokens, p.equals, EQUALS)


@inlined
def _finish_varying(p: Plan, m: Any, position: int, block: int) -> None:
    """Finish a varying query of an operand, whose block already includes every key."""
    finish_varying_query(p, m, position, block, p.zeros, p.ones, _varying_base_at(p, position))


@inlined
def _finish_uniform(p: Plan, m: Any, position: int, token: int, block: int) -> None:
    """Finish a uniform query; its varying keys are in the block, its uniform keys in `row_so_far`."""
    finish_uniform_query(p, m, position, block, p.row_so_far, p.ones, _base_at(p, position, token))


@inlined
def _process_low_a(p: Plan, m: Any, low_a: int) -> None:
    """Add the low digits of the first operand to all queries, and finish those of A_low, + and B_high."""
    tens, units = low_a // 10, low_a % 10
    for query, token in ((p.a_low, tens), (p.a_low + 1, units), (p.plus, PLUS)):
        add_uniform_key_to_row(p, m, p.zeros, query, token, p.a_low, tens)
        if query > p.a_low:
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.a_low + 1, units)
        if query == p.plus:
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.plus, PLUS)
        _finish_uniform(p, m, query, token, _from_high_at(p, query, token))
    for high in range(p.n_high):
        query = p.b_high + high
        copy(m, p.block_so_far, p.varying_b + high * p.block, p.block)
        for key, token in ((p.a_low, tens), (p.a_low + 1, units)):
            _add_uniform_key(p, m, p.block_so_far, query, _operand_at(p, query), key, token)
        _finish_varying(p, m, query, p.block_so_far)
    copy(m, p.varying_c_low_a, p.varying_c, 2 * p.n_high * p.block)
    for carry in range(2):
        for high in range(p.n_high):
            block, tokens = p.varying_c_low_a + _varying_c_at(p, high, carry), _answer_at(p, high, carry)
            for key, token in ((p.a_low, tens), (p.a_low + 1, units)):
                _add_uniform_key(p, m, block, p.c_high + high, tokens, key, token)
    # The known part of the later uniform queries: the low digits of A, the signs and the query's own position.
    for query in (p.b_low, p.b_low + 1, p.equals, p.c_last):
        first, after = _possible_tokens(p, query)
        for token in range(first, after):
            add_uniform_key_to_row(p, m, p.zeros, query, token, p.a_low, tens)
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.a_low + 1, units)
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.plus, PLUS)
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, query, token)
            if query > p.equals:
                add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.equals, EQUALS)
            copy(m, _row_at(p, query, token), p.row_so_far, p.heads_row)


@inlined
def _row_at(p: Plan, query: int, token: int) -> int:
    return p.rows + entry(query, token) * p.heads_row


@inlined
def _process_b_tens(p: Plan, m: Any, tens: int) -> None:
    """Finish the query of the second operand's tens."""
    copy(m, p.row_so_far, _row_at(p, p.b_low, tens), p.heads_row)
    _finish_uniform(p, m, p.b_low, tens, _from_high_at(p, p.b_low, tens))


@inlined
def _update_varying_c(p: Plan, m: Any, tens: int, carry: int) -> None:
    """Fill `varying_c_b_tens`: all keys of the answer's high digits except the second operand's units."""
    copy(m, p.varying_c_b_tens, p.varying_c_low_a + _varying_c_at(p, 0, carry), p.n_high * p.block)
    for high in range(p.n_high):
        block = p.varying_c_b_tens + high * p.block
        _add_uniform_key(p, m, block, p.c_high + high, _answer_at(p, high, carry), p.b_low, tens)


@inlined
def _process_low_b(p: Plan, m: Any, low_a: int, low_b: int, carry: int) -> None:
    """Finish the queries of the second operand's units and of all later positions."""
    tens, units = low_b // 10, low_b % 10
    last, unit = (low_a + low_b) // 10 % 10, (low_a + low_b) % 10
    for query, token in ((p.b_low + 1, units), (p.equals, EQUALS), (p.c_last, last)):
        add_uniform_key_to_row(p, m, _row_at(p, query, token), query, token, p.b_low, tens)
        if query > p.b_low + 1:
            add_uniform_key_to_row(p, m, p.row_so_far, query, token, p.b_low + 1, units)
        block = _from_high_at(p, query, token) if query < p.c_last else _from_high_last_at(p, token, carry)
        _finish_uniform(p, m, query, token, block)
    _fill_uniform_token(p, m, units)
    for high in range(p.n_high):
        query, tokens = p.c_high + high, _answer_at(p, high, carry)
        write_exp_scores(p, m, query, tokens, p.b_low + 1, p.uniform_token)
        block, values = p.varying_c_b_tens + high * p.block, values_at(p, p.b_low + 1, units)
        base = _varying_base_at(p, _slot_of_c(p, high, carry))
        finish_varying_query(p, m, query, block, values, p.weights, base)
    at = _answer_at(p, p.n_high, carry)
    store(m, at, splat(np.float32(last)))
    store(m, at + WIDTH, splat(np.float32(unit)))


@inlined
def _write_answers(p: Plan, m: Any, carry: int, pair: int, predictions: Predictions) -> None:
    """Run layer 1 and write the predictions for every digit of the answer."""
    for first in range(0, p.n_digits, N_QUERIES):
        run_layer_1(p, m, p.equals + first)
        write_predictions(p, m, _answer_at(p, first, carry), predictions, (first * p.n_low**2 + pair) * WIDTH)
