"""The bytes of a stored value: what the store can hold, and how it is read back as the same type.

A value is bytes, files (a mapping of paths to bytes), or a dataclass of arrays, numbers, strings, and tuples,
lists and dataclasses of these. A dataclass is stored as a JSON tree in which the type and the shape of each array
take its place, followed by the numbers of all arrays; files are stored as a tree of their sizes, followed by their
contents. An archive of numpy takes several times as long to read. Nothing is ever unpickled.
"""

from __future__ import annotations

import json
import types
import typing
import zlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from math import prod
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")

ARRAY = "array"
"""The key of the JSON object that stands for an array; its value is the array's type, shape and place."""
LENGTH_SIZE = 8
"""The bytes in which the length of the tree is written."""


def encode(value: object) -> bytes:
    """The bytes of a value.

    Raises:
        TypeError: if the store cannot hold the value.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, Mapping):
        return _joined({path: len(content) for path, content in value.items()}, b"".join(value.values()))
    arrays = bytearray()
    tree = _as_tree(value, arrays, type(value).__name__)
    return _joined(tree, zlib.compress(arrays))


def decode(content: bytes, kind: type[Value]) -> Value:
    """The value of a type that `encode` turned into these bytes.

    Raises:
        ValueError: if they are not the bytes of such a value.
    """
    if kind is bytes:
        return typing.cast(Value, content)
    end = LENGTH_SIZE + int.from_bytes(content[:LENGTH_SIZE])
    try:
        tree, rest = json.loads(content[LENGTH_SIZE:end]), content[end:]
        if kind is dict:
            return typing.cast(Value, _files(tree, rest))
        return _from_tree(tree, kind, zlib.decompress(rest))
    except (KeyError, TypeError, AttributeError, zlib.error) as error:
        raise ValueError(f"not the bytes of a {kind.__name__} ({type(error).__name__}: {error})") from None


def with_contiguous_arrays(value: Value) -> Value:
    """A value whose arrays lie in memory as they do when it is loaded from the store.

    The order of an array in memory decides the order of a sum over it, and with that its last digits.
    """
    return typing.cast(Value, _contiguous(value))


def _contiguous(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value) if value.ndim else value
    if isinstance(value, tuple | list):
        return type(value)(map(_contiguous, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _contiguous(getattr(value, field.name)) for field in fields(value)})
    return value


def _joined(tree: Any, content: bytes) -> bytes:
    """A tree, preceded by its length, and what follows it."""
    written = json.dumps(tree, separators=(",", ":")).encode()
    return len(written).to_bytes(LENGTH_SIZE) + written + content


def _files(sizes: Mapping[str, int], content: bytes) -> dict[str, bytes]:
    """The files of these sizes, which follow each other in `content`."""
    files, start = {}, 0
    for path, size in sizes.items():
        files[path] = content[start : start + size]
        start += size
    return files


def _as_tree(value: object, arrays: bytearray, place: str) -> Any:
    """A value in the form that JSON has for it, with the numbers of its arrays added to `arrays`."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case np.generic():
            return value.item()
        case np.ndarray() if not value.dtype.hasobject and value.dtype.names is None:
            start = len(arrays)
            arrays += value.tobytes()
            return {ARRAY: [value.dtype.str, value.shape, start]}
        case tuple() | list():
            return [_as_tree(one, arrays, place) for one in value]
        case _ if is_dataclass(value):
            return {
                field.name: _as_tree(getattr(value, field.name), arrays, f"{type(value).__name__}.{field.name}")
                for field in fields(value)
            }
    raise TypeError(
        f"{place}: a result must hold only arrays, numbers, strings, and tuples and dataclasses of these, found "
        f"{type(value).__name__}"
    )


_type_hints = cache(typing.get_type_hints)


def _from_tree(tree: Any, kind: Any, arrays: bytes) -> Any:
    """The value of a type from its JSON form."""
    if isinstance(tree, dict) and ARRAY in tree:
        dtype, shape, start = tree[ARRAY]
        return np.frombuffer(arrays, dtype, prod(shape), start).reshape(shape).copy()
    if isinstance(kind, type) and is_dataclass(kind):
        # To evaluate the annotations of a class takes longer than to read most values.
        kinds = _type_hints(kind) if any(map(_needs_kind, tree.values())) else {}
        return kind(
            **{field.name: _from_tree(tree[field.name], kinds.get(field.name), arrays) for field in fields(kind)}
        )
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
        return None if tree is None else _from_tree(tree, choices[0], arrays)
    if isinstance(tree, list):
        return _sequence_from_tree(tree, kind, arrays)
    return tree


def _needs_kind(tree: Any) -> bool:
    """Whether the value of a JSON form depends on its type."""
    return isinstance(tree, list) or (isinstance(tree, dict) and ARRAY not in tree)


def _sequence_from_tree(tree: list[Any], kind: Any, arrays: bytes) -> Any:
    """A tuple or list of a type from its JSON form."""
    kinds = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and kinds and kinds[-1] is not Ellipsis:
        return tuple(_from_tree(one, of_one, arrays) for one, of_one in zip(tree, kinds, strict=True))
    sequence = (_from_tree(one, kinds[0] if kinds else Any, arrays) for one in tree)
    return list(sequence) if (typing.get_origin(kind) or kind) is list else tuple(sequence)
