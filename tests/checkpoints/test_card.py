"""Any text of a card is shown as one line of visible characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.content.safe_text import LONGEST, card_text


@given(st.text())
def test_any_text_becomes_one_line_of_visible_characters(text: str) -> None:
    line = card_text({"name": text}, "name", "nameless")
    assert line
    assert line.isprintable()
    assert len(line) <= LONGEST


def test_characters_that_change_the_direction_of_writing_are_removed() -> None:
    assert card_text({"name": "seed \u202e7\u2066"}, "name", "") == "seed 7"


def test_a_long_text_is_truncated() -> None:
    assert card_text({"name": "x" * 10**6}, "name", "").endswith("x…")


def test_many_accents_on_one_letter_are_reduced() -> None:
    assert card_text({"name": "e" + "\u0301" * 1000 + "te\u0301"}, "name", "") == "e" + "\u0301" * 4 + "te\u0301"


def test_the_replacement_of_a_text_is_sanitised_too() -> None:
    assert card_text({}, "name", "model \u202e\n\udc00" + "x" * 1000).startswith("model xxx")
    assert len(card_text({}, "name", "x" * 1000)) == LONGEST


@pytest.mark.parametrize("card", [{}, {"name": None}, {"name": 7}, {"name": ["a"]}, {"name": " \n"}])
def test_a_value_that_is_not_a_text_is_replaced(card: dict) -> None:
    assert card_text(card, "name", "nameless") == "nameless"
