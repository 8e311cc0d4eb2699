"""The content of a chapter as frozen data: values, figures, tables and claims.

A chapter's package has a `PLAN`: its title, its question and its sections, which are functions of the lab that
yield content. `report.content.sections` makes the `Chapter` from it. Its text (the Markdown file in the package)
refers to what the chapter contains by name; `report.pages` renders the two into a page. Nothing here depends on
the presentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Any, Literal, Protocol

from report.content.claims.claim import Claim
from report.content.component import Component
from report.content.controls import Control, controls_of
from report.content.failures import Failure
from report.content.lazy_chart import LazyChart
from report.content.live.own_sums import OwnSums
from report.content.picture import Picture
from sumint.lab import Lab

CORRECTED, PUBLISHED = "corrected", "as published (superseded)"
"""The options of a figure that shows a quantity with an error of the write-up corrected, and with the error."""


@dataclass(frozen=True)
class View:
    """One state of a figure: the chart that it shows for one choice in each of its controls."""

    choices: tuple[str, ...]
    plot: LazyChart

    @property
    def label(self) -> str:
        """The choices as one text, separated by commas."""
        return ", ".join(self.choices)


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart, or several charts that controls switch between."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    plot: LazyChart | Mapping[str, LazyChart] | Mapping[tuple[str, ...], LazyChart]
    """The chart; with one control, a chart for each option; with several, one for each combination."""
    caption: str
    """The caption, in Markdown with formulas: what is plotted, and what to see in it."""
    alt: str
    """A plain-text description for readers who cannot see the figure."""
    source: Callable[..., Any]
    """The analysis that measured the data."""
    control: str | tuple[str, ...] = ()
    """The names of the controls, if there are several views: "Sum", or ("Sum", "Digit")."""
    height: int = 400
    """The height of the chart in CSS pixels; the page reserves it before the chart is drawn."""
    width: int | None = None
    """The maximum width of the chart in CSS pixels; None lets it fill the column."""
    narrow_height: int | None = None
    """The height on a small screen if it differs there, since panels are stacked on a small screen."""
    numbers: LazyChart | Mapping[str, LazyChart] | Mapping[tuple[str, ...], LazyChart] | None = None
    """The charts whose numbers the data files contain, if those of the page arrange them differently."""
    numbers_control: str | tuple[str, ...] | None = None
    """The names of the controls of these charts, if they are not those of the page's."""
    own_sums: OwnSums | None = None
    """The form for a sum of the reader's own, if the figure shows single sums; they are its first control."""

    def __post_init__(self) -> None:
        controls_of(self.name, self._control_names, [view.choices for view in self.views])

    @property
    def views(self) -> tuple[View, ...]:
        """The views of the figure in order; a single chart is one view without a choice."""
        return _views(self.plot)

    @property
    def number_views(self) -> tuple[View, ...]:
        """The views whose numbers the data files contain."""
        return self.views if self.numbers is None else _views(self.numbers)

    @property
    def number_controls(self) -> tuple[str, ...]:
        """The names of the controls whose choices distinguish these views."""
        names = self.control if self.numbers_control is None else self.numbers_control
        return (names,) if isinstance(names, str) else names

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls, each with its options in the order in which the views name them."""
        return controls_of(self.name, self._control_names, [view.choices for view in self.views])

    @property
    def _control_names(self) -> tuple[str, ...]:
        return (self.control,) if isinstance(self.control, str) else self.control


def _views(
    plot: LazyChart | Mapping[str, LazyChart] | Mapping[tuple[str, ...], LazyChart],
) -> tuple[View, ...]:
    if not isinstance(plot, Mapping):
        return (View((), plot),)
    return tuple(View((key,) if isinstance(key, str) else key, chart) for key, chart in plot.items())


@dataclass(frozen=True)
class Absent:
    """A placeholder for a figure or table for which this checkpoint has no data; the page shows the reason."""

    name: str
    title: str
    reason: str
    """Why the figure or table is absent, in Markdown."""
    kind: Literal["figure", "table"] = "figure"


@dataclass(frozen=True)
class Failed:
    """A placeholder for a figure or table that could not be made; the page shows the error message."""

    name: str
    title: str
    message: str
    """The error message, in plain text."""


ShownFigure = Figure | Component | Picture | Absent | Failed
"""What a chapter shows as a figure."""


@dataclass(frozen=True, eq=False)
class Table:
    """A table of the chapter."""

    name: str
    title: str
    columns: Mapping[str, Sequence[Any]]
    """The values of each column by the column's heading; all columns have the same length."""
    caption: str
    source: Callable[..., Any]
    formats: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    """The number format of each column on the page; the data files contain the numbers in full."""
    page_length: int | None = None
    """How many rows of a long table the page shows at a time; the reader can sort, filter and page through it."""
    filter_columns: tuple[str, ...] = ()
    """The columns by which the reader filters rows; a cell is one word, or several separated by commas."""
    identifying_columns: tuple[str, ...] = ()
    """The columns whose cells the search finds, if the table is a long one; of a short one it finds all cells."""
    addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each column with links, the address on the site that each word in its cells links to."""
    address_patterns: Mapping[str, str] = field(default_factory=dict)
    """For each column whose links depend on the row, the address with the names of columns in braces."""
    parallel_lists: tuple[str, ...] = ()
    """The columns whose cells are lists of texts with commas between them, of one length in a row.

    The CSV has a row for each item.
    """
    csv_columns: Mapping[str, Sequence[Any]] | None = None
    """The columns of the CSV, if cells of the page are texts that contain numbers: the numbers themselves.

    None and an empty text stand for no value. The CSV may have other rows than the page.
    """

    @property
    def tidy_columns(self) -> Mapping[str, Sequence[Any]]:
        """The columns of the CSV: the chapter's own, or the page's with a row for each item of its lists."""
        if self.csv_columns is not None:
            return self.csv_columns
        if not self.parallel_lists:
            return self.columns
        n_items = [len(cell.split(", ")) for cell in self.columns[self.parallel_lists[0]]]
        return {
            head: [item for cell in values for item in cell.split(", ")]
            if head in self.parallel_lists
            else [value for value, n in zip(values, n_items, strict=True) for _ in range(n)]
            for head, values in self.columns.items()
        }

    @property
    def is_paginated(self) -> bool:
        """Whether the table has more rows than the page shows at a time."""
        return self.page_length is not None and self.n_rows > self.page_length

    @property
    def n_rows(self) -> int:
        """The number of rows in total."""
        return len(next(iter(self.columns.values()), ()))

    @cached_property
    def choices(self) -> Mapping[str, tuple[str, ...]]:
        """For each filter column, the words by which the reader can filter: all that its cells contain."""
        words = {
            head: {part for cell in set(self.columns[head]) for part in cell.split(", ")}
            for head in self.filter_columns
        }
        return {head: tuple(sorted(parts - {""})) for head, parts in words.items()}

    @cached_property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """The cells of each row."""
        return tuple(zip(*self.columns.values(), strict=True))

    @property
    def first_rows(self) -> tuple[tuple[Any, ...], ...]:
        """The rows that the page shows initially."""
        return tuple(zip(*(values[: self.page_length] for values in self.columns.values()), strict=True))


@dataclass(frozen=True)
class Values:
    """Results and derived values that the text prints, by the names that it uses for them."""

    by_name: Mapping[str, Any]


@dataclass(frozen=True)
class KeyNumbers:
    """A few numbers for the head of the opening page, by what they count."""

    by_name: Mapping[str, str]


Content = ShownFigure | Table | Claim | Values | KeyNumbers | Failure
"""What a section of a chapter can contain."""


class Section(Protocol):
    """A function that makes the content of one section of a chapter from the results of a lab.

    It is best a generator: what it has yielded before an error stays in the chapter.
    """

    __name__: str

    def __call__(self, lab: Lab, /) -> Iterable[Content]: ...


@dataclass(frozen=True)
class ChapterPlan:
    """How a chapter is made: its title, its question, and its sections in reading order."""

    title: str
    question: str
    """The question that the chapter answers."""
    sections: tuple[Section, ...] = ()
    findings: tuple[str, ...] = ()
    """The names of the claims that state the chapter's main results; the opening page lists them."""

    is_compared: bool = False
    """Whether the claims of a chapter from outside the package are also checked on the other seeds."""
    needs_addition: bool = False
    """Whether the chapter describes how a model adds, and is left out if the model cannot."""
    needs_every_sum: bool = False
    """Whether the chapter asks for the tally of all sums, which a build then begins first."""
    other_modules: tuple[str, ...] = ()
    """The names of modules that make content of the chapter without being imported by its sections' modules."""

    @property
    def modules(self) -> tuple[str, ...]:
        """The names of the modules that make the chapter's content, besides those that they import."""
        return (*dict.fromkeys(section.__module__ for section in self.sections), *self.other_modules)


@dataclass(frozen=True)
class Chapter:
    """One page of the report."""

    title: str
    question: str
    """The question that the chapter answers."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The results and derived values that the text prints, by the names that it uses for them."""
    figures: tuple[ShownFigure, ...] = ()
    tables: tuple[Table | Absent | Failed, ...] = ()
    claims: tuple[Claim, ...] = ()
    findings: tuple[str, ...] = ()
    """The names of the claims that state the chapter's main results; the opening page lists them."""
    key_numbers: Mapping[str, str] = field(default_factory=dict)
    """A few numbers for the head of the opening page, by what they count."""
    failures: tuple[Failure, ...] = ()
    """What failed; the page shows the messages in place of the missing content."""
    left_out: str = ""
    """Why the chapter is left out on this checkpoint, in Markdown; its claims are not applicable then."""
    requests: Mapping[str, Any] = field(default_factory=dict)
    """What the chapter requested of the lab, in the form of a key: it depends on nothing else beside its code."""


def stem_of(module: ModuleType) -> str:
    """The chapter's name in addresses: the name of its module, with hyphens."""
    return module.__name__.rsplit(".", 1)[1].replace("_", "-")
