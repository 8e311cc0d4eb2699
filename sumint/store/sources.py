"""The source files that a function depends on: its module's, and all that this reaches by import.

Followed are imports within `sumint` and `report`, and within the function's own package. A module outside any
package, such as a script, is followed to the modules beside it. Installed libraries are left to their versions.
Modules are found by path and read with `ast`, because looking one up the usual way would import its package.

Only a function that its module's file defines by name has a source. A cell of a notebook, a lambda, a closure or a
`functools.partial` has none: two of them can share a name, a file and a line, and compute different things.
Neither is a value part of the source that running code assigns to a module; pass such a value as a setting.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import resolve_name
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sumint.machine.line_endings import read_source

_ROOT = Path(__file__).parent.parent.parent

PACKAGES = ("sumint", "report")
"""Our own packages."""
IMPORT_LINE = re.compile(
    r"\n[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))"
)


class NoSourceError(ValueError):
    """Raised for a function or module that no source file defines; the message names it and the reason."""


@dataclass(frozen=True, eq=False)
class _Folder:
    """A folder in which modules are searched for; ours is one object, so that comparing it takes no time."""

    path: Path
    packages: frozenset[str] | None
    """The packages of the folder that are followed; None for every module in it."""

    @property
    def is_ours(self) -> bool:
        """Whether our own packages lie in it, whose files are looked up once."""
        return self is _our_folder()

    def find(self, module: str) -> Path | None:
        """The file of a module in this folder."""
        if self.is_ours:
            return _our_modules().get(module)
        parts = module.split(".")
        if self.packages is not None and parts[0] not in self.packages:
            return None
        path = self.path.joinpath(*parts)
        return next(
            (one for one in (path / "__init__.py", path.parent / f"{path.name}.py") if one.is_file()), None
        )


def sources_of(*modules: str) -> dict[str, str]:
    """The sha256 of the files of these modules and of all that they reach by import, by module name.

    Raises:
        NoSourceError: if one of them has no file, or was edited since it was imported.
    """
    return {name: digest for name, (_, digest) in _reached(modules).items()}


def files_of(*modules: str) -> list[Path]:
    """The files of these modules and of all that they reach by import.

    Raises:
        NoSourceError: if one of them has no file, or was edited since it was imported.
    """
    return [path for path, _ in _reached(modules).values()]


def _reached(modules: Iterable[str]) -> dict[str, tuple[Path, str]]:
    """The file of each module that is reached and its sha256, by module name."""
    reached: dict[str, tuple[Path, str]] = {}
    for start in map(_start, modules):
        if start[0] not in reached:
            from_here = _reached_from if start[2].is_ours else _reached_from.__wrapped__
            reached |= from_here(*start)
    return dict(sorted(reached.items()))


@cache
def _reached_from(name: str, path: Path, folder: _Folder) -> dict[str, tuple[Path, str]]:
    """The same for one module; of our own files, which are looked up once, it is remembered."""
    reached: dict[str, tuple[Path, str]] = {}
    waiting = [(name, path, folder)]
    while waiting:
        name, path, folder = waiting.pop()
        if name not in reached:
            look_up = _look_up if folder.is_ours else _look_up.__wrapped__
            digest, imported = look_up(name, path, folder)
            reached[name] = path, digest
            waiting += imported
    return reached


def module_of(function: Callable[..., Any]) -> str:
    """The name of the module whose file defines a function.

    Raises:
        NoSourceError: if there is none: the name that the function has is not that of this very function.
    """
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    named: Any = module
    for part in getattr(function, "__qualname__", "<unnamed>").split("."):
        named = getattr(named, part, None)
    written = getattr(inspect.unwrap(function), "__code__", None)
    if module is None or named is not function or written is None:
        raise NoSourceError(f"{_name(function)} is not defined by name in a module")
    if Path(written.co_filename) != Path(getattr(module, "__file__", None) or "no file"):
        raise NoSourceError(f"{_name(function)} is not defined in a file")
    return module.__name__


def code_digest(function: Callable[..., Any]) -> str:
    """The sha256 of a function's compiled code, wherever it was written; of nothing, if it has none."""
    function = getattr(function, "func", function)  # what a `partial` calls
    code = getattr(inspect.unwrap(function), "__code__", None)
    return hashlib.sha256(repr(_constants(code)).encode()).hexdigest()


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", None) or type(function).__qualname__


@cache
def _our_folder() -> _Folder:
    return _Folder(_ROOT, frozenset(PACKAGES))


def _start(module: str) -> tuple[str, Path, _Folder]:
    """A module by the name that it would be imported by, its file, and where its own imports are looked for."""
    ours = _our_folder()
    if path := ours.find(module):
        return module, path, ours
    loaded = sys.modules.get(module)
    path = Path(getattr(loaded, "__file__", None) or "no file").absolute()
    if path.suffix != ".py" or not path.is_file():
        raise NoSourceError(f"{module} has no source file")
    spec = getattr(loaded, "__spec__", None)  # a script has none
    name = spec.name if spec else path.stem
    parts = name.split(".")
    depth = len(parts) - (path.name != "__init__.py")
    folder = path.parents[depth] if depth < len(path.parents) else path.parent
    if _Folder(folder, None).find(name) != path:  # loaded from its file, under a name that is not its place
        folder = path.parent
    return name, path, _Folder(folder, frozenset(parts[:1]) if _is_of_installation(folder) else None)


def _is_of_installation(folder: Path) -> bool:
    """Whether Python's own modules, or installed libraries, lie in a folder."""
    return folder.name in ("site-packages", "dist-packages") or str(folder) in sysconfig.get_paths().values()


@cache
def _look_up(name: str, path: Path, folder: _Folder) -> tuple[str, tuple[tuple[str, Path, _Folder], ...]]:
    """The sha256 of a module's file, and the modules that it reaches by import.

    Our own files are looked up once: digests are of the code that is running, whatever is edited meanwhile.
    """
    source = read_source(path)
    if not folder.is_ours:
        _check_unedited(name, path, source)
    places = dict.fromkeys((folder, _our_folder()))
    imports = _imports(source, name, is_package=path.name == "__init__.py", is_ours=folder.is_ours)
    reached = []
    for imported in imports:
        matches = ((imported, file, place) for place in places if (file := place.find(imported)))
        reached += [*matches][:1]
    return hashlib.sha256(source).hexdigest(), tuple(reached)


@cache
def _our_modules() -> Mapping[str, Path]:
    """The file of each of our own modules, listed once: a build asks for thousands of names."""
    modules: dict[str, Path] = {}
    for package in PACKAGES:
        for folder, folders, files in os.walk(_ROOT / package):
            folders[:] = [name for name in folders if name != "__pycache__"]
            within = ".".join(Path(folder).relative_to(_ROOT).parts)
            sources = [name for name in files if name.endswith(".py")]
            modules |= {f"{within}.{name[:-3]}": Path(folder, name) for name in sources if name != "__init__.py"}
            if "__init__.py" in sources:
                modules[within] = Path(folder, "__init__.py")
    return modules


def _imports(source: bytes, module: str, *, is_package: bool, is_ours: bool) -> tuple[str, ...]:
    """Every module that a source may import anywhere, by its full name."""
    package = module if is_package else module.rpartition(".")[0]
    imports: set[str] = set()
    try:
        found = imports_by_lines(source.decode()) if is_ours else imports_by_parsing(source)
        for origin, names in found:
            full = resolve_name(origin, package) if origin else ""
            # `from a.b import c` may import the module a.b.c as well as a name in a.b.
            imports.update((full, *(f"{full}.{name}" for name in names)) if full else names)
    except SyntaxError as error:
        raise NoSourceError(f"{module} is not valid Python (line {error.lineno})") from None
    if module.split(".")[0] not in PACKAGES:
        # What a module's packages do when they are imported counts as well; ours do nothing.
        imports.update(*(_packages_of(name) for name in (module, *imports)))
    return tuple(sorted(imports))


Import = tuple[str, tuple[str, ...]]
"""The module after `from`, empty without one and with its dots if it is relative, and the names after `import`."""


def imports_by_lines(source: str) -> Iterator[Import]:
    """The imports of a source in which each begins a line, as in all of ours.

    That takes a tenth of the time of parsing it. A line of a docstring may look like an import.
    """
    for origin, from_there, modules in IMPORT_LINE.findall(f"\n{source}"):
        names = re.sub(r"#[^\n]*|[()]", "", from_there or modules).split(",")
        yield origin, tuple(name.split()[0] for name in names if name.strip())


def imports_by_parsing(source: bytes) -> Iterator[Import]:
    """The imports anywhere in a source; a `SyntaxError` if it is not valid Python."""
    for node in _statements(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield "", tuple(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), tuple(alias.name for alias in node.names)


def _packages_of(module: str) -> list[str]:
    """The packages that a module lies in, outermost first."""
    parts = module.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """All statements in a block and in the blocks inside it; expressions are left out, as none is an import."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(block, part, ()):
            yield statement
            yield from _statements(statement)


def _check_unedited(name: str, path: Path, source: bytes) -> None:
    """Raise a `NoSourceError` if a loaded module has a function that its file does not define any more."""
    loaded = sys.modules.get(name) or sys.modules.get("__main__")
    if loaded is None or Path(getattr(loaded, "__file__", None) or "no file").absolute() != path:
        return
    compiled = getattr(getattr(loaded, "__loader__", None), "source_to_code", None)
    if compiled is None:
        return  # a loader such as pytest's compiles something else than the file, and does not show what
    written = list(_codes(compiled(source, str(path))))
    for function in _functions(loaded):
        code = inspect.unwrap(function).__code__
        if Path(code.co_filename).absolute() == path and code not in written:
            raise NoSourceError(f"{path} was edited since it was imported")


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    for value in vars(module).values():
        methods = vars(value).values() if inspect.isclass(value) else ()
        yield from (one for one in (value, *methods) if isinstance(one, FunctionType))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _constants(value: Any) -> Any:
    """What a code computes, without where it was written."""
    if isinstance(value, CodeType):
        return value.co_code, value.co_names, value.co_varnames, tuple(map(_constants, value.co_consts))
    return sorted(map(repr, value)) if isinstance(value, frozenset) else value
