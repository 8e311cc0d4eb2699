"""Keys: everything that a stored value depends on, and the digest of it under which the value is stored.

Equal keys mean equal values. The modification times of files are no part of a key.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, cached_property
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any

import numpy as np

COMPUTING = ("torch", "transformer_lens", "numpy", "numba")
"""The libraries that results are computed with."""

_RESOLUTION = 2_000_000_000
"""The nanoseconds to which any file system states the time of an edit."""


@dataclass(frozen=True)
class Key:
    """What a value depends on, by name.

    Ingredients are what JSON can hold, dataclasses, arrays (by their content) and paths (by the file's content).
    """

    name: str
    ingredients: Mapping[str, Any]

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def text(self) -> str:
        content = {"name": self.name, **self.ingredients}
        try:
            return json.dumps(content, default=_plain, sort_keys=True)
        except TypeError:  # the keys of a dictionary are of several types, which cannot be sorted as they are
            return json.dumps(as_json(content), sort_keys=True)


def as_json(ingredients: Mapping[str, Any]) -> dict[str, Any]:
    """Ingredients in the form that JSON gives them: lists for tuples, dictionaries for dataclasses."""
    return json.loads(json.dumps(dict(ingredients), default=_plain))


def versions(libraries: Collection[str] = COMPUTING) -> dict[str, str]:
    """The versions of Python and of these libraries, read without importing them."""
    return {"python": platform.python_version(), **{library: _version(library) for library in libraries}}


@cache
def _version(library: str) -> str:
    """The version of a library. Of its metadata, a long text, only the line that states it is parsed."""
    metadata = distribution(library).read_text("METADATA") or ""
    stated = re.search(r"^Version: *(\S+)", metadata, re.MULTILINE)
    return stated[1] if stated else version(library)


def digest_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    return digest_in_state(str(path), path.stat())


def digest_in_state(path: str, status: os.stat_result) -> str:
    """The sha256 of a file with this status; a process reads each file again only if it was edited."""
    # A file that was written just now may be written again without another time.
    is_settled = time.time_ns() - status.st_mtime_ns > _RESOLUTION
    digest = _digest if is_settled else _digest.__wrapped__
    return digest(path, (status.st_mtime_ns, status.st_size, status.st_ino))


@cache
def _digest(path: str, state: tuple[int, ...]) -> str:  # noqa: ARG001
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def differences(now: str, before: str) -> list[str]:
    """What differs between the texts of two keys, each in a few words."""
    new, old = _flat(json.loads(now)), _flat(json.loads(before))
    changed = (name for name in sorted({*new, *old}) if new.get(name) != old.get(name))
    return [_difference(name, old.get(name), new.get(name)) for name in changed]


def _plain(ingredient: Any) -> Any:
    """An ingredient that JSON has no form for, in one that it has."""
    if is_dataclass(ingredient) and not isinstance(ingredient, type):
        return {field.name: getattr(ingredient, field.name) for field in fields(ingredient)}
    if isinstance(ingredient, Path):
        return digest_file(ingredient)
    if isinstance(ingredient, np.ndarray | np.generic):
        content = repr((ingredient.shape, str(ingredient.dtype))).encode() + ingredient.tobytes()
        return hashlib.sha256(content).hexdigest()
    raise TypeError(
        f"a value of type {type(ingredient).__name__} cannot be part of a key; use numbers, strings, lists, "
        "dictionaries, dataclasses, arrays, or the path of a file"
    )


def _flat(ingredients: Mapping[str, Any]) -> dict[str, Any]:
    """Ingredients of ingredients by both their names: sample seed, sources sumint.model.fourier."""
    flat: dict[str, Any] = {}
    for name, value in ingredients.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {part}": it for part, it in value.items()}
        else:
            flat[name] = value
    return flat


def _difference(name: str, old: Any, new: Any) -> str:
    kind, _, part = name.partition(" ")
    if kind == "sources":
        return f"{part} {'is new' if old is None else 'is gone' if new is None else 'changed'}"
    if kind == "versions":
        return f"{part} {old} → {new}"
    return f"other {kind}" if _is_digest(new) else f"{name} {old} → {new}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2
