"""A lock that lets one build at a time write to a folder, whichever user runs it.

On POSIX systems the folder around the site is locked itself: no file is left behind that belongs to whoever built
first. The lock ends with the process. Where the file system has no locks, builds are not kept apart.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from report.errors import SiteError

WAIT = 30.0
"""How many seconds a build waits for another one, which may write to a folder beside; writing takes one or two."""
_INTERVAL = 0.1


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other builds from writing to a folder, or beside it, within this context.

    Raises:
        SiteError: if another build does not finish.
    """
    if sys.platform == "win32":
        with _file_lock(folder):
            yield
        return
    descriptor = _open(folder)
    try:
        if descriptor is not None and not _is_locked(descriptor):
            raise SiteError(f"another build is writing to {folder}; try again when it has finished")
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open(folder: Path) -> int | None:
    """The nearest existing folder that can be opened; None if none can."""
    for place in (folder.parent, folder, *folder.parents):
        try:
            return os.open(place, os.O_RDONLY)
        except OSError:
            continue
    return None


def _is_locked(descriptor: int) -> bool:
    import fcntl

    stop = time.monotonic() + WAIT
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                return True  # a file system without locks
            if time.monotonic() > stop:
                return False
        time.sleep(_INTERVAL)


@contextmanager
def _file_lock(folder: Path) -> Iterator[None]:
    """A lock by a file in the folder for temporary files, which on Windows is the user's own."""
    from filelock import FileLock, Timeout

    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    try:
        with FileLock(Path(tempfile.gettempdir(), f".sumint-site-{name}.lock"), timeout=WAIT):
            yield
    except Timeout:
        raise SiteError(f"another build is writing to {folder}; try again when it has finished") from None
