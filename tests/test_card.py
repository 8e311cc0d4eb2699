"""Whatever a card says, it is shown as one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sumint.card import LONGEST, card_text


@given(st.text())
def test_any_text_becomes_one_line_of_visible_characters(text: str) -> None:
    shown = card_text({"name": text}, "name", "nameless")
    assert shown
    assert shown.isprintable()
    assert len(shown) <= LONGEST


def test_a_text_that_turns_the_direction_of_writing_loses_that_power() -> None:
    assert card_text({"name": "seed \u202e7\u2066"}, "name", "") == "seed 7"


def test_a_very_long_text_is_cut() -> None:
    assert card_text({"name": "x" * 10**6}, "name", "").endswith("x…")


@pytest.mark.parametrize("card", [{}, {"name": None}, {"name": 7}, {"name": ["a"]}, {"name": " \n"}])
def test_what_is_no_text_is_replaced(card: dict) -> None:
    assert card_text(card, "name", "nameless") == "nameless"
