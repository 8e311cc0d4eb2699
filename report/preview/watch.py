"""What has been edited: the files that a report is made from, looked at a few times a second.

Looking is enough: for some two hundred files it takes milliseconds, and unlike notifications it works the same on
every system, and on folders that another machine shares.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

LOOK_EVERY = 0.3
"""Seconds between two looks."""
SETTLED_AFTER = 0.05
"""Seconds without a change after which an edit of several files is over."""

Stamps = Mapping[Path, tuple[int, int]]
"""When each file was written, and how long it is."""


@dataclass(frozen=True)
class Edit:
    """Files that were edited, and the state of all files after it."""

    files: frozenset[Path]
    after: Stamps


@dataclass(frozen=True)
class Sources:
    """Folders with the endings of the files in them that count, and single files."""

    folders: Mapping[Path, frozenset[str]]
    files: tuple[Path, ...] = ()

    def stamps(self) -> Stamps:
        """The state of every file there is."""
        stamps = {}
        for path in self._paths():
            try:
                seen = path.stat()
            except OSError:
                continue  # an editor may just be putting a new file in its place
            stamps[path] = (seen.st_mtime_ns, seen.st_size)
        return stamps

    def edits(self, before: Stamps) -> Iterator[Edit]:
        """The files that are new, gone or other than `before`, then those that are other than that, and so on.

        It waits for each edit. Whatever is edited between two of them is in the later.
        """
        while True:
            now = self.stamps()
            if now == before:
                time.sleep(LOOK_EVERY)
                continue
            time.sleep(SETTLED_AFTER)
            while (settled := self.stamps()) != now:
                now = settled
                time.sleep(SETTLED_AFTER)
            if edited := changed(before, settled):  # and not an edit taken back
                before = settled
                yield Edit(edited, settled)

    def _paths(self) -> Iterator[Path]:
        yield from self.files
        for folder, endings in self.folders.items():
            yield from _with_ending(folder, endings)


def changed(before: Stamps, after: Stamps) -> frozenset[Path]:
    """The files that are new, gone or other than before."""
    return frozenset(path for path in {*before, *after} if before.get(path) != after.get(path))


def _with_ending(folder: Path, endings: Iterable[str]) -> Iterator[Path]:
    for path in folder.rglob("*"):
        # Editors keep hidden files beside the one that is edited.
        if path.suffix in endings and not path.name.startswith("."):
            yield path
