"""The task as tokens: the positions of a sum's digits, and the sums on which the model is measured.

A sum of two n-digit numbers is written digit by digit, `a + b = c`, most significant digit first. Columns
are numbered in the same order, from 0 for the leading digit to n − 1 for the units. The leading digits of both
operands are below 5, so the answer always fits into n digits.

This is the only module in which a position is a number; all others use a `Layout`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Int

from sumint.limits import SUPPORTED_DIGITS

if TYPE_CHECKING:
    import torch

PLUS = 10
EQUALS = 11
VOCABULARY = (*"0123456789", "+", "=")
N_DIGIT_TOKENS = 10
DIGITS = VOCABULARY[:N_DIGIT_TOKENS]


@dataclass(frozen=True)
class Layout:
    """The positions of operands, signs and answer in the token sequence of an n-digit sum.

    Raises:
        ValueError: if `n_digits` is not one of `SUPPORTED_DIGITS`.
    """

    n_digits: int

    def __post_init__(self) -> None:
        if self.n_digits not in SUPPORTED_DIGITS:
            low, high = SUPPORTED_DIGITS[0], SUPPORTED_DIGITS[-1]
            raise ValueError(f"{self.n_digits} digits: sums of {low} to {high} digits are supported")

    @classmethod
    def of_context(cls, n_ctx: int) -> Layout:
        """The layout whose sequences have `n_ctx` tokens; raises a `ValueError` if there is none."""
        n_digits, rest = divmod(n_ctx - 2, 3)
        if rest or n_digits not in SUPPORTED_DIGITS:
            supported = ", ".join(str(cls(n).n_ctx) for n in SUPPORTED_DIGITS)
            raise ValueError(f"{n_ctx} positions do not hold a sum; supported are {supported}")
        return cls(n_digits)

    @property
    def n_ctx(self) -> int:
        """The number of tokens in a sum, including the answer."""
        return 3 * self.n_digits + 2

    @property
    def first_operand(self) -> slice:
        return slice(0, self.n_digits)

    @property
    def plus(self) -> int:
        return self.n_digits

    @property
    def second_operand(self) -> slice:
        return slice(self.n_digits + 1, 2 * self.n_digits + 1)

    @property
    def equals(self) -> int:
        return 2 * self.n_digits + 1

    @property
    def answer(self) -> slice:
        """The positions that hold the answer's digits."""
        return slice(2 * self.n_digits + 2, self.n_ctx)

    @property
    def predicting(self) -> slice:
        """The positions whose logits predict the answer's digits: each is the one before its digit."""
        return slice(self.answer.start - 1, self.answer.stop - 1)

    @property
    def position_names(self) -> tuple[str, ...]:
        """The short name of every position: A0…, +, B0…, =, C0…"""
        columns = range(self.n_digits)
        return (
            *(f"A{i}" for i in columns),
            "+",
            *(f"B{i}" for i in columns),
            "=",
            *(f"C{i}" for i in columns),
        )

    @property
    def n_sums(self) -> int:
        """The number of different sums: 25,000,000 for four digits."""
        return self.operand_limit**2

    @property
    def operand_limit(self) -> int:
        """The smallest number that is too large for an operand: 5000 for four digits."""
        return 5 * 10 ** (self.n_digits - 1)


@dataclass(frozen=True)
class Sums:
    """A batch of sums: their operands, with the digits, tokens and carries that follow from them."""

    layout: Layout
    a: Int[np.ndarray, " sum"]
    b: Int[np.ndarray, " sum"]

    def __post_init__(self) -> None:
        limit = self.layout.operand_limit
        for name, operand in (("a", self.a), ("b", self.b)):
            if len(operand) and not (operand.min() >= 0 and operand.max() < limit):
                raise ValueError(f"operands lie in 0..{limit - 1}; {name} has {operand.min()}..{operand.max()}")
        if len(self.a) != len(self.b):
            raise ValueError(f"as many first as second operands are needed, not {len(self.a)} and {len(self.b)}")

    def __len__(self) -> int:
        return len(self.a)

    def __repr__(self) -> str:
        first = ", ".join(self[:2].strings)
        return f"Sums({len(self):,} of two {self.layout.n_digits}-digit numbers: {first}{', …' * (len(self) > 2)})"

    def __getitem__(self, which: slice | Int[np.ndarray, " index"] | Bool[np.ndarray, " sum"]) -> Sums:
        """The sums selected by a slice, by indices or by a mask."""
        return Sums(self.layout, self.a[which], self.b[which])

    @property
    def a_digits(self) -> Int[np.ndarray, "sum column"]:
        return digits_of(self.a, self.layout.n_digits)

    @property
    def b_digits(self) -> Int[np.ndarray, "sum column"]:
        return digits_of(self.b, self.layout.n_digits)

    @property
    def numbers(self) -> Int[np.ndarray, " sum"]:
        """The place of each sum among all sums, in the order of `all_sums`."""
        return self.a.astype(np.int64) * self.layout.operand_limit + self.b

    @cached_property
    def answer_digits(self) -> Int[np.ndarray, "sum column"]:
        return digits_of(self.a + self.b, self.layout.n_digits)

    @cached_property
    def tokens(self) -> Int[np.ndarray, "sum position"]:
        """The token sequences, including the answer."""
        tokens = np.empty((len(self), self.layout.n_ctx), dtype=np.int64)
        tokens[:, self.layout.first_operand] = self.a_digits
        tokens[:, self.layout.plus] = PLUS
        tokens[:, self.layout.second_operand] = self.b_digits
        tokens[:, self.layout.equals] = EQUALS
        tokens[:, self.layout.answer] = self.answer_digits
        return tokens

    @cached_property
    def carry_out(self) -> Bool[np.ndarray, "sum column"]:
        """Whether each column has a carry-out, into the next more significant column."""
        place = 10 ** np.arange(self.layout.n_digits, 0, -1)
        return self.a[:, None] % place + self.b[:, None] % place >= place

    @property
    def carry_in(self) -> Bool[np.ndarray, "sum column"]:
        """Whether each column has a carry-in, from the next less significant column."""
        into_units = np.zeros((len(self), 1), dtype=bool)
        return np.concatenate([self.carry_out[:, 1:], into_units], axis=1)

    @property
    def strings(self) -> list[str]:
        """Each sum as a string: `2968+1606=4574`."""
        return ["".join(VOCABULARY[token] for token in row) for row in self.tokens]


@dataclass(frozen=True)
class SampleSpec:
    """The definition of a random batch of sums, small enough to digest in a key; the sums are drawn on demand."""

    n_digits: int = 4
    size: int = 1000
    seed: int = 42

    def draw(self) -> Sums:
        """Draws the sums, identical to those of the write-up's `SumDataset(size, n_digits, seed)`."""
        import torch  # not imported with the module: a build that has nothing to measure draws no sample

        generator = torch.Generator().manual_seed(self.seed)
        a = _draw_operands(self.n_digits, self.size, generator)
        b = _draw_operands(self.n_digits, self.size, generator)
        return Sums(Layout(self.n_digits), a, b)


def uniform_sums(layout: Layout, n_sums: int, seed: int) -> Sums:
    """Random sums, uniform over all sums; used where the write-up's sample is not required."""
    a, b = np.random.default_rng(seed).integers(layout.operand_limit, size=(2, n_sums))
    return Sums(layout, a, b)


def all_sums(layout: Layout, start: int = 0, stop: int | None = None) -> Sums:
    """Sums `start` to `stop` − 1 of all `layout.n_sums` sums, ordered by a, then b."""
    return numbered_sums(layout, np.arange(start, layout.n_sums if stop is None else stop))


def numbered_sums(layout: Layout, numbers: Int[np.ndarray, " sum"]) -> Sums:
    """The sums with these places in the order of `all_sums`."""
    return Sums(layout, numbers // layout.operand_limit, numbers % layout.operand_limit)


def digits_of(numbers: Int[np.ndarray, " number"], n_digits: int) -> Int[np.ndarray, "number column"]:
    """The decimal digits, most significant first, with leading zeros."""
    return numbers[:, None] // 10 ** np.arange(n_digits - 1, -1, -1) % 10


def _draw_operands(n_digits: int, size: int, generator: torch.Generator) -> Int[np.ndarray, " sum"]:
    import torch

    leading = torch.randint(0, 5, (size, 1), generator=generator)
    others = torch.randint(0, 10, (size, n_digits - 1), generator=generator)
    return np.concatenate([leading, others], axis=1) @ 10 ** np.arange(n_digits - 1, -1, -1)
