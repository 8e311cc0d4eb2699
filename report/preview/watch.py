"""The source files of a report, and edits of them as they happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import watchfiles

DEBOUNCE, STEP = 400, 30
"""In milliseconds: an edit of several files ends with a pause of one step, at the latest after the first time."""


@dataclass(frozen=True)
class Sources:
    """The files to watch: those in folders that have certain suffixes, and single files."""

    folders: Mapping[Path, frozenset[str]]
    files: tuple[Path, ...] = ()

    def edits(self, stop: Event) -> Iterator[frozenset[Path]]:
        """Until `stop` is set, wait for edits, and yield the files of each: those added, removed or changed."""
        while not stop.is_set():
            yield from self._edits_of_the_same_folders(stop)

    def _edits_of_the_same_folders(self, stop: Event) -> Iterator[frozenset[Path]]:
        """The edits until a watched folder is replaced by another of its name, as a build replaces a site."""
        watched = sorted({*self.folders, *(file.parent for file in self.files)})
        while None in (folders := _inodes(watched)):  # between the two renames of a replacement
            if stop.wait(STEP / 1000):
                return
        for changes in watchfiles.watch(
            *watched,
            watch_filter=lambda _, path: self.contain(Path(path)) or Path(path) in watched,
            debounce=DEBOUNCE,
            step=STEP,
            stop_event=stop,
        ):
            paths = {Path(path) for _, path in changes}
            # The folder itself is named if another one has taken its place, with files that nobody edited there.
            edited = {file for file in self.files if file.parent in paths} | {*filter(self.contain, paths)}
            if edited:
                yield frozenset(edited)
            if _inodes(watched) != folders:
                return

    def contain(self, path: Path) -> bool:
        """Whether a file is one of the sources; editors keep hidden files of their own beside them."""
        if path in self.files:
            return True
        is_in_folder = any(
            path.is_relative_to(folder) and path.suffix in suffixes for folder, suffixes in self.folders.items()
        )
        return is_in_folder and not path.name.startswith(".")


def _inodes(folders: Sequence[Path]) -> list[int | None]:
    """The identity of each folder, whatever its name; None for a folder that is gone."""
    return [folder.stat().st_ino if folder.exists() else None for folder in folders]
