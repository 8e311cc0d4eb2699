"""Safetensors files with false or unexpected headers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
from safetensors.numpy import save

Header = dict[str, Any]

SHAPES: tuple[Any, ...] = (
    [],
    [0],
    [-1, 12],
    [12, -12],
    [2**31, 2**31],
    [2**62, 2**62],
    [2**64 - 1],
    [2**64],
    [10**30],
    [1.5],
    ["12"],
    [None],
    [[12, 12]],
    [1] * 70,
    [0] * 100,
    [0, 2**63],
    "12",
    None,
    12,
    {},
)
OFFSETS: tuple[Any, ...] = (
    [0, 0],
    [8, 4],
    [-4, 4],
    [0, 2**63],
    [2**64 - 4, 2**64],
    [0],
    [0, 4, 8],
    ["0", "4"],
    None,
    [0.0, 4.0],
)
TYPES = (
    "F16",
    "F64",
    "BF16",
    "I32",
    "U8",
    "BOOL",
    "F8_E4M3",
    "C64",
    "f32",
    "F32 ",
    "",
    "float32",
    "\n",
    None,
    4,
    [],
)
LENGTHS = (0, 1, 2, 7, 10**6, 10**8 + 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1)
HEADERS = (
    b"[]",
    b"null",
    b"{}",
    b'"text"',
    b"{" * 200_000,
    b'{"a":' * 100_000,
    b'{"a":' + b"[" * 100_000,
    b'{"a":{"dtype":"F32","shape":[' + b"0," * 100_000 + b'0],"data_offsets":[0,0]}}',
    b'{"' + b"x" * 1_000_000 + b'":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
    b'{"__metadata__":{"a":' + b'"' + b"y" * 1_000_000 + b'"}}',
    b'{"__metadata__":7}',
    b'{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' * 3 + b"}",
    b'{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
    b'{"\xff\xfe":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
    b"{" + b",".join(b'"%d":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}' % i for i in range(30_000)) + b"}",
    b"{" + b" " * 2_000_000 + b"}",
)
"""Complete headers, none of them of a model."""


def forge(random: Random, tensors: Mapping[str, np.ndarray]) -> tuple[str, bytes]:
    """The kind of forgery and the forged file, which must be refused."""
    content = save(dict(tensors))
    size = int.from_bytes(content[:8], "little")
    header: Header = json.loads(content[8 : 8 + size])
    body = content[8 + size :]
    name = random.choice(list(tensors))
    kind = random.choice(
        ("length", "whole", "shape", "offsets", "type", "field", "overlap", "twice", "gap", "name")
    )
    if kind == "length":
        length = random.choice((*(n for n in LENGTHS if n != size), size - 1, size + 1))
        return kind, length.to_bytes(8, "little") + content[8:]
    if kind == "whole":
        whole = random.choice(HEADERS)
        return kind, len(whole).to_bytes(8, "little") + whole + random.choice((b"", body))
    if kind == "shape":
        header[name]["shape"] = random.choice(SHAPES)
    elif kind == "offsets":
        header[name]["data_offsets"] = random.choice(OFFSETS)
    elif kind == "type":
        header[name]["dtype"] = random.choice(TYPES)
    elif kind == "field":
        del header[name][random.choice(("shape", "dtype", "data_offsets"))]
    elif kind == "overlap":
        others = [other for other in tensors if other != name]
        header[name]["data_offsets"] = header[random.choice(others)]["data_offsets"]
    elif kind == "gap":
        body = body[: len(body) // 2] + bytes(4) + body[len(body) // 2 :]
    elif kind == "name":
        header[random.choice((name + "\n", "\u202e" + name, "", name * 50, name + "\0"))] = header.pop(name)
    header_bytes = json.dumps(header).encode()
    if kind == "twice":
        header_bytes = header_bytes[:-1] + b"," + json.dumps({name: {**header[name], "shape": [1]}}).encode()[1:]
    return kind, len(header_bytes).to_bytes(8, "little") + header_bytes + body
