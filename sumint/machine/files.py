"""Files taken in and given out so that neither a part nor a trick is ever taken for a checkpoint."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from sumint.errors import InputError

LARGEST_FILE = 64 * 2**20
"""Bytes; a checkpoint of this family has some hundred thousand, so more is a mistake or an attack."""
MOST_ENTRIES = 10_000
"""Files in an archive; PyTorch makes one for each tensor and a few beside them."""


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


def read_bytes(path: Path) -> bytes:
    """All of a file that `check_readable` has found good.

    Raises:
        InputError: if it cannot be read after all, or has become larger than is allowed.
    """
    try:
        with path.open("rb") as file:
            # Not all there is: some files of the system say that they are empty, and never end.
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({first_line(error)})") from None
    if len(content) > LARGEST_FILE:
        raise InputError(f"{path}: more than {LARGEST_FILE:,} bytes, as no checkpoint of this family has")
    return content


def check_archive(path: Path) -> None:
    """A training's state is a zip archive: refuse one that would unpack to far more, or that is damaged.

    PyTorch itself reads a tensor with a damaged byte as if nothing had happened.
    """
    content = read_bytes(path)
    if zipfile.is_zipfile(io.BytesIO(content)):
        read_archive(content, path)


def read_archive(content: bytes, path: Path) -> dict[str, bytes]:
    """What is in a zip archive, by the names of its entries; `path` is where it is from.

    Raises:
        InputError: if it is damaged, would unpack to far more than a checkpoint, holds two files of one name, or
            is packed in a way that PyTorch never packs.
    """
    if content.count(b"PK\x01\x02") > MOST_ENTRIES:  # before a record is made of each of them
        raise InputError(f"{path}: an archive of more than {MOST_ENTRIES:,} files, as no checkpoint is")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed = archive.infolist()
            unpacked = sum(entry.file_size for entry in listed)
            if unpacked > LARGEST_FILE:
                raise InputError(
                    f"{path}: unpacks to {unpacked:,} bytes, more than any checkpoint of this family has"
                )
            entries: dict[str, bytes] = {}
            for entry in listed:
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InputError(f"{path}: {quote(entry.filename)} is packed in a way that is not supported")
                if entry.filename in entries:
                    raise InputError(f"{path}: an archive with two files of the name {quote(entry.filename)}")
                with archive.open(entry) as file:
                    # Not more than it says of itself: a few bytes may unpack to gigabytes.
                    entries[entry.filename] = file.read(entry.file_size + 1)
                if len(entries[entry.filename]) != entry.file_size:
                    raise InputError(f"{path}: a damaged archive ({quote(entry.filename)} is not whole)")
    # RuntimeError: an entry that says it is encrypted; NotImplementedError is one of them.
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, struct.error) as error:
        raise InputError(f"{path}: a damaged archive ({first_line(error)})") from None
    return entries


def unfinished(name: str, process: int | str = "*") -> str:
    """What a file is called while a process writes it."""
    return f".{name}.{process}"


def write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a reader sees the old file or the new one, never a part."""
    beside = path.with_name(unfinished(path.name, os.getpid()))
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
