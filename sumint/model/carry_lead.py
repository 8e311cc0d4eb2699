"""The lead of the right digit over the digit with the other carry, and a sample of sums with small leads.

A digit has a wrong carry if its lead is negative: the logit of the right digit less that of the digit that results
if its carry-in is left out, or is added where there is none. Errors can be so rare that a random sample contains
none. So after a few random sums of every look-ahead state, sums are drawn where the lead is likely to be small:
where a function fitted to the sums so far has its smallest values among random candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from sumint.model.column_tables import ColumnTables, digit_of, fit_tables
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import BATCH, Layer0Activations, logits_from
from sumint.task.carry_chains import CarryChain, chains_of, sums_of
from sumint.task.sums import N_DIGIT_TOKENS

N_FIRST = 200
"""The number of random sums of each state, …"""
N_ROUNDS, N_PER_ROUND = 4, 1800
"""… and the number of rounds, and of sums in each, that are drawn where the lead is likely to be small, …"""
N_CANDIDATES = 20_000
"""… among this many random sums of each state."""
N_AT_LEAST = 60
"""Each state has at least this many in each round, …"""
SMALL_LEAD = 1.5
"""A state has a share of each round by the number of its sums that are expected to lead by less, in logits."""
MOST_OF_STATE = 0.05
"""At most this share of the sums of a state is sampled, so that most of its wrong sums are not."""
SEED = 7

RIDGE = 0.3
"""The penalty of the fit, as in `fit_tables`."""
BY_ANGLE_SIZE = 0.8
"""The size of the cosine and sine of the digit's angle in the fit: the larger, the less they are penalised."""
FALL = 0.5
"""The weight of a sampled sum is e to the power of minus this for every logit by which its lead exceeds one."""


ADDITIVE = np.zeros((N_DIGIT_TOKENS, 0))
"""The basis of an additive function: columns contribute independently of the digit."""
ANGLES = 2 * np.pi * np.arange(N_DIGIT_TOKENS) / N_DIGIT_TOKENS
BY_ANGLE = BY_ANGLE_SIZE * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
"""The basis of a function in which a column's contribution also depends on the digit's angle on the circle of ten:
a phasor of fixed direction moves the phase of the logits by an amount that depends on the phase."""


class StateSample(NamedTuple):
    """The sampled sums of one look-ahead state."""

    state: CarryChain
    pairs: Int[np.ndarray, "sum column"]
    """The number of the pair of digits in each column."""
    leads: Float[np.ndarray, " sum"]

    @property
    def weights(self) -> Float[np.ndarray, " sum"]:
        """The weights of the sums in a fit, which is to be best where leads are small."""
        return np.exp(-FALL * np.maximum(self.leads - 1, 0))

    def fit(self, basis: Float[np.ndarray, "digit function"]) -> ColumnTables:
        """The function of columns that fits the leads, the small ones best; `basis` is that of `fit_tables`."""
        return fit_tables(self.state.digit, self.pairs, self.leads, self.weights, ridge=RIDGE, basis=basis)


def leads(
    model: Model, states: Sequence[CarryChain], pairs: Sequence[Int[np.ndarray, "_ column"]]
) -> list[Float[np.ndarray, " _"]]:
    """The leads of the states' digits in sums of each state, in logits."""
    layout = layout_of(model)
    tokens = tokens_for(model, sums_of(layout, np.concatenate(pairs)))
    logits = np.concatenate(
        [
            as_array(logits_from(model, Layer0Activations.on(model, batch).residual, layout.predicting))
            for batch in tokens.split(BATCH)
        ]
    )
    found, start = [], 0
    for state, of_state in zip(states, pairs, strict=True):
        of_digit = logits[start : start + len(of_state), state.digit].astype(np.float64)
        without = digit_of(of_state[:, state.digit])
        right, other = (
            (without + state.has_carry) % N_DIGIT_TOKENS,
            (without + 1 - state.has_carry) % N_DIGIT_TOKENS,
        )
        rows = np.arange(len(of_state))
        found.append(of_digit[rows, right] - of_digit[rows, other])
        start += len(of_state)
    return found


def sample_small_leads(model: Model) -> list[StateSample]:
    """A sample of sums with small leads, in every look-ahead state of every digit."""
    random = np.random.default_rng(SEED)
    states = chains_of(layout_of(model))
    most = [max(1, int(MOST_OF_STATE * state.n_sums)) for state in states]
    pairs = [state.draw(min(N_FIRST, n), random) for state, n in zip(states, most, strict=True)]
    found = leads(model, states, pairs)
    for _ in range(N_ROUNDS):
        candidates = [state.draw(N_CANDIDATES, random) for state in states]
        predicted = [
            StateSample(state, *one).fit(BY_ANGLE)(drawn)
            for state, *one, drawn in zip(states, pairs, found, candidates, strict=True)
        ]
        expected = [
            state.n_sums * (of_state < SMALL_LEAD).mean()
            for state, of_state in zip(states, predicted, strict=True)
        ]
        # The root lets rare states have a larger share than their number of sums.
        shares = np.sqrt(expected) / max(np.sqrt(expected).sum(), 1e-9)
        n_more = N_AT_LEAST + np.rint(shares * max(0, N_PER_ROUND - N_AT_LEAST * len(states))).astype(np.int64)
        more = []
        for number, state in enumerate(states):
            n = min(int(n_more[number]), max(0, most[number] - len(pairs[number])), N_CANDIDATES - 1)
            smallest = np.argpartition(predicted[number], n)[:n]
            more.append(_new(state, candidates[number][smallest], pairs[number]))
        if not any(map(len, more)):
            break
        for number, lead in enumerate(leads(model, states, more)):
            pairs[number] = np.concatenate([pairs[number], more[number]])
            found[number] = np.concatenate([found[number], lead])
    return [StateSample(*one) for one in zip(states, pairs, found, strict=True)]


def _new(
    state: CarryChain, pairs: Int[np.ndarray, "sum column"], others: Int[np.ndarray, "other column"]
) -> Int[np.ndarray, "rest column"]:
    """The sums that are not among the others, each once, in the order of their numbers."""
    numbers, first = np.unique(sums_of(state.layout, pairs).numbers, return_index=True)
    return pairs[first[~np.isin(numbers, sums_of(state.layout, others).numbers)]]
