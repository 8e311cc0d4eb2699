"""Formats of numbers for texts, tables and labels."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Concatenate, Final, ParamSpec

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
UNMEASURED: Final = "not measured"
"""How a number that could not be measured is written, whatever its format."""

Settings = ParamSpec("Settings")


def number_format(
    form: Callable[Concatenate[float, Settings], str],
) -> Callable[Concatenate[float, Settings], str]:
    """Decorate the format of a number, so that it writes NaN as `UNMEASURED`, without a unit."""

    @wraps(form)
    def with_unmeasured(value: float, /, *args: Settings.args, **settings: Settings.kwargs) -> str:
        return UNMEASURED if math.isnan(value) else form(value, *args, **settings)

    return with_unmeasured


@number_format
def decimals(value: float, places: int = 2) -> str:
    """A number to the given number of decimal places, with a true minus sign: −0.25."""
    text = f"{value:,.{places}f}"
    is_zero = not text.strip("-0.,")
    return text.lstrip("-") if is_zero else text.replace("-", "−")


def count(value: int) -> str:
    """A whole number with thousands separators: 25,000,000."""
    return decimals(value, 0)


def counted(value: int, noun: str, plural: str = "") -> str:
    """A count with its noun in the singular or plural: 1 head, 3 heads, 2 queries."""
    return f"{count(value)} {noun}" if value == 1 else f"{count(value)} {plural or noun + 's'}"


@number_format
def percent(share: float, places: int = 1) -> str:
    """A share as a percentage: 0.984 is 98.4%; a share between 0 and 1 is never rounded to 0% or 100%."""
    least, nearly_all = 10**-places, 100 - 10**-places
    if 0 < 100 * share < least and float(f"{100 * share:.{places}f}") == 0:
        return f"under {decimals(least, places)}%"
    if nearly_all < 100 * share < 100 and float(f"{100 * share:.{places}f}") == 100:
        return f"over {decimals(nearly_all, places)}%"
    return decimals(100 * share, places) + "%"


def without_formulas(text: str) -> str:
    """A text whose formulas are written as plain text, for labels of charts: $\\cos 1$ is cos 1."""
    return text.replace("$", "").replace("\\", "")


def whole_percent(share: float) -> str:
    """A share in whole per cent, for a cell: 0.984 is 98%, and 0.995 or more, below 1, is >99%."""
    return ">99%" if 0.995 <= share < 1 else decimals(100 * share, 0) + "%"


@number_format
def scientific(value: float, places: int = 1) -> str:
    """A number in scientific notation: 1.2 × 10⁻⁷."""
    if value == 0:
        return "0"
    digits, exponent = f"{value:.{places}e}".split("e")
    superscript = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digits.replace('-', '−')} × 10{superscript}".replace(" ", NO_BREAK)


@number_format
def significant(value: float, digits: int = 3) -> str:
    """A number to the given number of significant digits, in scientific notation if it is very small or large."""
    if value != 0 and not 1e-4 <= abs(value) < 1e6:
        return scientific(value, digits - 1)
    rounded = float(f"{value:.{digits}g}")
    exponent = int(f"{rounded:e}".split("e")[1])
    return decimals(rounded, max(digits - 1 - exponent, 0))


@number_format
def nats(value: float, digits: int = 3) -> str:
    """A loss in nats, to three significant digits by default."""
    return f"{significant(value, digits)}{NO_BREAK}nats"


@number_format
def radians(value: float, places: int = 3) -> str:
    """An angle in radians: 3.065 rad."""
    return f"{decimals(value, places)}{NO_BREAK}rad"


@number_format
def degrees(value: float, places: int = 1) -> str:
    """An angle in degrees: 36.0°."""
    return f"{decimals(value, places)}°"


def is_written_number(text: str) -> bool:
    """Whether a cell contains one number, with or without a unit, or a dash in the place of one: −0.25, 3 of 4."""
    number = r"[−+>]?\d[\d.,]*(\s×\s10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(%|°|\sof\s[\d.,]+|\snats|\srad)?"
    return re.fullmatch(f"{number}|(over|under) {number}|–|{UNMEASURED}|unknown|none", text) is not None


def joined(items: Iterable[object]) -> str:
    """Items as a list in a sentence: 19, 25, 26 and 37; "none" if there are no items."""
    *rest, last = [str(item) for item in items] or ["none"]
    return f"{', '.join(rest)} and {last}" if rest else last


FORMATS: Final[Mapping[str, Callable[..., str]]] = {
    form.__name__: form
    for form in (decimals, count, counted, percent, scientific, significant, nats, radians, degrees, joined)
}
"""The formats that a text can use, by name."""
