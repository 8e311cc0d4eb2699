"""A picture of the mechanism: operand digits, the sites of layer 0 that matter, and the digits of the answer.

Everything in it is laid out as a sum on paper, in columns with the units at the right: a part belongs to the
column whose digits it reads. This module holds the content only. `figures/picture_layout.py` computes positions,
and `figures/picture_svg.py` draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["dial", "switch", "other"]
"""What sites hold: the sum of a column's own digits, the carry out of a column, or something that is not known."""

Ending = Literal["Q", "K", "V", "direct"]
"""Where a wire ends at an answer digit: at an input of layer 1's heads, or past them at the logits."""

ENDINGS: tuple[Ending, ...] = ("Q", "K", "V", "direct")

STATES = ("no carry", "nine", "carry")
"""The three states of a column: its digits sum to less than nine, to nine, or to more."""


@dataclass(frozen=True)
class Evidence:
    """What was measured of a part of the picture, and where the report shows it."""

    statement: str
    """What was measured, in sentences of plain text."""
    address: str
    """The address of the claim or figure: how-it-carries.html#carry-sites."""
    measured: float
    """The first number in the statement."""
    trial: str = ""
    """The address at which the live model opens with a fitting pair and intervention; empty if there is none."""


@dataclass(frozen=True)
class Box:
    """Sites of layer 0 at one position that hold the same."""

    name: str
    """The name by which wires refer to the box; unique in the picture."""
    kind: Kind
    column: int
    """The column under which the box stands, whose digits its heads read."""
    title: tuple[str, ...]
    """The lines of its title."""
    heads: tuple[str, ...]
    """The heads; with their signs, if two of them cancel."""
    evidence: Evidence
    holds: str = ""
    """What the sites hold, if the box has neither a dial nor a switch."""
    is_joint: bool = False
    """Whether these sites hold a carry only together with others."""


@dataclass(frozen=True)
class Answer:
    """A digit of the answer, as layer 1 computes it at the position that predicts it."""

    digit: int
    place: str
    """The name of the position."""
    heads: tuple[tuple[str, float], ...]
    """Layer 1's heads, each with the accuracy that the digit loses without it."""
    reads: tuple[tuple[str, str], ...]
    """The positions whose keys or values matter most, each with the head that reads most from it."""
    has_phase: bool
    """Whether its logits are a cosine, so that they have a phase."""
    evidence: Evidence


@dataclass(frozen=True)
class Wire:
    """What a box reads, or what a digit of the answer reads from a box."""

    source: str
    """The name of a box, or `pair_name` of a column."""
    target: str
    """The name of a box, or `answer_name` of a digit."""
    column: int
    """The column that the information comes from."""
    weight: float
    """The share that decides the width of the wire, from 0 to 1."""
    evidence: Evidence
    ending: Ending | None = None
    """At which input of layer 1 most of it arrives; None for what layer 0 reads."""
    is_joint: bool = False
    """Whether the digit needs other boxes beside this one for the same carry."""

    @property
    def is_read_by_layer_0(self) -> bool:
        """Whether the wire leads from operand digits to a box of layer 0."""
        return self.ending is None


def pair_name(column: int) -> str:
    """The name of the pair of operand digits in a column."""
    return f"column-{column}"


def answer_name(digit: int) -> str:
    """The name of a digit of the answer."""
    return f"C{digit}"


@dataclass(frozen=True)
class PictureSum:
    """One sum that runs through the picture."""

    label: str
    a: tuple[int, ...]
    b: tuple[int, ...]
    predicted: tuple[str, ...]
    answer: tuple[str, ...]
    phases: tuple[float | None, ...]
    """The phase of each digit's logits, in digits from 0 to 10; None where the logits are no cosine."""
    amounts: tuple[float | None, ...]
    """The carry that the model adds to each digit, in digits: the phase less the sum of the two digits."""
    levels: Mapping[str, float]
    """The carry level at the site of each switch, by the name of the box."""
    attention: tuple[tuple[float, ...], ...]
    """The attention to each position that an answer digit `reads`, by digit."""
    words: tuple[str, str, str, str]
    """The sum and the prediction, and what happens in each of the three steps."""


def wire_name(wire: Wire) -> str:
    """The name of a wire."""
    return f"{wire.source} to {wire.target}" + (" direct" if wire.ending == "direct" else "")


@dataclass(frozen=True)
class Picture:
    """The picture, which a page shows as it shows a figure."""

    name: str
    """The anchor on the page and the stem of its data files."""
    title: str
    n_digits: int
    boxes: tuple[Box, ...]
    answers: tuple[Answer, ...]
    wires: tuple[Wire, ...]
    boundaries: tuple[float, ...]
    """The phase at which each digit ends and the next begins, in digits; empty where the logits are no cosine."""
    constant: Evidence | None
    """What was measured of the positions that are the same for every sum; None if there are none."""
    constant_label: str
    """The names of these positions."""
    scores: tuple[tuple[str, str], ...]
    """How well the circuit does alone: sentences in Markdown, each with the address of its claim."""
    not_found: str
    """What was searched for and not found, in Markdown; empty if nothing is missing."""
    sums: tuple[PictureSum, ...]
    live: str
    """The figure whose script holds the network, for sums of the reader's own; empty if a page cannot run it."""
    caption: str
    """The caption, in Markdown with formulas."""
    alt: str
    """A plain-text description for readers who cannot see the picture."""
    source: Callable[..., Any]
    """The analysis that measured most of the picture."""

    def __post_init__(self) -> None:
        names = [box.name for box in self.boxes]
        ends = {*names, *map(pair_name, range(self.n_digits)), *map(answer_name, range(self.n_digits))}
        if len(set(names)) < len(names):
            raise ValueError(f"picture {self.name}: expected a unique name for each box")
        for wire in self.wires:
            for end in (wire.source, wire.target):
                if end not in ends:
                    raise ValueError(f"picture {self.name}: a wire names {end}, which does not exist")

    @property
    def parts(self) -> Iterator[tuple[str, Evidence]]:
        """Every part with evidence, by its name, in the order in which a reader goes through them."""
        for wire in self.wires:
            if wire.is_read_by_layer_0:
                yield wire_name(wire), wire.evidence
        for box in self.boxes:
            yield box.name, box.evidence
        if self.constant:
            yield "constant", self.constant
        for wire in self.wires:
            if not wire.is_read_by_layer_0:
                yield wire_name(wire), wire.evidence
        for answer in self.answers:
            yield answer_name(answer.digit), answer.evidence

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The parts as rows of a data file."""
        return [
            {
                "part": name,
                "measured": evidence.measured,
                "as text": evidence.statement,
                "shown at": evidence.address,
            }
            for name, evidence in self.parts
        ]

    @property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The parts as columns of a data file, by their headings."""
        return {head: [row[head] for row in self.rows] for head in ("part", "measured", "as text", "shown at")}
