"""Compiles the kernel before it is needed, for networks of every size."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import typeof

from sumint.exhaustive.kernel.counting import count_clear
from sumint.exhaustive.kernel.sweep import evaluate
from sumint.exhaustive.kernel.tables import Tables
from sumint.exhaustive.predictions import Predictions


def compile_kernel() -> None:
    """Compile what an exhaustive run calls and keep the code in the store; stored code is only loaded."""
    floats, integers = np.zeros(0, np.float32), np.zeros(0, np.int64)
    examples = {"int": 0, "np.ndarray": floats, "np.float32": np.float32(0)}
    tables = Tables(*(examples[kind] for kind in _annotations(Tables)))
    predictions = Predictions(*(floats for _ in Predictions._fields))
    _compile(evaluate, tables, integers, integers, predictions)
    _compile(count_clear, predictions, 0, 0, np.float32(0), integers, integers, integers, integers)


def _annotations(kind: type) -> list[str]:
    """The types of a named tuple's fields, as they are written."""
    return [getattr(one, "__forward_arg__", one) for one in kind.__annotations__.values()]


def _compile(function: Any, *arguments: Any) -> None:
    function.compile(tuple(typeof(one) for one in arguments))
