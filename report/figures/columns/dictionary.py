"""The dictionary of the columns of all CSV files: the unit and the meaning of each, and the files that have it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from report.figures.columns.entries import entries
from report.figures.columns.names import UNIT, column_name

DICTIONARY = "data/columns.json"
"""The path in the site of the dictionary."""


@dataclass(frozen=True)
class Column:
    """A column of CSV files."""

    name: str
    unit: str
    """The unit: share stands for a number from 0 to 1, number for one without a unit, and a text has none."""
    meaning: str


def dictionary(files: Mapping[str, Iterable[str]], titles: Iterable[str]) -> dict[str, Any]:
    """The dictionary of all columns, by name.

    Args:
        files: the columns of each CSV, by the name of its figure or table.
        titles: the titles and headings from which the columns were made, which define those that no entry does.
    """
    used: dict[str, list[str]] = {}
    for file, names in sorted(files.items()):
        for name in names:
            used.setdefault(name, []).append(file)
    from_titles = {column_name(title): title for title in titles}
    columns = (defined(name, from_titles) for name in sorted(used))
    return {
        "columns": [
            {"column": one.name, "unit": one.unit, "meaning": one.meaning, "files": used[one.name]}
            for one in columns
        ]
    }


def defined(name: str, from_titles: Mapping[str, str]) -> Column:
    """The column with its unit and meaning: those of its entry, or of the title from which it was made."""
    definitions = entries()["columns"]
    if name in definitions:
        return Column(name, *definitions[name])
    if name.endswith("_sd"):
        base = defined(name.removesuffix("_sd"), from_titles)
        return Column(name, base.unit, f"standard deviation: {base.meaning}")
    if name.startswith("other_"):
        base = defined(name.removeprefix("other_"), from_titles)
        return Column(name, base.unit, f"on the second axis: {base.meaning}")
    title = from_titles.get(name, name)
    with_unit = UNIT.match(title)
    return Column(name, with_unit[2] if with_unit else "", with_unit[1] if with_unit else title)


def titles_of(data: Mapping[str, Any]) -> Iterator[str]:
    """Every title of a figure's data from which a column is made."""
    yield from data["controls"]
    for view in data["views"]:
        yield from view["axes"].values()
