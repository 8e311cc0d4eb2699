"""The import of libraries without others that they import, too, and that no command uses.

transformers and datasets, for models from the Hugging Face hub, and pandas, for frames of results, take longer to
import than PyTorch. In a command, stand-ins take the place of their names while transformer_lens is imported. A
stand-in imports its library when something is done with it, and then behaves like what it stands for. PyTorch's
compiler takes a second to import; its optimizers import it only to exempt themselves from compilation.
"""

from __future__ import annotations

import importlib
import importlib.abc
import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

LIBRARIES = ("datasets", "pandas", "transformers")

COMPILER = "torch._dynamo"

_are_postponed = False


def postpone_imports() -> None:
    """Let this process import transformer_lens and PyTorch without these libraries, until one of them is used.

    For the processes of commands. In a notebook everything is imported as usual.
    """
    global _are_postponed
    _are_postponed = True
    sys.modules.setdefault(COMPILER, _NoCompiler(COMPILER))


def import_transformer_lens() -> None:
    """Import transformer_lens; without these libraries, if their import is postponed in this process."""
    if not _are_postponed or _modules_in("transformer_lens", *LIBRARIES):
        return
    finder, earlier = _StandInFinder(), set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        importlib.import_module("transformer_lens.model_bridge")
    except Exception:
        # This version uses one of the libraries as it is imported: all is imported again, as usual.
        _forget(sys.modules.keys() - earlier)
    finally:
        sys.meta_path.remove(finder)
        _forget(_modules_in(*LIBRARIES))


class _NoCompiler(ModuleType):
    """PyTorch's compiler before anything is compiled; it is imported when it is used."""

    @staticmethod
    def disable(function: Any, *_: Any, **__: Any) -> Any:
        """Exempt a function from compilation; where nothing is compiled, this changes nothing."""
        return function

    @staticmethod
    def graph_break() -> None:
        """End a compiled portion of a function; where nothing is compiled, there is none."""

    def __getattr__(self, name: str) -> Any:
        # Every module is asked for such names, but only an import of a part needs one of them.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        if sys.modules[self.__name__] is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class _StandIn(type):
    """A class that stands for a name of a library: a class or a function, which it imports when it is used."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _StandIn:
        if bases:
            raise TypeError(f"{bases[0].__name__} is not imported yet, so it can have no subclass")
        return super().__new__(cls, name, bases, namespace)

    def _real(cls) -> Any:
        return getattr(importlib.import_module(cls.__module__), cls.__name__)

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        return cls._real()(*arguments, **named)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # as for any other class; annotations are asked for such names
            raise AttributeError(name)
        return getattr(cls._real(), name)

    def __instancecheck__(cls, instance: object) -> bool:
        # Nothing is an instance of a class that was never imported.
        return cls.__module__ in sys.modules and isinstance(instance, cls._real())

    def __subclasscheck__(cls, subclass: type) -> bool:
        return subclass is cls or (cls.__module__ in sys.modules and issubclass(subclass, cls._real()))


class _StandInModule(ModuleType):
    """A module all of whose names are stand-ins."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        stand_in = _StandIn(name, (), {"__module__": self.__name__})
        setattr(self, name, stand_in)
        return stand_in


class _StandInFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a stand-in for every module of the libraries."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> Any:  # noqa: ARG002
        return ModuleSpec(fullname, self, is_package=True) if _is_in(fullname, *LIBRARIES) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is executed."""


def _is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _modules_in(*packages: str) -> list[str]:
    """The modules of these packages that have been imported."""
    return [name for name in sys.modules if _is_in(name, *packages)]


def _forget(modules: Iterable[str]) -> None:
    """Let these modules be imported again."""
    for name in modules:
        del sys.modules[name]
