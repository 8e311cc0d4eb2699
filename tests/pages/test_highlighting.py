"""Listings of code: what is coloured, and that they are kept between builds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from report.pages.highlighting import highlight, remembered_highlight
from sumint.store.results import Store

CODE = 'def share(n: int) -> float:\n    """A share."""\n    return 1 < n and n / 2  # of two\n'


def test_comments_keywords_strings_and_defined_names_are_marked_up_and_nothing_else() -> None:
    html = highlight(CODE)
    for marked in ("def", "share", "return", "and", "# of two", '"""A share."""'):
        assert f">{marked}</span>" in html
    assert html.count("<span") == 6
    assert "1 &lt; n" in html


def test_a_kept_listing_is_the_same_and_needs_no_lexer(tmp_path: Path) -> None:
    assert remembered_highlight(Store(tmp_path))(CODE) == highlight(CODE)
    script = f"""
import sys
from pathlib import Path
from report.pages.highlighting import remembered_highlight
from sumint.store.results import Store
sys.modules["pygments"] = None  # cannot be imported
print(remembered_highlight(Store(Path({str(tmp_path)!r})))({CODE!r}), end="")
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert process.stdout == highlight(CODE)


def test_another_code_is_another_listing(tmp_path: Path) -> None:
    html_of = remembered_highlight(Store(tmp_path))
    assert html_of(CODE) != html_of(CODE.replace("share", "part"))


def test_without_a_store_a_listing_is_made_each_time() -> None:
    assert remembered_highlight(Store(None))(CODE) == highlight(CODE)
