"""What the file of columns contains: the names, units, meanings and values of the columns of the CSV files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

COLUMNS_FILE = Path(__file__).with_name("columns.toml")
"""The file that names and defines the columns."""

Names = tuple[str, ...]
"""The columns of one label: one, or several if it has several parts."""


@cache
def entries() -> Mapping[str, Any]:
    """The content of the file: names by title, names of single figures and tables, labels and definitions."""
    return tomllib.loads(COLUMNS_FILE.read_text(encoding="utf-8"))
