"""Reads the entries of a TOML file in which each table is one frozen value: a term, or a reference."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from report.errors import TextError, shortened

Entry = TypeVar("Entry")


def read_entries(source: str, file: Path, kind: type[Entry], name: str) -> list[Entry]:
    """The entries of a file with the content `source`, in its order; lists become tuples.

    Args:
        kind: the dataclass of an entry, whose fields are those of a table.
        name: the field that holds the name of the table.

    Raises:
        TextError: if the file cannot be read, or a table lacks a field or has another one.
    """
    place = shortened(file)
    try:
        tables = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise TextError(f"{place}: {error}") from None
    return [_entry(f"{place}: [{key}]", kind, {name: key, **table}) for key, table in tables.items()]


def _entry(place: str, kind: type[Any], table: dict[str, Any]) -> Any:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    missing = [field for field, is_required in known.items() if is_required and field not in table]
    if missing:
        raise TextError(f"{place} lacks {', '.join(missing)}")
    if unknown := table.keys() - known.keys():
        raise TextError(f"{place} has {', '.join(sorted(unknown))}; expected {', '.join(known)}")
    values = {field: tuple(value) if isinstance(value, list) else value for field, value in table.items()}
    try:
        return kind(**values)
    except ValueError as error:
        raise TextError(f"{place} {error}") from None
