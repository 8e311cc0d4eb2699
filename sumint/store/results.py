"""Results kept by what they depend on, so that a build measures only what has changed.

The key of a result digests all that it depends on: the source of the analysis's module and of every sumint module
that it reaches by import, the bytes of the weights, the sample, the settings, the type and place of the numbers,
and the versions of what computes them. Whatever is not in the key cannot matter: an analysis is a pure function,
and nothing in sumint can see the report.

A kept file holds a digest of all that follows, the text of its key, and the content. One that is damaged, cut
short or another's is as good as none.
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
from sumint.machine.files import write_whole
from sumint.store.keys import Key, differences

Result = TypeVar("Result")

SUFFIX = ".kept"
_DIGEST_SIZE = hashlib.sha256().digest_size
_LENGTH_SIZE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """A folder of contents, a file for each key; None keeps nothing."""

    folder: Path | None

    def load(self, key: Key) -> bytes | None:
        """The content kept under a key; None if there is none, or a damaged one, which a warning tells."""
        path = self._path(key)
        if path is None:
            return None
        try:
            text, content = _unwrapped(path.read_bytes())
            if text != key.text:
                raise ValueError("kept under another key")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            _warn_once(f"{self.folder}: what is kept there cannot be read ({error.strerror})")
            return None
        except ValueError as error:
            self.warn(key, error)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # says when it was last of use, for whoever tidies up
        return content

    def save(self, key: Key, content: bytes) -> None:
        """Keep a content: written beside and renamed, so that no reader sees a part."""
        path = self._path(key)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, _wrapped(key.text, content))
        except (OSError, InputError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            _warn_once(f"{self.folder}: results are not kept there ({reason})")

    def kept(self, key: Key, make: Callable[[], bytes]) -> bytes:
        """The content kept under a key, made and kept if there is none."""
        content = self.load(key)
        if content is None:
            content = make()
            self.save(key, content)
        return content

    def warn(self, key: Key, error: Exception) -> None:
        """Tell that what is kept under a key cannot be used."""
        log.warning("%s: not a whole result of %s (%s); it is measured again", self._path(key), key.name, error)

    def reason(self, key: Key) -> str:
        """Why nothing is kept under a key: what differs from the most similar key that something is kept under."""
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
    """Results in a store; without a folder nothing is kept."""

    folder: Path | None

    @property
    def store(self) -> Store:
        """Where their bytes are."""
        return Store(self.folder)

    def load(self, key: Key, result_type: type[Result]) -> Result | None:
        """The result kept under a key; None if there is none, or one that is damaged, which a warning tells."""
        kept = self.store.load(key)
        if kept is None:
            return None
        try:
            with np.load(io.BytesIO(kept), allow_pickle=False) as content:
                return _unpack({name: content[name] for name in content.files}, result_type)
        except (OSError, ValueError, KeyError) as error:
            self.store.warn(key, error)
            return None

    def save(self, key: Key, result: object) -> None:
        """Keep a result."""
        if self.folder is None:
            return
        content = io.BytesIO()
        arrays: dict[str, Any] = dict(_pack(result))
        np.savez_compressed(content, **arrays)
        self.store.save(key, content.getvalue())


@cache
def _warn_once(message: str) -> None:
    """Warn of what would otherwise be said again for every result."""
    log.warning(message)


def _wrapped(text: str, content: bytes) -> bytes:
    payload = len(text.encode()).to_bytes(_LENGTH_SIZE) + text.encode() + content
    return hashlib.sha256(payload).digest() + payload


def _unwrapped(kept: bytes) -> tuple[str, bytes]:
    """The key's text and the content, if the digest that a kept file begins with is that of just these."""
    digest, payload = kept[:_DIGEST_SIZE], kept[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("damaged")
    end = _LENGTH_SIZE + int.from_bytes(payload[:_LENGTH_SIZE])
    return payload[_LENGTH_SIZE:end].decode(), payload[end:]


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
