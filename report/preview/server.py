"""A web server for one reader: the files of a site, on this machine's own address, and nothing else.

A path is looked up among the paths of the site's files, word by word, and never joined to a folder: whatever else
it spells, there is no such file. Two things guard against a page of another site that a browser is led to: the
server listens on the loopback address alone, and it answers only who asks for it by a name of that address, since
any other name may have been pointed here by someone else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path, PurePosixPath
from socketserver import ThreadingTCPServer
from typing import Any, Protocol
from urllib.parse import unquote

from report.errors import ServeError
from report.publishing.publish import GENERATOR, MANIFEST, RECORD

ADDRESS = "127.0.0.1"
NAMES = {"127.0.0.1", "localhost", "[::1]"}
"""What a browser on this machine may call the server."""

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".bib": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
NOT_LISTED = (MANIFEST, RECORD)
"""Files of a site that its manifest does not list."""


class Site(Protocol):
    """What is served."""

    def file(self, path: str) -> bytes | None:
        """The content of the site's file at this path; None if the site has no such file."""
        ...

    def events(self, path: str) -> Callable[[Callable[[bytes], Any]], None] | None:
        """What sends news to a page, for as long as it listens at this path; None if there is none there."""
        ...


class SiteFolder:
    """A built site in its folder, as its manifest lists it at the moment.

    Raises:
        ServeError: if there is no site of this report in the folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not self._files():
            raise ServeError(
                f"{folder}: holds no site of this report; build one there with `python -m report build --site "
                f"{folder}`, or name the folder of one with --site"
            )

    def file(self, path: str) -> bytes | None:
        """The content of one of the site's files, if it is in the folder, whatever links there are on the way."""
        if path not in self._files():
            return None
        with suppress(OSError, ValueError):
            folder, file = self._folder.resolve(), (self._folder / path).resolve()
            return file.read_bytes() if file.is_relative_to(folder) else None
        return None

    def events(self, path: str) -> None:  # noqa: ARG002
        """A folder tells no news."""
        return

    def _files(self) -> set[str]:
        try:
            manifest: Any = json.loads((self._folder / MANIFEST).read_bytes())
            return {*NOT_LISTED, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
        except (OSError, ValueError, KeyError, TypeError):
            return set()


class PreviewServer(ThreadingTCPServer):
    """Serves a site on a port of this machine; 0 takes a free one.

    Raises:
        ServeError: if the port cannot be had.
    """

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # where it would let two servers have the same port

    def __init__(self, site: Site, port: int, *, verbose: bool = False) -> None:
        self.site = site
        self.verbose = verbose
        try:
            super().__init__((ADDRESS, port), _Request)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "ports are numbers from 0 to 65535"
            raise ServeError(
                f"--port {port}: cannot be served on ({reason.lower()}); name another port, or 0 for any free one"
            ) from None

    @property
    def port(self) -> int:
        """The port that it has."""
        return self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of the site's opening page."""
        return f"http://{ADDRESS}:{self.port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader who leaves in the middle of an answer is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Request(BaseHTTPRequestHandler):
    """Answers one request, and closes the connection."""

    server: PreviewServer  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = 60

    def parse_request(self) -> bool:
        """Whether the request is one to answer; the others are refused, whatever their method."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host") or []
        if self.command not in ("GET", "HEAD"):
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "pages can only be read here", Allow="GET, HEAD")
        elif len(hosts) != 1 or _name_of(hosts[0]) not in NAMES or not self.path.startswith("/"):
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, f"this server is {self.server.url}")
        else:
            return True
        return False

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0]).removeprefix("/")
        if events := self.server.site.events(path):
            self._answer(HTTPStatus.OK, "text/event-stream; charset=utf-8")
            if self.command == "GET":
                events(self.wfile.write)
            return
        path = f"{path}index.html" if path.endswith("/") or not path else path
        status, content = HTTPStatus.OK, self.server.site.file(path)
        if content is None:
            path, status = "404.html", HTTPStatus.NOT_FOUND
            content = self.server.site.file(path) or b"not found"
        self._answer(status, content_type(path), content)

    do_HEAD = do_GET  # noqa: N815

    def version_string(self) -> str:
        return GENERATOR

    def end_headers(self) -> None:
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002
        if self.server.verbose:
            # What was asked for may hold what a terminal would obey.
            asked = self.requestline.encode("unicode_escape").decode()
            print(f"{int(code)} {asked}", file=sys.stderr, flush=True)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Say nothing more."""

    def _refuse(self, status: HTTPStatus, reason: str, **headers: str) -> None:
        self._answer(status, CONTENT_TYPES[".txt"], f"{reason}\n".encode(), **headers)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes | None = None, **headers: str) -> None:
        """Send the head of an answer, and its content, unless the head alone was asked for."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        if content is not None:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if content is not None and self.command != "HEAD":
            self.wfile.write(content)


def content_type(path: str) -> str:
    """How a file of the site is to be read."""
    return CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


def _name_of(host: str) -> str:
    """The name in a Host header, without the port: of `localhost:8000`, localhost."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdecimal() else host.strip().lower()
