"""How functions are compiled, and that what was compiled is kept in the cache folder until the code changes."""

from __future__ import annotations

import os
from typing import Any

from numba import njit
from numba.core import config

from sumint.store.folder import cache_folder
from sumint.store.keys import Key
from sumint.store.sources import sources_of

# By all the sources: numba itself would look at the outermost function's file alone.
_SOURCES = Key("compiled", {"sources": sources_of("sumint.exhaustive.shards")})
os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "compiled" / _SOURCES.digest[:16]))
# The kernel spells its vectors out: costly optimizations find nothing to do, and it is ready sooner without them.
os.environ.setdefault("NUMBA_OPT", "1")
config.reload_config()

_OPTIONS: dict[str, Any] = {"error_model": "numpy"}
_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

inner = njit(**_OPTIONS, **_NO_WRAPPERS)
"""Compiles a function that only compiled functions call."""
inlined = njit(**_OPTIONS, **_NO_WRAPPERS, inline="always")
"""Likewise, and puts it into them."""
outermost = njit(**_OPTIONS, nogil=True, cache=True)
"""Compiles a function that Python calls, in as many threads as it likes; what was compiled is kept."""
