"""Damages a file at random, as a bad disk or an incomplete download would."""

from __future__ import annotations

from random import Random


def damage(random: Random, content: bytes) -> tuple[str, bytes]:
    """The kind of damage and the damaged content, which occasionally equals the original."""
    kind = random.choice(list(_WAYS))
    return kind, _WAYS[kind](random, content)


def _place(random: Random, content: bytes) -> int:
    """A random position, often near the beginning or the end, where file formats have their headers."""
    size = len(content)
    near = min(size - 1, random.choice((8, 64, 400, 4000)))
    return random.choice((random.randrange(size), random.randint(0, near), size - 1 - random.randint(0, near)))


def _truncated(random: Random, content: bytes) -> bytes:
    return content[: _place(random, content)]


def _bits_flipped(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 8))):
        changed[_place(random, content)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _bytes_replaced(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 2, 3))):
        changed[_place(random, content)] = random.randrange(256)
    return bytes(changed)


def _inserted(random: Random, content: bytes) -> bytes:
    place = _place(random, content)
    return content[:place] + random.randbytes(random.choice((1, 2, 8, 512))) + content[place:]


def _deleted(random: Random, content: bytes) -> bytes:
    place = _place(random, content)
    return content[:place] + content[place + random.choice((1, 2, 8, 512)) :]


def _doubled(random: Random, content: bytes) -> bytes:
    place = _place(random, content)
    end = place + random.choice((1, 4, 64, 4096))
    return content[:end] + content[place:end] + content[end:]


def _blanked(random: Random, content: bytes) -> bytes:
    place = _place(random, content)
    blank = content[place : place + random.choice((4, 64, 4096))]
    return content[:place] + random.choice((b"\0", b"\xff")) * len(blank) + content[place + len(blank) :]


def _exchanged(random: Random, content: bytes) -> bytes:
    first, second = sorted((_place(random, content), _place(random, content)))
    size = min(random.choice((4, 64, 512)), second - first)
    parts = (
        content[:first],
        content[second : second + size],
        content[first + size : second],
        content[first : first + size],
        content[second + size :],
    )
    return b"".join(parts)


def _lengthened(random: Random, content: bytes) -> bytes:
    return content + random.choice((b"\0", b"\n", random.randbytes(100), content))


def _with_something_before(random: Random, content: bytes) -> bytes:
    return random.choice((b"\xef\xbb\xbf", b"\n", b"\0" * 8, b"#!/bin/sh\n")) + content


_WAYS = {
    "truncated": _truncated,
    "bits flipped": _bits_flipped,
    "bytes replaced": _bytes_replaced,
    "inserted": _inserted,
    "deleted": _deleted,
    "doubled": _doubled,
    "blanked": _blanked,
    "exchanged": _exchanged,
    "lengthened": _lengthened,
    "with something before": _with_something_before,
}
