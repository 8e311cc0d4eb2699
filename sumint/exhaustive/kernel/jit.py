"""The numba decorators of the kernel, whose compiled code is kept in the store until the sources change."""

from __future__ import annotations

import logging
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit, types
from numba.core import config
from numba.core.caching import NullCache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.store.keys import Key, versions
from sumint.store.results import Store
from sumint.store.sources import sources_of

# The kernel uses explicit vectors, so higher optimization levels only make compilation slower.
os.environ.setdefault("NUMBA_OPT", "1")
config.reload_config()
# NUMBA_DISABLE_JIT, for debuggers, would leave functions as they are; those of the kernel exist compiled alone.
setattr(config, "DISABLE_JIT", 0)  # noqa: B010 — numba declares no such attribute

_OPTIONS: dict[str, Any] = {"error_model": "numpy"}
_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: Callable[..., Any]) -> Any:
    """Compile a function that is called only by compiled functions, once for all values of its arguments.

    numba would compile it again for every constant that it is called with.
    """
    dispatcher = njit(**_OPTIONS, **_NO_WRAPPERS)(function)
    template_for = dispatcher.get_call_template

    def without_constants(arguments: Any, keywords: Any) -> Any:
        return template_for(tuple(types.unliteral(one) for one in arguments), keywords)

    setattr(dispatcher, "get_call_template", without_constants)  # noqa: B010 — numba declares no such attribute
    return dispatcher


inlined = njit(**_OPTIONS, **_NO_WRAPPERS, inline="always")
"""Compiles a function that is inlined into the compiled functions that call it.

What is called once is inlined, too: numba optimises each function again with everything that calls it.
"""

log = logging.getLogger(__name__)


def entry_point(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls from any number of threads, and keep the compiled code in the store."""
    dispatcher = njit(**_OPTIONS, nogil=True)(function)
    setattr(dispatcher, "_cache", StoredCode(function.__name__))  # noqa: B010 — numba declares no such attribute
    return dispatcher


def _store() -> Store:
    """The store of compiled code: in the folder that numba's own variable names, or else the user's store."""
    folder = os.environ.get("NUMBA_CACHE_DIR")
    return Store(Path(folder)) if folder else Store.of_user()


class StoredCode(NullCache):
    """The compiled code of one function, in numba's interface for a cache.

    numba's own cache has no digests: a damaged file of it is an error or, worse, runs. It also looks only at the
    file of the function itself, so a change of what the function calls would go unnoticed.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code compiled for these types of arguments and this processor, or None if there is none."""
        target_context.refresh()
        stored = _store().load(self._key(sig, target_context.codegen()), bytes)
        if stored is None:
            return None
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(stored))
        except Exception as error:
            log.warning("the stored code of %s cannot be loaded (%s); it is compiled again", self._name, error)
            return None

    def save_overload(self, sig: Any, cres: CompileResult) -> None:
        """Store the code compiled for these types of arguments and this processor."""
        _store().save(self._key(sig, cres.codegen), dumps(cres._reduce()))

    def _key(self, sig: Any, codegen: Any) -> Key:
        return Key(
            f"compiled-{self._name}",
            {
                "sources": sources_of("sumint.exhaustive.shards"),
                "arguments": str(sig),
                "lanes": WIDTH,
                "processor": [str(one) for one in codegen.magic_tuple()],
                "optimization": os.environ["NUMBA_OPT"],
                "versions": versions(("numba", "llvmlite", "numpy")),
            },
        )
