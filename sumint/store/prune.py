"""What is kept between runs, by kind, and how it is tidied up.

Only files that this project keeps are ever removed, known by their folder and their names.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sumint.errors import InputError
from sumint.machine.files import unfinished
from sumint.store.results import SUFFIX

_RESULT, _BUNDLE = f"*{SUFFIX}", "plotly-*.min.js"

KINDS = {
    "results": (f"results/*/{_RESULT}",),
    "bundles of plotly.js": (f"plotlyjs/{_BUNDLE}",),
    "downloads": ("checkpoints/arena-*.pt",),
    "compiled code": ("compiled/*/*/*.nbi", "compiled/*/*/*.nbc"),
    "the last build's log": ("last-build.log",),
    "unfinished files": (f"results/*/{unfinished(_RESULT)}", f"plotlyjs/{unfinished(_BUNDLE)}"),
}
"""Where each kind of file lies in the cache folder; what a killed build was writing is unfinished."""

_DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Amount:
    """So many files, so many bytes."""

    n_files: int
    n_bytes: int


def kept_in(folder: Path) -> dict[str, Amount]:
    """How much of each kind is in the cache folder; kinds that there is none of are left out."""
    kinds = {name: list(_files(folder, patterns)) for name, patterns in KINDS.items()}
    return {name: _amount(files) for name, files in kinds.items() if files}


def remove(folder: Path, unused_for: int) -> Amount:
    """Remove what has not been used for so many days; how much that was.

    Raises:
        InputError: if a file cannot be removed.
    """
    now = time.time()
    unused = [
        file
        for patterns in KINDS.values()
        for file in _files(folder, patterns)
        if now - file.stat().st_mtime >= unused_for * _DAY
    ]
    removed = _amount(unused)
    for file in unused:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(f"{file}: cannot be removed ({error.strerror})") from None
    return removed


def _files(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file() and not path.is_symlink())


def _amount(files: list[Path]) -> Amount:
    return Amount(len(files), sum(file.stat().st_size for file in files))
