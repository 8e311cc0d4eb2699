"""Reports the size of the cache folder by kind of file, and removes files that have not been used recently.

It removes only files of this project, which it recognises by their folder and name.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sumint.errors import InputError
from sumint.machine.files import temporary_name
from sumint.store.results import SUFFIX

_RESULT, _BUNDLE = f"*{SUFFIX}", "plotly-*.min.js"

KINDS = {
    "results": (f"results/*/{_RESULT}",),
    "bundles of plotly.js": (f"plotlyjs/{_BUNDLE}",),
    "downloads": ("checkpoints/arena-*.pt",),
    "compiled code": ("compiled/*/*/*.nbi", "compiled/*/*/*.nbc"),
    "the last build's log": ("last-build.log",),
    "unfinished files": (f"results/*/{temporary_name(_RESULT)}", f"plotlyjs/{temporary_name(_BUNDLE)}"),
}
"""The patterns of each kind of file in the cache folder; a killed build leaves unfinished files."""

_SECONDS_PER_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Amount:
    """A number of files and their total size in bytes."""

    n_files: int
    n_bytes: int


def amounts_by_kind(folder: Path) -> dict[str, Amount]:
    """The number and size of the files of each kind in the cache folder, without kinds that have no files."""
    files_by_kind = {kind: list(_files(folder, patterns)) for kind, patterns in KINDS.items()}
    return {kind: _amount(files) for kind, files in files_by_kind.items() if files}


def remove_unused(folder: Path, n_days: int) -> Amount:
    """Remove the files that have not been used for `n_days` days, and return their number and size.

    Raises:
        InputError: if a file cannot be removed.
    """
    now = time.time()
    unused = [
        file
        for patterns in KINDS.values()
        for file in _files(folder, patterns)
        if now - file.stat().st_mtime >= n_days * _SECONDS_PER_DAY
    ]
    amount = _amount(unused)
    for file in unused:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{file}: cannot be removed ({error.strerror})") from None
    return amount


def _files(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file() and not path.is_symlink())


def _amount(files: list[Path]) -> Amount:
    return Amount(len(files), sum(file.stat().st_size for file in files))
