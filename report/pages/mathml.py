"""Formulas: LaTeX to MathML, when the report is built, so that a page needs no script to show them."""

from __future__ import annotations

import re

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

from report.errors import TextError

_CONVERTER = LatexToMathML(fancy_error=False)


def mathml(latex: str, place: str, *, display: bool) -> Markup:
    """A formula as MathML; a `TextError` that begins with `place` if it is none."""
    try:
        converted = _CONVERTER.convert_with_local_state(latex.strip(), displaystyle=display)
    except LatexError as error:
        written = " ".join(latex.split())
        raise TextError(f"{place}: the formula {written} cannot be read: {_one_line(error)}") from None
    if display:
        return Markup('<span class="formula">') + Markup(converted) + Markup("</span>")
    return Markup(converted)


def _one_line(error: LatexError) -> str:
    """The message without its position, which counts from the formula's own beginning."""
    return re.sub(r"^\d+(:\d+)?:\s*", "", " ".join(str(error).split()))
