"""The carry chains behind a digit: the nines on its right, and the state of the column that decides its carry-in.

The carry into a digit is decided by the nearest column on its right that does not sum to nine: it generates a
carry or kills it. If all columns on the right sum to nine, nothing is carried. Together the chains of a digit hold
every sum exactly once, and within a chain the digits of one column do not depend on those of another. So the sums
of a chain are a product: any allowed pair of digits in each column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from sumint.task.column_states import GENERATE, KILL, NINE, PROPAGATE
from sumint.task.sums import N_DIGIT_TOKENS, Layout, Sums

N_PAIRS = N_DIGIT_TOKENS**2
"""The number of pairs of digits in a column; the pair (a, b) has the number 10 a + b."""

STATE_NAMES = {KILL: "kills", GENERATE: "generates", PROPAGATE: "none"}
"""What the column that decides a chain does, as text."""


@dataclass(frozen=True)
class CarryChain:
    """All sums in which a digit has `n_nines` columns of nine on its right and then a column with this state."""

    layout: Layout
    digit: int
    n_nines: int
    decided_by: int
    """`KILL` or `GENERATE`; `PROPAGATE` if no column is left that could decide."""

    @property
    def has_carry(self) -> bool:
        """Whether the digit has a carry-in."""
        return self.decided_by == GENERATE

    @property
    def pairs(self) -> tuple[Int[np.ndarray, " pair"], ...]:
        """The numbers of the pairs of digits that each column can have."""
        every = np.arange(N_PAIRS)
        a, b = np.divmod(every, N_DIGIT_TOKENS)
        leading = self.layout.operand_limit // N_DIGIT_TOKENS ** (self.layout.n_digits - 1)
        allowed = [every[(a < leading) & (b < leading)], *[every] * (self.layout.n_digits - 1)]
        for column in range(self.digit + 1, self.digit + 1 + self.n_nines):
            allowed[column] = every[a + b == NINE]
        if self.decided_by != PROPAGATE:
            is_decided = a + b > NINE if self.has_carry else a + b < NINE
            allowed[self.digit + 1 + self.n_nines] = every[is_decided]
        return tuple(allowed)

    @property
    def n_sums(self) -> int:
        """The number of sums of the chain."""
        return int(np.prod([len(of_column) for of_column in self.pairs]))

    def draw(self, n_sums: int, random: np.random.Generator) -> Int[np.ndarray, "sum column"]:
        """Uniform random sums of the chain, as the numbers of their columns' pairs."""
        return np.stack([random.choice(of_column, n_sums) for of_column in self.pairs], axis=1)


def chains_of(layout: Layout) -> tuple[CarryChain, ...]:
    """Every chain of every digit with a column on its right, in order of digit, nines and deciding column."""
    return tuple(
        CarryChain(layout, digit, n_nines, decided_by)
        for digit in range(layout.n_digits - 1)
        for n_nines in range(layout.n_digits - digit)
        for decided_by in ((KILL, GENERATE) if digit + n_nines + 1 < layout.n_digits else (PROPAGATE,))
    )


def chain_numbers(sums: Sums) -> Int[np.ndarray, "sum digit"]:
    """The number, in `chains_of`, of the chain behind each digit of each sum; −1 for the last digit."""
    chains = {
        (chain.digit, chain.n_nines, chain.decided_by): number
        for number, chain in enumerate(chains_of(sums.layout))
    }
    totals = sums.a_digits + sums.b_digits
    n_digits = sums.layout.n_digits
    numbers = np.full(totals.shape, -1)
    for digit in range(n_digits - 1):
        is_open = np.ones(len(sums), bool)
        for column in range(digit + 1, n_digits):
            n_nines = column - digit - 1
            for decided_by, decides in ((KILL, totals[:, column] < NINE), (GENERATE, totals[:, column] > NINE)):
                numbers[is_open & decides, digit] = chains[digit, n_nines, decided_by]
            is_open &= totals[:, column] == NINE
        numbers[is_open, digit] = chains[digit, n_digits - digit - 1, PROPAGATE]
    return numbers


def sums_of(layout: Layout, pairs: Int[np.ndarray, "sum column"]) -> Sums:
    """The sums whose columns have these pairs of digits."""
    place = N_DIGIT_TOKENS ** np.arange(layout.n_digits - 1, -1, -1)
    return Sums(layout, pairs // N_DIGIT_TOKENS @ place, pairs % N_DIGIT_TOKENS @ place)


def pairs_of(sums: Sums) -> Int[np.ndarray, "sum column"]:
    """The number of the pair of digits in each column of each sum."""
    return N_DIGIT_TOKENS * sums.a_digits + sums.b_digits


def sum_numbers(layout: Layout, column: int, pairs: Int[np.ndarray, " pair"]) -> Int[np.ndarray, " pair"]:
    """What pairs of digits in a column add to the number of a sum, by which `all_sums` orders all sums."""
    place = N_DIGIT_TOKENS ** (layout.n_digits - 1 - column)
    a, b = np.divmod(pairs, N_DIGIT_TOKENS)
    return (a * layout.operand_limit + b) * place
