"""Pickles that would run code, never end or exhaust the memory, in the places of a state dict's pickle."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from random import Random

from tests.hostile.files.forged_archives import pack

MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
SYSTEM = pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {}}, protocol=2)


def forge(random: Random, canary: Path) -> tuple[str, bytes]:
    """The kind of a hostile pickle and a file with it, which must be refused; `canary` must not be created."""
    kind, program = random.choice(list(programs(canary).items()))
    place, content = random.choice(list(place_everywhere(program).items()))
    return f"{kind}, {place}", content


def programs(canary: Path) -> dict[str, bytes]:
    """Every hostile pickle, by kind."""
    return {**_running_code(str(canary)), **ENDLESS, **ODD_TENSORS, **MALFORMED}


def place_everywhere(program: bytes) -> dict[str, bytes]:
    """Files that contain a pickle, by its place in the file."""
    if not program.startswith(b"\x80"):
        program = b"\x80\x02" + program
    as_value = program[:2] + b"}" + _text("embed.W_E") + program[2:-1] + b"s."
    return {
        "in an archive": _archive(program),
        "a value in an archive": _archive(as_value),
        "in a row": MAGIC + pickle.dumps(1001, 2) + SYSTEM + program + pickle.dumps([], 2),
        "a value in a row": MAGIC + pickle.dumps(1001, 2) + SYSTEM + as_value + pickle.dumps([], 2),
        "first in a row": program + MAGIC,
        "the system in a row": MAGIC + pickle.dumps(1001, 2) + program + program + pickle.dumps(["0"], 2),
        "alone": program,
    }


def _archive(program: bytes) -> bytes:
    files = {"data.pkl": program, "byteorder": b"little", "data/0": bytes(64), "version": b"3\n"}
    return pack({f"model/{name}": part for name, part in files.items()})


def _text(text: str) -> bytes:
    return b"X" + struct.pack("<I", len(text.encode())) + text.encode()


def _running_code(canary: str) -> dict[str, bytes]:
    """Pickles that would create the folder `canary`, each in another way."""
    command, folder, expression = (
        _text(text) for text in (f"mkdir {canary}", canary, f"__import__('os').mkdir({canary!r})")
    )
    return {
        "os.system": b"cposix\nsystem\n" + command + b"\x85R.",
        "os.mkdir": b"cos\nmkdir\n" + folder + b"\x85R.",
        "eval": b"cbuiltins\neval\n" + expression + b"\x85R.",
        "exec": b"c__builtin__\nexec\n" + expression + b"\x85R.",
        "by a name on the stack": b"\x80\x04\x8c\x02os\x8c\x05mkdir\x93" + folder + b"\x85R.",
        "an instance": b"(" + folder + b"ios\nmkdir\n.",
        "an object": b"(cos\nmkdir\n" + folder + b"o.",
        "a new object": b"cos\nmkdir\n" + folder + b"\x85\x81.",
        "subprocess": b"csubprocess\ncall\n(" + _text("mkdir") + folder + b"l\x85R.",
        "getattr": b"cbuiltins\ngetattr\ncos\n__dict__\n" + _text("mkdir") + b"\x86R" + folder + b"\x85R.",
        "torch's own loader": b"ctorch.hub\nload\n" + folder + _text("mkdir") + b"\x86R.",
        "a subclass of tensors": b"ctorch._tensor\n_rebuild_from_type_v2\n(cos\nmkdir\ncos\nmkdir\n"
        + folder
        + b"\x85NtR.",
        "a state": b"ccollections\nOrderedDict\n)R}"
        + _text("__class__")
        + b"cos\nmkdir\nsb0"
        + b"cos\nmkdir\n"
        + folder
        + b"\x85R.",
        "in a dictionary's key": b"}cos\nmkdir\n" + folder + b"\x85RK\x01s.",
        "a persistent name": b"Pos.mkdir\n.",
        "a persistent call": b"(" + _text("storage") + b"cos\nmkdir\n" + folder + _text("cpu") + b"K\x04tQ.",
        "an extension": b"\x82\x01.",
        "numpy": b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R.",
        "a codec": b"c_codecs\nencode\n" + folder + _text("latin1") + b"\x86R.",
    }


def _tower(levels: int) -> bytes:
    """A tuple that holds the previous tuple twice, on each level, so that its hash takes 2^`levels` steps."""
    return b"K\x01\x85q\x00" + b"".join(b"h%ch%c\x86q%c" % (i, i, i + 1) for i in range(levels))


ENDLESS = {
    "a tower as a key": b"}" + _tower(80) + b"K\x01s.",
    "a tower": _tower(80) + b".",
    "a tower in a set": b"cbuiltins\nset\n" + _tower(80) + b"\x85\x85R.",
    "a tower as a storage": _tower(80) + b"Q.",
    "a tower as a shape": b"ctorch._utils\n_rebuild_tensor_v2\n(N" + _tower(80) + b"h%ch%ctR." % (80, 80),
    "many bytes": b"cbuiltins\nbytearray\n\x8a\x06\0\0\0\0\0\x01\x85R.",
    "a tensor of many": b"ctorch\nTensor\nJ\xff\xff\xff\x7f\x85R.",
    "a list in itself": b"]q\x00h\x00a.",
    "a dictionary in itself": b"}q\x00" + _text("a") + b"h\x00s.",
    "a far place": b"Nr\xff\xff\xff\xff.",
    "a large number": b"\x8b\xff\xff\xff\x7f" + bytes(100) + b".",
    "a long decimal": b"L" + b"9" * 500_000 + b"L\n.",
    "a text with a false length": b"\x8d" + struct.pack("<Q", 2**62) + b"abc.",
    "bytes with a false length": b"\x8e" + struct.pack("<Q", 2**40) + b"abc.",
    "deep lists": b"]" * 200_000 + b"a" * 199_999 + b".",
    "deep tuples": b")" + b"\x85" * 200_000 + b".",
    "deep marks": b"(" * 200_000 + b"t" * 200_000 + b".",
    "a long program": b"N0" * 600_000 + b"N.",
}


def _storage(type_name: str = "FloatStorage", key: str = "0", size: bytes = b"K\x10") -> bytes:
    return b"(" + _text("storage") + f"ctorch\n{type_name}\n".encode() + _text(key) + _text("cpu") + size + b"tQ"


def _tensor(rest: bytes, storage: bytes | None = None) -> bytes:
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + (storage or _storage()) + rest + b"\x89NtR."


ODD_TENSORS = {
    "larger than its storage": _tensor(b"K\x00K\x10K\x10\x86K\x10K\x01\x86"),
    "an offset beyond": _tensor(b"K\x20K\x04\x85K\x01\x85"),
    "an offset before": _tensor(b"J\xf0\xff\xff\xffK\x04\x85K\x01\x85"),
    "a negative shape": _tensor(b"K\x00J\xff\xff\xff\xff\x85K\x01\x85"),
    "a negative stride": _tensor(b"K\x0fK\x04\x85J\xff\xff\xff\xff\x85"),
    "an overflowing shape": _tensor(
        b"K\x00\x8a\x08\0\0\0\0\0\0\0\x7f\x8a\x08\0\0\0\0\0\0\0\x7f\x86K\x00K\x00\x86"
    ),
    "a shape of any size": _tensor(b"K\x00J\0\xca\x9a\x3bJ\0\xca\x9a\x3b\x86K\x00K\x00\x86"),
    "a shape of texts": _tensor(b"K\x00" + _text("4") + b"\x85K\x01\x85"),
    "a shape of truths": _tensor(b"K\x00\x88\x85\x88\x85"),
    "a shape that is a text": _tensor(b"K\x00" + _text("4") + _text("1")),
    "more strides than sizes": _tensor(b"K\x00K\x04\x85K\x01K\x01\x86"),
    "too many axes": _tensor(b"K\x00(" + b"K\x01" * 70 + b"t(" + b"K\x01" * 70 + b"t"),
    "no storage": b"ctorch._utils\n_rebuild_tensor_v2\n(NK\x00K\x04\x85K\x01\x85\x89NtR.",
    "too few arguments": b"ctorch._utils\n_rebuild_tensor_v2\n)R.",
    "negated": b"ctorch._utils\n_rebuild_tensor_v2\n("
    + _storage()
    + b"K\x00K\x04\x85K\x01\x85\x89N}"
    + _text("neg")
    + b"\x88stR.",
    "a storage that is not there": _tensor(b"K\x00K\x04\x85K\x01\x85", _storage(key="../../etc/passwd")),
    "a storage of another size": _tensor(b"K\x00K\x04\x85K\x01\x85", _storage(size=b"J\0\0\0\x40")),
    "a storage of a negative size": _tensor(b"K\x00K\x04\x85K\x01\x85", _storage(size=b"J\xff\xff\xff\xff")),
    "a storage of an unknown type": _tensor(b"K\x00K\x04\x85K\x01\x85", _storage("QInt8Storage")),
    "a type that is code": _tensor(b"K\x00K\x04\x85K\x01\x85", _storage("hub")),
    "a parameter of none": b"ctorch._utils\n_rebuild_parameter\nN\x89N\x87R.",
    "a sparse one": b"ctorch._utils\n_rebuild_sparse_tensor\n)R.",
    "a quantized one": b"ctorch._utils\n_rebuild_qtensor\n)R.",
}
"""Invalid tensors: calls of PyTorch's functions with wrong arguments."""

MALFORMED = {
    "nothing": b".",
    "no end": b"}",
    "an empty stack": b"0.",
    "no mark": b"t.",
    "no memory": b"h\x07.",
    "a number instead of a dictionary": b"K\x01.",
    "items for a number": b"K\x01K\x02K\x03s.",
    "items for a tensor's name": b"ctorch\nFloatStorage\nK\x02K\x03s.",
    "an odd number of items": b"}(K\x01u.",
    "a call of a number": b"K\x01)R.",
    "a call with no tuple": b"ccollections\nOrderedDict\nK\x01R.",
    "a mark as a value": b"}(" + _text("a") + b"(u.",
    "no name": b"\x80\x04NN\x93.",
    "not UTF-8": b"X\x02\0\0\0\xff\xfe.",
    "a lone surrogate": b"}" + b"X\x03\0\0\0\xed\xa0\x80" + b"K\x01s.",
    "protocol 255": b"\x80\xff}.",
    "a wrong frame": b"\x80\x04\x95" + b"\xff" * 8 + b"}.",
    "an unknown operation": b"\xff.",
    "a name of control characters": b"}" + _text("\x1b[31m\n\u202e" * 100) + b"K\x01s.",
    "a name without end": b"}" + _text("x" * 300_000) + b"K\x01s.",
}
