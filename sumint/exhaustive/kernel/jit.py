"""The numba decorators of the kernel; compiled code is stored in the cache folder until the sources change."""

from __future__ import annotations

import os
from typing import Any

from numba import njit
from numba.core import config

from sumint.store.folder import cache_folder
from sumint.store.keys import Key
from sumint.store.sources import sources_of

# The digest covers all sources: numba itself would check only the file of the entry point.
_SOURCES = Key("compiled", {"sources": sources_of("sumint.exhaustive.shards")})
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "compiled" / _SOURCES.digest[:16]))
# The kernel uses explicit vectors, so higher optimization levels only make compilation slower.
os.environ.setdefault("NUMBA_OPT", "1")
config.reload_config()

_OPTIONS: dict[str, Any] = {"error_model": "numpy"}
_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

inner = njit(**_OPTIONS, **_NO_WRAPPERS)
"""Compiles a function that is called only by compiled functions."""
inlined = njit(**_OPTIONS, **_NO_WRAPPERS, inline="always")
"""Compiles a function that is inlined into the compiled functions that call it."""
entry_point = njit(**_OPTIONS, nogil=True, cache=True)
"""Compiles a function that Python calls from any number of threads, and stores the compiled code."""
