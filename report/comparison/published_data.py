"""The data of figures and tables that are compared, read from the files in which a report publishes them.

The files of another site may contain anything: what is not in the expected form counts as missing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from report.content.safe_text import plain

PERFORMANCE = "the-task/performance"
HEADS = "ablation/head-ablation"
DIGITS = "every-sum/errors-by-digit"
ROUTES = "how-it-carries/carry-routes"
COMPARED = (PERFORMANCE, HEADS, DIGITS, ROUTES)
"""The figures and tables whose data are compared, by chapter and name."""

Read = TypeVar("Read")


@dataclass(frozen=True)
class DigitErrors:
    """The errors over all sums, by digit of the answer."""

    digits: tuple[str, ...]
    share_wrong: tuple[float, ...]
    loss: tuple[float, ...]
    """The mean cross-entropy, in nats."""


@dataclass(frozen=True)
class BestSite:
    """The site whose patch changes most answers, on one route and in one direction."""

    route: str
    switched: str
    """Whether the carry is switched on or off."""
    site: str
    rate: float
    """The share of the answers that change; NaN if it could not be measured."""


def performance_measures(data: Mapping[str, Any]) -> Mapping[str, str]:
    """The measures of the performance on the sample, as texts; empty without them."""

    def read() -> Mapping[str, str]:
        columns = _columns(data[PERFORMANCE])
        return dict(zip(map(_text, columns["measure"]), map(_text, columns["value"]), strict=True))

    return _or_none(read) or {}


def loss_rise(data: Mapping[str, Any]) -> np.ndarray | None:
    """The rise in loss when a head is mean-ablated [layer, head]; None without it."""

    def read() -> np.ndarray:
        values = np.array(data[HEADS]["views"][0]["traces"][0]["z"], np.float64)
        if values.ndim != 2 or not np.isfinite(values).all():
            raise ValueError("expected a matrix of numbers")
        return values

    return _or_none(read)


def digit_errors(data: Mapping[str, Any]) -> DigitErrors | None:
    """The errors by digit over all sums; None without them."""

    def read() -> DigitErrors:
        columns = _columns(data[DIGITS])
        return DigitErrors(
            tuple(map(_text, columns["digit"])),
            tuple(map(float, columns["share"])),
            tuple(map(float, columns["mean cross-entropy"])),
        )

    return _or_none(read)


def best_sites(data: Mapping[str, Any]) -> tuple[BestSite, ...]:
    """The best site of each route and direction; empty without them."""

    def read() -> tuple[BestSite, ...]:
        columns = _columns(data[ROUTES])
        rows = zip(
            *(columns[name] for name in ("route", "carry switched", "site", "answers changed")), strict=True
        )
        return tuple(
            BestSite(_text(route), _text(switched), _text(site), math.nan if rate is None else float(rate))
            for route, switched, site, rate in rows
        )

    return _or_none(read) or ()


def _columns(table: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
    """The columns of a table by their headings."""
    return dict(zip(table["columns"], zip(*table["rows"], strict=True), strict=True))


def _text(value: Any) -> str:
    return plain(str(value))


def _or_none(read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except (KeyError, IndexError, TypeError, ValueError, OverflowError):
        return None
