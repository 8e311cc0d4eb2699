"""A content-addressed cache of facts about files, such as their links and sizes.

Most pages of a build are the same as in the build before. Each build saves only the entries that it used, so that
the cache does not grow beyond the size of one site.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from typing import Any

from sumint.store.keys import Key, versions
from sumint.store.results import Store
from sumint.store.sources import sources_of


class ContentCache:
    """A cache of JSON values computed from file contents, keyed by the digests of the contents."""

    def __init__(self, store: Store, name: str, module: str, libraries: Collection[str] = ()) -> None:
        """Load the entries that are still valid: those computed by the same source of `module` and `libraries`."""
        self._store = store
        sources = sources_of(module)
        self._key = Key(name, {"sources": sources, "versions": versions(libraries)})
        self._loaded: dict[str, Any] = json.loads(store.load(self._key) or b"{}")
        self._used: dict[str, Any] = {}

    def get(self, content: bytes, compute: Callable[[bytes], Any]) -> Any:
        """The cached value for a content, or the value of `compute` for it if it is not in the cache."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._used:
            self._used[digest] = self._loaded[digest] if digest in self._loaded else compute(content)
        return self._used[digest]

    def save(self) -> None:
        """Save the entries that were used, for the next build."""
        if self._used != self._loaded:
            self._store.save(self._key, json.dumps(self._used).encode())
