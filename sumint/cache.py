"""Results kept by what they depend on, so that a build measures only what has changed.

A key digests all that a result depends on: the source of the analysis's module and of every sumint module that
it reaches by import, the bytes of the weights, the probe, the settings, the type and place of the numbers, and
the versions of what computes them. Times of files play no part. Whatever is not in the key cannot matter: an
analysis is a pure function, and nothing in sumint can see the report.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import logging
import platform
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sumint.errors import InputError
from sumint.files import write_whole

Result = TypeVar("Result")

_PACKAGE = "sumint"
_ROOT = Path(__file__).parent
_LIBRARIES = ("torch", "transformer_lens", "numpy")
_KEY_FIELD = "key.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Key:
    """What a result depends on, by name; the digest of it is where the result is kept."""

    name: str
    ingredients: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        return json.dumps({"name": self.name, **self.ingredients}, sort_keys=True)


def sources_of(module: str) -> dict[str, str]:
    """The sha256 of a sumint module's file and of all those that it reaches by import, by module name."""
    reached: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in reached and (path := _path_of(name)) is not None:
            digest, imports = _digest_and_imports(path)
            reached[name] = digest
            waiting += imports
    return dict(sorted(reached.items()))


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that compute results, read without importing them."""
    return {"python": platform.python_version(), **{library: version(library) for library in _LIBRARIES}}


def digest_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True)
class ResultStore:
    """A folder of results, a file for each key; None keeps nothing."""

    folder: Path | None

    def load(self, key: Key, result_type: type[Result]) -> Result | None:
        """The result kept under a key; None if there is none, or one that is damaged, which a warning tells."""
        path = self._path(key)
        if path is None or not path.exists():
            return None
        try:
            with np.load(io.BytesIO(_checked(path.read_bytes())), allow_pickle=False) as content:
                if str(content[_KEY_FIELD]) != key.text:
                    raise ValueError("kept under another key")
                return _unpack({name: content[name] for name in content.files}, result_type)
        except (OSError, ValueError, KeyError) as error:
            log.warning("%s: not a whole result of %s (%s); it is measured again", path, key.name, error)
            return None

    def save(self, key: Key, result: object) -> None:
        """Keep a result: written beside and renamed, so that no reader sees a part."""
        path = self._path(key)
        if path is None:
            return
        content = io.BytesIO()
        arrays: dict[str, Any] = {_KEY_FIELD: np.array(key.text), **_pack(result)}
        np.savez_compressed(content, **arrays)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, hashlib.sha256(content.getvalue()).digest() + content.getvalue())
        except (OSError, InputError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            _warn_once(f"{self.folder}: results are not kept there ({reason})")

    def _path(self, key: Key) -> Path | None:
        return None if self.folder is None else self.folder / key.name / f"{key.digest}.result"


@cache
def _warn_once(message: str) -> None:
    """Warn of what would otherwise be said again for every result."""
    log.warning(message)


def _checked(content: bytes) -> bytes:
    """What follows the digest that a kept result begins with, if it is the digest of just that."""
    digest, payload = content[:32], content[32:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("damaged")
    return payload


def _pack(result: Any) -> dict[str, np.ndarray]:
    packed = {}
    for column in fields(result):
        array = np.asarray(getattr(result, column.name))
        if array.dtype.hasobject:
            raise TypeError(
                f"{type(result).__name__}.{column.name}: a result holds arrays, numbers and strings only"
            )
        packed[column.name] = array
    return packed


def _unpack(packed: Mapping[str, np.ndarray], result_type: type[Result]) -> Result:
    kinds = typing.get_type_hints(result_type)
    values: dict[str, Any] = {}
    for column in fields(typing.cast(Any, result_type)):
        array = packed[column.name]
        kind = kinds[column.name]
        if typing.get_origin(kind) is tuple:
            values[column.name] = tuple(array.tolist())
        else:
            values[column.name] = array.item() if kind in (int, float, str, bool) else array
    return result_type(**values)


def _path_of(module: str) -> Path | None:
    """The file of a sumint module, found by path: looking it up the usual way would import its package."""
    package, *parts = module.split(".")
    if package != _PACKAGE:
        return None
    path = _ROOT.joinpath(*parts)
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@cache
def _digest_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    source = path.read_bytes()
    imports: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` may import the module a.b.c as well as a name in a.b
            imports.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    within = {name for name in imports if name.split(".")[0] == _PACKAGE}
    return hashlib.sha256(source).hexdigest(), tuple(sorted(within))
