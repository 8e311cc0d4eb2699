"""Whatever a card says, it is shown as one harmless line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.content.safe_text import LONGEST, card_text


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


def test_a_pile_of_accents_is_taken_down() -> None:
    assert card_text({"name": "e" + "\u0301" * 1000 + "te\u0301"}, "name", "") == "e" + "\u0301" * 4 + "te\u0301"


def test_what_stands_in_for_a_text_is_made_as_safe() -> None:
    assert card_text({}, "name", "model \u202e\n\udc00" + "x" * 1000).startswith("model xxx")
    assert len(card_text({}, "name", "x" * 1000)) == LONGEST


@pytest.mark.parametrize("card", [{}, {"name": None}, {"name": 7}, {"name": ["a"]}, {"name": " \n"}])
def test_what_is_no_text_is_replaced(card: dict) -> None:
    assert card_text(card, "name", "nameless") == "nameless"
