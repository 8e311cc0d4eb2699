"""Any text of a card is shown as one line of visible characters."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.content.safe_text import LONGEST, card_text
from report.pages.text.markdown import foreign_markdown
from sumint.checkpoints.card import problems_of, read_card
from sumint.errors import InputError


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


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        ({"nmae": "x"}, "'nmae' is unknown and has no effect; did you mean name?"),
        ({"zzz": 1}, "'zzz' is unknown and has no effect; a card can hold name, origin"),
        ({"name": 7}, "name: expected a text, found int; it has no effect"),
        ({"history": [1]}, "history: expected an object with lists of one number for each epoch, found list"),
        ({"history": {"loss": [1.0]}}, "history: expected training_loss, validation_loss, validation_accuracy"),
        (
            {"history": {"training_loss": [1], "validation_loss": [1, 2], "validation_accuracy": [1]}},
            "lists of the same length; it is not drawn",
        ),
    ],
)
def test_what_of_a_card_has_no_effect_is_named(card: dict[str, Any], problem: str) -> None:
    (found,) = problems_of(card)
    assert problem in found


def test_cards_that_training_writes_have_no_problems() -> None:
    cards = sorted((Path(__file__).parents[2] / "sumint" / "checkpoints" / "bundled").glob("*.json"))
    assert cards
    for path in cards:
        assert problems_of(json.loads(path.read_bytes())) == []


@pytest.mark.parametrize("content", ['{"loss": [1.0, 0.5]}', "[1, 2]", "not JSON {", '"text"'])
def test_a_json_file_beside_a_pt_that_is_no_card_is_not_taken_for_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "model.json").write_text(content)
    assert read_card(tmp_path / "model.pt") == {}
    (tmp_path / "other.json").write_text('{"name": "mine", "extra": 1}')
    assert read_card(tmp_path / "other.pt")["name"] == "mine"
    if not content.startswith('{"'):
        with pytest.raises(InputError):
            read_card(tmp_path / "model.safetensors")


def test_the_origin_is_markdown_with_formulas_and_links_to_the_web_alone() -> None:
    html = foreign_markdown("**50 epochs**, $lr=10^{-3}$, [code](https://example.org) <b>x</b>")
    assert "<strong>50 epochs</strong>" in html
    assert "<math>" in html
    assert '<a href="https://example.org">code</a>' in html
    assert "&lt;b&gt;" in html
    for dangerous in (
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "[x](//example.org)",
        "![x](https://a/b.png)",
    ):
        assert "href" not in foreign_markdown(dangerous)
        assert "<img" not in foreign_markdown(dangerous)


@pytest.mark.parametrize("text", ["a formula $\\bad{$ that is broken", "{{ value }}", "# a heading", "- a list"])
def test_an_origin_that_is_no_line_of_markdown_stands_as_it_was_written(text: str) -> None:
    assert "<" not in foreign_markdown(text)


@given(st.text(max_size=60))
def test_any_origin_becomes_html_without_blocks(text: str) -> None:
    html = foreign_markdown(card_text({"origin": text}, "origin", "none"))
    assert "<script" not in html
    assert "<h1" not in html
