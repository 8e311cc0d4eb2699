"""The sentences that a text prints whatever was measured: where every claim fails, and where none is applicable.

They rest on no claim, so each of them must be true of any checkpoint. They were read and are kept in a file. If it
changes, the report asserts something else without a check, so the change has to be read. This module, run as a
script, writes the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from report.content.claims.states import State
from report.outline import OUTLINE
from report.pages import overview
from report.pages.site import text_of
from report.pages.text.conditions import Facts, resolved

REVIEWED = Path(__file__).with_name("reviewed_sentences.txt")
ALWAYS = ("can_add", "runs_live", "is_whole", "shows_digits")
STATES: tuple[State, ...] = ("fails", "not-applicable")
SKIPPED = re.compile(
    r"\$\$.*?\$\$|^#[^\n]*|\{\{ (?:figure|table|claim|outcome)\(.*?\) \}\}", re.DOTALL | re.MULTILINE
)
"""Displayed formulas, headings, and what figures, tables and claims show: no sentences of the text."""


def sentences(state: State) -> Iterator[str]:
    """Iterate over the sentences of all pages if every claim is in this state, with a line for each page."""
    about_the_model = {"is_the_write_ups": False, "resembles_the_write_ups": False, "compares_seeds": True}
    facts = Facts(lambda name: state, {**about_the_model, **dict.fromkeys(ALWAYS, True)})
    for module in (overview, *OUTLINE):
        yield f"## {module.__name__.rsplit('.', 1)[1]}"
        source, path = text_of(module)
        for paragraph in re.split(r"\n\s*\n|\n- ", SKIPPED.sub("\n\n", resolved(source, str(path), facts))):
            yield from filter(
                re.compile(r"\w").search, re.split(r"(?<=[.!?:]) (?=[A-Z*{\[$])", " ".join(paragraph.split()))
            )


def listed() -> str:
    """The content of the file: the sentences where every claim fails, and those that only the other state adds."""
    failing, other = (list(sentences(state)) for state in STATES)
    added = [sentence for sentence in other if sentence not in failing]
    return "\n".join(("# every claim fails", *failing, "", "# none is applicable: also", *added, ""))


def test_sentences_that_no_claim_guards_are_those_that_were_reviewed() -> None:
    assert listed().splitlines() == REVIEWED.read_text(encoding="utf-8").splitlines(), (
        f"the unguarded sentences of the texts changed: run `python {Path(__file__).name}`, read the changes of "
        f"{REVIEWED.name} and check that each new sentence is true of every checkpoint"
    )


if __name__ == "__main__":
    REVIEWED.write_text(listed(), encoding="utf-8")
