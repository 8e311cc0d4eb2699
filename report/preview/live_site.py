"""A site in memory whose open pages are notified when there is a new version.

Published pages may not connect to any server. A live site adds to each page that it serves a script that receives
notifications, and permits that copy of the page to connect to its own server. A successful build replaces all
files at once; after a failed build the files stay, and the pages show the error.
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
"""Seconds without a notification after which a comment is sent, to detect a closed connection."""

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
"""The page that is served in place of every page until the first build is done."""


@dataclass(frozen=True)
class Problem:
    """An error of a build, as the pages show it."""

    title: str
    message: str
    where: str = ""
    """`file:line` of the code that raised the error, if the message does not contain it."""

    @classmethod
    def from_error(cls, error: Exception, folders: Collection[Path]) -> Problem:
        """The problem for an error that ended a build; its place is searched in `folders`, the sources."""
        from report.errors import ReportError
        from sumint.errors import InputError

        title = "The report cannot be built"
        if isinstance(error, ReportError | InputError):
            return cls(title, str(error))
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return cls(title, f"{type(error).__name__}: {message}", place_of(error, folders))

    @classmethod
    def from_failures(
        cls, failures: Sequence[str], errors: Iterable[BaseException], folders: Collection[Path]
    ) -> Problem:
        """The problem for failures of parts of the report, with the places of the errors that caused them."""
        places = dict.fromkeys(place_of(error, folders) for error in errors)
        return cls("Not all of the report can be made", "\n".join(failures), ", ".join(filter(None, places)))


@dataclass(frozen=True)
class Notification:
    """A message to an open page, as a server-sent event."""

    version: str
    """The version of the files, which changes whenever they do."""
    problem: Problem | None
    """What is wrong with the latest build; None if nothing is."""

    def __bytes__(self) -> bytes:
        return f"data: {json.dumps(asdict(self))}\n\n".encode()


@dataclass
class LiveSite:
    """The files of the last successful build, and the problem of the latest build."""

    script: bytes
    """The script that is added to each page."""
    _files: Mapping[str, bytes] = field(default_factory=dict)
    _problem: Problem | None = None
    _n_versions: int = 0
    _n_notifications: int = 0
    _session: str = field(default_factory=lambda: secrets.token_hex(4))
    """A random prefix of versions, which distinguishes pages of an earlier process from those of this one."""
    _changed: Condition = field(default_factory=Condition)

    def show(self, files: Mapping[str, bytes], problem: Problem | None = None) -> None:
        """Replace all files by these and notify the pages; `problem` describes failures of parts, if any."""
        with self._changed:
            if files != self._files:
                self._files = files
                self._n_versions += 1
            self._problem = problem
            self._n_notifications += 1
            self._changed.notify_all()

    def show_problem(self, problem: Problem) -> None:
        """Keep the files, and show the problem on every open page."""
        with self._changed:
            self._problem = problem
            self._n_notifications += 1
            self._changed.notify_all()

    def file(self, path: str) -> bytes | None:
        """The content of a file, with the preview's script added to pages; None if there is no such file."""
        with self._changed:
            files, version = self._files, self._version
        if path == SCRIPT:
            return self.script
        if not files:
            return _with_script(WAITING, version) if path.endswith(".html") else None
        content = files.get(path)
        return _with_script(content, version) if content is not None and path.endswith(".html") else content

    def events(self, path: str) -> Callable[[Callable[[bytes], Any]], None] | None:
        """The function that sends notifications to a page at this path; None for any other path."""
        return self._send_notifications if path == EVENTS else None

    def _send_notifications(self, write: Callable[[bytes], Any]) -> None:
        """Send notifications until the connection is closed."""
        write(b"retry: 500\n\n")
        n_sent = -1
        while True:
            with self._changed:
                is_new = self._changed.wait_for(lambda n=n_sent: self._n_notifications != n, timeout=HEARTBEAT)
                n_sent, notification = self._n_notifications, Notification(self._version, self._problem)
            write(bytes(notification) if is_new else b": heartbeat\n\n")

    @property
    def _version(self) -> str:
        return f"{self._session}-{self._n_versions}"


def place_of(error: BaseException, folders: Collection[Path]) -> str:
    """`file:line` of the innermost frame of an error's traceback in one of these folders; empty if none is."""
    from report.errors import shortened

    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    ours = [place for place in places if any(Path(place[0]).is_relative_to(folder) for folder in folders)]
    return f"{shortened(Path(ours[-1][0]))}:{ours[-1][1]}" if ours else ""


def _with_script(page: bytes, version: str) -> bytes:
    """A page with the preview's script and permission to connect to its own server."""
    script = f'<script src="/{SCRIPT}" data-version="{version}" defer></script>\n</head>'
    return page.replace(b"connect-src 'none'", b"connect-src 'self'", 1).replace(b"</head>", script.encode(), 1)
