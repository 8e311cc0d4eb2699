"""Results that are no dataclass: an array, a dictionary of arrays, or a pandas data frame."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class PlainValue:
    """Such a result, in the form of a dataclass that the store can hold."""

    form: str
    """`array`, `arrays` or `frame`."""
    names: tuple[str, ...]
    """The keys of a dictionary, or the columns of a frame; last the name of its index."""
    arrays: tuple[np.ndarray, ...]
    """The arrays; those of a frame are its columns, and last its index."""
    dtypes: tuple[str, ...]
    """The types of a frame's columns and of its index; texts are stored as arrays of a fixed width."""

    @classmethod
    def of(cls, value: Any) -> PlainValue | None:
        """The value in this form; None if it is none of the three, or holds what no array can."""
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            return cls("array", (), (value,), ())
        if isinstance(value, dict) and value and all(_is_array(one) for one in value.values()):
            if all(isinstance(name, str) for name in value):
                return cls("arrays", tuple(value), tuple(value.values()), ())
            return None
        pandas = sys.modules.get("pandas")  # whoever has a frame has imported it
        return cls._of_frame(value) if pandas is not None and isinstance(value, pandas.DataFrame) else None

    @classmethod
    def _of_frame(cls, frame: Any) -> PlainValue | None:
        """A frame of named columns of numbers or texts; None if it is anything else."""
        has_levels = frame.columns.nlevels > 1 or frame.index.nlevels > 1
        if has_levels or not all(isinstance(name, str) for name in frame.columns):
            return None
        columns = [*(frame[name] for name in frame.columns), frame.index]
        arrays = [array for column in columns if (array := _as_array(column)) is not None]
        if len(arrays) < len(columns):
            return None
        names = (*frame.columns, "" if frame.index.name is None else str(frame.index.name))
        return cls("frame", names, tuple(arrays), tuple(str(column.dtype) for column in columns))

    @property
    def value(self) -> Any:
        """The result itself."""
        if self.form == "array":
            return self.arrays[0]
        if self.form == "arrays":
            return dict(zip(self.names, self.arrays, strict=True))
        import pandas as pd

        *columns, index = (
            pd.Series(array).astype(kind) for array, kind in zip(self.arrays, self.dtypes, strict=True)
        )
        named = dict(zip(self.names[:-1], columns, strict=True))
        frame = pd.DataFrame({name: column.to_numpy() for name, column in named.items()})
        frame = frame.astype(dict(zip(self.names[:-1], self.dtypes[:-1], strict=True)))
        frame.index = pd.Index(index, name=self.names[-1] or None)
        return frame


def _is_array(value: object) -> bool:
    return isinstance(value, np.ndarray) and not value.dtype.hasobject


def _as_array(column: Any) -> np.ndarray | None:
    """A column as an array without Python objects; None if it holds anything but numbers or texts."""
    array = np.asarray(column)
    if not array.dtype.hasobject:
        return array if array.dtype.kind in "biufU" else None
    return np.array(array.tolist(), dtype=str) if all(isinstance(one, str) for one in array) else None
