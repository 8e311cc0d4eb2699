"""A local web server for the files of a site, and nothing else.

A requested path is looked up among the paths of the site's files and never joined to a folder, so that no path
leads out of the site. Two measures protect against requests that another web site makes the browser send: unless
another address is chosen, the server binds to the loopback address only, and it refuses requests whose Host header
is none of the names that are allowed, by default those of that address (DNS rebinding).
"""

from __future__ import annotations

import errno
import ipaddress
import json
import os
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from report.content.safe_text import plain
from report.errors import ServeError
from report.preview.live_site import EVENTS, LiveSite
from report.publishing.publish import GENERATOR, MANIFEST, RECORD

LOOPBACK = "127.0.0.1"
NAMES = (LOOPBACK, "localhost", "[::1]")
"""The names by which a browser on this machine may address the server."""
EVERY_ADDRESS = ("0.0.0.0", "::")
"""The addresses that stand for all addresses of a machine."""

HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
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

    def _files(self) -> set[str]:
        try:
            manifest: Any = json.loads((self._folder / MANIFEST).read_bytes())
            return {*NOT_LISTED, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
        except (OSError, ValueError, KeyError, TypeError):
            return set()


class PreviewServer:
    """A server of a site on a port of this machine; port 0 chooses a free one.

    Args:
        host: the address to bind to; by default that of this machine alone.
        allowed: further names under which browsers may address the server; `*` allows any.

    Raises:
        ServeError: if the address or the port cannot be used.
    """

    def __init__(
        self, site: Site, port: int, *, host: str = LOOPBACK, allowed: Sequence[str] = (), verbose: bool = False
    ) -> None:
        self._host = host
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        try:
            if os.name != "nt":  # on Windows it would allow two servers on the same port
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not host:  # an empty name would mean every address
                raise socket.gaierror
            self._socket.bind((host, port))
            self._socket.listen()
        except (OSError, OverflowError) as error:
            self._socket.close()
            if isinstance(error, socket.gaierror) or getattr(error, "errno", None) == errno.EADDRNOTAVAIL:
                raise ServeError(
                    f"--host {plain(host)} is not an address of this machine; {LOOPBACK} is this machine alone, "
                    f"{EVERY_ADDRESS[0]} every network that it is in"
                ) from None
            reason = getattr(error, "strerror", None) or "ports are numbers from 0 to 65535"
            raise ServeError(
                f"--port {port} cannot be used ({reason.lower()}); choose another port, or 0 for any free one"
            ) from None
        own = () if host in EVERY_ADDRESS else (f"[{host}]" if ":" in host else host,)
        app: ASGIApp = application(site, (*NAMES, *own, *allowed))
        self._server = uvicorn.Server(
            uvicorn.Config(
                _RequestLog(app) if verbose else app,
                headers=list(HEADERS),
                server_header=False,
                access_log=False,
                lifespan="off",
                log_config=None,
                log_level="error",
                timeout_graceful_shutdown=1,
            )
        )

    @property
    def port(self) -> int:
        """The port of the server."""
        return self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address of the site's opening page."""
        host = LOOPBACK if self._host in EVERY_ADDRESS else self._host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return ipaddress.ip_address(self._socket.getsockname()[0]).is_loopback

    def serve(self) -> None:
        """Serve until `stop` is called or, in the main thread, until an interrupt, which is raised again."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Let `serve`, in another thread, return."""
        self._server.should_exit = True


def application(site: Site, names: Sequence[str] = NAMES) -> Starlette:
    """The web application that serves a site, and the notifications of a live one, under some names."""

    def answer(request: Request) -> Response:
        path = request.path_params["path"]
        path = f"{path}index.html" if path.endswith("/") or not path else path
        status, content = 200, site.file(path)
        if content is None:
            path, status = "404.html", 404
            content = site.file(path) or b"not found"
        return Response(content, status, {"Content-Type": content_type(path)})

    routes = [Route("/{path:path}", answer)]
    if isinstance(site, LiveSite):

        async def events(_: Request) -> Response:
            return StreamingResponse(site.notifications(), media_type="text/event-stream")

        routes.insert(0, Route(f"/{EVENTS}", events))
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=list(names), www_redirect=False)
    return Starlette(routes=routes, middleware=[Middleware(_ExplainedRefusal), trusted])


def content_type(path: str) -> str:
    """The media type of a file of the site."""
    return CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


class _ExplainedRefusal:
    """Explains why a request was refused, which happens only to those with another Host header."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_refused = False

        async def send_or_explain(message: Any) -> None:
            nonlocal is_refused
            if message["type"] == "http.response.start" and message["status"] == 400:
                is_refused = True
                host = plain(Headers(scope=scope).get("host", "").rpartition(":")[0] or "this name", 80)
                text = (
                    f"This server does not answer to {host}. `report serve --allow-host NAME` allows another name."
                )
                await PlainTextResponse(text, 400)(scope, receive, send)
            elif not is_refused:
                await send(message)

        await self._app(scope, receive, send_or_explain)


class _RequestLog:
    """Prints the status and the first line of each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_and_print(message: Any) -> None:
            if message["type"] == "http.response.start":
                path = scope["raw_path"].decode("latin-1").encode("unicode_escape").decode()  # as it was sent
                print(f"{message['status']} {scope['method']} {path}", file=sys.stderr, flush=True)
            await send(message)

        await self._app(scope, receive, send_and_print)
