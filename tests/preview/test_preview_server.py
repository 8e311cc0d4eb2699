"""The preview serves the files of a site to local requests only, and notices edits of its sources."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Thread

import pytest

from report.__main__ import main
from report.preview.live_site import LiveSite, Problem
from report.preview.server import LOOPBACK, PreviewServer, SiteFolder, content_type
from report.preview.watch import Sources
from report.publishing.publish import publish

PAGE = (
    b'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" '
    b"content=\"connect-src 'none'\"></head>"
    b"<body>a page that says connect-src 'none'</body></html>"
)
FILES = {
    "index.html": b"<p>the opening page</p>",
    "404.html": b"<p>no such page</p>",
    "data/a chapter/figure.json": b"{}",
    "data/index.html": b"<p>a folder's page</p>",
    "assets/site.css": b"p {}",
}
SECRET = b"outside of the site"
ENDLESS = b"GET /".ljust(65_537, b"a")
"""The maximum length of a request's first line that the server reads."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A published site, with a private file beside it."""
    publish(FILES, tmp_path / "site")
    (tmp_path / "secret.txt").write_bytes(SECRET)
    return tmp_path / "site"


@pytest.fixture
def server(folder: Path) -> Iterator[PreviewServer]:
    yield from serving(PreviewServer(SiteFolder(folder), 0))


@pytest.fixture
def live() -> LiveSite:
    return LiveSite(b"the script")


@pytest.fixture
def live_server(live: LiveSite) -> Iterator[PreviewServer]:
    yield from serving(PreviewServer(live, 0))


def serving(server: PreviewServer) -> Iterator[PreviewServer]:
    thread = Thread(target=server.serve, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join()


def answer(server: PreviewServer, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and content of the answer to the bytes of a request."""
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection:
        connection.sendall(request)
        received = b""
        while more := connection.recv(65536):
            received += more
    head, _, content = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return (
        int(status.split(" ")[1]),
        {name.title(): value for name, value in (line.split(": ", 1) for line in lines)},
        content,
    )


def ask(
    server: PreviewServer, path: str, method: str = "GET", host: str = "localhost"
) -> tuple[int, dict[str, str], bytes]:
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    return answer(server, request.encode("latin-1"))


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/index.html", "index.html"),
        ("/?a=query", "index.html"),
        ("/data/", "data/index.html"),
        ("/data/a%20chapter/figure.json", "data/a chapter/figure.json"),
    ],
)
def test_each_file_of_the_site_is_at_its_address(server: PreviewServer, path: str, file: str) -> None:
    status, headers, content = ask(server, path)
    assert (status, content) == (200, FILES[file])
    assert headers["Content-Length"] == str(len(content))


def test_what_a_site_holds_beside_its_manifest_is_served_too(server: PreviewServer, folder: Path) -> None:
    assert json.loads(ask(server, "/manifest.json")[2])["generator"] == "sumint"
    assert ask(server, "/build.json")[2] == (folder / "build.json").read_bytes()


def test_a_site_that_is_built_again_is_served_as_it_is_now(server: PreviewServer, folder: Path) -> None:
    publish({"index.html": b"newer", "new.html": b"new"}, folder)
    assert ask(server, "/")[2] == b"newer"
    assert ask(server, "/new.html")[0] == 200
    assert ask(server, "/assets/site.css")[0] == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothing.html",
        "/assets/",
        "/assets",
        "/data",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%252e%252e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/../index.html",
        "/./index.html",
        "//index.html/",
        "/..\\secret.txt",
        "/%5c..%5csecret.txt",
        "/index.html%00",
        "/index.html%00.css",
        "/index.html/",
        "/.gitignore",
        "/-preview.js",
        "/-preview/events",
        "/%ff%fe",
        "/" + "a" * 60_000,
        "/" + "../" * 5_000 + "etc/passwd",
    ],
)
def test_whatever_is_no_file_of_the_site_is_not_found(server: PreviewServer, folder: Path, path: str) -> None:
    (folder / ".gitignore").write_bytes(b"*")
    status, headers, content = ask(server, path)
    assert (status, content) == (404, FILES["404.html"])
    assert headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["{secret}", "{secret_uri}", "http://localhost/index.html", "index.html", "*"])
def test_an_address_that_is_no_path_of_this_server_is_refused(
    server: PreviewServer, folder: Path, path: str
) -> None:
    secret = folder.parent / "secret.txt"
    status, _, content = ask(server, path.format(secret=secret, secret_uri=secret.as_uri()))
    assert status in (400, 404)
    assert SECRET not in content


def test_a_link_in_the_site_that_leads_out_of_it_is_not_followed(server: PreviewServer, folder: Path) -> None:
    file = folder / "assets" / "site.css"
    file.unlink()
    file.symlink_to(folder.parent / "secret.txt")
    assert ask(server, "/assets/site.css")[0] == 404
    shutil.rmtree(folder / "assets")
    (folder.parent / "site.css").write_bytes(SECRET)
    (folder / "assets").symlink_to(folder.parent)
    assert ask(server, "/assets/site.css")[0] == 404


def test_a_manifest_that_lists_a_file_outside_gives_nothing_away(server: PreviewServer, folder: Path) -> None:
    outside = ["../secret.txt", str(folder.parent / "secret.txt"), "index.html\0", "assets"]
    manifest = {"generator": "sumint", "files": dict.fromkeys([*outside, "404.html"], "")}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for path in outside:
        assert ask(server, f"/{path}".replace("\0", "%00"))[0] == 404


def test_an_address_beyond_all_measure_is_refused(server: PreviewServer) -> None:
    assert answer(server, ENDLESS)[0] == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "NONSENSE"])
def test_pages_can_only_be_read(server: PreviewServer, method: str) -> None:
    status, headers, _ = ask(server, "/", method)
    assert status == 405
    assert set(headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_the_head_of_an_answer_is_the_same_without_its_content(server: PreviewServer) -> None:
    for path in ("/", "/nothing"):
        status, headers, _ = ask(server, path)
        head_status, head_headers, content = ask(server, path, "HEAD")
        del headers["Date"], head_headers["Date"]
        assert (head_status, head_headers, content) == (status, headers, b"")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8000", "[::1]:80", "[::1]"])
def test_the_server_answers_to_the_names_of_this_machine(server: PreviewServer, host: str) -> None:
    assert ask(server, "/", host=host)[0] == 200


@pytest.mark.parametrize(
    "host", ["example.org", "127.0.0.1.example.org", "localhost.example.org:8", "localhost@example.org", "", "::1"]
)
def test_a_name_that_someone_may_have_pointed_here_is_not_answered(server: PreviewServer, host: str) -> None:
    status, _, content = ask(server, "/", host=host)
    assert status == 400
    assert FILES["index.html"] not in content


@pytest.mark.parametrize("hosts", [b"", b"Host: localhost\r\nHost: example.org\r\n"])
def test_a_request_names_one_host(server: PreviewServer, hosts: bytes) -> None:
    assert answer(server, b"GET / HTTP/1.1\r\nConnection: close\r\n" + hosts + b"\r\n")[0] == 400


def test_every_answer_is_read_as_what_it_says_and_kept_by_nobody(server: PreviewServer) -> None:
    answers = (ask(server, "/"), ask(server, "/nothing"), ask(server, "/", "POST"))
    for _, headers, _ in answers:
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.bib", "text/plain; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.svg", "image/svg+xml; charset=utf-8"),
        ("a.png", "image/png"),
        ("a.woff2", "font/woff2"),
        ("a", "application/octet-stream"),
    ],
)
def test_each_kind_of_file_is_called_what_it_is(path: str, kind: str) -> None:
    assert content_type(path) == kind


def test_a_live_page_listens_and_no_other_file_is_touched(live: LiveSite, live_server: PreviewServer) -> None:
    live.show({"index.html": PAGE, "404.html": PAGE, "a.js": PAGE})
    content = ask(live_server, "/")[2].decode()
    assert re.search(r'<script src="/-preview\.js" data-version="\w+-1" defer></script>\s*</head>', content)
    assert content.count("connect-src 'self'") == content.count("a page that says connect-src 'none'") == 1
    assert ask(live_server, "/a.js")[2] == PAGE
    assert ask(live_server, "/-preview.js")[2] == b"the script"
    assert ask(live_server, "/nothing")[0] == 404


def test_before_the_first_build_is_done_a_page_says_so_and_listens(live_server: PreviewServer) -> None:
    content = ask(live_server, "/")[2]
    assert b"is being built" in content
    assert b'src="/-preview.js"' in content


def test_a_live_site_tells_its_news_as_they_come(live: LiveSite, live_server: PreviewServer) -> None:
    with socket.create_connection((LOOPBACK, live_server.port), timeout=10) as connection:
        connection.sendall(b"GET /-preview/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream = connection.makefile("rb")

        def news() -> dict[str, object]:
            line = next(line for line in stream if line.startswith(b"data: "))
            return json.loads(line.removeprefix(b"data: "))

        first = news()
        live.show({"index.html": PAGE})
        second = news()
        live.show_problem(Problem("title", "</script> of\nmany lines"))
        third = news()
        live.show({"index.html": PAGE})
        fourth = news()
        assert first["version"] != second["version"]
        assert third["problem"] == {"title": "title", "message": "</script> of\nmany lines"}
        assert fourth == second  # the same files: no page needs to be reloaded


def test_an_edit_is_what_is_new_gone_or_other(tmp_path: Path) -> None:
    folder, checkpoint = tmp_path / "sources", tmp_path / "model.bin"
    folder.mkdir()
    edited, gone = folder / "edited.md", folder / "gone.md"
    for path in (edited, gone):
        path.write_text("text")
    sources = Sources({folder: frozenset({".md"})}, (checkpoint,))
    edits: Queue[Path] = Queue()
    stop = Event()
    Thread(target=lambda: [edits.put(path) for edit in sources.edits(stop) for path in edit], daemon=True).start()

    def noticed(change: Callable[[], object]) -> Path:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            change()  # again, until the watcher has begun
            with suppress(Empty):
                return edits.get(timeout=1)
        raise AssertionError("no edit was noticed")

    def write_what_is_no_source() -> None:
        (folder / "other.txt").write_text("no source")
        (folder / ".#edited.md").write_text("an editor's own")
        (tmp_path / "unrelated.bin").write_text("no checkpoint")

    assert noticed(lambda: edited.write_text(f"another text {time.monotonic()}")) == edited
    write_what_is_no_source()
    gone.unlink()
    checkpoint.write_text("new")
    (folder / "folder").mkdir()
    time.sleep(0.2)  # for the watcher to find the new folder
    (folder / "folder" / "new.md").write_text("text")
    found = {edits.get(timeout=30) for _ in range(3)} - {edited}
    while len(found) < 3:
        found |= {edits.get(timeout=30)} - {edited}
    assert found == {gone, checkpoint, folder / "folder" / "new.md"}
    stop.set()


def test_a_folder_is_watched_after_another_has_taken_its_name(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    edits: Queue[frozenset[Path]] = Queue()
    stop = Event()
    sources = Sources({}, (site / "claims.json",))
    Thread(target=lambda: [edits.put(edit) for edit in sources.edits(stop)], daemon=True).start()

    numbers = itertools.count()
    for _ in range(3):
        deadline = time.monotonic() + 30
        while edits.empty() and time.monotonic() < deadline:
            publish({"claims.json": str(next(numbers)).encode()}, site)  # again, until the watcher has begun
            time.sleep(2)
        assert edits.get(timeout=1) == {site / "claims.json"}
        while not edits.empty():
            edits.get()
    stop.set()


def test_a_folder_that_is_no_site_is_not_served(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letters.html").write_text("dear")
    (tmp_path / "another").mkdir()
    (tmp_path / "another" / "manifest.json").write_text('{"generator": "another", "files": {}}')
    for folder in (tmp_path, tmp_path / "missing", tmp_path / "letters.html", tmp_path / "another"):
        assert main(["serve", "--site", str(folder), "--port", "0"]) == 2
        error = capsys.readouterr().err
        assert f"{folder} does not contain a site of this report; build one with" in error
        assert len(error.splitlines()) == 1


def test_a_port_that_is_taken_is_said_to_be(
    folder: Path, server: PreviewServer, capsys: pytest.CaptureFixture[str]
) -> None:
    port = str(server.port)
    assert main(["serve", "--site", str(folder), "--port", port]) == 2
    assert f"--port {port} cannot be used (address already in use)" in capsys.readouterr().err
    assert main(["serve", "--watch", "--device", "cpu", "--port", port]) == 2
    assert main(["serve", "--site", str(folder), "--port", "70000"]) == 2
    assert "ports are numbers from 0 to 65535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--weights", "arena"], "--weights needs --watch"),
        (["--device", "cpu"], "--device needs --watch"),
        (["--compare", "arena"], "--compare needs --watch"),
        (["--watch", "--device", "cpu", "--port", "0", "--compare", "nothing"], "no file or folder nothing"),
        (["--watch", "--site", "site"], "--site and --watch exclude each other"),
        (["--watch", "--device", "cpu", "--port", "0", "--weights", "nothing.pt"], "nothing.pt: no such file"),
        (["--watch", "--device", "cpu", "--port", "0", "--weights", __file__], "expected a safetensors file or"),
    ],
)
def test_options_that_cannot_be_met_are_one_line_and_exit_code_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts processes in another way")
@pytest.mark.parametrize("verbose", [[], ["--verbose"]])
def test_it_serves_until_it_is_interrupted_and_says_no_more_than_asked(
    folder: Path, verbose: list[str], start: Callable[..., AbstractContextManager[subprocess.Popen[str]]]
) -> None:
    with start("report", "serve", "--site", str(folder), "--port", "0", *verbose) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert address is not None, line
        with socket.create_connection(("127.0.0.1", int(address[1])), timeout=10) as connection:
            connection.sendall(b"GET /%1b[2J HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(12).endswith(b"404")
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out == "stopped\n"
    assert errors == ("404 GET /%1b[2J\n" if verbose else "")
