"""What a kept thing depends on, in a digest: equal keys, equal things.

Sources are digested file by file, those of a module with all that it reaches by import; found by path and read
with `ast`, because looking a module up the usual way would import its package. Times of files play no part.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

COMPUTING = ("torch", "transformer_lens", "numpy", "numba")
"""The libraries that results are computed with."""

_ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Key:
    """What something depends on, by name; the digest of it is where it is kept."""

    name: str
    ingredients: Mapping[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def text(self) -> str:
        return json.dumps({"name": self.name, **self.ingredients}, sort_keys=True)


def sources_of(*modules: str, packages: Collection[str] = ("sumint",)) -> dict[str, str]:
    """The sha256 of these modules' files and of all in `packages` that they reach by import, by module name."""
    reached: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        is_theirs = name.split(".")[0] in packages
        if is_theirs and name not in reached and (path := _path_of(name)) is not None:
            digest, imports = _digest_and_imports(path)
            reached[name] = digest
            waiting += imports
    return dict(sorted(reached.items()))


def versions(libraries: Collection[str] = COMPUTING) -> dict[str, str]:
    """The versions of Python and of these libraries, read without importing them."""
    return {"python": platform.python_version(), **{library: _version(library) for library in libraries}}


_version = cache(version)


def digest_file(path: Path) -> str:
    """The sha256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def differences(now: str, before: str) -> list[str]:
    """What differs between the texts of two keys, each in a few words."""
    new, old = _flat(json.loads(now)), _flat(json.loads(before))
    changed = (name for name in sorted({*new, *old}) if new.get(name) != old.get(name))
    return [_difference(name, old.get(name), new.get(name)) for name in changed]


def _flat(ingredients: Mapping[str, Any]) -> dict[str, Any]:
    """Ingredients of ingredients by both their names: probe seed, sources sumint.fourier."""
    flat: dict[str, Any] = {}
    for name, value in ingredients.items():
        if isinstance(value, Mapping):
            flat |= {f"{name} {part}": it for part, it in value.items()}
        else:
            flat[name] = value
    return flat


def _difference(name: str, old: Any, new: Any) -> str:
    kind, _, part = name.partition(" ")
    if kind == "sources":
        return f"{part} {'is new' if old is None else 'is gone' if new is None else 'changed'}"
    if kind == "versions":
        return f"{part} {old} → {new}"
    return f"other {kind}" if _is_digest(new) else f"{name} {old} → {new}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == hashlib.sha256().digest_size * 2


@cache
def _path_of(module: str) -> Path | None:
    """The file of a module beside this package's."""
    path = _ROOT.joinpath(*module.split("."))
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@cache
def _digest_and_imports(path: Path) -> tuple[str, tuple[str, ...]]:
    source = path.read_bytes()
    imports: set[str] = set()
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` may import the module a.b.c as well as a name in a.b
            imports.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return hashlib.sha256(source).hexdigest(), tuple(sorted(imports))


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """All statements in a block and in the blocks inside it; expressions are left out, as none is an import."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(block, part, ()):
            yield statement
            yield from _statements(statement)
