"""What a report's own folder adds to what a site is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from report.project.chapters import PACKAGE
from report.project.settings import Settings
from sumint.store.sources import files_of


def has_code(module: ModuleType) -> bool:
    """Whether a chapter's module was read from a file; that of the conclusions has a text alone."""
    return module.__file__ is not None and Path(module.__file__).is_file()


def is_own(module: ModuleType) -> bool:
    """Whether a chapter comes from outside the package."""
    return module.__name__.startswith(f"{PACKAGE}.")


def inputs_of(settings: Settings, outline: Sequence[ModuleType]) -> Mapping[str, Any]:
    """The settings, the files of the report's own folder, and the model that it is compared with, as a key.

    A chapter that depends on more than its code and the report's own model names it in its `INPUTS`.
    """
    return {
        "identity": settings.identity,
        "chapters": [module.__name__ for module in outline],
        "files": own_files(settings, outline),
        "other inputs": [module.INPUTS for module in outline if hasattr(module, "INPUTS")],
    }


def own_files(settings: Settings, outline: Sequence[ModuleType]) -> list[Path]:
    """The texts and the code of the report's own folder."""
    own = [module for module in outline if is_own(module)]
    code = {path for module in own if has_code(module) for path in files_of(module.__name__)}
    texts = [Path(str(module.__file__)).with_suffix(".md") for module in own]
    package = Path(__file__).parents[2]
    found = {*(path for path in code if not path.is_relative_to(package)), *texts}
    introduction = [] if settings.introduction is None else [settings.introduction]
    return [*introduction, *sorted(found)]
