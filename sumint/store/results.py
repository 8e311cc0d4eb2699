"""Stores results under a key of everything that they depend on, so that a build measures only what has changed.

The key of a result digests all its inputs: the source of the analysis's module and of every sumint module that it
imports, directly or not, the tensors, the sample, the settings, the dtype and the device, and the versions of the
libraries. Nothing else can change a result: an analysis is a pure function, and sumint never imports the report.

A stored file holds a digest of everything that follows, the text of its key, and the content. A file that is
damaged, truncated or stored under another key is ignored.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sumint.errors import InputError
from sumint.machine.files import write_atomically
from sumint.store.keys import Key, differences

Result = TypeVar("Result")

SUFFIX = ".kept"
_DIGEST_SIZE = hashlib.sha256().digest_size
_LENGTH_SIZE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """A folder with one file of bytes per key; without a folder (None), nothing is stored."""

    folder: Path | None

    def load(self, key: Key) -> bytes | None:
        """The content stored under a key, or None if there is none or it is damaged, which logs a warning."""
        path = self._path(key)
        if path is None:
            return None
        try:
            text, content = _decode(path.read_bytes())
            if text != key.text:
                raise ValueError("stored under another key")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            _warn_once(f"{self.folder}: stored results cannot be read ({error.strerror}); check its permissions")
            return None
        except ValueError as error:
            self.warn_of_damage(key, error)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # records the last use, for `remove_unused`
        return content

    def save(self, key: Key, content: bytes) -> None:
        """Store a content under a key, atomically; log a warning if that is impossible."""
        path = self._path(key)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, _encode(key.text, content))
        except (OSError, InputError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            _warn_once(f"{self.folder}: results cannot be stored ({reason}); set SUMINT_CACHE to another folder")

    def remember(self, key: Key, make: Callable[[], bytes]) -> bytes:
        """The content stored under a key; if there is none, make it and store it."""
        content = self.load(key)
        if content is None:
            content = make()
            self.save(key, content)
        return content

    def warn_of_damage(self, key: Key, error: Exception) -> None:
        """Log a warning that the content stored under a key is damaged."""
        log.warning(
            "%s: the stored result of %s is damaged (%s); it is measured again", self._path(key), key.name, error
        )

    def reason(self, key: Key) -> str:
        """Why nothing is stored under a key: how the key differs from the most similar key in the store."""
        if self.folder is None:
            return "nothing is kept"
        settings = key.ingredients.get("settings")
        similar = [text for text in self._texts(key.name) if json.loads(text).get("settings") == settings]
        changes = min((differences(key.text, text) for text in similar), key=len, default=None)
        if changes is None:
            return "never measured before"
        return ", ".join(changes) if changes else "what was kept is damaged"

    def _texts(self, name: str) -> Iterator[str]:
        assert self.folder is not None
        for path in sorted((self.folder / name).glob(f"*{SUFFIX}")):
            try:
                with path.open("rb") as file:
                    file.seek(_DIGEST_SIZE)
                    text = file.read(int.from_bytes(file.read(_LENGTH_SIZE))).decode()
                    json.loads(text)
            except (OSError, ValueError):
                continue
            yield text

    def _path(self, key: Key) -> Path | None:
        return None if self.folder is None else self.folder / key.name / f"{key.digest}{SUFFIX}"


@dataclass(frozen=True)
class ResultStore:
    """A store of results, which are dataclasses of arrays, numbers and strings; without a folder, it is empty."""

    folder: Path | None

    @property
    def store(self) -> Store:
        """The store of the results' bytes."""
        return Store(self.folder)

    def load(self, key: Key, result_type: type[Result]) -> Result | None:
        """The result stored under a key, or None if there is none or it is damaged, which logs a warning."""
        content = self.store.load(key)
        if content is None:
            return None
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                return _unpack({name: arrays[name] for name in arrays.files}, result_type)
        except (OSError, ValueError, KeyError) as error:
            self.store.warn_of_damage(key, error)
            return None

    def save(self, key: Key, result: object) -> None:
        """Store a result under a key.

        Raises:
            TypeError: if a field is not an array, a number or a string.
        """
        if self.folder is None:
            return
        content = io.BytesIO()
        arrays: dict[str, Any] = dict(_pack(result))
        np.savez_compressed(content, **arrays)
        self.store.save(key, content.getvalue())


@cache
def _warn_once(message: str) -> None:
    """Log a warning the first time, not again for every result."""
    log.warning(message)


def _encode(text: str, content: bytes) -> bytes:
    payload = len(text.encode()).to_bytes(_LENGTH_SIZE) + text.encode() + content
    return hashlib.sha256(payload).digest() + payload


def _decode(stored: bytes) -> tuple[str, bytes]:
    """The key's text and the content of a stored file; a `ValueError` if they do not match its digest."""
    digest, payload = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("its digest differs")
    end = _LENGTH_SIZE + int.from_bytes(payload[:_LENGTH_SIZE])
    return payload[_LENGTH_SIZE:end].decode(), payload[end:]


def _pack(result: Any) -> dict[str, np.ndarray]:
    packed = {}
    for column in fields(result):
        array = np.asarray(getattr(result, column.name))
        if array.dtype.hasobject:
            raise TypeError(
                f"{type(result).__name__}.{column.name}: a result must hold only arrays, numbers and strings"
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
