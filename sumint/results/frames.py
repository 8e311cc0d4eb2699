"""Results as text and as tidy data frames, with labels for their axes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, cast, get_type_hints

import numpy as np
from jaxtyping import Int

from sumint.limits import SUPPORTED_DIGITS
from sumint.results.result import Result
from sumint.task.carry_routes import Route
from sumint.task.sums import VOCABULARY, Layout

if TYPE_CHECKING:
    import pandas as pd

POSITIONS = ("position", "query", "key")
"""The names of axes along the positions of a sum."""
DIGIT_NAME = "C{}"


def short(result: Result) -> str:
    """The result on one line: its numbers, and the axes of its arrays in place of what they hold."""
    parts = (f"{field.name}{_short_value(result, field.name)}" for field in fields(cast(Any, result)))
    return f"{type(result).__name__}({', '.join(parts)})"


def _short_value(result: Result, name: str) -> str:
    value = getattr(result, name)
    match value:
        case np.ndarray():
            sizes = (f"{axis} {size}" for axis, size in zip(_axis_names(result, name), value.shape, strict=True))
            return f"[{', '.join(sizes)}]"
        case float():
            return f"={value:.6g}"
        case tuple() | list() if len(value) > 3:
            return f"=({len(value)} entries)"
    return f"={value!r}"


def axes_of(result: Result) -> dict[str, dict[str, list[Any]]]:
    """The axes of each array and the labels along them."""
    return {name: _labels(result, name, array) for name, array in _arrays(result) if array.ndim}


def frame_of(result: Result, quantities: Sequence[str]) -> pd.DataFrame:
    """The numbers of a result as a data frame; `Result.to_frame` describes its form."""
    return _side_by_side(result, quantities) if quantities else _below_one_another(result)


def _side_by_side(result: Result, quantities: Sequence[str]) -> pd.DataFrame:
    """A column for each axis of the first quantity, and one for each quantity."""
    import pandas as pd

    arrays = {name: _array(result, name) for name in quantities}
    axes = {name: _labels(result, name, array) for name, array in arrays.items()}
    first, *others = quantities
    for name in others:
        if extra := [axis for axis in axes[name] if axes[first].get(axis) != axes[name][axis]]:
            raise ValueError(
                f"{name} has the axes {_listed(axes[name])}, {first} has {_listed(axes[first])}: {extra[0]} "
                f"differs; ask for one at a time, or for {name} first"
            )
    columns, indices = _axis_columns(result, axes[first])
    names = list(axes[first])
    for name, array in arrays.items():
        place = tuple(indices[names.index(axis)] for axis in axes[name])
        columns[name] = _in_full(array[place] if place else np.full(indices.shape[1], array[()]))
    return pd.DataFrame(columns)


def _axis_columns(
    result: Result, axes: Mapping[str, Sequence[Any]]
) -> tuple[dict[str, Any], Int[np.ndarray, "axis cell"]]:
    """The labels of each cell of an array with these axes, by axis, and its index along each of them."""
    sizes = tuple(map(len, axes.values()))
    indices = np.indices(sizes).reshape(len(sizes), math.prod(sizes))
    columns = {
        axis: [labels[i] for i in index.tolist()]
        for (axis, labels), index in zip(axes.items(), indices, strict=True)
    }
    if {"layer", "head"} <= columns.keys() and "head" not in result.axis_labels:
        heads = zip(columns["layer"], columns["head"], strict=True)
        columns["head"] = [f"H{layer}.{head}" for layer, head in heads]
    return columns, indices


def _in_full(values: np.ndarray) -> np.ndarray:
    """Numbers in double precision, which pandas rounds as expected."""
    return values.astype(np.float64) if values.dtype.kind == "f" else values


def _below_one_another(result: Result) -> pd.DataFrame:
    """A row for each number, with the name of its field and the labels of its axes; complex ones have two rows."""
    import pandas as pd

    frames = []
    for name, array in _arrays(result):
        labels, _ = _axis_columns(result, _labels(result, name, array))
        parts = {name: array}
        if np.iscomplexobj(array):
            parts = {f"{name}.real": np.real(array), f"{name}.imaginary": np.imag(array)}
        for quantity, numbers in parts.items():
            values = numbers.ravel().astype(np.float64)
            frames.append(pd.DataFrame({"quantity": quantity, **labels, "value": values}))
    for name, inner in _inner_results(result):
        frame = _below_one_another(inner)
        frames.append(frame.assign(quantity=f"{name}." + frame["quantity"]))
    if not frames:
        return pd.DataFrame({"quantity": [], "value": []})
    frame = pd.concat(frames, ignore_index=True)
    return frame.reindex(columns=[*(name for name in frame.columns if name != "value"), "value"])


def _arrays(result: Result) -> Iterator[tuple[str, np.ndarray]]:
    """Every field that holds an array, a number or a truth value, as an array."""
    for field in fields(cast(Any, result)):
        value = getattr(result, field.name)
        if isinstance(value, np.ndarray | int | float | complex):
            yield field.name, np.asarray(value)


def _inner_results(result: Result) -> Iterator[tuple[str, Result]]:
    for field in fields(cast(Any, result)):
        if isinstance(value := getattr(result, field.name), Result):
            yield field.name, value


def _array(result: Result, name: str) -> np.ndarray:
    known = _quantities(type(result))
    if name not in known:
        similar = get_close_matches(name, known, n=1)
        hint = f"did you mean {similar[0]}?" if similar else f"it has {', '.join(sorted(known))}"
        raise ValueError(f"{type(result).__name__} has no quantity {name!r}; {hint}")
    return np.asarray(getattr(result, name))


@cache
def _quantities(kind: type[Result]) -> Mapping[str, tuple[str, ...]]:
    """The names of the axes of every field and property that is an array or a number, by its name."""
    annotations = dict(get_type_hints(kind))
    for one in reversed(kind.__mro__):
        for name, value in vars(one).items():
            # A property, or a `functools.cached_property`.
            function = getattr(value, "fget", None) or getattr(value, "func", None)
            if function is not None and not name.startswith("_"):
                annotations[name] = get_type_hints(function).get("return")
    axes = {}
    for name, annotation in annotations.items():
        if annotation in (int, float, bool):
            axes[name] = ()
        elif hasattr(annotation, "dim_str"):
            axes[name] = tuple(axis.partition("=")[0] for axis in annotation.dim_str.split())
    axes.pop("axes", None)
    return axes


def _axis_names(result: Result, name: str) -> tuple[str, ...]:
    """The names of an array's axes; numbered where the annotation does not name them."""
    array = np.asarray(getattr(result, name))
    names = _quantities(type(result)).get(name, ())
    return names if len(names) == array.ndim else tuple(f"axis_{number}" for number in range(array.ndim))


def _labels(result: Result, name: str, array: np.ndarray) -> dict[str, list[Any]]:
    """The labels along each axis of an array, by the name of the axis."""
    names = _axis_names(result, name)
    labels: dict[str, list[Any]] = {}
    for axis, size in zip(names, array.shape, strict=True):
        found = _axis_labels(result, axis, size)
        if len(found) != size:
            raise ValueError(f"{type(result).__name__}.{name} has {size} entries along {axis}, not {len(found)}")
        labels[axis] = found
    return labels


def _axis_labels(result: Result, axis: str, size: int) -> list[Any]:
    """The labels of an axis: those that the class gives, the usual ones of its name, or numbers."""
    given = result.axis_labels.get(axis)
    match given:
        case str() if "{}" in given:
            return [given.format(number) for number in range(size)]
        case str():
            return [_written(result, label) for label in getattr(result, given)]
        case None:
            return _usual_labels(result, axis, size)
    return [_written(result, label) for label in given]


def _usual_labels(result: Result, axis: str, size: int) -> list[Any]:
    if axis in POSITIONS:
        return list(_position_names(result, size))
    if axis == "token":
        return list(VOCABULARY[:size])
    if axis == "digit":
        return [DIGIT_NAME.format(number) for number in range(size)]
    return list(range(size))


def _position_names(result: Result, size: int) -> Sequence[Any]:
    """The names of the first positions of a sum; numbers if its length is not known."""
    layout = getattr(result, "layout", None)
    contexts = {Layout(n_digits).n_ctx: Layout(n_digits) for n_digits in SUPPORTED_DIGITS}
    layout = layout if isinstance(layout, Layout) else contexts.get(size)
    return range(size) if layout is None else layout.position_names[:size]


def _written(result: Result, label: Any) -> Any:
    """A label as a data frame shows it: routes and sites by their names."""
    if isinstance(label, Route):
        return label.name
    layout = getattr(result, "layout", None)
    return label.name(layout) if callable(getattr(label, "name", None)) else label


def _listed(axes: Mapping[str, Any]) -> str:
    return ", ".join(axes) or "none"
