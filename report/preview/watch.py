"""Detection of edits by polling: the source files of a report are examined a few times a second.

Polling some two hundred files takes milliseconds, and unlike notifications of the file system it works in the same
way on every system and on network folders.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

POLL_INTERVAL = 0.3
"""Seconds between two polls."""
SETTLE_TIME = 0.05
"""Seconds without a change after which an edit of several files counts as complete."""

Stamps = Mapping[Path, tuple[int, int]]
"""The modification time in nanoseconds and the size in bytes of each file."""


@dataclass(frozen=True)
class Edit:
    """The files that were edited, and the stamps of all files after the edit."""

    files: frozenset[Path]
    after: Stamps


@dataclass(frozen=True)
class Sources:
    """The files to watch: those in folders that have certain suffixes, and single files."""

    folders: Mapping[Path, frozenset[str]]
    files: tuple[Path, ...] = ()

    def stamps(self) -> Stamps:
        """The stamps of all watched files that exist."""
        stamps = {}
        for path in self._paths():
            try:
                status = path.stat()
            except OSError:
                continue  # an editor may be replacing the file at this moment
            stamps[path] = (status.st_mtime_ns, status.st_size)
        return stamps

    def edits(self, before: Stamps) -> Iterator[Edit]:
        """Wait for edits and yield each: first the changes since `before`, then those since the edit before.

        An edit contains all changes since the edit before, including those during its processing.
        """
        while True:
            now = self.stamps()
            if now == before:
                time.sleep(POLL_INTERVAL)
                continue
            time.sleep(SETTLE_TIME)
            while (settled := self.stamps()) != now:
                now = settled
                time.sleep(SETTLE_TIME)
            if edited := changed_files(before, settled):  # empty if an edit was undone
                before = settled
                yield Edit(edited, settled)

    def _paths(self) -> Iterator[Path]:
        yield from self.files
        for folder, suffixes in self.folders.items():
            yield from _files_with_suffix(folder, suffixes)


def changed_files(before: Stamps, after: Stamps) -> frozenset[Path]:
    """The files that were added, removed or changed."""
    return frozenset(path for path in {*before, *after} if before.get(path) != after.get(path))


def _files_with_suffix(folder: Path, suffixes: Iterable[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        # Editors keep hidden files beside the edited one.
        if path.suffix in suffixes and not path.name.startswith("."):
            yield path
