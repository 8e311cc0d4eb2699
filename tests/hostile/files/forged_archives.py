"""Zip archives with false headers, of huge unpacked size, or with a compression that PyTorch does not use."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Mapping
from random import Random

ENTRY = b"PK\x01\x02"
"""The signature of an entry in an archive's directory."""
LOCAL = b"PK\x03\x04"
"""The signature of the header before an entry's content."""


def forge(random: Random, content: bytes) -> tuple[str, bytes]:
    """The kind of forgery and the forged archive of a state dict, which must be refused."""
    kind = random.choice(list(_WAYS))
    return kind, _WAYS[kind](random, content)


def pack(entries: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """The content of a zip archive with these files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, part in entries.items():
            archive.writestr(zipfile.ZipInfo(name), part, compression)  # without the time of day
    return content.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """The files in an archive, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _storage(random: Random, entries: Mapping[str, bytes]) -> str:
    return random.choice([name for name in entries if "/data/" in name])


def _program(entries: Mapping[str, bytes]) -> str:
    return next(name for name in entries if name.endswith("data.pkl"))


def _with_fields(offset: int, form: str, values: tuple[int, ...]) -> Callable[[Random, bytes], bytes]:
    """A function that overwrites a field of a random directory entry with one of these numbers."""

    def change(random: Random, content: bytes) -> bytes:
        starts = [place for place in range(len(content)) if content.startswith(ENTRY, place)]
        place = random.choice(starts[:-1]) + offset
        value = struct.pack(form, random.choice(values))
        return content[:place] + value + content[place + len(value) :]

    return change


def _twice(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    name = random.choice([_program(entries), _storage(random, entries)])
    other = name[:-1] + "\x01"
    return pack({**entries, other: bytes(len(entries[name]))}).replace(other.encode(), name.encode())


def _recompressed(random: Random, content: bytes) -> bytes:
    return pack(unpack(content), random.choice((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)))


def _bomb(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    name = random.choice([_program(entries), _storage(random, entries), "model/data/other", "other"])
    return pack({**entries, name: bytes(2**26 + 2**20)}, zipfile.ZIP_DEFLATED)


def _bomb_that_lies(random: Random, content: bytes) -> bytes:
    """An archive whose entries declare a small size and unpack to far more."""
    bomb = bytearray(_bomb(random, content))
    size = struct.pack("<I", 2**26 + 2**20)
    return bytes(bomb).replace(size, struct.pack("<I", random.choice((1, 100, 4096))))


def _lost(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    del entries[random.choice([_program(entries), _storage(random, entries)])]
    return pack(entries)


def _another_size(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    name = _storage(random, entries)
    part = entries[name]
    return pack({**entries, name: random.choice((b"", part[:-4], part[:-1], part + bytes(4), part * 2))})


def _another_order(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    order = _program(entries).replace("data.pkl", "byteorder")
    return pack({**entries, order: random.choice((b"middle", b"", b"big\n"))})


def _two_programs(_: Random, content: bytes) -> bytes:
    entries = unpack(content)
    return pack({**entries, "other/data.pkl": entries[_program(entries)]})


def _moved_out(random: Random, content: bytes) -> bytes:
    entries = unpack(content)
    name = random.choice([_program(entries), _storage(random, entries)])
    place = random.choice(
        ("/etc/" + name, "../" * 8 + name, "C:\\" + name, name + "/", name + "\x1b[31m", "\u202e" + name)
    )
    return pack({place if other == name else other: part for other, part in entries.items()})


def _many(_: Random, content: bytes) -> bytes:
    end = content.index(ENTRY)
    entry = content[end : content.index(ENTRY, end + 4)]
    return content[:end] + entry * 100_000 + content[end:]


_WAYS: dict[str, Callable[[Random, bytes], bytes]] = {
    "two files of one name": _twice,
    "another compression": _recompressed,
    "a bomb": _bomb,
    "a bomb that lies": _bomb_that_lies,
    "a lost file": _lost,
    "another size": _another_size,
    "another order": _another_order,
    "two programs": _two_programs,
    "names that lead out": _moved_out,
    "many files": _many,
    "encrypted": _with_fields(8, "<H", (1, 0x41, 0x2001)),
    "a compression that is none": _with_fields(10, "<H", (1, 9, 14, 93, 99, 0xFFFF)),
    "a wrong checksum": _with_fields(16, "<I", (0, 1, 2**32 - 1)),
    "a wrong packed size": _with_fields(20, "<I", (0, 1, 2**31, 2**32 - 1)),
    "a wrong size": _with_fields(24, "<I", (0, 1, 2**20, 2**31, 2**32 - 1)),
    "a wrong length of the name": _with_fields(28, "<H", (0, 1, 0xFFFF)),
    "a wrong place": _with_fields(42, "<I", (1, 7, 2**31, 2**32 - 1)),
}
