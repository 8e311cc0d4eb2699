"""How functions are compiled."""

from __future__ import annotations

from typing import Any

from numba import njit

_OPTIONS: dict[str, Any] = {"error_model": "numpy"}
_NO_WRAPPERS: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

inner = njit(**_OPTIONS, **_NO_WRAPPERS)
"""Compiles a function that only compiled functions call."""
inlined = njit(**_OPTIONS, **_NO_WRAPPERS, inline="always")
"""Likewise, and puts it into them."""
outermost = njit(**_OPTIONS, nogil=True, cache=True)
"""Compiles a function that Python calls, in as many threads as it likes; what was compiled is kept."""
