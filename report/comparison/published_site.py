"""A published site, read back from disk, where anybody may have changed it.

Nothing in it is trusted. Its files are those that a walk through the folder finds; a path that the site itself
names, in its manifest or in a link, is only ever looked up among them, so none leads out of the folder. Links are
not followed, what is no plain file is not opened, and what is too large, nested too deeply, no JSON, or of another
shape than we write is an `UnreadableError`, which says so in a line.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NoReturn

from report.content.safe_text import plain
from report.errors import SiteError, UnreadableError
from report.publishing.publish import GENERATOR, KEPT, MANIFEST, RECORD

CLAIMS = "claims.json"
OPENING = "index.html"
DATA = "data/"
OWN = (MANIFEST, RECORD, KEPT)
"""What lies in a site's folder and is not in its manifest."""

LARGEST_RECORD = 4 * 2**20
"""Bytes of the manifest, the claims, or a page; the largest that we write have some hundred thousand."""
LARGEST_DATA = 64 * 2**20
"""Bytes of one figure's numbers; the largest that we write have some million."""


@dataclass(frozen=True)
class PublishedClaim:
    """A claim as a site tells it."""

    chapter: str
    name: str
    kind: str
    statement: str
    value: str
    numbers: Mapping[str, float]
    criterion: str
    holds: bool | None

    @property
    def key(self) -> str:
        """What no other claim of the site is called."""
        return f"{self.chapter}/{self.name}"

    @property
    def verdict(self) -> str:
        """The verdict in words."""
        return {True: "holds", False: "does not hold", None: "not checked"}[self.holds]


class PublishedSite:
    """A folder with a site of this report in it, whole or damaged."""

    def __init__(self, folder: Path) -> None:
        """Look into a folder.

        Raises:
            SiteError: if it is none, cannot be looked into, or holds no site of this report.
        """
        self.folder = folder
        self.files: dict[str, Path] = {}
        """Every plain file, by its path in the site."""
        self.strange: dict[str, str] = {}
        """What is neither a plain file nor a folder, or cannot be looked into: what it is, by path."""
        shown = plain(str(folder))
        try:
            if not folder.exists():
                raise SiteError(f"{shown}: there is no such folder")
            if not folder.is_dir():
                raise SiteError(f"{shown}: is no folder; name the folder of a built site")
            for path, entry, complaint in _walk(folder):
                if complaint:
                    self.strange[path] = complaint
                else:
                    self.files[path] = Path(entry)
        except OSError as error:
            raise SiteError(f"{shown}: cannot be looked into ({error.strerror or error})") from None
        except ValueError as error:  # a name with a null character
            raise SiteError(f"{shown}: cannot be looked into ({error})") from None
        if not self._is_ours():
            raise SiteError(f"{shown}: holds no site of this report")

    def read(self, path: str, at_most: int = LARGEST_RECORD) -> bytes:
        """The content of one of the site's files; an `UnreadableError` if there is none, or none that is fit."""
        self._expect(path)
        try:
            with self.files[path].open("rb") as file:
                content = file.read(at_most + 1)
        except OSError as error:
            raise UnreadableError(path, f"cannot be read ({error.strerror or error})") from None
        if len(content) > at_most:
            raise UnreadableError(path, f"has more than {at_most:,} bytes, which nothing of a site has")
        return content

    def json(self, path: str, at_most: int = LARGEST_RECORD) -> Any:
        """What a JSON file says; an `UnreadableError` if it says nothing."""
        try:
            return json.loads(self.read(path, at_most), parse_constant=_refuse)
        except RecursionError:
            raise UnreadableError(path, "is nested too deeply") from None
        except ValueError as error:
            raise UnreadableError(path, f"is no JSON ({plain(str(error))})") from None

    def digest(self, path: str) -> str:
        """The sha256 of a file, in hexadecimal digits; an `UnreadableError` if it cannot be read."""
        self._expect(path)
        try:
            with self.files[path].open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnreadableError(path, f"cannot be read ({error.strerror or error})") from None

    def manifest(self) -> dict[str, str]:
        """The sha256 of every file that the site should hold, by its path.

        Raises:
            UnreadableError: if the manifest does not say it.
        """
        manifest = self.json(MANIFEST)
        files = manifest.get("files") if isinstance(manifest, dict) else None
        if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
            raise UnreadableError(MANIFEST, "lists no files with their sha256")
        return files

    @property
    def names_its_inputs(self) -> bool:
        """Whether the manifest says what the site was made from; older sites do not, and have no `build.json`."""
        try:
            manifest = self.json(MANIFEST)
        except UnreadableError:
            return False
        return isinstance(manifest, dict) and "inputs" in manifest

    def claims(self) -> dict[str, PublishedClaim]:
        """Every claim by its key, in the site's order.

        Raises:
            UnreadableError: if they are not told as we tell them.
        """
        run_chapter = self.json(CLAIMS)
        if not isinstance(run_chapter, list):
            raise UnreadableError(CLAIMS, "is no list of claims")
        claims: dict[str, PublishedClaim] = {}
        for number, one in enumerate(run_chapter, start=1):
            claim = _claim(one, f"claim {number}")
            if claim.key in claims:
                raise UnreadableError(CLAIMS, f"two claims are called {plain(claim.key)}")
            claims[claim.key] = claim
        return claims

    def build(self) -> dict[str, Any]:
        """What `build.json` says of the build; an `UnreadableError` if it is no JSON object."""
        run_chapter = self.json(RECORD)
        if not isinstance(run_chapter, dict):
            raise UnreadableError(RECORD, "says nothing of a build")
        return run_chapter

    def provenance(self) -> dict[str, str]:
        """What the foot of the opening page says the report was made from; empty if that cannot be read."""
        try:
            foot = _Foot()
            foot.feed(self.read(OPENING).decode())
        except (UnreadableError, UnicodeDecodeError, AssertionError):  # HTMLParser asserts where it gives up
            return {}
        return {plain(" ".join(label.split())): plain(" ".join(text.split())) for label, text in foot.predicted}

    @cached_property
    def data(self) -> dict[str, str]:
        """The paths of the files with a figure's or a table's numbers, by its name: `chapter/name`."""
        return {
            path.removeprefix(DATA).removesuffix(".json"): path
            for path in sorted(self.files)
            if path.startswith(DATA) and path.endswith(".json")
        }

    def _expect(self, path: str) -> None:
        if path not in self.files:
            raise UnreadableError(path, self.strange.get(path, "is missing"))

    def _is_ours(self) -> bool:
        """Whether the manifest says so, or, where it says nothing, what else lies there."""
        try:
            manifest = self.json(MANIFEST)
        except UnreadableError:
            return {OPENING, CLAIMS} <= self.files.keys()
        return isinstance(manifest, dict) and manifest.get("generator") == GENERATOR


def _walk(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Everything below a folder but folders: its path from there, where it is, and why it is not to be opened."""
    folders = [("", str(folder))]
    while folders:  # and not by recursion: folders can be nested deeper than calls
        inside, current = folders.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            if not inside:
                raise
            yield inside.removesuffix("/"), current, f"cannot be looked into ({error.strerror or error})"
            continue
        for entry in entries:
            path = inside + entry.name
            if entry.is_symlink():
                yield path, entry.path, "is a symbolic link"
            elif entry.is_dir(follow_symlinks=False):
                folders.append((f"{path}/", entry.path))
            else:
                is_plain = entry.is_file(follow_symlinks=False)
                yield path, entry.path, "" if is_plain else "is no plain file"


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"it has {constant}")


def _claim(run_chapter: Any, place: str) -> PublishedClaim:
    if not isinstance(run_chapter, dict):
        raise UnreadableError(CLAIMS, f"{place} is no claim")
    for field in ("chapter", "name", "kind", "statement", "value", "criterion"):
        if not isinstance(run_chapter.get(field), str):
            raise UnreadableError(CLAIMS, f"{place} has no text as its {field}")
    numbers, holds = run_chapter.get("numbers"), run_chapter.get("holds", "")
    if not isinstance(numbers, dict) or not all(map(is_number, numbers.values())):
        raise UnreadableError(CLAIMS, f"{place} has numbers that are none")
    if holds is not None and not isinstance(holds, bool):
        raise UnreadableError(CLAIMS, f"{place} has a verdict that is none of true, false and null")
    return PublishedClaim(
        run_chapter["chapter"],
        run_chapter["name"],
        run_chapter["kind"],
        run_chapter["statement"],
        run_chapter["value"],
        {name: as_float(number) for name, number in numbers.items()},
        run_chapter["criterion"],
        holds,
    )


def is_number(value: object) -> bool:
    """Whether a value from JSON is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_float(number: float) -> float:
    """A number from JSON, which may be an integer that is too large."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


_FIELDS = {"dt": 0, "dd": 1}


class _Foot(HTMLParser):
    """The labels and texts of the provenance at the foot of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.predicted: list[list[str]] = []
        self._is_inside = False
        self._field: int | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "dl":
            self._is_inside = ("class", "provenance") in attrs
        elif self._is_inside and tag == "dt":
            self.predicted.append(["", ""])
        if tag in _FIELDS:
            self._field = _FIELDS[tag] if self._is_inside and self.predicted else None

    def handle_endtag(self, tag: str) -> None:
        if tag in _FIELDS:
            self._field = None
        if tag == "dl":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._field is not None:
            self.predicted[-1][self._field] += data
