"""A local web server for the files of a site, and nothing else.

A requested path is looked up among the paths of the site's files and never joined to a folder, so that no path
leads out of the site. Two measures protect against requests that another web site makes the browser send: the
server binds to the loopback address only, and it refuses requests whose Host header is not a name of that address
(DNS rebinding).
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
"""The names by which a browser on this machine may address the server."""

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
"""The files of a site that its manifest does not list."""


class Site(Protocol):
    """A site that the server can serve."""

    def file(self, path: str) -> bytes | None:
        """The content of the site's file at this path; None if the site has no such file."""
        ...

    def events(self, path: str) -> Callable[[Callable[[bytes], Any]], None] | None:
        """The function that sends events to a page connected to this path; None if the path has no events."""
        ...


class SiteFolder:
    """A built site in a folder, with the files that its manifest lists at the time of each request.

    Raises:
        ServeError: if the folder does not contain a site of this report.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if not self._files():
            raise ServeError(
                f"{folder} does not contain a site of this report; build one with `python -m report build --site "
                f"{folder}`, or choose another folder with --site"
            )

    def file(self, path: str) -> bytes | None:
        """The content of one of the site's files; None for any other file, or a link out of the folder."""
        if path not in self._files():
            return None
        with suppress(OSError, ValueError):
            folder, file = self._folder.resolve(), (self._folder / path).resolve()
            return file.read_bytes() if file.is_relative_to(folder) else None
        return None

    def events(self, path: str) -> None:  # noqa: ARG002
        """None, since a site in a folder sends no events."""
        return

    def _files(self) -> set[str]:
        try:
            manifest: Any = json.loads((self._folder / MANIFEST).read_bytes())
            return {*NOT_LISTED, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
        except (OSError, ValueError, KeyError, TypeError):
            return set()


class PreviewServer(ThreadingTCPServer):
    """A server of a site on a port of this machine; port 0 chooses a free one.

    Raises:
        ServeError: if the port cannot be used.
    """

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # on Windows it would allow two servers on the same port

    def __init__(self, site: Site, port: int, *, verbose: bool = False) -> None:
        self.site = site
        self.verbose = verbose
        try:
            super().__init__((ADDRESS, port), _Request)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "ports are numbers from 0 to 65535"
            raise ServeError(
                f"--port {port} cannot be used ({reason.lower()}); choose another port, or 0 for any free one"
            ) from None

    @property
    def port(self) -> int:
        """The port of the server."""
        return self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of the site's opening page."""
        return f"http://{ADDRESS}:{self.port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report an error of a request, unless the browser closed the connection."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Request(BaseHTTPRequestHandler):
    """A handler that answers one request and closes the connection."""

    server: PreviewServer  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout = 60

    def parse_request(self) -> bool:
        """Parse a request; return False, after an answer that refuses it, if it must not be served."""
        if not super().parse_request():
            return False
        hosts = self.headers.get_all("Host") or []
        if self.command not in ("GET", "HEAD"):
            self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "this server allows GET and HEAD only", Allow="GET, HEAD")
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
            # A request may contain control characters for the terminal.
            request = self.requestline.encode("unicode_escape").decode()
            print(f"{int(code)} {request}", file=sys.stderr, flush=True)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Print nothing: `log_request` prints the requests."""

    def _refuse(self, status: HTTPStatus, reason: str, **headers: str) -> None:
        self._answer(status, CONTENT_TYPES[".txt"], f"{reason}\n".encode(), **headers)

    def _answer(self, status: HTTPStatus, kind: str, content: bytes | None = None, **headers: str) -> None:
        """Send the head of an answer and, unless the request is for the head only, its content."""
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
    """The media type of a file of the site."""
    return CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


def _name_of(host: str) -> str:
    """The host name in a Host header without the port: localhost for `localhost:8000`."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdecimal() else host.strip().lower()
