"""The base class of results: frozen dataclasses of arrays, numbers and texts whose axes have names and labels.

    @dataclass(frozen=True)
    class HeadRanks(Result, kind=("q", "k", "v")):
        ranks: Int[np.ndarray, "kind layer head"]

The names of the axes are those of the annotation. The labels of an axis are given with the class, by its name: as
a sequence; as a pattern for the number of an entry, `"H1.{}"`; or as the name of an attribute that holds them.
Axes with the usual names (layer, head, digit, column, position, token) have their usual labels anyhow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import pandas as pd

Labels = str | Sequence[Any]


class Result:
    """The base class of results.

    How a result is presented is not part of what it depends on. The methods therefore load their modules by name:
    an import statement would make every stored result depend on the code of the presentation.
    """

    axis_labels: ClassVar[Mapping[str, Labels]] = {}
    """The labels of axes, or where they are found."""
    _measured: Any = None
    """The `sumint.lab.Measured` that a lab notes on its results."""

    def __init_subclass__(cls, **labels: Labels) -> None:
        super().__init_subclass__()
        cls.axis_labels = {**cls.axis_labels, **labels}
        cls.__repr__ = Result.__repr__  # a dataclass does not replace what its class defines itself

    def __repr__(self) -> str:
        return import_module("sumint.results.frames").short(self)

    @property
    def axes(self) -> Mapping[str, Mapping[str, Sequence[Any]]]:
        """The axes of each array and the labels along them: `result.axes["loss_rise"]["head"]`."""
        return import_module("sumint.results.frames").axes_of(self)

    def to_frame(self, *quantities: str) -> pd.DataFrame:
        """The numbers as a tidy data frame, with a column of labels for each axis.

        Args:
            quantities: the names of fields or properties, which become columns; their axes must be those of the
                first, or some of them. Without any, all fields are listed below one another, with the columns
                `quantity` and `value`.

        Raises:
            ValueError: if there is no such quantity, or it has other axes.
        """
        return import_module("sumint.results.frames").frame_of(self, quantities)

    def figure(self, name: str = "", **choices: str) -> Any:
        """The chart of this result that a chapter of the report draws, as a Plotly figure.

        Args:
            name: the name of the figure, if there are several; an error lists them.
            choices: an option for each control of the figure, the first by default.

        Raises:
            ValueError: if no chapter draws this result, or there is no such figure or option.
        """
        return import_module("sumint.results.figures").figure_of(self, name, choices)
