"""Figures that a script of our own draws from data, where no Plotly chart would do.

A component has a payload: a dataclass whose fields the script reads by name. With a control, it has one payload
for each option. The payload also provides its numbers as labelled series, by part. They fill the data files and
the tables of numbers in the form of a chart's traces, so that there is one form for all readers of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from report.content.controls import Control, controls_of
from report.content.live.own_sums import OwnSums

if TYPE_CHECKING:
    import numpy as np
    from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class Matrix:
    """Numbers by row and column, for the data files; a NaN marks a cell without a number."""

    rows: Sequence[str]
    columns: Sequence[str]
    values: Float[np.ndarray, "row column"]
    row_title: str
    column_title: str
    quantity: str
    """The name of the numbers."""
    text: Sequence[Sequence[str]] | None = None
    """The numbers as the component writes them, if it writes them all."""
    panel: str = ""
    """The name of the matrix, if there are several."""


@dataclass(frozen=True, eq=False)
class Phasors:
    """Complex numbers by magnitude and phase, for the data files."""

    name: str
    magnitudes: Float[np.ndarray, " point"]
    phases: Float[np.ndarray, " point"]
    """The phases in radians."""
    panel: str
    labels: Sequence[str] | None = None
    """The label of each number; None if all series of the part have the labels `points` of the part."""


Series = Matrix | Phasors


@dataclass(frozen=True, eq=False)
class Part:
    """One part of a payload's numbers, which is one view in the data files."""

    series: Sequence[Series]
    points: Sequence[str] = ()
    """The labels that all series share, if they have none of their own."""


@dataclass(frozen=True, eq=False)
class Coarse:
    """Very many numbers, which a page loads in 16 bits each; the data files contain them in full."""

    numbers: Float[np.ndarray, "*axes"]


class Payload(Protocol):
    """What a component draws for one choice of its controls: a dataclass of numbers, strings and arrays."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def parts(self) -> Mapping[str, Part]:
        """The payload's numbers as labelled series, by the name of the part."""
        ...


@dataclass(frozen=True, eq=False)
class Component:
    """A figure that a script of our own draws."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    payload: Payload | Mapping[str, Payload]
    """What the script draws; with a control, a payload for each option."""
    caption: str
    """The caption, in Markdown with formulas: what is plotted, and what to see in it."""
    alt: str
    """A plain-text description for readers who cannot see the figure."""
    source: Callable[..., Any]
    """The analysis that measured the data."""
    script: str
    """The stem of the asset script that draws the figure."""
    part_title: str
    """What the names of the payload's parts are: the data files name it beside the control."""
    control: str | None = None
    """The name of the control, if there are several payloads."""
    height: int = 400
    """The height of the figure in CSS pixels; the page reserves it before the figure is drawn."""
    width: int | None = None
    """The maximum width of the figure in CSS pixels; None lets it fill the column."""
    narrow_height: int | None = None
    """The height on a small screen if it differs there."""
    is_large: bool = False
    """Whether the page loads the figure only when it is near, since it has very many numbers."""
    own_sums: OwnSums | None = None
    """The form for a sum of the reader's own, if the figure shows single sums; they are its first control."""

    def __post_init__(self) -> None:
        controls_of(self.name, self._control_names, tuple(self.payloads))

    @property
    def payloads(self) -> Mapping[tuple[str, ...], Payload]:
        """The payload for each choice of the controls; a single payload is that of no choice."""
        if isinstance(self.payload, Mapping):
            return {(option,): payload for option, payload in self.payload.items()}
        return {(): self.payload}

    @property
    def controls(self) -> tuple[Control, ...]:
        """The controls, each with its options."""
        return controls_of(self.name, self._control_names, tuple(self.payloads))

    @property
    def _control_names(self) -> tuple[str, ...]:
        return () if self.control is None else (self.control,)
