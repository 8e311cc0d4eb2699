"""The bytes of a stored value: what the store can hold, and how it is read back as the same type.

A value is bytes, files (a mapping of paths to bytes), or a dataclass of arrays, numbers, strings, and tuples,
lists and dataclasses of these. A dataclass is stored as an archive of its arrays, beside a JSON tree of all the
rest in which a name stands for each array. Nothing is ever unpickled.
"""

from __future__ import annotations

import io
import json
import types
import typing
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

import numpy as np

Value = TypeVar("Value")

TREE = "tree"
"""The entry of the archive that holds the JSON tree."""
ARRAY = "array"
"""The key of the JSON object that stands for an array; its value is the name of the array in the archive."""


def encode(value: object) -> bytes:
    """The bytes of a value.

    Raises:
        TypeError: if the store cannot hold the value.
    """
    if isinstance(value, bytes):
        return value
    if isinstance(value, Mapping):
        return _encode_files(value)
    arrays: dict[str, np.ndarray] = {}
    tree = json.dumps(_as_tree(value, arrays, type(value).__name__))
    content = io.BytesIO()
    np.savez_compressed(content, **{TREE: np.frombuffer(tree.encode(), np.uint8)}, **typing.cast(Any, arrays))
    return content.getvalue()


def decode(content: bytes, kind: type[Value]) -> Value:
    """The value of a type that `encode` turned into these bytes.

    Raises:
        ValueError: if they are not the bytes of such a value.
    """
    if kind is bytes:
        return typing.cast(Value, content)
    try:
        if kind is dict:
            return typing.cast(Value, _decode_files(content))
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return _from_tree(json.loads(arrays.pop(TREE).tobytes()), kind, arrays)
    except (OSError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise ValueError(f"not the bytes of a {kind.__name__} ({type(error).__name__}: {error})") from None


def with_contiguous_arrays(value: Value) -> Value:
    """A dataclass whose arrays lie in memory as they do when it is loaded from the store.

    The order of an array in memory decides the order of a sum over it, and with that its last digits.
    """
    arrays = {field.name: getattr(value, field.name) for field in fields(typing.cast(Any, value))}
    contiguous = {
        name: np.ascontiguousarray(array)
        for name, array in arrays.items()
        if isinstance(array, np.ndarray) and array.ndim
    }
    return replace(typing.cast(Any, value), **contiguous)


def _encode_files(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def _decode_files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


def _as_tree(value: object, arrays: dict[str, np.ndarray], place: str) -> Any:
    """A value in the form that JSON has for it, with its arrays added to `arrays`."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case np.generic():
            return value.item()
        case np.ndarray() if not value.dtype.hasobject:
            name = str(len(arrays))
            arrays[name] = value
            return {ARRAY: name}
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


def _from_tree(tree: Any, kind: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """The value of a type from its JSON form."""
    if isinstance(tree, dict) and ARRAY in tree:
        return arrays[tree[ARRAY]]
    if isinstance(kind, type) and is_dataclass(kind):
        kinds = _type_hints(kind)
        return kind(
            **{field.name: _from_tree(tree[field.name], kinds[field.name], arrays) for field in fields(kind)}
        )
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        choices = [choice for choice in typing.get_args(kind) if choice is not type(None)]
        return None if tree is None else _from_tree(tree, choices[0], arrays)
    if isinstance(tree, list):
        return _sequence_from_tree(tree, kind, arrays)
    return tree


def _sequence_from_tree(tree: list[Any], kind: Any, arrays: Mapping[str, np.ndarray]) -> Any:
    """A tuple or list of a type from its JSON form."""
    kinds = typing.get_args(kind)
    if typing.get_origin(kind) is tuple and kinds and kinds[-1] is not Ellipsis:
        return tuple(_from_tree(one, of_one, arrays) for one, of_one in zip(tree, kinds, strict=True))
    sequence = (_from_tree(one, kinds[0] if kinds else Any, arrays) for one in tree)
    return list(sequence) if (typing.get_origin(kind) or kind) is list else tuple(sequence)
