"""What is kept between runs, by kind, and how it is tidied up.

Only files that this project keeps are ever removed, known by their folder and their names.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sumint.cache import SUFFIX
from sumint.errors import InputError

KINDS = {
    "results": f"results/*/*{SUFFIX}",
    "bundles of plotly.js": "plotlyjs/plotly-*.min.js",
    "downloads": "checkpoints/*",
    "compiled code": "compiled/*/*/*",
    "the last build's log": "last-build.log",
}
"""Where each kind of file lies in the cache folder."""

_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Amount:
    """So many files, so many bytes."""

    n_files: int
    n_bytes: int


def kept_in(folder: Path) -> dict[str, Amount]:
    """How much of each kind is in the cache folder; kinds that there is none of are left out."""
    kinds = {name: list(_files(folder, pattern)) for name, pattern in KINDS.items()}
    return {name: _amount(files) for name, files in kinds.items() if files}


def remove(folder: Path, unused_for: int) -> Amount:
    """Remove what has not been used for so many days; how much that was.

    Raises:
        InputError: if a file cannot be removed.
    """
    now = time.time()
    unused = [
        file
        for pattern in KINDS.values()
        for file in _files(folder, pattern)
        if now - file.stat().st_mtime >= unused_for * _DAY
    ]
    removed = _amount(unused)
    for file in unused:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{file}: cannot be removed ({error.strerror})") from None
    return removed


def _files(folder: Path, pattern: str) -> Iterator[Path]:
    return (path for path in sorted(folder.glob(pattern)) if path.is_file() and not path.is_symlink())


def _amount(files: list[Path]) -> Amount:
    return Amount(len(files), sum(file.stat().st_size for file in files))
