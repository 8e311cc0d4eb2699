"""Reads state dicts saved by PyTorch, without executing anything in them.

`torch.save` writes a pickle, which is a program that builds objects, and the bytes of the tensors. PyTorch's own
`weights_only=True` restricts what such a program can call, but not its time or memory: a hundred bytes suffice for
a key that takes years to hash, or for `bytearray(2**40)`.

A state dict uses a small part of that language. So this module interprets the program itself: `pickletools` splits
it into operations, and the module implements the two dozen that occur in state dicts. It calls no function that
the pickle names; `torch._utils._rebuild_tensor_v2` only stands for "this part of the bytes, in this shape". Any
other call stands for an object of which nothing is known: it may stand beside the state dict, as in the files of
PyTorch Lightning, and in it it is refused. So is a file with any other operation.

Both formats of PyTorch are supported: the present zip archive, and the consecutive pickles of versions before
2020.
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

from sumint.checkpoints.names import WRAPPERS, is_buffer
from sumint.errors import InputError
from sumint.machine.files import MAX_FILE_SIZE, quote, read_archive

MAX_PICKLE_SIZE = 2**20
"""The largest size of the pickle in bytes; that of a state dict of this family has some thousand."""
MAX_AXES = 8
"""The largest number of axes of a tensor."""

_ARCHIVE = b"PK\x03\x04"
_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
"""The number with which a file of the older format begins."""

_TYPES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "BFloat16Storage": "u2",  # NumPy lacks this type, which is the upper half of a float32
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
    "ComplexFloatStorage": "c8",
    "ComplexDoubleStorage": "c16",
}
PYTORCH = (_ARCHIVE, b"\x80")
"""How the files of PyTorch begin: an archive, or in old versions a pickle."""

_DTYPES = {"Byte": "uint8", "Char": "int8", "Short": "int16", "Int": "int32", "Long": "int64"}
"""The types of numbers by the names of their storages, where the two differ."""

_FLOATING_POINT = {"FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage"}

_TENSORS = {"torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2"}
_PARAMETERS = {"torch._utils _rebuild_parameter", "torch._utils _rebuild_parameter_with_state"}
_EMPTY = {"collections OrderedDict"}

# The operations that push their argument, a plain value, on the stack.
_VALUES = {"BINUNICODE", "SHORT_BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "NONE"}
_CONSTANTS = {"NEWTRUE": True, "NEWFALSE": False}
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class _UnreadableError(Exception):
    """The file is not a complete state dict."""


@dataclass(frozen=True)
class _Global:
    """The name of a Python object, such as `torch FloatStorage`, which is never imported."""

    name: str


@dataclass(frozen=True)
class _Storage:
    """A part of the file's bytes, as numbers of one type."""

    type: str
    key: str
    size: int


@dataclass(frozen=True)
class _Tensor:
    """A view of a storage with an offset, a shape and strides, in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def n_elements(self) -> int:
        return math.prod(self.shape)


class _Entries(list[tuple[Any, Any]]):
    """The key–value pairs of a dictionary; a list, because hashing an untrusted key can take for ever."""


class _Opaque:
    """An object that a file holds beside the state dict, such as one of Lightning's; nothing is known of it."""


class _Mark:
    """The marker on the stack before the items of a tuple, a list or a dictionary."""


def read_state_dict(content: bytes, path: Path) -> dict[str, np.ndarray]:
    """The named tensors, as float32, in a file that `torch.save(model.state_dict(), …)` wrote.

    The state dict may be one entry of a dictionary, as training loops save it beside the epoch and the optimiser.

    Args:
        content: the content of the file.
        path: its path, for error messages.

    Raises:
        InputError: if the file is damaged, or holds anything but named, dense floating-point tensors.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # invalid escapes, if the file is not a pickle at all
            if content.startswith(_ARCHIVE):
                entries, storages, order = _from_archive(read_archive(content, path))
            else:
                entries, storages, order = _from_pickles(content)
    # A damaged pickle raises many kinds of exceptions, which mean the same to the user.
    except (_UnreadableError, ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        raise InputError(
            f"{path}: expected a safetensors file or a complete state dict of tensors alone; save one with "
            "torch.save(model.state_dict(), …)"
        ) from None
    return _as_arrays(entries, storages, order, path)


def _as_arrays(entries: Any, storages: Mapping[str, bytes], order: str, path: Path) -> dict[str, np.ndarray]:
    entries = _unwrapped(entries, path)
    if not isinstance(entries, _Entries):
        raise InputError(
            f"{path}: expected a state dict (names and tensors), found a {_kind_of(entries)}; "
            "save model.state_dict()"
        )
    arrays: dict[str, np.ndarray] = {}
    size = 0
    for name, tensor in entries:
        label = quote(name) if isinstance(name, str) else f"with a {_kind_of(name)} as its key"
        if not isinstance(name, str) or not isinstance(tensor, _Tensor):
            raise InputError(f"{path}: the entry {label} is not a named tensor; save model.state_dict()")
        if is_buffer(name):
            continue
        if name in arrays:
            raise InputError(f"{path}: holds two tensors with the name {label}")
        size += 4 * tensor.n_elements
        if size > MAX_FILE_SIZE:
            raise InputError(f"{path}: {label} has shape {list(tensor.shape)}, too large for this family")
        if tensor.storage.type not in _FLOATING_POINT:
            kind = tensor.storage.type.removesuffix("Storage")
            kind = _DTYPES.get(kind, kind.lower())
            raise InputError(f"{path}: {label} has type {kind}; expected floating point of 16, 32 or 64 bits")
        try:
            arrays[name] = _array(tensor, storages, order)
        except (_UnreadableError, ValueError, KeyError):
            raise InputError(f"{path}: {label} is damaged: its shape does not fit its bytes") from None
    return arrays


def _unwrapped(entries: Any, path: Path) -> Any:
    """The state dict that a dictionary without tensors of its own holds under a usual key, or the object."""
    while isinstance(entries, _Entries) and not any(isinstance(value, _Tensor) for _, value in entries):
        inside = {key: value for key, value in entries if key in WRAPPERS and isinstance(value, _Entries)}
        if not inside:
            break
        if len(inside) > 1:
            raise InputError(
                f"{path}: holds state dicts under {' and '.join(map(quote, inside))}; save one of them alone"
            )
        (entries,) = inside.values()
    return entries


def _array(tensor: _Tensor, storages: Mapping[str, bytes], order: str) -> np.ndarray:
    """The values of a tensor; an error if its shape, offset and strides reach beyond its storage."""
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
    with np.errstate(over="ignore"):  # an overflow becomes infinity, which `check_tensors` reports
        return values.astype(np.float32, order="C")


def _from_archive(archive: Mapping[str, bytes]) -> tuple[Any, dict[str, bytes], str]:
    """The object that an archive's pickle builds, the storages by key, and the byte order."""
    (program,) = (name for name in archive if name == "data.pkl" or name.endswith("/data.pkl"))
    folder = program.removesuffix("data.pkl")
    order = {b"little": "<", b"big": ">"}[archive.get(f"{folder}byteorder", b"little")]
    prefix = f"{folder}data/"
    storages = {name.removeprefix(prefix): part for name, part in archive.items() if name.startswith(prefix)}
    return _interpret(io.BytesIO(archive[program])), storages, order


def _from_pickles(content: bytes) -> tuple[Any, dict[str, bytes], str]:
    """The same for a file of the older format: five pickles, then each storage after its size."""
    stream = io.BytesIO(content)
    if _interpret(stream) != _MAGIC_NUMBER:
        raise _UnreadableError
    _, system, entries, keys = (_interpret(stream) for _ in range(4))
    order = "<" if ("little_endian", True) in _entries(system) else ">"
    storages: dict[str, bytes] = {}
    if not isinstance(entries, _Entries) or not all(isinstance(tensor, _Tensor) for _, tensor in entries):
        return entries, storages, order  # not a state dict, which `_as_arrays` reports
    expected = {tensor.storage.key: tensor.storage for _, tensor in entries}
    for key in keys:
        size = int.from_bytes(stream.read(8), "little" if order == "<" else "big")
        if not isinstance(key, str) or key in storages or size != expected[key].size:
            raise _UnreadableError
        storages[key] = stream.read(size * np.dtype(_TYPES[expected[key].type]).itemsize)
    return entries, storages, order


def _interpret(stream: io.BytesIO) -> Any:
    """The object that the next pickle in the stream builds; an error if it is not a part of a state dict."""
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    start = stream.tell()
    for operation, argument, place in pickletools.genops(stream):
        if place is not None and place - start > MAX_PICKLE_SIZE:
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
        elif name == "EMPTY_SET":
            stack.append(_Opaque())
        elif name in ("ADDITEMS", "POP_MARK"):
            _since_mark(stack)
        elif name == "FROZENSET":
            _since_mark(stack)
            stack.append(_Opaque())
        elif name in ("SETITEM", "SETITEMS"):
            flat = _since_mark(stack) if name == "SETITEMS" else [stack.pop(-2), stack.pop()]
            if not isinstance(stack[-1], _Opaque):
                _entries(stack[-1]).extend(zip(flat[::2], flat[1::2], strict=True))
        elif name in ("APPEND", "APPENDS"):
            items = _since_mark(stack) if name == "APPENDS" else [stack.pop()]
            if not isinstance(stack[-1], _Opaque):
                _plain_list(stack[-1]).extend(items)
        elif name == "GLOBAL":
            stack.append(_Global(str(argument)))
        elif name == "STACK_GLOBAL":
            attribute, module = stack.pop(), stack.pop()
            is_valid = isinstance(module, str) and isinstance(attribute, str)
            stack.append(_Global(f"{module} {attribute}" if is_valid else ""))
        elif name == "BINPERSID":
            stack.append(_storage(*stack.pop()))
        elif name == "REDUCE":
            arguments, function = stack.pop(), stack.pop()
            stack.append(_call(function, arguments))
        elif name in ("NEWOBJ", "NEWOBJ_EX"):
            del stack[-(2 if name == "NEWOBJ" else 3) :]
            stack.append(_Opaque())
        elif name == "BUILD":  # metadata of the dictionary, such as a module's version, or what is in an object
            stack.pop()
            if not isinstance(stack[-1], _Opaque):
                _entries(stack[-1])
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if argument is None else int(argument)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[int(argument or 0)])
        elif name == "STOP":
            (result,) = stack
            return result
        elif name not in ("PROTO", "FRAME"):
            raise _UnreadableError
    raise _UnreadableError


def _since_mark(stack: list[Any]) -> list[Any]:
    """Pop the last mark and the values after it from the stack, and return the values."""
    values: list[Any] = []
    while (value := stack.pop()) is not _Mark:
        values.append(value)
    return values[::-1]


def _call(function: Any, arguments: Any) -> Any:
    """The value of a call that occurs in state dicts; nothing is known of that of any other."""
    if not isinstance(function, _Global | _Opaque) or not isinstance(arguments, tuple):
        raise _UnreadableError
    if isinstance(function, _Opaque):
        return _Opaque()
    if function.name in _EMPTY and not arguments:
        return _Entries()
    if function.name in _PARAMETERS and isinstance(arguments[0], _Tensor):
        return arguments[0]
    if function.name in _TENSORS:
        return _tensor(*arguments)
    # The object of any other call is never made: only that it stands here is known.
    return _Opaque()


def _tensor(
    storage: Any, offset: Any, shape: Any, strides: Any, _requires_grad: Any = False, _hooks: Any = None
) -> _Tensor:
    """The tensor that a call describes; an error if a further argument marks it as conjugated or negated."""
    if not isinstance(storage, _Storage) or len(shape) != len(strides) or len(shape) > MAX_AXES:
        raise _UnreadableError
    return _Tensor(storage, _whole_numbers(offset)[0], _whole_numbers(*shape), _whole_numbers(*strides))


def _storage(kind: Any, storage_type: Any, key: Any, _location: Any, size: Any, *view: Any) -> _Storage:
    module, _, name = storage_type.name.partition(" ")
    is_known = kind == "storage" and module in ("torch", "torch.cuda") and name in _TYPES
    if not is_known or not isinstance(key, str) or any(part is not None for part in view):
        raise _UnreadableError
    return _Storage(name, key, *_whole_numbers(size))


def _whole_numbers(*numbers: Any) -> tuple[int, ...]:
    """The numbers; an error unless each is an integer from 0 to 2⁴⁸ − 1."""
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
    """The name of a value's type in a message."""
    kinds = {
        _Entries: "dictionary",
        _Tensor: "tensor",
        _Storage: "storage",
        _Global: "name",
        _Opaque: "Python object",
        type(None): "None",
    }
    return kinds.get(type(value), type(value).__name__)
