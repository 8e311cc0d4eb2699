"""The network on all sums of a tile, `WIDTH` of them side by side, in single precision.

What the sums side by side differ in are the high digits of both operands, all but the last two. The low digits are
loops, one inside the other. So in the inner loops the tokens are the same in all lanes, but for the answer's high
digits, and those depend on nothing but the lane and on whether the low digits carry. Of the positions

    A_high  A_low  +  B_high  B_low  =  C_high  C_last        (the answer's last digit is not read)

the high ones are the lanes' own and the others plain. What comes from the high ones is gathered before the loops
begin: `far`, for each token that may stand at a plain position. A loop over a low digit then adds only what that
digit sends. Each position is settled in the outermost loop in which all that it sees is known:

    lanes     A_high
    low_a     A_low, +, B_high
    b_tens    the tens of B_low
    low_b     the units of B_low, =, C_high, C_last, and the answers
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.kernel.jit import inlined, inner, outermost
from sumint.exhaustive.kernel.layer_0 import (
    copy,
    send_own,
    send_plain,
    send_row,
    settle_own,
    settle_plain,
    spread,
    weigh,
)
from sumint.exhaustive.kernel.layer_1 import TOGETHER, answer, judge, stream_size
from sumint.exhaustive.kernel.scratch import Bench, new_bench
from sumint.exhaustive.kernel.simd import WIDTH, load, splat, store
from sumint.exhaustive.kernel.tables import LOW, Tables, entry
from sumint.exhaustive.predictions import Verdicts
from sumint.task.sums import EQUALS, N_DIGIT_TOKENS, PLUS


@outermost
def evaluate(t: Tables, high_a: Any, high_b: Any, verdicts: Verdicts) -> None:
    """The answers to all sums whose operands have these high digits, one pair of them for each lane.

    The verdict on digit d of the sum with the low digits i and j in a lane is written to place
    ((d · n + i) · n + j) · WIDTH + lane, n being how many values the low digits have.
    """
    bench = new_bench(t)
    _read_lanes(t, bench, high_a, high_b)
    _gather_far(t, bench)
    _gather_own(t, bench)
    for low_a in range(t.n_low):
        _place_low_a(t, bench, low_a)
        settled = -1
        for low_b in range(t.n_low):
            carry = (low_a + low_b) // LOW
            if low_b % 10 == 0:
                _place_b_tens(t, bench, low_b // 10)
                settled = -1
            if carry != settled:
                _gather_own_c(t, bench, low_b // 10, carry)
                settled = carry
            _place_low_b(t, bench, low_a, low_b, carry)
            _answer_all(t, bench, carry, low_a * t.n_low + low_b, verdicts)


@inner
def _read_lanes(t: Tables, bench: Bench, high_a: Any, high_b: Any) -> None:
    """The lanes' own tokens: of the operands, and of the answer, without a carry from the low digits and with."""
    for lane in range(WIDTH):
        a, b = high_a[lane], high_b[lane]
        for place in range(t.n_high - 1, -1, -1):
            bench.tokens[place * WIDTH + lane] = a % 10
            bench.tokens[(t.b_high + place) * WIDTH + lane] = b % 10
            a, b = a // 10, b // 10
        for carry in range(2):
            total = high_a[lane] + high_b[lane] + carry
            for place in range(t.n_high - 1, -1, -1):
                here = _right_at(t, place, carry) + lane
                bench.right[here] = total % 10
                bench.right_names[here] = total % 10
                total //= 10
    heads_row = t.n_heads * t.row
    for high in range(t.n_high):
        for position in (high, t.b_high + high):
            at = position * WIDTH
            spread(t, bench.sent, heads_row * at, t.moved, t.n_heads, position, bench.tokens, at)
            spread(t, bench.bases, t.row * at, t.base, 1, position, bench.tokens, at)
        for carry in range(2):
            position = t.c_high + high
            at = _right_at(t, high, carry)
            place = _place_of_c(t, high, carry) * WIDTH
            spread(t, bench.sent, heads_row * place, t.moved, t.n_heads, position, bench.right, at)
            spread(t, bench.bases, t.row * place, t.base, 1, position, bench.right, at)


@inlined
def _right_at(t: Tables, digit: int, carry: int) -> int:
    """Where in `right` the lanes' tokens of a digit of the answer begin."""
    return (carry * t.n_digits + digit) * WIDTH


@inlined
def _place_of_c(t: Tables, high: int, carry: int) -> int:
    """Where in `sent` and `bases` a high digit of the answer stands: with a carry, behind all others."""
    return high + (t.n_positions if carry else t.c_high)


@inner
def _send_high(t: Tables, bench: Bench, block: Any, start: int, query: int, asking: Any, at: int) -> None:
    """What the operands' high digits send to a query; to no position before their own."""
    for high in range(t.n_high):
        for key in (high, t.b_high + high):
            if key <= query:
                weigh(t, bench.weights, query, asking, at, key, bench.tokens, key * WIDTH)
                send_own(t, block, start, bench.weights, bench.sent, key * t.n_heads * t.row * WIDTH)


@inner
def _send_high_c(
    t: Tables, bench: Bench, block: Any, start: int, query: int, asking: Any, at: int, carry: int
) -> None:
    """What the answer's high digits send to a query."""
    for high in range(t.n_high):
        key = t.c_high + high
        if key <= query:
            weigh(t, bench.weights, query, asking, at, key, bench.right, _right_at(t, high, carry))
            sent = _place_of_c(t, high, carry) * t.n_heads * t.row * WIDTH
            send_own(t, block, start, bench.weights, bench.sent, sent)


@inner
def _fill_same(bench: Bench, token: int) -> None:
    for lane in range(WIDTH):
        bench.same[lane] = token


@inner
def _send_same(
    t: Tables, bench: Bench, block: Any, start: int, query: int, asking: Any, at: int, key: int, token: int
) -> None:
    """What a plain key sends to the lanes' own queries."""
    _fill_same(bench, token)
    weigh(t, bench.weights, query, asking, at, key, bench.same, 0)
    send_plain(t, block, start, bench.weights, key, token)


@inner
def _gather_far(t: Tables, bench: Bench) -> None:
    """What high digits send to plain queries, for each token that may ask: `far`, and `far_last` by carry."""
    block = t.n_heads * t.row * WIDTH
    for query in (t.a_low, t.a_low + 1, t.plus, t.b_low, t.b_low + 1, t.equals):
        first, after = _tokens_at(t, query)
        for token in range(first, after):
            _fill_same(bench, token)
            _send_high(t, bench, bench.far, entry(query, token) * block, query, bench.same, 0)
    for carry in range(2):
        for token in range(N_DIGIT_TOKENS):
            _fill_same(bench, token)
            start = (carry * N_DIGIT_TOKENS + token) * block
            _send_high(t, bench, bench.far_last, start, t.c_last, bench.same, 0)
            _send_high_c(t, bench, bench.far_last, start, t.c_last, bench.same, 0, carry)


@inlined
def _tokens_at(t: Tables, position: int) -> Any:
    """The first token that may stand at a plain position, and the one after the last."""
    if position == t.plus:
        return PLUS, PLUS + 1
    if position == t.equals:
        return EQUALS, EQUALS + 1
    return 0, N_DIGIT_TOKENS


@inner
def _gather_own(t: Tables, bench: Bench) -> None:
    """What high digits and signs send to own queries; the first operand's see no more, and are settled."""
    block = t.n_heads * t.row * WIDTH
    for high in range(t.n_high):
        copy(bench.z, 0, bench.no_block, 0, block)
        _send_high(t, bench, bench.z, 0, high, bench.tokens, high * WIDTH)
        _settle_own(t, bench, high, high, bench.z, 0)
        query = t.b_high + high
        _send_high(t, bench, bench.own_b, high * block, query, bench.tokens, query * WIDTH)
        _send_same(t, bench, bench.own_b, high * block, query, bench.tokens, query * WIDTH, t.plus, PLUS)
        query = t.c_high + high
        for carry in range(2):
            start = (carry * t.n_high + high) * block
            at = _right_at(t, high, carry)
            _send_high(t, bench, bench.own_c, start, query, bench.right, at)
            _send_high_c(t, bench, bench.own_c, start, query, bench.right, at, carry)
            _send_same(t, bench, bench.own_c, start, query, bench.right, at, t.plus, PLUS)
            _send_same(t, bench, bench.own_c, start, query, bench.right, at, t.equals, EQUALS)


@inner
def _settle_own(t: Tables, bench: Bench, position: int, place: int, block: Any, start: int) -> None:
    """Settle the lanes' own residuals at a position; all that it sees is in the block."""
    settle_own(
        t,
        bench.residual,
        bench.inverse_rho,
        position,
        block,
        start,
        bench.no_row,
        0,
        bench.ones,
        bench.bases,
        place * t.row * WIDTH,
        bench.shares,
    )


@inner
def _settle_plain(t: Tables, bench: Bench, position: int, token: int, far: Any, far_at: int) -> None:
    """Settle the residual of a token at a plain position; what plain keys send there is in `row`."""
    settle_plain(
        t,
        bench.residual,
        bench.inverse_rho,
        position,
        far,
        far_at,
        bench.row,
        0,
        bench.ones,
        t.base,
        entry(position, token) * t.row,
        bench.shares,
    )


@inner
def _place_low_a(t: Tables, bench: Bench, low_a: int) -> None:
    """The first operand's low digits: they, the plus and the second operand's high digits are settled."""
    heads_row = t.n_heads * t.row
    block = heads_row * WIDTH
    tens, units = low_a // 10, low_a % 10
    for query, token in ((t.a_low, tens), (t.a_low + 1, units), (t.plus, PLUS)):
        send_row(t, bench.row, 0, bench.no_row, 0, query, token, t.a_low, tens)
        if query > t.a_low:
            send_row(t, bench.row, 0, bench.row, 0, query, token, t.a_low + 1, units)
        if query == t.plus:
            send_row(t, bench.row, 0, bench.row, 0, query, token, t.plus, PLUS)
        _settle_plain(t, bench, query, token, bench.far, entry(query, token) * block)
    for high in range(t.n_high):
        query = t.b_high + high
        copy(bench.z, 0, bench.own_b, high * block, block)
        for key, token in ((t.a_low, tens), (t.a_low + 1, units)):
            _send_same(t, bench, bench.z, 0, query, bench.tokens, query * WIDTH, key, token)
        _settle_own(t, bench, query, query, bench.z, 0)
    copy(bench.own_c_low_a, 0, bench.own_c, 0, 2 * t.n_high * block)
    for carry in range(2):
        for high in range(t.n_high):
            start = (carry * t.n_high + high) * block
            at = _right_at(t, high, carry)
            for key, token in ((t.a_low, tens), (t.a_low + 1, units)):
                _send_same(t, bench, bench.own_c_low_a, start, t.c_high + high, bench.right, at, key, token)
    # What is known of the rows of plain queries to come: the digits placed now, the signs, and themselves.
    for query in (t.b_low, t.b_low + 1, t.equals, t.c_last):
        first, after = _tokens_at(t, query)
        for token in range(first, after):
            start = entry(query, token) * heads_row
            send_row(t, bench.rows, start, bench.no_row, 0, query, token, t.a_low, tens)
            send_row(t, bench.rows, start, bench.rows, start, query, token, t.a_low + 1, units)
            send_row(t, bench.rows, start, bench.rows, start, query, token, t.plus, PLUS)
            send_row(t, bench.rows, start, bench.rows, start, query, token, query, token)
            if query > t.equals:
                send_row(t, bench.rows, start, bench.rows, start, query, token, t.equals, EQUALS)


@inner
def _place_b_tens(t: Tables, bench: Bench, tens: int) -> None:
    """The tens of the second operand's low digits."""
    position, heads_row = t.b_low, t.n_heads * t.row
    start = entry(position, tens) * heads_row
    copy(bench.row, 0, bench.rows, start, heads_row)
    _settle_plain(t, bench, position, tens, bench.far, start * WIDTH)


@inner
def _gather_own_c(t: Tables, bench: Bench, tens: int, carry: int) -> None:
    """What the answer's high digits see but for the last digit of the second operand."""
    size = t.n_high * t.n_heads * t.row * WIDTH
    copy(bench.own_c_b_tens, 0, bench.own_c_low_a, carry * size, size)
    for high in range(t.n_high):
        start, at = high * t.n_heads * t.row * WIDTH, _right_at(t, high, carry)
        _send_same(t, bench, bench.own_c_b_tens, start, t.c_high + high, bench.right, at, t.b_low, tens)


@inner
def _place_low_b(t: Tables, bench: Bench, low_a: int, low_b: int, carry: int) -> None:
    """The last digit of the second operand: all positions behind it are settled, too."""
    heads_row = t.n_heads * t.row
    tens, units = low_b // 10, low_b % 10
    last, unit = (low_a + low_b) // 10 % 10, (low_a + low_b) % 10
    for query, token in ((t.b_low + 1, units), (t.equals, EQUALS), (t.c_last, last)):
        start = entry(query, token) * heads_row
        send_row(t, bench.row, 0, bench.rows, start, query, token, t.b_low, tens)
        if query > t.b_low + 1:
            send_row(t, bench.row, 0, bench.row, 0, query, token, t.b_low + 1, units)
        if query < t.c_last:
            _settle_plain(t, bench, query, token, bench.far, start * WIDTH)
        else:
            far = (carry * N_DIGIT_TOKENS + token) * heads_row * WIDTH
            _settle_plain(t, bench, query, token, bench.far_last, far)
    _fill_same(bench, units)
    for high in range(t.n_high):
        query, at = t.c_high + high, _right_at(t, high, carry)
        weigh(t, bench.weights, query, bench.right, at, t.b_low + 1, bench.same, 0)
        settle_own(
            t,
            bench.residual,
            bench.inverse_rho,
            query,
            bench.own_c_b_tens,
            high * heads_row * WIDTH,
            t.moved,
            entry(t.b_low + 1, units) * heads_row,
            bench.weights,
            bench.bases,
            _place_of_c(t, high, carry) * t.row * WIDTH,
            bench.shares,
        )
    at = _right_at(t, t.n_high, carry)
    store(bench.right_names, at, splat(np.float32(last)))
    store(bench.right_names, at + WIDTH, splat(np.float32(unit)))


@inner
def _answer_all(t: Tables, bench: Bench, carry: int, pair: int, verdicts: Verdicts) -> None:
    """What is said of every digit of the answer."""
    for first in range(0, t.n_digits, TOGETHER):
        answer(t, bench.residual, bench.inverse_rho, t.equals + first, bench.queries, bench.attention, bench.final)
        for digit in range(first, min(t.n_digits, first + TOGETHER)):
            start = (digit - first) * stream_size(t) * WIDTH
            right = load(bench.right_names, _right_at(t, digit, carry))
            out = (digit * t.n_low**2 + pair) * WIDTH
            judge(t, bench.final, start, right, bench.logits, verdicts, out)
