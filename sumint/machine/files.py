"""Reads untrusted files with limits on size and format, and writes files atomically."""

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

MAX_FILE_SIZE = 64 * 2**20
"""The largest size of a checkpoint in bytes. One of this family has some hundred thousand, so a larger file is a
mistake or an attack."""
MAX_ENTRIES = 10_000
"""The largest number of files in an archive; PyTorch writes one per tensor and a few more."""


def check_readable(path: Path) -> None:
    """Raise an `InputError` unless `path` is a readable regular file of at most `MAX_FILE_SIZE` bytes."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError(f"{path}: is a directory; give the checkpoint file in it")
        if not stat.S_ISREG(status.st_mode):  # opening a named pipe would block until something writes to it
            raise InputError(f"{path}: is not a regular file; give a checkpoint file")
        path.open("rb").close()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the path") from None
    except PermissionError:
        raise InputError(f"{path}: no permission to read it; change its permissions") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read ({first_line(error)})") from None
    if status.st_size > MAX_FILE_SIZE:
        raise InputError(
            f"{path}: has {status.st_size:,} bytes; a checkpoint of this family has at most {MAX_FILE_SIZE:,}"
        )


def read_bytes(path: Path) -> bytes:
    """The content of a file that has passed `check_readable`.

    Raises:
        InputError: if it cannot be read, or is larger than `MAX_FILE_SIZE`.
    """
    try:
        with path.open("rb") as file:
            # The read is bounded because some system files report size 0 but never end.
            content = file.read(MAX_FILE_SIZE + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({first_line(error)})") from None
    if len(content) > MAX_FILE_SIZE:
        raise InputError(f"{path}: a checkpoint of this family has at most {MAX_FILE_SIZE:,} bytes; this has more")
    return content


def check_archive(path: Path) -> None:
    """Raise an `InputError` if a training state, which is a zip archive, is damaged or unpacks to too much.

    PyTorch itself does not notice a damaged byte in a tensor.
    """
    content = read_bytes(path)
    if zipfile.is_zipfile(io.BytesIO(content)):
        read_archive(content, path)


def read_archive(content: bytes, path: Path) -> dict[str, bytes]:
    """The files in a zip archive, by name; `path` names the archive in error messages.

    Raises:
        InputError: if the archive is damaged, unpacks to more than `MAX_FILE_SIZE` bytes, holds two files with the
            same name, or uses a compression that PyTorch does not use.
    """
    if content.count(b"PK\x01\x02") > MAX_ENTRIES:  # before zipfile allocates an object for each of them
        raise InputError(f"{path}: a checkpoint has at most {MAX_ENTRIES:,} files, this archive has more")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            unpacked_size = sum(info.file_size for info in infos)
            if unpacked_size > MAX_FILE_SIZE:
                raise InputError(
                    f"{path}: unpacks to {unpacked_size:,} bytes; a checkpoint of this family has at most "
                    f"{MAX_FILE_SIZE:,}"
                )
            entries: dict[str, bytes] = {}
            for info in infos:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InputError(
                        f"{path}: {quote(info.filename)} has an unsupported compression; save the checkpoint "
                        "again with torch.save"
                    )
                if info.filename in entries:
                    raise InputError(f"{path}: the archive holds two files with the name {quote(info.filename)}")
                with archive.open(info) as file:
                    # At most the declared size: a few bytes can unpack to gigabytes.
                    entries[info.filename] = file.read(info.file_size + 1)
                if len(entries[info.filename]) != info.file_size:
                    raise InputError(f"{path}: the archive is damaged ({quote(info.filename)} is incomplete)")
    # zipfile raises RuntimeError for encrypted entries and its subclass NotImplementedError for other features.
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, EOFError, struct.error) as error:
        raise InputError(f"{path}: the archive is damaged ({first_line(error)})") from None
    return entries


def temporary_name(name: str, process: int | str = "*") -> str:
    """The name of the temporary file in which a process writes a file's content; `*` makes a pattern for all."""
    return f".{name}.{process}"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file through a temporary file, so that readers see either the old content or the new.

    Raises:
        InputError: if the file cannot be written.
    """
    temporary = path.with_name(temporary_name(path.name, os.getpid()))
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def quote(name: object) -> str:
    """A name from an untrusted file, escaped and shortened for one line of output."""
    return repr(name)[:80]


def first_line(error: BaseException) -> str:
    """The first line of an error's message, shortened and without control characters."""
    lines = str(error).strip().splitlines()
    line = lines[0][:160] if lines else type(error).__name__
    return "".join(letter if letter.isprintable() else "?" for letter in line)
