"""Exchange of the names of two folders in one atomic step, on systems that support it.

With it, a folder is replaced without a moment at which it does not exist. Python has no function for this; the
system call is renameat2 with RENAME_EXCHANGE on Linux and renamex_np with RENAME_SWAP on macOS.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
"""On Linux, the directory descriptor that stands for the working folder."""
_EXCHANGE = 2
"""RENAME_EXCHANGE on Linux and RENAME_SWAP on macOS."""
_UNSUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}
"""The errors of a system or file system that does not support the exchange."""


def exchange(one: Path, other: Path) -> bool:
    """Exchange the names of two folders atomically; return False if the system or file system does not support it.

    Raises:
        OSError: if the exchange is supported, but fails.
    """
    system = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    names = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(system, "renameat2"):
        failed = system.renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _EXCHANGE)
    elif sys.platform == "darwin" and hasattr(system, "renamex_np"):
        failed = system.renamex_np(*names, _EXCHANGE)
    else:
        return False
    if failed and (number := ctypes.get_errno()) not in _UNSUPPORTED:
        raise OSError(number, os.strerror(number), str(one), None, str(other))
    return not failed
