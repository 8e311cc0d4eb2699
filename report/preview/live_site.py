"""A site that is not published: its files in memory, and its pages told when there are newer ones.

Published pages may connect to nothing and know nothing of a preview. As it hands a page out, a live site adds the
script that listens for news, and lets that copy connect to the server it came from. What is built takes the place
of what was there all at once; what cannot be built leaves it there, and the pages say why.
"""

from __future__ import annotations

import json
import secrets
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any

SCRIPT = "-preview.js"
EVENTS = "-preview/events"
HEARTBEAT = 10.0
"""Seconds after which a silent connection is tried, to learn whether anybody still listens."""

WAITING = b"""<!doctype html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; script-src 'self'; connect-src 'none'">
<meta charset="utf-8">
<title>The report is being built</title>
<link rel="icon" href="data:,">
</head>
<body><p>The report is being built. This page shows it as soon as it is done.</p></body>
</html>
"""
"""Every page until the first build is done."""


@dataclass(frozen=True)
class Problem:
    """What keeps the report from being built."""

    title: str
    message: str
    where: str = ""
    """`file:line` of the code that raised it, where the message does not say so itself."""

    @classmethod
    def of(cls, error: Exception, folders: Collection[Path]) -> Problem:
        """What a page says of an error; its place is looked for in `folders`, which hold what can be edited."""
        from report.errors import ReportError
        from sumint.errors import InputError

        title = "The report cannot be built"
        if isinstance(error, ReportError | InputError):
            return cls(title, str(error))
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return cls(title, f"{type(error).__name__}: {message}", place_of(error, folders))

    @classmethod
    def of_parts(
        cls, failures: Sequence[str], errors: Iterable[BaseException], folders: Collection[Path]
    ) -> Problem:
        """What a page says where parts of the report could not be made, because of these errors."""
        places = dict.fromkeys(place_of(error, folders) for error in errors)
        return cls("Not all of the report can be made", "\n".join(failures), ", ".join(filter(None, places)))


@dataclass(frozen=True)
class News:
    """What a page is told."""

    version: str
    """Of the files; other files, other version."""
    problem: Problem | None

    def __bytes__(self) -> bytes:
        return f"data: {json.dumps(asdict(self))}\n\n".encode()


@dataclass
class LiveSite:
    """The files of the last build that went well, and how the latest went."""

    script: bytes
    """What is added to each page."""
    _files: Mapping[str, bytes] = field(default_factory=dict)
    _problem: Problem | None = None
    _n_versions: int = 0
    _turn: int = 0
    """Counts what there was to tell."""
    _session: str = field(default_factory=lambda: secrets.token_hex(4))
    """A page that an earlier process sent is never taken for one of this process."""
    _told: Condition = field(default_factory=Condition)

    def show(self, files: Mapping[str, bytes], problem: Problem | None = None) -> None:
        """Put these files in the place of all that were there; `problem` is what they lack, if anything."""
        with self._told:
            if files != self._files:
                self._files = files
                self._n_versions += 1
            self._problem = problem
            self._turn += 1
            self._told.notify_all()

    def explain(self, problem: Problem) -> None:
        """Leave the files as they are, and have every page say why."""
        with self._told:
            self._problem = problem
            self._turn += 1
            self._told.notify_all()

    def file(self, path: str) -> bytes | None:
        """The content of one of the files, pages with the script that listens."""
        with self._told:
            files, version = self._files, self._version
        if path == SCRIPT:
            return self.script
        if not files:
            return _listening(WAITING, version) if path.endswith(".html") else None
        content = files.get(path)
        return _listening(content, version) if content is not None and path.endswith(".html") else content

    def events(self, path: str) -> Callable[[Callable[[bytes], Any]], None] | None:
        """What tells a page the news, for as long as it can be told."""
        return self._tell if path == EVENTS else None

    def _tell(self, write: Callable[[bytes], Any]) -> None:
        write(b"retry: 500\n\n")
        turn = -1
        while True:
            with self._told:
                is_news = self._told.wait_for(lambda seen=turn: self._turn != seen, timeout=HEARTBEAT)
                turn, news = self._turn, News(self._version, self._problem)
            write(bytes(news) if is_news else b": still here\n\n")

    @property
    def _version(self) -> str:
        return f"{self._session}-{self._n_versions}"


def place_of(error: BaseException, folders: Collection[Path]) -> str:
    """`file:line` where an error comes from: the innermost place in one of these folders, if there is one."""
    from report.errors import shortened

    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    ours = [place for place in places if any(Path(place[0]).is_relative_to(folder) for folder in folders)]
    return f"{shortened(Path(ours[-1][0]))}:{ours[-1][1]}" if ours else ""


def _listening(page: bytes, version: str) -> bytes:
    """A page with the script, allowed to connect to where it came from."""
    script = f'<script src="/{SCRIPT}" data-version="{version}" defer></script>\n</head>'
    return page.replace(b"connect-src 'none'", b"connect-src 'self'", 1).replace(b"</head>", script.encode(), 1)
