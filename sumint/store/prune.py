"""Reports the size of the cache folder by kind of file, and removes files that have not been used recently.

It removes only files of this project, which it recognises by their folder and name.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sumint.errors import InputError
from sumint.machine.files import temporary_name
from sumint.store.results import SUFFIX

_STORED = f"*{SUFFIX}"

KINDS = {
    "figures and pages": tuple(
        f"results/{name}/{_STORED}" for name in ("figures-*", "numbers-*", "social-card", "seed-summary")
    ),
    "compiled code": (f"results/compiled-*/{_STORED}",),
    "bundles of plotly.js": (f"results/plotlyjs/{_STORED}",),
    "results of analyses": (f"results/*/{_STORED}",),
    "downloads": ("checkpoints/arena-*.pt",),
    "the last build's log": ("last-build.log",),
    "unfinished files": (f"results/*/{temporary_name(_STORED)}",),
    "results of earlier versions": ("results/*/*.kept",),
}
"""The patterns of each kind of file in the cache folder; a file is of the first kind whose pattern it matches.

A killed build leaves unfinished files.
"""

_SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Amount:
    """A number of files and their total size in bytes."""

    n_files: int
    n_bytes: int


def amounts_by_kind(folder: Path) -> dict[str, Amount]:
    """The number and size of the files of each kind in the cache folder, without kinds that have no files."""
    return {kind: _amount(files) for kind, files in _files_by_kind(folder).items() if files}


def remove_unused(folder: Path, n_days: int) -> Amount:
    """Remove the files that have not been used for `n_days` days, and return their number and size.

    Raises:
        InputError: if a file cannot be removed.
    """
    now = time.time()
    unused = [
        file
        for files in _files_by_kind(folder).values()
        for file in files
        if now - file.stat().st_mtime >= n_days * _SECONDS_PER_DAY
    ]
    amount = _amount(unused)
    for file in unused:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{file}: cannot be removed ({error.strerror})") from None
    return amount


def _files_by_kind(folder: Path) -> dict[str, list[Path]]:
    by_kind: dict[str, list[Path]] = {}
    counted: set[Path] = set()
    for kind, patterns in KINDS.items():
        matches = {path for pattern in patterns for path in folder.glob(pattern)}
        files = sorted(path for path in matches - counted if path.is_file() and not path.is_symlink())
        by_kind[kind] = files
        counted.update(files)
    return by_kind


def _amount(files: list[Path]) -> Amount:
    return Amount(len(files), sum(file.stat().st_size for file in files))
