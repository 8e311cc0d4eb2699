"""State dicts that PyTorch saved, read without running anything in them.

What `torch.save` writes is a pickle, a little program that builds objects, and beside it the tensors' bytes.
PyTorch's own `weights_only=True` keeps such a program from calling what it likes, but not from never ending or
filling the memory: a hundred bytes are enough for a key that takes years to hash, or for `bytearray(2**40)`.

A state dict needs little of that language. So the program is not run here but read: `pickletools` tells its
operations apart, and the two dozen that state dicts are made of are followed, each in its turn. None names a
function that would be called; `torch._utils._rebuild_tensor_v2` is only a word for "this part of the bytes, in
this shape". A file with any other operation, or any other word that is called, is refused.

Both of PyTorch's formats are read: the zip archive of today, and the pickles in a row of before 2020.
"""

from __future__ import annotations

import io
import math
import pickletools
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sumint.errors import InputError
from sumint.machine.files import LARGEST_FILE, quote, read_archive

LARGEST_PICKLE = 2**20
"""Bytes of the program; that of a state dict of this family has some thousand."""
MOST_AXES = 8
"""Of a tensor."""

_ARCHIVE = b"PK\x03\x04"
_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
"""With this number a file of the older format begins."""

_BUFFERS = ("attn.mask", "attn.IGNORE")
"""What HookedTransformer saves beside its parameters: the causal mask and its fill value."""

_TYPES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "BFloat16Storage": "u2",  # NumPy has no name for the upper half of a float32
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
    "ComplexFloatStorage": "c8",
    "ComplexDoubleStorage": "c16",
}
_FLOATING_POINT = {"FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage"}

_TENSORS = {"torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2"}
_PARAMETERS = {"torch._utils _rebuild_parameter", "torch._utils _rebuild_parameter_with_state"}
_EMPTY = {"collections OrderedDict"}

# The operations that put a plain value on the stack, which comes with them.
_VALUES = {"BINUNICODE", "SHORT_BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "NONE"}
_CONSTANTS = {"NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _UnreadableError(Exception):
    """The file is no state dict, or not a whole one."""


@dataclass(frozen=True)
class _Word:
    """A name of something in Python, such as `torch FloatStorage`. It is never looked up."""

    name: str


@dataclass(frozen=True)
class _Storage:
    """Some of the file's bytes as numbers of one type."""

    type: str
    key: str
    size: int


@dataclass(frozen=True)
class _Tensor:
    """A part of a storage, with a shape."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def n_elements(self) -> int:
        return math.prod(self.shape)


class _Entries(list[tuple[Any, Any]]):
    """A dictionary's keys and values, in pairs, since a hostile key had better not be hashed."""


class _Mark:
    """Where on the stack something with many parts begins."""


def read_state_dict(content: bytes, path: Path) -> dict[str, np.ndarray]:
    """The named tensors in what `torch.save(model.state_dict(), …)` wrote, as float32; `path` is where it is from.

    Raises:
        InputError: if the file is damaged, or holds anything but named, dense tensors of floating point.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes that are none, in what is no pickle at all
            if content.startswith(_ARCHIVE):
                entries, storages, order = _from_archive(read_archive(content, path))
            else:
                entries, storages, order = _from_pickles(content)
    # A damaged program makes its reading fail in many ways, and all mean the same to the user.
    except (_UnreadableError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        raise InputError(
            f"{path}: neither a safetensors file nor a whole state dict, tensors alone, as "
            "torch.save(model.state_dict(), …) writes it"
        ) from None
    return _as_arrays(entries, storages, order, path)


def _as_arrays(entries: Any, storages: Mapping[str, bytes], order: str, path: Path) -> dict[str, np.ndarray]:
    if not isinstance(entries, _Entries):
        raise InputError(f"{path}: holds a {_kind_of(entries)}, not a state dict (names and tensors)")
    arrays: dict[str, np.ndarray] = {}
    size = 0
    for name, tensor in entries:
        called = quote(name) if isinstance(name, str) else f"under a {_kind_of(name)}"
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            raise InputError(f"{path}: the entry {called} is not a named tensor; save model.state_dict()")
        if name.endswith(_BUFFERS):
            continue
        if name in arrays:
            raise InputError(f"{path}: holds two tensors with the name {called}")
        size += 4 * tensor.n_elements
        if size > LARGEST_FILE:
            raise InputError(f"{path}: {called} has shape {list(tensor.shape)}, too large for this family")
        if tensor.storage.type not in _FLOATING_POINT:
            kind = tensor.storage.type.removesuffix("Storage").lower()
            raise InputError(f"{path}: {called} has type {kind}; floating point is expected")
        try:
            arrays[name] = _array(tensor, storages, order)
        except (_UnreadableError, ValueError, KeyError):
            raise InputError(f"{path}: {called} is not whole: its shape does not fit its bytes") from None
    return arrays


def _array(tensor: _Tensor, storages: Mapping[str, bytes], order: str) -> np.ndarray:
    """A tensor's values; nothing beyond its storage is ever read, whatever it says of itself."""
    storage = tensor.storage
    elements = np.frombuffer(storages[storage.key], dtype=order + _TYPES[storage.type])
    steps = zip(tensor.shape, tensor.strides, strict=True)
    last = tensor.offset + sum((length - 1) * stride for length, stride in steps)
    if len(elements) != storage.size or (tensor.n_elements and last >= storage.size):
        raise _UnreadableError
    if not tensor.n_elements:
        return np.zeros(tensor.shape, np.float32)
    strides = [stride * elements.itemsize for stride in tensor.strides]
    values = np.lib.stride_tricks.as_strided(elements[tensor.offset :], tensor.shape, strides, writeable=False)
    if storage.type == "BFloat16Storage":
        return (values.astype(np.uint32) << 16).view(np.float32)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, which is refused by name
        return values.astype(np.float32, order="C")


def _from_archive(archive: Mapping[str, bytes]) -> tuple[Any, dict[str, bytes], str]:
    """What an archive's pickle builds, the storages by their keys, and the order of bytes in a number."""
    (program,) = (name for name in archive if name == "data.pkl" or name.endswith("/data.pkl"))
    folder = program.removesuffix("data.pkl")
    order = {b"little": "<", b"big": ">"}[archive.get(f"{folder}byteorder", b"little")]
    inside = f"{folder}data/"
    storages = {name.removeprefix(inside): part for name, part in archive.items() if name.startswith(inside)}
    return _follow(io.BytesIO(archive[program])), storages, order


def _from_pickles(content: bytes) -> tuple[Any, dict[str, bytes], str]:
    """The same of a file of the older format: five pickles, then each storage after its size."""
    stream = io.BytesIO(content)
    if _follow(stream) != _MAGIC_NUMBER:
        raise _UnreadableError
    _, system, entries, keys = (_follow(stream) for _ in range(4))
    order = "<" if ("little_endian", True) in _entries(system) else ">"
    storages: dict[str, bytes] = {}
    if not isinstance(entries, _Entries) or not all(isinstance(tensor, _Tensor) for _, tensor in entries):
        return entries, storages, order  # no state dict, which is said of it later
    expected = {tensor.storage.key: tensor.storage for _, tensor in entries}
    for key in keys:
        size = int.from_bytes(stream.read(8), "little" if order == "<" else "big")
        if not isinstance(key, str) or key in storages or size != expected[key].size:
            raise _UnreadableError
        storages[key] = stream.read(size * np.dtype(_TYPES[expected[key].type]).itemsize)
    return entries, storages, order


def _follow(stream: io.BytesIO) -> Any:
    """What the pickle that begins here builds, in the few kinds above; what is not a state dict's is an error."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    start = stream.tell()
    for operation, argument, place in pickletools.genops(stream):
        if place is not None and place - start > LARGEST_PICKLE:
            raise _UnreadableError
        name = operation.name
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name])
        elif name in _TUPLES:
            first = len(stack) - _TUPLES[name]
            if first < 0:
                raise _UnreadableError
            stack[first:] = [tuple(stack[first:])]
        elif name == "MARK":
            stack.append(_Mark)
        elif name == "TUPLE":
            stack.append(tuple(_since_mark(stack)))
        elif name == "EMPTY_DICT":
            stack.append(_Entries())
        elif name == "EMPTY_LIST":
            stack.append([])
        elif name in ("SETITEM", "SETITEMS"):
            flat = _since_mark(stack) if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            _entries(stack[-1]).extend(zip(flat[::2], flat[1::2], strict=True))
        elif name in ("APPEND", "APPENDS"):
            added = _since_mark(stack) if name == "APPENDS" else [stack.pop()]
            _plain_list(stack[-1]).extend(added)
        elif name == "GLOBAL":
            stack.append(_Word(str(argument)))
        elif name == "STACK_GLOBAL":
            called, module = stack.pop(), stack.pop()
            named = isinstance(module, str) and isinstance(called, str)
            stack.append(_Word(f"{module} {called}" if named else ""))
        elif name == "BINPERSID":
            stack.append(_storage(*stack.pop()))
        elif name == "REDUCE":
            arguments, word = stack.pop(), stack.pop()
            stack.append(_built(word, arguments))
        elif name == "BUILD":  # what is noted beside the entries, such as a module's versions
            stack.pop()
            _entries(stack[-1])
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if argument is None else int(argument)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[int(argument or 0)])
        elif name == "STOP":
            (built,) = stack
            return built
        elif name not in ("PROTO", "FRAME"):
            raise _UnreadableError
    raise _UnreadableError


def _since_mark(stack: list[Any]) -> list[Any]:
    """Take what stands after the last mark, and the mark, from the stack."""
    taken: list[Any] = []
    while (value := stack.pop()) is not _Mark:
        taken.append(value)
    return taken[::-1]


def _built(word: Any, arguments: Any) -> Any:
    """What stands for a call in a state dict; any other is an error."""
    if not isinstance(word, _Word) or not isinstance(arguments, tuple):
        raise _UnreadableError
    if word.name in _EMPTY and not arguments:
        return _Entries()
    if word.name in _PARAMETERS and isinstance(arguments[0], _Tensor):
        return arguments[0]
    if word.name in _TENSORS:
        return _tensor(*arguments)
    raise _UnreadableError


def _tensor(
    storage: Any, offset: Any, shape: Any, strides: Any, _requires_grad: Any = False, _hooks: Any = None
) -> _Tensor:
    """With one argument more the values are not as they are stored, but conjugated or negated: an error."""
    if not isinstance(storage, _Storage) or len(shape) != len(strides) or len(shape) > MOST_AXES:
        raise _UnreadableError
    return _Tensor(storage, _whole_numbers(offset)[0], _whole_numbers(*shape), _whole_numbers(*strides))


def _storage(kind: Any, word: Any, key: Any, _location: Any, size: Any, *view: Any) -> _Storage:
    module, _, name = word.name.partition(" ")
    known = kind == "storage" and module in ("torch", "torch.cuda") and name in _TYPES
    if not known or not isinstance(key, str) or any(part is not None for part in view):
        raise _UnreadableError
    return _Storage(name, key, *_whole_numbers(size))


def _whole_numbers(*numbers: Any) -> tuple[int, ...]:
    """The numbers, once each is a whole one of a size that can be meant."""
    if not all(type(number) is int and 0 <= number < 2**48 for number in numbers):
        raise _UnreadableError
    return numbers


def _entries(value: Any) -> _Entries:
    if not isinstance(value, _Entries):
        raise _UnreadableError
    return value


def _plain_list(value: Any) -> list[Any]:
    if type(value) is not list:
        raise _UnreadableError
    return value


def _kind_of(value: Any) -> str:
    """What a value is called in a message."""
    kinds = {_Entries: "dictionary", _Tensor: "tensor", _Storage: "storage", _Word: "name", type(None): "None"}
    return kinds.get(type(value), type(value).__name__)
