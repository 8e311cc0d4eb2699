"""The outcomes of a check, in the same words on pages, in files and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

State = Literal["holds", "near-holds", "near-fails", "fails", "not-applicable", "not-measured", "failed"]
"""The outcome of a check.

- `holds`, `fails`: the criterion is met, or is not.
- `near-holds`, `near-fails`: likewise, but the limit lies within the interval of an estimated rate.
- `not-applicable`: the claim is about something that this checkpoint does not have.
- `not-measured`: some case that the criterion asks about could not be measured.
- `failed`: an error occurred.
"""

HOLDING: tuple[State, ...] = ("holds", "near-holds")
FAILING: tuple[State, ...] = ("fails", "near-fails")
NEAR: tuple[State, ...] = ("near-holds", "near-fails")

LABELS: Mapping[State, str] = {
    "holds": "Holds",
    "near-holds": "Holds, but the limit is within the interval",
    "near-fails": "Does not hold, but the limit is within the interval",
    "fails": "Does not hold",
    "not-applicable": "Not applicable",
    "not-measured": "Not measured",
    "failed": "Failed",
}
"""The label of each state on every page, in tables and in messages."""

SHORT_LABELS: Mapping[State, str] = {
    "holds": "holds",
    "near-holds": "holds",
    "near-fails": "does not hold",
    "fails": "does not hold",
    "not-applicable": "not applicable",
    "not-measured": "not measured",
    "failed": "failed",
}
"""The states in one or two words, for lists of outcomes."""
