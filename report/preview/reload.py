"""Reloading of edited modules in a running process.

An edited module is removed from `sys.modules` together with every module that imports it, directly or indirectly,
so that the next import loads the new version and no module keeps a reference to the old one. All other modules
stay loaded, with their state: torch, the model, results. `importlib.reload` is not sufficient, since a module that
has imported a name from the reloaded one would keep the old object.
"""

from __future__ import annotations

import ast
import importlib
import linecache
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import ModuleType

PACKAGES = ("report", "sumint")
"""The packages whose modules can be reloaded."""

PREVIEW = ("report.__main__", "report.cli", "report.preview")
"""The modules and packages of the preview itself, which are not reloaded."""


def unload(edited: Collection[Path]) -> frozenset[str]:
    """Unload the modules of edited files and all modules that depend on them, and return their names.

    The caches of all functions of these packages are cleared, since a cached value may come from an edited file.
    """
    loaded = _loaded()
    names = {name for path in edited if (name := module_of(path, loaded)) is not None}
    if not names:
        return frozenset()
    imports = {name: _imports_of(name, module) for name, module in loaded.items()}
    stale = {name for name in dependents(names, imports) if name in loaded and not is_part_of_preview(name)}
    for name in stale:
        _drop(name)
    for module in _loaded().values():
        for value in vars(module).values():
            if clear := getattr(value, "cache_clear", None):
                clear()
    importlib.invalidate_caches()
    linecache.checkcache()
    return frozenset(stale)


def module_of(path: Path, loaded: Mapping[str, ModuleType]) -> str | None:
    """The name of the module in a file; None if the file is not in one of the packages."""
    for package in PACKAGES:
        folder = _file_of(loaded[package]).parent if package in loaded else None
        if path.suffix == ".py" and folder is not None and path.is_relative_to(folder):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return None


def is_part_of_preview(name: str) -> bool:
    """Whether a module is a part of the preview itself."""
    return any(name == part or name.startswith(f"{part}.") for part in PREVIEW)


def dependents(names: Iterable[str], imports: Mapping[str, Collection[str]]) -> set[str]:
    """These modules and all modules that import one of them, directly or indirectly."""
    result = set(names)
    while more := {name for name, imported in imports.items() if name not in result and result & set(imported)}:
        result |= more
    return result


def _loaded() -> dict[str, ModuleType]:
    ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] in PACKAGES}
    return {name: module for name, module in ours.items() if getattr(module, "__file__", None)}


def _file_of(module: ModuleType) -> Path:
    return Path(str(module.__file__))


def _imports_of(name: str, module: ModuleType) -> set[str]:
    """Every module on which a module depends: the packages that contain it, and all that it imports anywhere."""
    parts = name.split(".")
    imports = {".".join(parts[:n]) for n in range(1, len(parts))}
    try:
        tree = ast.parse(_file_of(module).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return imports  # the file is being edited, and is unloaded whatever it imports
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` may import the module a.b.c or a name in a.b.
            imports.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return imports


def _drop(name: str) -> None:
    """Remove a module from `sys.modules` and from its package, so that the next import loads it again."""
    module = sys.modules.pop(name)
    package, _, last = name.rpartition(".")
    if vars(sys.modules.get(package, module)).get(last) is module:
        delattr(sys.modules[package], last)
