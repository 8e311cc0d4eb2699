"""The store of what is kept between runs, each value under a key of everything that it depends on.

The key of a result digests all its inputs: the source of the analysis's module and of every sumint module that it
imports, directly or not, the tensors, the sample, the settings, the dtype and the device, and the versions of the
libraries. Nothing else can change a result: an analysis is a pure function, and sumint never imports the report.

A stored file holds a digest of everything that follows, the text of its key, and the value. A file that is
damaged, truncated or stored under another key is ignored, with a warning. A folder that cannot be read or written
costs only the time to make every value again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sumint.errors import InputError
from sumint.machine.files import write_atomically
from sumint.store.folder import cache_folder
from sumint.store.forms import decode, encode
from sumint.store.keys import Key, differences

Value = TypeVar("Value")

SUFFIX = ".stored"
_DIGEST_SIZE = hashlib.sha256().digest_size
_LENGTH_SIZE = 4

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """A folder with one file per key; without a folder (None), nothing is stored.

    A value is bytes, a mapping of paths to bytes, or a dataclass of arrays, numbers and strings (`store.forms`).
    """

    folder: Path | None

    @classmethod
    def of_user(cls) -> Store:
        """The store in the cache folder; a store without a folder if there is no cache folder."""
        folder = cache_folder()
        return cls(None if folder is None else folder / "results")

    def remember(
        self, name: str, depends_on: Mapping[str, Any], make: Callable[[], Value], kind: type[Value]
    ) -> Value:
        """The value of this name that was made from the same ingredients; if there is none, make and store it.

        Args:
            name: a name for the kind of value; the names of the store's folders.
            depends_on: everything that the value depends on, as `Key` takes it.
            make: makes the value.
            kind: the type of the value: `bytes`, `dict` for a mapping of paths to bytes, or a dataclass.
        """
        key = Key(name, depends_on)
        value = self.load(key, kind)
        if value is None:
            value = make()
            self.save(key, value)
        return value

    def load(self, key: Key, kind: type[Value]) -> Value | None:
        """The value stored under a key, or None if there is none or it is damaged, which logs a warning."""
        path = self._path(key)
        if path is None:
            return None
        try:
            text, content = _unseal(path.read_bytes())
            if text != key.text:
                raise ValueError("stored under another key")
            value = decode(content, kind)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            _warn_once(f"{self.folder}: stored results cannot be read ({error.strerror}); check its permissions")
            return None
        except ValueError as error:
            log.warning("%s: the stored %s is damaged (%s); it is made again", path, key.name, error)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # records the last use, for `remove_unused`
        return value

    def save(self, key: Key, value: object) -> None:
        """Store a value under a key, atomically; log a warning if that is impossible.

        Raises:
            TypeError: if the store cannot hold the value.
        """
        path = self._path(key)
        if path is None:
            return
        content = _seal(key.text, encode(value))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        except (OSError, InputError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            _warn_once(f"{self.folder}: results cannot be stored ({reason}); set SUMINT_CACHE to another folder")

    def reason(self, key: Key) -> str:
        """Why nothing is stored under a key: how the key differs from the most similar key in the store."""
        if self.folder is None:
            return "nothing is stored"
        settings = json.loads(key.text).get("settings")  # in the form of the stored keys: digests for arrays
        similar = [text for text in self._texts(key.name) if json.loads(text).get("settings") == settings]
        changes = min((differences(key.text, text) for text in similar), key=len, default=None)
        if changes is None:
            return "never measured before"
        return ", ".join(changes) if changes else "the stored result is damaged"

    def _texts(self, name: str) -> Iterator[str]:
        """The texts of all keys of this name."""
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


@cache
def _warn_once(message: str) -> None:
    """Log a warning the first time, not again for every result."""
    log.warning(message)


def _seal(text: str, content: bytes) -> bytes:
    """A key's text and a content, preceded by a digest of both."""
    payload = len(text.encode()).to_bytes(_LENGTH_SIZE) + text.encode() + content
    return hashlib.sha256(payload).digest() + payload


def _unseal(stored: bytes) -> tuple[str, bytes]:
    """The key's text and the content of a stored file; a `ValueError` if they do not match its digest."""
    digest, payload = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError("its digest differs")
    end = _LENGTH_SIZE + int.from_bytes(payload[:_LENGTH_SIZE])
    return payload[_LENGTH_SIZE:end].decode(), payload[end:]
