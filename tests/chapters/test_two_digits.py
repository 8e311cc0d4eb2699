"""The claims about push and pull and about layer 0's products, on results that are made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from report.chapters.how_it_adds.layer_0_product import product_table, weights_explain_the_joint_part
from report.chapters.how_it_adds.push_and_pull import same_sum_table, single_digits_have_to_match
from report.chapters.how_it_adds.restricted import products_are_needed, products_are_not_enough, restricted_figure
from report.content.chapter import Absent, Table
from sumint.analyses.adding.layer_0_product import Layer0Product
from sumint.analyses.adding.push_and_pull import ALONE, ALTERNATELY, TOGETHER, PushAndPull
from sumint.analyses.adding.restricted_loss import (
    CONDITIONS,
    EVERYTHING,
    PRODUCTS,
    WITHOUT_OTHERS,
    WITHOUT_PRODUCTS,
    Kept,
    RestrictedLoss,
)
from sumint.analyses.carrying.joint_sites import NONE, JointSites
from sumint.task.sums import Layout

N_DIGITS, N = 3, 200
PREDICTING = Layout(N_DIGITS).predicting.start


def patched(**right: float) -> PushAndPull:
    """Patches of two sites for each digit, of which these shares stay right, the same at every digit."""
    n_pairs = np.full((N_DIGITS, ALONE + 2), N)
    shares = np.ones(n_pairs.shape)
    for name, share in {"together": 0.99, "alternately": 0.3, "first": 0.3, "second": 0.6, **right}.items():
        way = {"together": TOGETHER, "alternately": ALTERNATELY, "first": ALONE, "second": ALONE + 1}[name]
        shares[:, way] = share
    places = np.array([[[head, PREDICTING + digit] for head in range(2)] for digit in range(N_DIGITS)])
    phase_change = np.full(n_pairs.shape, 0.5)
    return PushAndPull(places, n_pairs, np.round(shares * N).astype(np.int64), phase_change, N_DIGITS)


def test_push_and_pull_needs_all_sites_from_one_sum_and_one_site_that_cannot_be_patched_alone() -> None:
    assert single_digits_have_to_match(patched()).state == "holds"
    assert single_digits_have_to_match(patched(together=0.5)).state == "fails"
    assert single_digits_have_to_match(patched(alternately=0.9)).state == "fails"
    # One harmful site suffices: the other may hold little.
    assert single_digits_have_to_match(patched(second=1.0)).state == "holds"
    failing = single_digits_have_to_match(patched(first=0.8, second=0.9))
    assert failing.state == "fails"
    assert failing.sentence.startswith("At C1 with one site alone, 80.0%")


def test_push_and_pull_is_asked_of_every_digit_but_the_leading_one() -> None:
    right = patched()
    leading, last = right.n_pairs.copy(), right.n_pairs.copy()
    leading[0], last[-1] = 0, 0
    assert single_digits_have_to_match(replace(right, n_pairs=leading, n_right=leading)).state == "fails"
    at_the_first = replace(right, n_pairs=leading, n_right=np.minimum(right.n_right, leading))
    assert single_digits_have_to_match(at_the_first).state == "holds"
    at_the_last = replace(right, n_pairs=last, n_right=np.minimum(right.n_right, last))
    assert single_digits_have_to_match(at_the_last).state == "not-measured"


def test_the_table_lists_each_way_of_patching_each_digit_and_is_absent_without_sites() -> None:
    table = same_sum_table(patched())
    assert isinstance(table, Table)
    assert table.n_rows == N_DIGITS * 4
    assert table.columns["patched"][:3] == ("all, from one sum", "alternately, from two sums", "H0.0 at = alone")
    nothing = np.zeros((N_DIGITS, ALONE), np.int64)
    without = PushAndPull(np.zeros((N_DIGITS, 0, 2), np.int64), nothing, nothing, nothing * np.nan, N_DIGITS)
    assert isinstance(same_sum_table(without), Absent)
    assert single_digits_have_to_match(without).state == "not-measured"


def product(attention: float = 0.95, joint_r2: float = 0.999) -> Layer0Product:
    """Two heads for each of two digits, the second of which writes nearly nothing."""
    shape = (N_DIGITS - 1, 2)
    power = np.tile([1.0, 0.01], (N_DIGITS - 1, 1))
    of_heads = (np.full(shape, share) for share in (attention, 0.999, joint_r2, 0.1, 0.08, 0.01))
    attention_, r2, joint, share, of_sum, of_difference = of_heads
    return Layer0Product(attention_, power, r2, joint, share, of_sum, of_difference, N_DIGITS)


def test_the_weights_have_to_explain_the_joint_part_of_the_heads_that_read_a_column() -> None:
    assert weights_explain_the_joint_part(product()).state == "holds"
    failing = weights_explain_the_joint_part(product(joint_r2=0.5))
    assert failing.state == "fails"
    assert failing.sentence.startswith("At C1, H0.0, only 50.0%")
    assert weights_explain_the_joint_part(product(attention=0.2)).state == "not-applicable"
    one_unread = product()
    one_unread.attention[1] = 0.1
    assert weights_explain_the_joint_part(one_unread).state == "not-measured"
    assert product_table(product()).n_rows == N_DIGITS - 1


def restricted(**right: float) -> RestrictedLoss:
    """The same accuracy of every digit, by condition."""
    by_kept: dict[Kept, float] = dict.fromkeys(CONDITIONS, 1.0)
    names = {"products": PRODUCTS, "without_products": WITHOUT_PRODUCTS, "without_others": WITHOUT_OTHERS}
    given = {"products": 0.4, "without_products": 0.2, "without_others": 1.0, **right}
    by_kept |= {names[name]: share for name, share in given.items()}
    n_right = np.array([[round(share * N)] * (N_DIGITS - 1) for share in by_kept.values()])
    loss = np.array([[0.01 if kept == EVERYTHING else 5.0] * (N_DIGITS - 1) for kept in CONDITIONS])
    return RestrictedLoss(loss, n_right, N, N_DIGITS)


def joint(*, elsewhere: tuple[int, ...] = ()) -> JointSites:
    """One site for each digit, at the position that predicts it except for some digits."""
    ends = np.array([[digit, digit] for digit in range(N_DIGITS)])
    places = np.full((N_DIGITS, 2, 2), NONE)
    for digit in range(N_DIGITS):
        places[digit, 0] = 0, 0 if digit in elsewhere else PREDICTING + digit
    counts = np.full((N_DIGITS, 2), N)
    return JointSites(ends, places, counts, counts, 0 * counts, N_DIGITS)


def test_the_products_are_needed_if_nothing_but_their_removal_makes_answers_wrong() -> None:
    assert products_are_needed(restricted(), joint()).state == "holds"
    assert products_are_needed(restricted(without_products=0.9), joint()).state == "fails"
    failing = products_are_needed(restricted(without_others=0.5), joint())
    assert failing.state == "fails"
    assert failing.sentence.startswith("At C1 without other joint parts, 50.0%")


def test_the_products_are_not_enough_if_single_digits_have_to_be_added() -> None:
    assert products_are_not_enough(restricted(), joint()).state == "holds"
    failing = products_are_not_enough(restricted(products=0.99), joint())
    assert failing.state == "fails"
    assert failing.sentence.startswith("At C1 with the products alone, 99.0%")
    # A model that is wrong with and without them shows nothing.
    assert products_are_not_enough(restricted(products=0.1, without_others=0.1), joint()).state == "fails"


@pytest.mark.parametrize("claim", [products_are_needed, products_are_not_enough])
def test_only_digits_whose_column_is_held_where_they_are_predicted_are_asked_for(claim) -> None:
    asked = claim(restricted(), joint(elsewhere=(1,)))
    assert (asked.check.n_asked, asked.check.n_possible) == (1, N_DIGITS - 1)
    assert claim(restricted(), joint(elsewhere=(1, 2))).state == "not-applicable"


def test_the_figure_has_a_row_for_each_condition() -> None:
    views = restricted_figure(restricted()).views
    assert [view.label for view in views] == ["answers right", "loss"]
