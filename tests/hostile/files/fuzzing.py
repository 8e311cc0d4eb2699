"""Generates bad checkpoints from a seed: damaged or forged ones, and files of other kinds.

`python -m tests.hostile.files.fuzzing FOLDER` reads all files of a folder with limited memory and time, and prints
a line of JSON for each. It is a separate process because a bad file could crash it.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import signal
import sys
import tarfile
import traceback
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

MEMORY = 2**30
"""Bytes of address space for reading the files, including Python and NumPy."""
TIMEOUT = 10
"""Seconds for one file."""

PAGE = b"<!doctype html>\n<html><head><title>404: Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
"""A page that servers often send instead of a file."""


@dataclass(frozen=True)
class Good:
    """One model in each supported file format."""

    tensors: Mapping[str, np.ndarray]
    safetensors: bytes
    card: bytes
    archive: bytes
    pickles: bytes
    """The model in PyTorch's format of before 2020."""
    published: bytes | None
    """The write-up's checkpoint, if it is available."""

    @classmethod
    def of(cls, tensors: Mapping[str, np.ndarray], published: bytes | None = None) -> Good:
        import torch
        from safetensors.numpy import save

        from sumint.checkpoints.files import digest_tensors

        named = {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}
        # PyTorch's older format orders storages by memory address: with a single storage the file is reproducible.
        flat = torch.cat([tensor.flatten() for tensor in named.values()])
        parts = flat.split([tensor.numel() for tensor in named.values()])
        one_storage = {
            name: part.view(tensor.shape) for (name, tensor), part in zip(named.items(), parts, strict=True)
        }
        archive, pickles = io.BytesIO(), io.BytesIO()
        torch.save(named, archive)
        torch.save(one_storage, pickles, _use_new_zipfile_serialization=False)
        card = json.dumps({"name": "good", "tensors_sha256": digest_tensors(tensors)}).encode()
        return cls(tensors, save(dict(tensors)), card, archive.getvalue(), _renamed(pickles.getvalue()), published)


@dataclass(frozen=True)
class FuzzedFile:
    """A file that is damaged or forged, and most probably bad."""

    kind: str
    name: str
    content: bytes
    card: bytes | None = None
    is_bad: bool = False
    """Whether it must be refused, because the change cannot be harmless."""
    is_guarded: bool = False
    """Whether it holds checksums of the tensors, so that changed tensors must be refused."""

    def write(self, folder: Path) -> Path:
        """Write the file and its card to a folder, and return the file's path."""
        path = folder / self.name
        path.write_bytes(self.content)
        if self.card is not None:
            path.with_suffix(".json").write_bytes(self.card)
        return path


def fuzz(good: Good, seed: int, count: int, canary: Path) -> list[FuzzedFile]:
    """`count` random files; those that contain code would create `canary`."""
    random = Random(seed)
    return [_fuzz_one(random, good, f"{number:03}", canary) for number in range(count)]


def _fuzz_one(random: Random, good: Good, number: str, canary: Path) -> FuzzedFile:
    from tests.hostile.files import forged_archives, forged_pickles, forged_safetensors
    from tests.hostile.files.damage import damage

    ending = random.choice((".pt", ".pth", ".bin", ".safetensors"))
    source = random.choices(
        ("damaged", "pickle", "archive", "header", "tensors", "card", "other"), (45, 15, 12, 12, 8, 4, 4)
    )[0]
    if source == "pickle":
        kind, content = forged_pickles.forge(random, canary)
        return FuzzedFile(f"a pickle: {kind}", number + ".pt", content, is_bad=True)
    if source == "archive":
        kind, content = forged_archives.forge(
            random, random.choice([good.archive, good.published or good.archive])
        )
        return FuzzedFile(f"an archive: {kind}", number + ".pt", content, is_guarded=True)
    if source == "header":
        kind, content = forged_safetensors.forge(random, good.tensors)
        return FuzzedFile(f"a header: {kind}", f"{number}.safetensors", content, is_bad=True)
    if source == "tensors":
        kind, content = _other_tensors(random, good.tensors)
        return FuzzedFile(f"tensors: {kind}", number + ".pt", content, is_bad=True)
    if source == "card":
        kind, card = damage(random, good.card)
        return FuzzedFile(f"a card {kind}", f"{number}.safetensors", good.safetensors, card)
    if source == "other":
        kind, content = _something_else(random, good)
        return FuzzedFile(kind, number + ending, content, is_bad=True)
    what = random.choice(
        ("safetensors", "safetensors with its card", "archive", "packed archive", "pickles", "published")
    )
    original = {
        "safetensors": good.safetensors,
        "safetensors with its card": good.safetensors,
        "archive": good.archive,
        "packed archive": forged_archives.pack(forged_archives.unpack(good.archive), zipfile.ZIP_DEFLATED),
        "pickles": good.pickles,
        "published": good.published or good.archive,
    }[what]
    kind, content = damage(random, original)
    return FuzzedFile(
        f"{what}, {kind}",
        number + (".safetensors" if what.startswith("safetensors") else ".pt"),
        content,
        good.card if what == "safetensors with its card" else None,
        is_guarded=what not in ("safetensors", "pickles"),
    )


def _other_tensors(random: Random, tensors: Mapping[str, np.ndarray]) -> tuple[str, bytes]:
    """The kind of change and a complete PyTorch file whose tensors are not those of a model."""
    import torch

    named: dict[str, Any] = {name: torch.from_numpy(tensor.copy()) for name, tensor in tensors.items()}
    name = random.choice(list(named))
    tensor = named[name]
    changes: dict[str, Callable[[], object]] = {
        "NaN": lambda: tensor.flatten()[-1:].fill_(torch.nan),
        "infinity": lambda: tensor.flatten()[:1].fill_(-torch.inf),
        "too large a value": lambda: tensor.flatten()[:1].fill_(1e30),
        "missing": lambda: named.pop(name),
        "renamed": lambda: named.update({name + " ": named.pop(name)}),
        "one more": lambda: named.update({"blocks.0.mlp.W_in": tensor}),
        "another number of axes": lambda: named.update({name: tensor[None]}),
        "shorter": lambda: named.update({name: tensor[:-1].clone()}),
        "empty": lambda: named.update({name: tensor[:0].clone()}),
        "whole numbers": lambda: named.update({name: tensor.long()}),
        "truths": lambda: named.update({name: tensor > 0}),
        "complex": lambda: named.update({name: tensor.to(torch.complex64)}),
        "eight bits": lambda: named.update({name: tensor.to(torch.float8_e4m3fn)}),
        "sparse": lambda: named.update({name: tensor.to_sparse()}),
        "without values": lambda: named.update({name: tensor.to("meta")}),
        "far too many": lambda: named.update({name: torch.zeros(1).expand(12, 10**9)}),
        "far too many together": lambda: named.update(
            {f"{name}.{i}": torch.zeros(1).expand(12, 10**6) for i in range(1000)}
        ),
        "a number": lambda: named.update({name: 3.0}),
        "nothing": lambda: named.update({name: None}),
        "a dictionary in it": lambda: named.update({name: {"weight": tensor}}),
    }
    kind = random.choice(list(changes))
    changes[kind]()
    content = io.BytesIO()
    torch.save(named, content)
    return f"{name}, {kind}", content.getvalue()


def _renamed(pickles: bytes) -> bytes:
    """The pickles with a fixed storage name: in PyTorch's older format it is a memory address."""
    return re.sub(rb"X[\x0c-\x0f]\0\0\0\d{12,15}", b"X\x04\0\0\x000000", pickles)


def _something_else(random: Random, good: Good) -> tuple[str, bytes]:
    """The kind and the content of a file that is not a checkpoint."""
    numpy_file, numpy_archive, tar = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.save(numpy_file, good.tensors["embed.W_E"])
    np.savez(numpy_archive, embed=good.tensors["embed.W_E"])
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("../../data.pkl")
        entry.size = len(good.archive)
        archive.addfile(entry, io.BytesIO(good.archive))
    files = {
        "nothing": b"",
        "one byte": random.randbytes(1),
        "zeros": bytes(random.choice((1, 8, 9, 1000, 10**6))),
        "chance": random.randbytes(random.choice((8, 100, 10_000))),
        "a page": PAGE,
        "a tar": tar.getvalue(),
        "a gzip": gzip.compress(random.choice((good.archive, good.safetensors, bytes(10**7))), mtime=0),
        "a gzip of zeros, twice": gzip.compress(gzip.compress(bytes(10**7), mtime=0), mtime=0),
        "a NumPy file": numpy_file.getvalue(),
        "a NumPy archive": numpy_archive.getvalue(),
        "a card": good.card,
        "a picture": b"\x89PNG\r\n\x1a\n" + random.randbytes(500),
        "a pointer to large storage": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 132491\n",
    }
    kind = random.choice(list(files))
    return kind, files[kind]


def read_all(folder: Path) -> None:
    """Read every checkpoint in a folder, and print for each its digest, its error message or its traceback."""
    import resource

    from sumint.checkpoints.files import read_weights
    from sumint.errors import InputError

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    for path in sorted(path for path in folder.iterdir() if path.suffix != ".json"):
        record: dict[str, str] = {"name": path.name}
        signal.alarm(TIMEOUT)
        try:
            record["digest"] = read_weights(path).digest
        except InputError as error:
            record["refusal"] = str(error)
        except BaseException:
            record["fault"] = traceback.format_exc()
        signal.alarm(0)
        print(json.dumps(record), flush=True)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {TIMEOUT} seconds")


if __name__ == "__main__":
    read_all(Path(sys.argv[1]))
