"""A local web server for the files of a site, and nothing else.

A requested path is looked up among the paths of the site's files and never joined to a folder, so that no path
leads out of the site. Two measures protect against requests that another web site makes the browser send: the
server binds to the loopback address only, and it refuses requests whose Host header is not a name of that address
(DNS rebinding).
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from report.errors import ServeError
from report.preview.live_site import EVENTS, LiveSite
from report.publishing.publish import GENERATOR, MANIFEST, RECORD

ADDRESS = "127.0.0.1"
NAMES = ("127.0.0.1", "localhost", "[::1]")
"""The names by which a browser on this machine may address the server."""

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

    Raises:
        ServeError: if the port cannot be used.
    """

    def __init__(self, site: Site, port: int, *, verbose: bool = False) -> None:
        self._socket = socket.socket()
        try:
            if os.name != "nt":  # on Windows it would allow two servers on the same port
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._socket.bind((ADDRESS, port))
            self._socket.listen()
        except (OSError, OverflowError) as error:
            self._socket.close()
            reason = getattr(error, "strerror", None) or "ports are numbers from 0 to 65535"
            raise ServeError(
                f"--port {port} cannot be used ({reason.lower()}); choose another port, or 0 for any free one"
            ) from None
        app: ASGIApp = application(site)
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
        return f"http://{ADDRESS}:{self.port}/"

    def serve(self) -> None:
        """Serve until `stop` is called or, in the main thread, until an interrupt, which is raised again."""
        self._server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Let `serve`, in another thread, return."""
        self._server.should_exit = True


def application(site: Site) -> Starlette:
    """The web application that serves a site, and the notifications of a live one."""

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
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=NAMES, www_redirect=False)
    return Starlette(routes=routes, middleware=[trusted])


def content_type(path: str) -> str:
    """The media type of a file of the site."""
    return CONTENT_TYPES.get(PurePosixPath(path).suffix, "application/octet-stream")


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
