"""A site in memory whose open pages are notified when there is a new version.

Published pages may not connect to any server. A live site adds to each page that it serves a script that receives
notifications, and permits that copy of the page to connect to its own server. A successful build replaces files;
after a failed build the files stay, and the pages show the error.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field
from threading import Lock

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
    _session: str = field(default_factory=lambda: secrets.token_hex(4))
    """A random prefix of versions, which distinguishes pages of an earlier process from those of this one."""
    _listeners: dict[asyncio.Queue[Notification], asyncio.AbstractEventLoop] = field(default_factory=dict)
    """The queue of each open page, and the event loop that its connection runs in."""
    _lock: Lock = field(default_factory=Lock)

    def show(self, files: Mapping[str, bytes], problem: Problem | None = None) -> None:
        """Replace all files by these and notify the pages; `problem` describes failures of parts, if any."""
        with self._lock:
            if files != self._files:
                self._files = files
                self._n_versions += 1
            self._problem = problem
            self._notify()

    def show_problem(self, problem: Problem) -> None:
        """Keep the files, and show the problem on every open page."""
        with self._lock:
            self._problem = problem
            self._notify()

    def file(self, path: str) -> bytes | None:
        """The content of a file, with the preview's script added to pages; None if there is no such file."""
        with self._lock:
            files, version = self._files, self._notification.version
        if path == SCRIPT:
            return self.script
        if not files:
            return _with_script(WAITING, version) if path.endswith(".html") else None
        content = files.get(path)
        return _with_script(content, version) if content is not None and path.endswith(".html") else content

    async def notifications(self) -> AsyncIterator[bytes]:
        """Notifications of a page as server-sent events: the state now, then each change, until it is closed."""
        queue: asyncio.Queue[Notification] = asyncio.Queue()
        with self._lock:
            self._listeners[queue] = asyncio.get_running_loop()
            queue.put_nowait(self._notification)
        try:
            yield b"retry: 500\n\n"
            while True:
                try:
                    yield bytes(await asyncio.wait_for(queue.get(), HEARTBEAT))
                except TimeoutError:
                    yield b": heartbeat\n\n"
        finally:
            with self._lock:
                del self._listeners[queue]

    def _notify(self) -> None:
        for queue, loop in self._listeners.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, self._notification)

    @property
    def _notification(self) -> Notification:
        return Notification(f"{self._session}-{self._n_versions}", self._problem)


def _with_script(page: bytes, version: str) -> bytes:
    """A page with the preview's script and permission to connect to its own server."""
    script = f'<script src="/{SCRIPT}" data-version="{version}" defer></script>\n</head>'
    return page.replace(b"connect-src 'none'", b"connect-src 'self'", 1).replace(b"</head>", script.encode(), 1)
