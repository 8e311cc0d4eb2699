"""Edited modules anew, in a process that goes on.

An edited module is forgotten together with every module that reaches it by import, so that the next import reads
it again and nothing is left that knows it as it was. All other modules stay, and with them what they hold: torch,
the model, results. `importlib.reload` does less: whoever has imported a name from a module would keep the old one.
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
"""Whose modules can be edited."""

RUNNING = ("report.__main__", "report.cli", "report.preview")
"""What the preview itself is made of; it goes on as it is."""


def forget(edited: Collection[Path]) -> frozenset[str]:
    """Forget the modules of edited files and all that reach them by import; gives their names.

    With them goes what any function of ours remembers of its calls, since that may be what it once read in a file.
    """
    loaded = _loaded()
    names = {name for path in edited if (name := module_of(path, loaded)) is not None}
    if not names:
        return frozenset()
    needs = {name: _imports_of(name, module) for name, module in loaded.items()}
    stale = {name for name in reaching(names, needs) if name in loaded and not is_running(name)}
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
    """The name of the module in a file; None if it is in none of our packages."""
    for package in PACKAGES:
        folder = _file_of(loaded[package]).parent if package in loaded else None
        if path.suffix == ".py" and folder is not None and path.is_relative_to(folder):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return None


def is_running(name: str) -> bool:
    """Whether a module is a part of the preview itself."""
    return any(name == part or name.startswith(f"{part}.") for part in RUNNING)


def reaching(names: Iterable[str], needs: Mapping[str, Collection[str]]) -> set[str]:
    """These modules and all that need one of them, or need one that does, and so on."""
    reached = set(names)
    while more := {name for name, needed in needs.items() if name not in reached and reached & set(needed)}:
        reached |= more
    return reached


def _loaded() -> dict[str, ModuleType]:
    ours = {name: module for name, module in sys.modules.items() if name.split(".")[0] in PACKAGES}
    return {name: module for name, module in ours.items() if getattr(module, "__file__", None)}


def _file_of(module: ModuleType) -> Path:
    return Path(str(module.__file__))


def _imports_of(name: str, module: ModuleType) -> set[str]:
    """Every module that a module needs: the packages it is in, and all that it imports anywhere."""
    parts = name.split(".")
    imports = {".".join(parts[:n]) for n in range(1, len(parts))}
    try:
        tree = ast.parse(_file_of(module).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return imports  # it is edited, and so forgotten whatever it needs
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from a.b import c` may import the module a.b.c as well as a name in a.b
            imports.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
    return imports


def _drop(name: str) -> None:
    """Make the next import of a module read it anew: packages, too, know the modules in them by name."""
    module = sys.modules.pop(name)
    package, _, last = name.rpartition(".")
    if vars(sys.modules.get(package, module)).get(last) is module:
        delattr(sys.modules[package], last)
