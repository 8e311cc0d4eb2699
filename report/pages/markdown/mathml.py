"""Conversion of formulas from LaTeX to MathML at build time, so that a page shows them without a script."""

from __future__ import annotations

import re

from markupsafe import Markup
from math_core import LatexError, LatexToMathML

from report.errors import TextError

_CONVERTER = LatexToMathML(fancy_error=False)


def mathml(latex: str, place: str, *, display: bool) -> Markup:
    """A formula as MathML; a `TextError` whose message begins with `place` if it cannot be parsed."""
    try:
        converted = _CONVERTER.convert_with_local_state(latex.strip(), displaystyle=display)
    except LatexError as error:
        formula = " ".join(latex.split())
        raise TextError(f"{place}: the formula {formula} cannot be parsed: {_one_line(error)}") from None
    if display:
        return Markup('<span class="formula">') + Markup(converted) + Markup("</span>")
    return Markup(converted)


def _one_line(error: LatexError) -> str:
    """The message of the error without its position, which is relative to the formula."""
    return re.sub(r"^\d+(:\d+)?:\s*", "", " ".join(str(error).split()))
