"""The paths of the report's own files, in a checkout and in an installation."""

from __future__ import annotations

from pathlib import Path

REPORT = Path(__file__).resolve().parent
"""The package `report`."""
ROOT = REPORT.parent
"""The folder that holds the packages `report` and `sumint`."""
TEMPLATES = REPORT / "templates" if (REPORT / "templates").is_dir() else ROOT / "templates"
"""The folder of the templates: inside the package when it is installed, beside it in a checkout."""


COMPARISON = "comparison"
"""The chapter that a report has only if it is compared with another model."""


def chapter_names() -> tuple[str, ...]:
    """The names of the package's chapters that a report can choose, found without importing them."""
    names = {path.parent.name.replace("_", "-") for path in REPORT.glob("chapters/*/__init__.py")}
    return tuple(sorted(names - {COMPARISON}))
