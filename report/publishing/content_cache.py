"""What was found out about files, kept by what is in them: most pages of a build are those of the one before.

Each build keeps what it asked for and nothing else, so what is kept stays as small as one site.
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
    """Findings about contents, as JSON, by the contents' digests."""

    def __init__(self, store: Store, name: str, module: str, libraries: Collection[str] = ()) -> None:
        """`module` finds them out, with the help of these libraries."""
        self._store = store
        sources = sources_of(module)
        self._key = Key(name, {"sources": sources, "versions": versions(libraries)})
        self._known: dict[str, Any] = json.loads(store.load(self._key) or b"{}")
        self._asked_for: dict[str, Any] = {}

    def found(self, content: bytes, find: Callable[[bytes], Any]) -> Any:
        """What `find` finds out about a content; remembered, if it was asked before."""
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._asked_for:
            self._asked_for[digest] = self._known[digest] if digest in self._known else find(content)
        return self._asked_for[digest]

    def keep(self) -> None:
        """Keep what was asked for, for the next build."""
        if self._asked_for != self._known:
            self._store.save(self._key, json.dumps(self._asked_for).encode())
