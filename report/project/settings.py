"""What the `report.toml` of a report's folder sets, checked key by key."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from report.errors import SettingsError, shortened
from report.project.identity import Author, Identity

FILE = "report.toml"
ENCODING = "utf-8-sig"
"""UTF-8, with or without the mark at its start that editors on Windows write."""
INTRODUCTION, CONCLUSIONS = "introduction.md", "conclusions.md"

NAMED_CHECKPOINTS = ("bundled", "arena")
"""The checkpoints that are named rather than given as a file."""


@dataclass(frozen=True)
class Settings:
    """The settings of a report; those of a report without a folder are the defaults."""

    folder: Path | None = None
    identity: Identity = field(default_factory=Identity)
    weights: str = "bundled"
    """`bundled`, `arena`, an address, or the path of a file."""
    compare: str = ""
    """The model with which the report is compared: as for `weights`, or the folder of a site; empty for none."""
    site: Path = Path("site")
    base_url: str = ""
    strict: bool = False
    chapters: tuple[str, ...] | None = None
    """The chapters in their order: the package's by name, one's own by the path of a `.py` file; None for all."""

    def is_own(self, chosen: Sequence[str], compare: str) -> bool:
        """Whether a report is another than the project's own: it has a folder, some chapters, or a comparison.

        Args:
            chosen: the chapters that are built alone; empty for all.
            compare: the model to compare with; empty for none.
        """
        return self.folder is not None or bool(chosen) or bool(compare)

    @property
    def introduction(self) -> Path | None:
        """The text that precedes the opening page's own; None if there is none."""
        return self._text(INTRODUCTION)

    @property
    def conclusions(self) -> Path | None:
        """The text of the last chapter; None if there is none."""
        return self._text(CONCLUSIONS)

    def _text(self, name: str) -> Path | None:
        path = None if self.folder is None else self.folder / name
        return path if path is not None and path.is_file() else None


def read_settings(folder: Path, known_chapters: Sequence[str]) -> Settings:
    """The settings of the report in a folder.

    Args:
        known_chapters: the names of the package's chapters.

    Raises:
        SettingsError: if there is no report in the folder, or its settings are wrong; the message names the table
            and the key, or the line of a syntax error.
    """
    file = folder / FILE
    place = shortened(file)
    if folder.is_file():
        raise SettingsError(
            f"{shortened(folder)} is a file, not the folder of a report; a report on a checkpoint: "
            f"`python -m report build --weights {shortened(folder)}`"
        )
    if not folder.exists():
        raise SettingsError(
            f"{shortened(folder)}: no such folder; `python -m report new {shortened(folder)}` makes a report in it"
        )
    if not file.is_file():
        raise SettingsError(
            f"{shortened(folder)}: there is no {FILE} in this folder; `python -m report new {shortened(folder)}` "
            "makes a report"
        )
    try:
        content = tomllib.loads(file.read_text(encoding=ENCODING))
    except tomllib.TOMLDecodeError as error:
        n_lines = file.read_text(encoding=ENCODING).rstrip().count("\n") + 1
        message = str(error).replace("at end of document", f"at the end, line {n_lines}")
        raise SettingsError(f"{place}: {message}") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{place}: not in UTF-8 ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise SettingsError(f"{place}: {error.strerror}") from None
    return _Reader(place, folder, known_chapters).settings(content)


class _Reader:
    """Reads the content of one file."""

    def __init__(self, place: str, folder: Path, known_chapters: Sequence[str]) -> None:
        self._place = place
        self._folder = folder
        self._known_chapters = known_chapters

    def settings(self, content: Mapping[str, Any]) -> Settings:
        own = {one.name for one in fields(Settings)} - {"folder", "identity"}
        of_identity = {one.name for one in fields(Identity)}
        self._check_keys("", content, own | of_identity)
        base_url = self._address("", "base_url", content).rstrip("/")
        return Settings(
            folder=self._folder,
            identity=self._identity(content),
            weights=self._weights(content),
            compare=self._compare(content),
            site=self._folder / self._text("", "site", content, "site"),
            base_url=base_url,
            strict=self._of_type("", "strict", content, bool, "true or false", default=False),
            chapters=self._chapters(content),
        )

    def _identity(self, content: Mapping[str, Any]) -> Identity:
        given = {
            name: text for name in ("title", "subtitle", "licence") if (text := self._text("", name, content, ""))
        }
        authors = self._of_type("", "authors", content, list, "tables [[authors]]", default=[])
        return Identity(
            **given,
            authors=tuple(self._author(number, one) for number, one in enumerate(authors, start=1)),
            date=self._date(content),
            repository=self._address("", "repository", content).rstrip("/"),
        )

    def _author(self, number: int, content: Any) -> Author:
        table = f"[[authors]] {number}: "
        if not isinstance(content, dict):
            self._fail(f"{table}expected a table with a name, found {_written(content)}")
        self._check_keys(table, content, {one.name for one in fields(Author)})
        name = self._text(table, "name", content, "").strip()
        if not name:
            self._fail(f"{table}name: every author needs a name")
        orcid = self._text(table, "orcid", content, "").removeprefix("https://orcid.org/")
        if orcid and not re.fullmatch(r"(\d{4}-){3}\d{3}[\dX]", orcid):
            self._fail(f"{table}orcid: expected an identifier such as 0000-0002-1825-0097, found {orcid}")
        return Author(name, self._address(table, "url", content), orcid)

    def _date(self, content: Mapping[str, Any]) -> str:
        date = content.get("date", "")
        if isinstance(date, datetime.datetime):
            date = date.date()
        if isinstance(date, datetime.date):
            return date.isoformat()
        try:
            return datetime.date.fromisoformat(date).isoformat() if date else ""
        except (TypeError, ValueError):
            self._fail(f"date: expected a date such as 2026-11-29, found {_written(date)}")

    def _weights(self, content: Mapping[str, Any]) -> str:
        weights = self._text("", "weights", content, "bundled")
        return weights if weights in NAMED_CHECKPOINTS or "://" in weights else str(self._file("weights", weights))

    def _compare(self, content: Mapping[str, Any]) -> str:
        other = self._text("", "compare", content, "")
        if not other or other in NAMED_CHECKPOINTS or "://" in other:
            return other
        path = self._folder / other
        return str(path if path.is_dir() else self._file("compare", other))

    def _chapters(self, content: Mapping[str, Any]) -> tuple[str, ...] | None:
        if "chapters" not in content:
            return None
        names = self._of_type("", "chapters", content, list, "a list of chapters", default=[])
        if not names:
            self._fail("chapters: the list is empty; remove it to have all chapters")
        found = [self._chapter(name) for name in names]
        twice = next((name for name in found if found.count(name) > 1), None)
        if twice is not None:
            self._fail(f'chapters: "{twice}" is listed twice')
        return tuple(found)

    def _chapter(self, name: Any) -> str:
        if not isinstance(name, str):
            self._fail(f"chapters: expected names of chapters, found {_written(name)}")
        if name.endswith(".py"):
            return str(self._file("chapters", name))
        check_chapter(name, self._known_chapters, lambda message: self._fail(f"chapters: {message}"))
        return name

    def _file(self, key: str, name: str) -> Path:
        path = self._folder / name
        if not path.is_file():
            what = "is a folder, expected a file" if path.is_dir() else "no such file"
            named = get_close_matches(name, NAMED_CHECKPOINTS, n=1) if key in ("weights", "compare") else []
            hint = f'did you mean "{named[0]}"?' if named else f"paths are relative to the folder of {FILE}"
            self._fail(f"{key}: {what}: {name} ({hint})")
        return path

    def _address(self, table: str, key: str, content: Mapping[str, Any]) -> str:
        address = self._text(table, key, content, "")
        if address and not re.fullmatch(r"https?://[^\s/?#]+\S*", address):
            self._fail(f"{table}{key}: expected an address such as https://example.org, found {address}")
        return address

    def _text(self, table: str, key: str, content: Mapping[str, Any], default: str) -> str:
        return self._of_type(table, key, content, str, "a text in quotes", default=default)

    def _of_type(
        self, table: str, key: str, content: Mapping[str, Any], kind: type, expected: str, *, default: Any
    ) -> Any:
        value = content.get(key, default)
        if not isinstance(value, kind):
            self._fail(f"{table}{key}: expected {expected}, found {_written(value)}")
        return value

    def _check_keys(self, table: str, content: Mapping[str, Any], known: set[str]) -> None:
        for key in content:
            if key not in known:
                similar = get_close_matches(key, sorted(known), n=1)
                hint = f'did you mean "{similar[0]}"?' if similar else f"known are {', '.join(sorted(known))}"
                self._fail(f'{table}unknown key "{key}"; {hint}')

    def _fail(self, message: str) -> NoReturn:
        raise SettingsError(f"{self._place}: {message}")


def check_chapter(name: str, known: Sequence[str], fail: Callable[[str], NoReturn]) -> None:
    """Call `fail` with a message that names the nearest chapter unless a name is that of one."""
    if name not in known:
        similar = get_close_matches(name, known, n=1)
        hint = f'did you mean "{similar[0]}"?' if similar else f"there are {', '.join(known)}"
        fail(f'there is no chapter "{name}"; {hint}')


def _written(value: Any) -> str:
    """A value of a TOML file, for a message."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the text "{value}"'
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return str(value)
