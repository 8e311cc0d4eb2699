"""What a chapter is made of: values, figures, tables and claims; frozen and inert.

A chapter's module makes one `Chapter` from results, its text (the Markdown file beside it) names what it holds,
and `render` puts the two together. Nothing here knows how any of it looks.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from report.content.diagram import Diagram
from report.content.lazy_chart import LazyChart

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED, CORRECTED = "as published", "corrected"
"""What a figure's views are called that keep an error of the write-up beside what was meant."""


@dataclass(frozen=True)
class View:
    """One state of a figure: what it shows when each of its controls stands at the choice named here."""

    choices: tuple[str, ...]
    plot: LazyChart

    @property
    def label(self) -> str:
        """The state in words."""
        return ", ".join(self.choices)


@dataclass(frozen=True)
class Control:
    """What a reader chooses, and among what."""

    name: str
    options: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart, or a few that controls switch between."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    plot: LazyChart | Mapping[str, LazyChart] | Mapping[tuple[str, ...], LazyChart]
    """The chart, or one for each state of the control; with several controls, for each combination of choices."""
    caption: str
    """What to see in it; Markdown with formulas."""
    alt: str
    """The same in words, for those who do not see it; plain text."""
    source: Callable[..., Any]
    """The analysis that measured it."""
    control: str | tuple[str, ...] = ()
    """What the reader chooses, if there are several views: "Sum", or ("Sum", "Digit")."""
    height: int = 400
    """Of the chart, in CSS pixels, reserved on the page before it is drawn."""
    width: int | None = None
    """The widest that the chart should get, in CSS pixels; None lets it fill the column."""
    narrow_height: int | None = None
    """Its height on a small screen, where that differs: panels stand one below another there."""
    component: str | None = None
    """The script among the assets that draws it in the place of Plotly; None for a chart."""
    shown_at_once: tuple[str, ...] = ()
    """The last of its controls, if a component shows all their options together and none has to be chosen."""

    def __post_init__(self) -> None:
        if not self.views:
            raise ValueError(f"figure {self.name}: has nothing to show")
        names = self._control_names
        if len(self.views) > 1 and not names:
            raise ValueError(f"figure {self.name}: {len(self.views)} views need a control to choose between them")
        for view in self.views:
            if names and len(view.choices) != len(names):
                raise ValueError(f"figure {self.name}: {view.label} is no choice for {', '.join(names)}")
        if names and len(self.views) != math.prod(len(control.options) for control in self.controls):
            raise ValueError(f"figure {self.name}: some combination of its controls has no view")
        if names[len(names) - len(self.shown_at_once) :] != self.shown_at_once:
            raise ValueError(
                f"figure {self.name}: {', '.join(self.shown_at_once)} are not the last of its controls"
            )
        if self.shown_at_once and self.component is None:
            raise ValueError(f"figure {self.name}: a chart shows one view at a time")

    @property
    def views(self) -> tuple[View, ...]:
        """What the figure shows, state by state; a single chart is a state without a choice."""
        if not isinstance(self.plot, Mapping):
            return (View((), self.plot),)
        return tuple(View((key,) if isinstance(key, str) else key, plot) for key, plot in self.plot.items())

    @property
    def controls(self) -> tuple[Control, ...]:
        """What the reader can choose, each control with its options in the order in which the views name them."""
        return tuple(
            Control(name, tuple(dict.fromkeys(view.choices[index] for view in self.views)))
            for index, name in enumerate(self._control_names)
        )

    @property
    def offered_controls(self) -> tuple[Control, ...]:
        """The controls that the page has a choice for."""
        return self.controls[: len(self.controls) - len(self.shown_at_once)]

    @property
    def _control_names(self) -> tuple[str, ...]:
        return (self.control,) if isinstance(self.control, str) else self.control


@dataclass(frozen=True)
class Absent:
    """A figure or table that these weights have no data for; the page says so in its place."""

    name: str
    title: str
    reason: str
    """Why it is not there; Markdown."""


@dataclass(frozen=True)
class Failed:
    """A figure or table that could not be made; the page says so in its place."""

    name: str
    title: str
    message: str
    """What went wrong; plain text."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table that belongs to the text."""

    name: str
    title: str
    columns: Mapping[str, Sequence[Any]]
    """What it holds, by the head of each column; all are of one length."""
    caption: str
    source: Callable[..., Any]
    formats: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    """How a column's numbers are written; the data files keep them in full."""
    shown: int | None = None
    """How many rows the page shows at a time, of a long table that a reader sorts, filters and turns over."""
    chosen_by: tuple[str, ...] = ()
    """The columns by which rows of such a table are chosen; a cell is a word, or several with commas between."""
    addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Where on the site the words in a column's cells lead to."""

    @property
    def is_browsed(self) -> bool:
        """Whether there are more rows than the page shows."""
        return self.shown is not None and self.n_rows > self.shown

    @property
    def n_rows(self) -> int:
        """How many rows there are in all."""
        return len(next(iter(self.columns.values()), ()))

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """What a reader can choose rows by, for each column that they are chosen by: what its cells list."""
        listed = {
            head: {part for cell in set(self.columns[head]) for part in cell.split(", ")}
            for head in self.chosen_by
        }
        return {head: tuple(sorted(parts - {""})) for head, parts in listed.items()}

    @cached_property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """The cells, row by row."""
        return tuple(zip(*self.columns.values(), strict=True))

    @property
    def rows_on_page(self) -> tuple[tuple[Any, ...], ...]:
        """The rows that the page shows at first."""
        return tuple(zip(*(values[: self.shown] for values in self.columns.values()), strict=True))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table for pandas, which takes its time to be imported: only a table that is saved needs it."""
        import pandas as pd

        return pd.DataFrame(self.columns)


@dataclass(frozen=True)
class Claim:
    """A sentence of the report that the build checks on the weights at hand."""

    name: str
    statement: str
    """What is claimed; Markdown with formulas."""
    value: str
    """What was measured, for people; Markdown."""
    criterion: str
    """What must be true of it for the claim to hold; Markdown."""
    holds: bool | None
    """The verdict; None for a published claim on other weights, and where there was nothing to measure."""
    source: Callable[..., Any]
    """The analysis that measured it."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """The measured numbers behind `value`, by name."""
    kind: Literal["general", "published"] = "general"
    """A general claim is checked on any weights; a published one is the write-up's, on its own checkpoint."""
    otherwise: str = ""
    """What is true instead, where it does not hold; Markdown."""

    @property
    def verdict(self) -> Literal["holds", "fails", "open"]:
        """The verdict in a word."""
        if self.holds is None:
            return "open"
        return "holds" if self.holds else "fails"

    @property
    def verdict_in_words(self) -> str:
        """The verdict as the page says it."""
        words = {
            "holds": "Holds",
            "fails": "Does not hold on these weights",
            "open": "Not checked on these weights",
        }
        return words[self.verdict]

    @property
    def is_of_other_weights(self) -> bool:
        """Whether the claim is the write-up's, on its own checkpoint, and these are others."""
        return self.kind == "published" and self.holds is None

    @property
    def kind_in_words(self) -> str:
        """What the claim speaks of, as the page says it."""
        words = {"general": "a general claim", "published": "the write-up’s, on its own checkpoint"}
        return words[self.kind]


@dataclass(frozen=True)
class Chapter:
    """One page of the report."""

    title: str
    question: str
    """What the chapter answers, as a question."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Results and derived facts that the text prints, by the names it uses for them."""
    figures: tuple[Figure | Diagram | Absent | Failed, ...] = ()
    tables: tuple[Table | Absent | Failed, ...] = ()
    claims: tuple[Claim, ...] = ()
    findings: tuple[str, ...] = ()
    """The names of the claims that say what the chapter found; the opening page shows them."""
    key_numbers: Mapping[str, str] = field(default_factory=dict)
    """A few numbers that stand at the head of the opening page, by what they count."""
    failures: tuple[str, ...] = ()
    """Why some of it could not be made, if so; what its text shows and it does not hold is missing for that."""


def stem_of(module: ModuleType) -> str:
    """A chapter's name in addresses: its module's, with hyphens."""
    return module.__name__.rsplit(".", 1)[1].replace("_", "-")
