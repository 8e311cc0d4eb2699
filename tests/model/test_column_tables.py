"""Functions with a number per pair of digits in a column: the fit, and the sums with small values."""

from __future__ import annotations

import numpy as np
import pytest
from jaxtyping import Float

from sumint.model import column_tables
from sumint.model.carry_lead import ADDITIVE, BY_ANGLE
from sumint.model.column_tables import ColumnTables, digit_of, fit_tables
from sumint.task.carry_chains import N_PAIRS, chains_of, pairs_of
from sumint.task.sums import Layout, all_sums, uniform_sums

LAYOUT = Layout(3)


def random_tables(digit: int, basis: Float[np.ndarray, "digit function"]) -> ColumnTables:
    random = np.random.default_rng(3)
    of_functions = random.normal(size=(basis.shape[1], 3, N_PAIRS))
    of_functions[:, digit] = 0
    by_digit = np.einsum("df,fcp->cdp", basis, of_functions)
    return ColumnTables(digit, 0.7, random.normal(size=(3, N_PAIRS)), by_digit)


@pytest.mark.parametrize("basis", [ADDITIVE, BY_ANGLE])
def test_the_fit_finds_a_function_of_its_own_form(basis: Float[np.ndarray, "digit function"]) -> None:
    truth = random_tables(1, basis)
    pairs = pairs_of(uniform_sums(LAYOUT, 20_000, seed=1))
    values = truth(pairs)
    fitted = fit_tables(1, pairs, values, np.ones(len(pairs)), ridge=1e-3, basis=basis)
    others = pairs_of(uniform_sums(LAYOUT, 2000, seed=2))
    error = fitted(others) - truth(others)
    assert error.std() < 0.02 * truth(others).std()


def test_an_additive_fit_misses_what_depends_on_the_digit() -> None:
    truth = random_tables(1, BY_ANGLE)
    pairs = pairs_of(uniform_sums(LAYOUT, 20_000, seed=1))
    fitted = fit_tables(1, pairs, truth(pairs), np.ones(len(pairs)), ridge=1e-3, basis=ADDITIVE)
    assert not fitted.by_digit.any()
    assert (fitted(pairs) - truth(pairs)).std() > 0.3 * truth(pairs).std()


def test_sums_with_a_weight_of_zero_do_not_matter() -> None:
    pairs = pairs_of(uniform_sums(LAYOUT, 500, seed=1))
    values, weights = random_tables(0, ADDITIVE)(pairs), np.repeat([1.0, 0.0], 250)
    changed = np.where(weights > 0, values, 100.0)
    one, other = (fit_tables(0, pairs, v, weights, ridge=0.1, basis=BY_ANGLE) for v in (values, changed))
    np.testing.assert_array_equal(one.additive, other.additive)
    np.testing.assert_array_equal(one.by_digit, other.by_digit)


@pytest.mark.parametrize("most_at_once", [2**22, 1000])
def test_all_sums_with_small_values_are_found_once(most_at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_tables, "MOST_AT_ONCE", most_at_once)
    pairs = pairs_of(all_sums(LAYOUT))
    found, expected = [], []
    for chain in chains_of(LAYOUT):
        tables = random_tables(chain.digit, BY_ANGLE)
        numbers, values = map(np.concatenate, zip(*tables.values_below(-1.5, chain), strict=True))
        np.testing.assert_allclose(values, tables(pairs[numbers]), atol=1e-5)
        of_chain = np.all(
            [np.isin(of_column, of) for of_column, of in zip(pairs.T, chain.pairs, strict=True)], axis=0
        )
        found.append(np.sort(numbers))
        expected.append(np.flatnonzero(of_chain & (tables(pairs) < -1.5)))
    np.testing.assert_array_equal(np.concatenate(found), np.concatenate(expected))
    assert 1000 < len(np.concatenate(found)) < 2 * LAYOUT.n_sums


def test_the_digit_of_a_pair_is_its_sum_modulo_ten() -> None:
    assert digit_of(np.array([0, 45, 55, 99])).tolist() == [0, 9, 0, 8]
