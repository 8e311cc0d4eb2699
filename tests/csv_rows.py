"""The rows of every CSV of a site: those of files, and those that pages make, as pages make them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.figure_scripts import registered


def rows_of_every_csv(site: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """The name and the rows of every CSV of a site, with every cell as the text that the CSV contains."""
    for file in sorted(site.glob("data/*/*.csv")):
        with file.open(encoding="utf-8", newline="") as opened:
            yield _name(file), list(csv.DictReader(opened))
    for file in sorted(site.glob("data/*/*.js")):
        columns, names, about = registered(file.read_bytes(), "registerTable")
        yield _name(file), list(_rows_of_table(columns, names, about))
    for file in sorted(site.glob("figures/*/*.js")):
        columns = registered(file.read_bytes())[1]["columns"]
        data = json.loads((site / "data" / f"{_name(file)}.json").read_bytes())
        rows = tidy_rows(data, columns)
        yield _name(file), [{column: _cell(row.get(column)) for column in columns["all"]} for row in rows]


def columns_of_every_csv(site: Path) -> dict[str, list[str]]:
    """The columns of every CSV of a site, by the name of its figure or table."""
    columns = {}
    for file in site.glob("data/*/*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            columns[f"{file.parent.name}/{file.stem}"] = next(csv.reader(opened))
    for file in site.glob("data/*/*.js"):
        names = registered(file.read_bytes(), "registerTable")[1]
        columns[f"{file.parent.name}/{file.stem}"] = [column for of_column in names for column in of_column]
    for file in site.glob("figures/*/*.js"):
        columns[f"{file.parent.name}/{file.stem}"] = registered(file.read_bytes())[1]["columns"]["all"]
    return columns


def tidy_rows(data: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a figure's data, in the columns that its script names."""
    put = partial(in_columns, listed=columns["labels"])
    for view in data["views"]:
        for trace in view["traces"]:
            about: dict[str, Any] = {}
            for names, choice in zip(columns["controls"], view["choices"], strict=False):
                about |= put(names, choice)
            about |= put(columns["panel"], trace.get("panel", "")) | put(columns["series"], trace["name"])
            titles = {axis: view["axes"].get(trace.get(f"{axis}_axis", axis), "") for axis in "xy"}
            axes = {
                **{axis: columns["axes"].get(axis, {}).get(titles[axis], []) for axis in "xy"},
                "z": columns["axes"].get("z", {}).get(view["axes"].get("z", ""), []),
                "error_y": columns["axes"].get("error", {}).get(titles["y"], []),
                **{channel: columns[channel] for channel in ("r", "theta", "text")},
            }
            for index, point in enumerate(points_of(trace)):
                row = dict(about)
                for channel, value in point.items():
                    row |= put(axes[channel], value)
                yield row | (put(columns["points"], view["points"][index]) if "points" in view else {})


def points_of(trace: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    channels = [channel for channel in ("x", "y", "z", "r", "theta", "error_y", "text") if channel in trace]
    if "z" not in trace:
        for values in zip(*(trace[channel] for channel in channels), strict=True):
            yield dict(zip(channels, values, strict=True))
        return
    for row, y in enumerate(trace["y"]):
        for column, x in enumerate(trace["x"]):
            text = {"text": trace["text"][row][column]} if "text" in trace else {}
            yield {"x": x, "y": y, "z": trace["z"][row][column], **text}


def in_columns(names: list[str], label: Any, listed: Mapping[str, Any]) -> dict[str, Any]:
    of_columns = listed.get(" ".join(names), {})
    if isinstance(label, str) and label in of_columns:
        return dict(zip(names, of_columns[label], strict=True))
    if len(names) < 2:
        return dict.fromkeys(names, label)
    parts = re.split(r", |: |[+=]", str(label))
    return {name: parts[index] if index < len(parts) else "" for index, name in enumerate(names)}


def _rows_of_table(
    columns: list[dict[str, Any]], names: list[list[str]], about: Mapping[str, Any]
) -> Iterator[dict[str, str]]:
    lists = about.get("lists", [])
    for row in zip(*map(_values, about.get("columns", columns)), strict=True):
        items = {place: str(row[place]).split(", ") for place in lists}
        for item in range(len(items[lists[0]]) if lists else 1):
            values = [items[place][item] if place in items else value for place, value in enumerate(row)]
            cells = [
                in_columns(of_column, value, about.get("labels", {}))
                for of_column, value in zip(names, values, strict=True)
            ]
            yield {column: _cell(value) for of_column in cells for column, value in of_column.items()}


def _values(column: dict[str, Any]) -> list[Any]:
    values = column["values"]
    values = values.split("\n") if isinstance(values, str) else values
    return [values[int(place)] for place in column["which"]] if "which" in column else values


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _name(file: Path) -> str:
    return f"{file.parent.name}/{file.stem}"
