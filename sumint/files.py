"""Files taken in and given out so that neither a part nor a trick is ever taken for a checkpoint."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
import zlib
from pathlib import Path

from sumint.errors import InputError

LARGEST_FILE = 64 * 2**20
"""Bytes; a checkpoint of this family has some hundred thousand, so more is a mistake or an attack."""


def check_readable(path: Path) -> None:
    """Raise an `InputError` unless `path` is a file of a plausible size that can be opened."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path}: is a directory; name the checkpoint file in it")
        if not stat.S_ISREG(status.st_mode):  # opening a named pipe would wait for a writer for ever
            raise InputError(f"{path}: is not a regular file")
        path.open("rb").close()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except PermissionError:
        raise InputError(f"{path}: no permission to read it") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({first_line(error)})") from None
    if status.st_size > LARGEST_FILE:
        raise InputError(
            f"{path}: {status.st_size:,} bytes; no checkpoint of this family has more than {LARGEST_FILE:,}"
        )


def check_archive(path: Path) -> None:
    """A state dict is a zip archive: refuse one that would unpack to far more, or whose checksums do not fit.

    PyTorch itself reads a tensor with a damaged byte as if nothing had happened.
    """
    try:
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            damaged = archive.testzip() if unpacked <= LARGEST_FILE else None
    # RuntimeError: an entry that says it is encrypted; NotImplementedError is one of them.
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError) as error:
        raise InputError(f"{path}: a damaged archive ({first_line(error)})") from None
    if unpacked > LARGEST_FILE:
        raise InputError(f"{path}: unpacks to {unpacked:,} bytes, more than any checkpoint of this family has")
    if damaged is not None:
        raise InputError(f"{path}: a damaged archive (the checksum of {quote(damaged)} does not fit)")


def write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a reader sees the old file or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def quote(name: object) -> str:
    """A name from a file, safe to print on one line."""
    return repr(name)[:80]


def first_line(error: BaseException) -> str:
    """What an error says, short enough to be a part of one line."""
    lines = str(error).strip().splitlines()
    line = lines[0][:160] if lines else type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in line)
