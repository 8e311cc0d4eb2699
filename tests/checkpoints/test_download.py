"""A published checkpoint is downloaded once; a failure is reported in one line.

Every test uses a real server on this machine.
"""

import contextlib
import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sumint.checkpoints.download import PublishedCheckpoint, fetch
from sumint.errors import InputError

CONTENT = bytes(range(256)) * 500


@dataclass
class Server:
    """A server with an exchangeable answer that counts its requests."""

    answer: Callable[[BaseHTTPRequestHandler], object]
    stopping: threading.Event = field(default_factory=threading.Event)
    """Set at the end of the test, so that a waiting answer ends."""
    n_requests: int = 0
    port: int = 0

    @property
    def published(self) -> PublishedCheckpoint:
        url = f"http://127.0.0.1:{self.port}/some/sum_model.pt"
        return PublishedCheckpoint(url, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "published.pt")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server(good)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            running.n_requests += 1
            with contextlib.suppress(ConnectionError):  # a client can disconnect at any time
                running.answer(self)

        def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - the base class's name
            """Print nothing: the tests check the output on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        running.port = http.server_port
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield running
        finally:
            running.stopping.set()
            http.shutdown()
            thread.join()


def send(handler: BaseHTTPRequestHandler, content: bytes, announced: int | None = None) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content) if announced is None else announced))
    handler.end_headers()
    handler.wfile.write(content)


def good(handler: BaseHTTPRequestHandler) -> None:
    send(handler, CONTENT)


def refusal(published: PublishedCheckpoint, folder: Path, **settings: float) -> str:
    """The error message of a failed download: one line; the folder is unchanged."""
    before = {path: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}
    with pytest.raises(InputError) as caught:
        fetch(published, folder, **settings)
    message = str(caught.value)
    assert message.isprintable()
    assert "--weights PATH" in message
    if folder.is_dir():
        assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return message


def test_a_file_is_downloaded_once(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "not yet" / "there"
    first = fetch(server.published, folder)
    second = fetch(server.published, folder)
    assert first == second == folder / "published.pt"
    assert first.read_bytes() == CONTENT
    assert server.n_requests == 1
    assert list(folder.iterdir()) == [first]


def test_nothing_is_printed_without_a_terminal(
    server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fetch(server.published, tmp_path)
    assert capfd.readouterr() == ("", "")


def test_a_stored_copy_needs_no_server(server: Server, tmp_path: Path) -> None:
    (tmp_path / "published.pt").write_bytes(CONTENT)
    assert fetch(server.published, tmp_path) == tmp_path / "published.pt"
    assert server.n_requests == 0


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[:-1] + b"x"])
def test_an_altered_copy_is_downloaded_again(server: Server, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "published.pt").write_bytes(content)
    assert fetch(server.published, tmp_path).read_bytes() == CONTENT
    assert server.n_requests == 1


def test_an_altered_copy_is_reported_if_it_cannot_be_downloaded_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "published.pt").write_bytes(CONTENT[:-1])
    server.answer = lambda handler: handler.send_error(503)
    message = refusal(server.published, tmp_path)
    assert "503" in message
    assert f"the copy at {tmp_path / 'published.pt'} is not the published file" in message


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"x", b"x" + CONTENT], ids=["changed", "longer"])
def test_another_file_than_the_published_one_is_refused(server: Server, tmp_path: Path, content: bytes) -> None:
    server.answer = lambda handler: send(handler, content)
    message = refusal(server.published, tmp_path)
    assert message.startswith(server.published.url)
    assert "sha256 is not that of the published file" in message


def test_a_shorter_file_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, b"<html>Please log in</html>")
    assert "sent only 26 of 128,000 bytes" in refusal(server.published, tmp_path)


def test_a_missing_file_is_reported(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: handler.send_error(404)
    assert "the server answered 404 Not Found" in refusal(server.published, tmp_path)


def test_a_server_that_never_answers_is_reported(server: Server, tmp_path: Path) -> None:
    server.answer = lambda _handler: server.stopping.wait(30)
    assert "sent no data for 0.2 seconds" in refusal(server.published, tmp_path, read_timeout=0.2)


def test_a_server_that_stops_sending_is_reported(server: Server, tmp_path: Path) -> None:
    def stall(handler: BaseHTTPRequestHandler) -> None:
        send(handler, CONTENT[:1000], announced=len(CONTENT))
        server.stopping.wait(30)

    server.answer = stall
    assert "sent no data for 0.2 seconds" in refusal(server.published, tmp_path, read_timeout=0.2)


def test_a_server_that_sends_single_bytes_slowly_is_reported(server: Server, tmp_path: Path) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        send(handler, b"", announced=len(CONTENT))
        while not server.stopping.wait(0.02):
            handler.wfile.write(b"x")

    server.answer = trickle
    assert "took more than 0.3 seconds" in refusal(server.published, tmp_path, total_timeout=0.3)


def test_a_truncated_answer_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, CONTENT[: len(CONTENT) // 2], announced=len(CONTENT))
    assert "closed before the end of the file" in refusal(server.published, tmp_path)


def test_a_connection_that_is_closed_without_an_answer_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: handler.connection.close()
    assert "cannot be reached" in refusal(server.published, tmp_path)


def test_an_answer_that_is_not_http_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: handler.wfile.write(b"220 mail.example ESMTP\r\n\r\n")
    refusal(server.published, tmp_path)


def test_an_unreachable_server_is_reported(server: Server, tmp_path: Path) -> None:
    with socket.socket() as bound_socket:  # nothing accepts connections on its port
        bound_socket.bind(("127.0.0.1", 0))
        server.port = bound_socket.getsockname()[1]
        assert "this machine may be offline" in refusal(server.published, tmp_path)


def test_a_folder_that_cannot_be_created_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    message = refusal(server.published, tmp_path / "file" / "folder")
    assert message.startswith(str(tmp_path / "file" / "folder"))
    assert "set SUMINT_CACHE" in message


def test_a_folder_that_cannot_be_written_is_named(
    server: Server, tmp_path: Path, ordinary_user: Callable[[], AbstractContextManager[None]]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)
    with ordinary_user(), pytest.raises(InputError, match="set SUMINT_CACHE") as caught:
        fetch(server.published, folder)
    assert str(caught.value).isprintable()


def test_a_directory_in_the_place_of_the_file_is_reported(server: Server, tmp_path: Path) -> None:
    (tmp_path / "published.pt").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        fetch(server.published, tmp_path)
