"""The permissions of a site: those of one build, whatever the umask of earlier ones was."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

from report.publishing.folder.contents import MANIFEST


def can_write(folder: Path) -> bool:
    """Whether this process may make and remove files in a folder."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def umask() -> int:
    """The umask of this process, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def file_mode() -> int:
    """The permissions of a file that this process makes."""
    return 0o666 & ~umask()


def has_our_mode(file: Path) -> bool:
    """Whether a file has the permissions of one that this process makes."""
    return os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == file_mode()


def adopt(new: Path, earlier: Path) -> None:
    """Give a new folder the group and the permissions that someone has given to the earlier one, if anyone has.

    A folder with the permissions that go with its files was made by a build, and follows this build's umask.
    """
    if os.name == "nt" or not earlier.is_dir():
        return
    status = earlier.stat()
    with contextlib.suppress(OSError):
        os.chown(new, -1, status.st_gid)
    mode = stat.S_IMODE(status.st_mode)
    special = mode & ~0o777
    new.chmod(special | (0o777 & ~umask()) if _is_of_a_build(earlier, mode & 0o777) else mode)


def _is_of_a_build(folder: Path, mode: int) -> bool:
    try:
        of_files = stat.S_IMODE((folder / MANIFEST).stat().st_mode)
    except OSError:
        return False
    return mode == of_files | (of_files & 0o444) >> 2
