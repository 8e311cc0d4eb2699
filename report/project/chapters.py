"""Chapters from outside the package: a Python file with a `PLAN`, and a text of the same name beside it.

A chapter's module is loaded from its file under a name of its own, so that a file may be called what it likes. Its
folder is added to the end of Python's path, where the chapter finds modules beside it.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from report.content.chapter import ChapterPlan
from report.content.failures import described
from report.errors import ReportError, SettingsError, shortened
from sumint.errors import InputError

PACKAGE = "own_chapters"
"""The package as whose modules chapters from outside are loaded; it exists in memory alone."""


def load_chapters(files: Iterable[Path]) -> list[ModuleType]:
    """The modules of chapters from outside.

    Raises:
        SettingsError: if a file is not a chapter; the message names it, with the line of a syntax error.
    """
    return [load_chapter(file) for file in files]


def load_chapter(file: Path) -> ModuleType:
    """The module of a chapter from outside, which has a `PLAN`, and a text beside it.

    Raises:
        SettingsError: if the file is not a chapter; the message names it, with the line of a syntax error.
    """
    place = shortened(file)
    if not file.stem.isidentifier():
        raise SettingsError(f"{place}: the name of a chapter's file consists of letters, digits and underscores")
    module = _load(file.absolute(), place)
    plan = getattr(module, "PLAN", None)
    if not isinstance(plan, ChapterPlan):
        found = "has none" if plan is None else f"has one of type {type(plan).__name__}"
        raise SettingsError(
            f"{place}: a chapter needs a PLAN, a report.content.chapter.ChapterPlan; this file {found}"
        )
    text = file.with_suffix(".md")
    if not text.is_file():
        raise SettingsError(f"{shortened(text)}: no such file; it is the text of the chapter {file.name}")
    return module


def own_chapter_files() -> tuple[Path, ...]:
    """The files of all chapters from outside that have been loaded in this process."""
    modules = [module for name, module in sys.modules.items() if name.startswith(f"{PACKAGE}.")]
    return tuple(Path(module.__file__) for module in modules if module.__file__)


def conclusions(text: Path) -> ModuleType:
    """The chapter whose text is that of the conclusions; it measures nothing."""
    module = ModuleType(f"{PACKAGE}.conclusions")
    module.__file__ = str(text.with_suffix(".py"))  # its text is found beside this file, which need not exist
    module.PLAN = ChapterPlan(  # pyright: ignore[reportAttributeAccessIssue]
        title="Conclusions", question="What follows from what was measured?"
    )
    return module


def _load(file: Path, place: str) -> ModuleType:
    name = f"{PACKAGE}.{file.stem}"
    known = sys.modules.get(name)
    if known is not None and known.__file__ == str(file):
        return known
    package = sys.modules.setdefault(PACKAGE, ModuleType(PACKAGE))
    package.__path__ = []
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        del sys.modules[name]
        raise SettingsError(f"{shortened(Path(error.filename or file))}:{error.lineno}: {error.msg}") from None
    except (ReportError, InputError):
        raise
    except Exception as error:
        del sys.modules[name]
        raise SettingsError(f"{place}: the chapter cannot be imported: {described(error)}") from error
    return module
