"""What a text says of the write-up's own checkpoint stands on no page about another one."""

from __future__ import annotations

from types import ModuleType

import pytest

from report.chapters import layer_0_attention, open_questions
from report.outline import OUTLINE
from report.pages.site import text_of
from report.pages.text.conditions import Facts, resolved


@pytest.mark.parametrize(
    ("chapter", "passage"),
    [
        (open_questions, "## What this report corrects"),
        (open_questions, "The text once names dimension"),
        (layer_0_attention, "The write-up guesses what this is for."),
        (layer_0_attention, '{{ table("hypothesis") }}'),
    ],
)
def test_a_passage_about_the_write_up_s_checkpoint_is_left_out_on_others(
    chapter: ModuleType, passage: str
) -> None:
    assert chapter in OUTLINE
    source, _ = text_of(chapter)

    def shown(is_the_write_ups: bool) -> str:
        about = {"is_the_write_ups": is_the_write_ups, "resembles_the_write_ups": False, "can_add": True}
        return resolved(source, "text.md", Facts(lambda _: "holds", about))

    assert passage in shown(True)
    assert passage not in shown(False)
