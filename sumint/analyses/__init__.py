"""The analyses: one function in a module of the same name, grouped by what they measure.

from sumint.analyses import head_ablation       # each by its name
sumint.analyses.table()                         # what there is, as a data frame
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_OF_EVERY_SUM = {
    name: f'lab.run("every_sum").{name}'
    for name in ("n_wrong", "listed_sums", "listed_predictions", "listed_margin")
}
SOURCES = {
    "served_routes": 'lab.run("carry_sites").served_routes',
    "best_sites": 'lab.run("carry_sites").best_unserved',
    "routes": 'lab.run("carry_sites").unserved_routes',
    "sites": 'lab.run("minimal_circuit").sites',
    "edges": 'lab.run("circuit").listed',
    "loss_rise_by_carry": 'lab.run("qkv_ablation").loss_rise_by_carry',
    **_OF_EVERY_SUM,
}
"""Where the settings come from that are results of other analyses."""


def analysis_names() -> tuple[str, ...]:
    """The name of every analysis, in alphabetical order."""
    return tuple(sorted(path.stem for path in _modules()))


def analysis_by_name(name: str) -> Callable[..., Any]:
    """The analysis of this name.

    Raises:
        ValueError: if there is none; the message suggests similar names.
    """
    for path in _modules():
        if path.stem == name:
            return getattr(import_module(f"{__name__}.{path.parent.name}.{name}"), name)
    similar = get_close_matches(name, analysis_names())
    hint = f"did you mean {' or '.join(similar)}?" if similar else "`sumint.analyses.table()` lists what there is"
    raise ValueError(f"there is no analysis {name!r}; {hint}")


def table() -> pd.DataFrame:
    """Every analysis with its group, what it measures, and its settings; those without a default are needed."""
    import pandas as pd

    rows = []
    for path in sorted(_modules(), key=lambda path: (path.parent.name, path.stem)):
        function = analysis_by_name(path.stem)
        module = inspect.getdoc(inspect.getmodule(function)) or ""
        settings = ", ".join(
            one.name if one.default is one.empty else f"{one.name}={one.default!r}"
            for one in _settings(function).values()
        )
        rows.append((path.stem, path.parent.name, " ".join(module.split("\n\n")[0].split()), settings))
    return pd.DataFrame(rows, columns=["analysis", "group", "measures", "settings"]).set_index("analysis")


def check_call(analysis: Any, settings: Mapping[str, Any]) -> None:
    """Check that a value is an analysis that takes these settings.

    Raises:
        TypeError: if it is not; the message suggests what to pass instead.
    """
    if isinstance(analysis, ModuleType):
        name = analysis.__name__.rpartition(".")[2]
        raise TypeError(f'{name} is a module; its function is the analysis: lab.run("{name}")')
    if not callable(analysis):
        raise TypeError(
            f"expected an analysis, a function of a model and sums or the name of one, found {analysis!r}"
        )
    try:
        known = _settings(analysis)
    except (TypeError, ValueError):  # a built-in function without a signature
        return
    if any(one.kind is one.VAR_KEYWORD for one in known.values()):
        return
    name = getattr(analysis, "__name__", "the analysis")
    for setting in settings.keys() - known.keys():
        similar = get_close_matches(setting, known, n=1)
        names = ", ".join(known) or "none"
        hint = f"did you mean {similar[0]}?" if similar else f"its settings: {names}"
        raise TypeError(f"{name} has no setting {setting!r}; {hint}")
    missing = [one for one in known.values() if one.default is one.empty and one.name not in settings]
    if missing:
        needed = ", ".join(f"{one.name} ({one.annotation})" for one in missing)
        raise TypeError(f"{name} needs {needed}; {_example(name, missing)}")


def needs_results(analysis: Callable[..., Any]) -> bool:
    """Whether an analysis needs settings, all of which are results of other analyses by `SOURCES`."""
    needed = [one.name for one in _settings(analysis).values() if one.default is one.empty]
    return bool(needed) and SOURCES.keys() >= set(needed)


def _settings(analysis: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """The parameters of an analysis after the model and the sums, or the weights, by name."""
    parameters = parameters_of(analysis)
    return {one.name: one for one in parameters if one.kind in (one.KEYWORD_ONLY, one.VAR_KEYWORD)}


def parameters_of(analysis: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """The parameters of a function.

    Raises:
        TypeError, ValueError: if it is a built-in function without a signature.
    """
    # Of the same functions they are requested hundreds of times in a build.
    find = _parameters_of if isinstance(analysis, FunctionType) else _parameters_of.__wrapped__
    return find(analysis)


@lru_cache(maxsize=512)
def _parameters_of(analysis: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    return tuple(inspect.signature(analysis).parameters.values())


def _example(name: str, missing: list[inspect.Parameter]) -> str:
    """Where the settings of an analysis come from, which are results of another."""
    if not SOURCES.keys() >= {one.name for one in missing}:
        return f"see help(sumint.analyses.{name})"
    settings = ", ".join(f"{one.name}={SOURCES[one.name]}" for one in missing)
    return f'for example lab.run("{name}", {settings})'


def _modules() -> list[Path]:
    return list(Path(__file__).parent.glob("*/[!_]*.py"))


def __getattr__(name: str) -> Any:
    """An analysis as an attribute of the package."""
    # A group of the same name is a package, which an import finds by itself.
    is_group = (Path(__file__).parent / name).is_dir()
    if name.startswith("_") or is_group or name not in analysis_names():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return analysis_by_name(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *analysis_names()})
