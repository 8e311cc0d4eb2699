"""Where the report finds its own files, in a checkout and where it is installed."""

from __future__ import annotations

from pathlib import Path

REPORT = Path(__file__).resolve().parent
"""The package `report`."""
ROOT = REPORT.parent
"""The folder that holds the packages `report` and `sumint`."""
TEMPLATES = REPORT / "templates" if (REPORT / "templates").is_dir() else ROOT / "templates"
"""The templates: inside the package where it is installed, beside it in a checkout."""
