"""How the site in a folder can be replaced, found out before anything is measured.

Normally the new site is written beside the old one, and the two folders are exchanged in one step. That needs the
folder around it to be writable, and the folder itself not to be a mount point, as that of a container's volume is.
Otherwise its files are replaced one by one.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from report.errors import SiteError
from report.publishing.folder.contents import kept_entries
from report.publishing.folder.permissions import can_write

MOUNTS = Path("/proc/self/mountinfo")
"""The list of mount points on Linux, which alone shows those of the same file system."""


def can_be_exchanged(folder: Path) -> bool:
    """Whether the folder of a site, which need not exist, can be exchanged with another one.

    Raises:
        SiteError: if a site cannot be written there in any way.
    """
    if not folder.exists():
        around = next(one for one in folder.parents if one.exists())
        if not can_write(around):
            raise SiteError(f"{folder} cannot be made: no permission to write to {around}")
        return True
    keeps_folder = any(entry.is_dir() and not entry.is_symlink() for entry in kept_entries(folder))
    is_fixed = keeps_folder or is_mount_point(folder) or _is_of_another_user(folder)
    if not is_fixed and can_write(folder.parent):
        return True
    if not can_write(folder):
        raise SiteError(
            f"the site cannot be written to {folder}: no permission to write there, or it is read-only"
        )
    return False


def is_mount_point(folder: Path) -> bool:
    """Whether a file system, or a part of one, is mounted at a folder."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return folder.is_mount()
    points = (re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), line.split(" ")[4]) for line in lines)
    return str(folder) in points


def _is_of_another_user(folder: Path) -> bool:
    """Whether a folder belongs to another user, in a folder where nobody may rename what others own."""
    if not hasattr(os, "geteuid"):
        return False
    around = folder.parent.stat()
    owners = (0, folder.stat().st_uid, around.st_uid)
    return bool(around.st_mode & stat.S_ISVTX) and os.geteuid() not in owners
