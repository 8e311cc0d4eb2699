"""What kinds of claims there are, and what follows from the state of a claim's check."""

from __future__ import annotations

from typing import Literal, Protocol

from report.content.claims.states import FAILING, HOLDING, LABELS, NEAR, State

Kind = Literal["finding", "check", "published", "seeds"]
"""What a claim is.

- `finding`: a statement about a trained network, which no untrained network fulfils.
- `check`: an identity, or a property of the code or of the data, which any network fulfils.
- `published`: a statement of the write-up about its own checkpoint, checked on that checkpoint alone.
- `seeds`: a statement about the bundled seeds, whatever the checkpoint of the report.
"""

KINDS_EXPLAINED: dict[Kind, str] = {
    "finding": "A finding about trained networks.",
    "check": "A check, which any network passes; it is not counted.",
    "published": "About the write-up’s checkpoint.",
    "seeds": "About the bundled seeds.",
}
"""What each kind of claim is, as a sentence."""

COUNTED_KINDS: tuple[Kind, ...] = ("finding", "published")
"""The kinds of claims that count in "n of m claims hold"."""

KIND_LABELS: dict[Kind, str] = {
    "finding": "finding",
    "check": "check",
    "published": "write-up",
    "seeds": "seeds",
}

CssClass = Literal["holds", "fails", "open"]


class Checked(Protocol):
    """A claim with the state of its check, in a report or read from a file."""

    @property
    def kind(self) -> Kind: ...
    @property
    def statement(self) -> str: ...
    @property
    def otherwise(self) -> str: ...
    @property
    def state(self) -> State: ...


class Outcome:
    """The outcome of a claim, the same for one that a build checks and for one that is read from a file."""

    @property
    def holds(self: Checked) -> bool:
        """Whether the criterion is met."""
        return self.state in HOLDING

    @property
    def does_not_hold(self: Checked) -> bool:
        """Whether the criterion was checked and is not met."""
        return self.state in FAILING

    @property
    def was_checked(self: Checked) -> bool:
        """Whether there is a verdict."""
        return self.state in (*HOLDING, *FAILING)

    @property
    def is_near(self: Checked) -> bool:
        """Whether the limit lies within the interval of the rate that decides."""
        return self.state in NEAR

    @property
    def is_counted(self: Checked) -> bool:
        """Whether it counts in "n of m claims hold": it was checked, and another network might not pass."""
        return self.state in (*HOLDING, *FAILING) and self.kind in COUNTED_KINDS

    @property
    def css_class(self: Checked) -> CssClass:
        """The outcome as pages style it: a claim that is near its limit is styled as one that is not."""
        return "holds" if self.state in HOLDING else "fails" if self.state in FAILING else "open"

    @property
    def label(self: Checked) -> str:
        """The outcome as text."""
        return LABELS[self.state]

    @property
    def sentence(self: Checked) -> str:
        """The sentence that is true of the model, in Markdown: the claim, or what is true instead."""
        if self.state not in FAILING:
            return self.statement
        return self.otherwise or f"Not on this checkpoint: {self.statement}"
