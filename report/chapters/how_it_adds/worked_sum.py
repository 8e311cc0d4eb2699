"""What the figure "One sum, step by step" shows of one sum, as data for its script and for its data files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from report.content.component import Bars, Matrix, Part, Phasors
from report.content.formats import decimals
from report.content.position_tokens import PositionToken, position_tokens
from sumint.analyses.adding.worked_example import NONE, SWITCHED, UNCHANGED, WorkedExample
from sumint.task.sums import VOCABULARY

CONDITIONS = {"as it is": UNCHANGED, "switched": SWITCHED}
THE_REST = "the rest"
"""The name of all parts but layer 1's heads: embeddings, layer 0 and biases."""


@dataclass(frozen=True)
class SiteOfRoute:
    """A route of a carry, and the site that serves it."""

    column: int
    """The column that makes the carry."""
    digit: int
    """The digit of the answer that the carry changes."""
    site: str


@dataclass(frozen=True, eq=False)
class Condition:
    """The model's internal quantities for each digit, unchanged or with the digit's carry switched.

    For a digit whose carry cannot be switched, the numbers are NaN and the predicted token is empty.
    """

    name: str
    predicted: tuple[str, ...]
    carry_amount: Float[np.ndarray, " digit"]
    attention: Float[np.ndarray, "digit head position"]
    """The attention patterns of layer 1's heads; NaN where the causal mask hides a position."""
    magnitudes: Float[np.ndarray, "digit part"]
    """The magnitude of the phasor that a part adds to the first frequency of the digit's logits."""
    phases: Float[np.ndarray, "digit part"]


@dataclass(frozen=True, eq=False)
class WorkedSum:
    """One sum, digit by digit."""

    a: tuple[int, ...]
    b: tuple[int, ...]
    answer: tuple[str, ...]
    """The correct digits of the answer."""
    routes: tuple[SiteOfRoute, ...]
    carry_level: Float[np.ndarray, " route"]
    """The carry level at the route's site in this sum."""
    mean_carry_level: Float[np.ndarray, "route carry"]
    """The mean carry level over sums without and with a carry on this route."""
    positions: tuple[PositionToken, ...]
    """The positions that the attention patterns are over."""
    heads: tuple[str, ...]
    part_names: tuple[str, ...]
    conditions: tuple[Condition, Condition]
    """Unchanged, and with the digit's carry switched."""

    def parts(self) -> Mapping[str, Part]:
        """The numbers by the step that they belong to; without a served route there are none of the carry."""
        return {
            "answer": self._answer(),
            **({"carry": self._carry()} if self.routes else {}),
            "attention": self._attention(),
            "phase": self._phasors(),
        }

    @property
    def _digits(self) -> list[str]:
        """The names C0, C1, … of the answer's digits."""
        return [f"C{digit}" for digit in range(len(self.answer))]

    def _answer(self) -> Part:
        """The predicted digits and the carry amount of each digit."""
        rows: dict[str, np.ndarray] = {}
        text: list[list[str]] = []
        for condition in self.conditions:
            rows[f"predicted, {condition.name}"] = np.array(
                [_token_number(token) for token in condition.predicted]
            )
            text.append([*condition.predicted])
            amounts = condition.carry_amount
            rows[f"carried, {condition.name}"] = amounts
            text.append(["" if np.isnan(amount) else decimals(amount) for amount in amounts])
        return Part([Matrix([*rows], self._digits, np.stack([*rows.values()]), "", "digit", "", text)])

    def _carry(self) -> Part:
        """The carry level at the site of each route, in this sum and on average over sums with and without."""
        labels = [f"column {route.column} → C{route.digit}, {route.site}" for route in self.routes]
        without, with_carry = self.mean_carry_level.T
        levels = {
            "this sum": self.carry_level,
            "no carry, on average": without,
            "a carry, on average": with_carry,
        }
        titles = ("route, and the site that serves it", "held of the carry")
        return Part([Bars(name, labels, values, *titles) for name, values in levels.items()])

    def _attention(self) -> Part:
        """The attention pattern of each head of layer 1 at each digit's position."""
        rows = [f"{digit}, {head}" for digit in self._digits for head in self.heads]
        columns = [position.label for position in self.positions]
        titles = ("digit, head", "looks at", "attention")
        return Part(
            [
                Matrix(rows, columns, patterns.reshape(len(rows), -1), *titles, panel=condition.name)
                for condition in self.conditions
                for patterns in [condition.attention]
            ]
        )

    def _phasors(self) -> Part:
        """The first frequency of what each head of layer 1 and the rest add to each digit's logits."""
        digits = np.array(self._digits)
        series: list[Phasors] = []
        for condition in self.conditions:
            is_known = np.isfinite(condition.magnitudes[:, 0])
            if not is_known.any():
                continue
            numbers = zip(
                self.part_names, condition.magnitudes[is_known].T, condition.phases[is_known].T, strict=True
            )
            series += [
                Phasors(name, magnitudes, phases, condition.name, digits[is_known].tolist())
                for name, magnitudes, phases in numbers
            ]
        return Part(series)


def worked_sum(example: WorkedExample, number: int) -> WorkedSum:
    """The data of one sum."""
    layout = example.sums.layout
    positions = slice(0, layout.predicting.stop)
    names = layout.position_names[positions]
    # The causal mask: no position attends to a later one.
    is_visible = np.arange(len(names)) <= np.arange(layout.predicting.start, layout.predicting.stop)[:, None]
    pattern = np.where(is_visible[:, None, None], example.attention[number, ..., positions], np.nan)

    def condition(name: str, index: int) -> Condition:
        phasors = example.parts[number, :, index]
        return Condition(
            name=name,
            predicted=tuple(
                "" if token == NONE else VOCABULARY[token] for token in example.predicted[number, :, index]
            ),
            carry_amount=example.carry_amount[number, :, index],
            attention=pattern[:, index],
            magnitudes=np.abs(phasors),
            phases=np.angle(phasors),
        )

    unchanged, switched = (condition(name, index) for name, index in CONDITIONS.items())
    return WorkedSum(
        a=tuple(example.sums.a_digits[number].tolist()),
        b=tuple(example.sums.b_digits[number].tolist()),
        answer=tuple(VOCABULARY[digit] for digit in example.sums.answer_digits[number]),
        routes=tuple(
            SiteOfRoute(column, digit, site.name(layout))
            for (column, digit), site in zip(example.served_routes[:, :2].tolist(), example.sites, strict=True)
        ),
        carry_level=example.carry_level[number],
        mean_carry_level=example.mean_carry_level,
        positions=position_tokens(names, example.sums.tokens[number, positions]),
        heads=example.part_names[:-1],
        part_names=(*example.part_names[:-1], THE_REST),
        conditions=(unchanged, switched),
    )


def _token_number(token: str) -> float:
    """The number of a token in the vocabulary, which is the value of a digit; NaN for none."""
    return VOCABULARY.index(token) if token else np.nan
