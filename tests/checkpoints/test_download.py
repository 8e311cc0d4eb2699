"""A published checkpoint is downloaded once; a failure is reported in one line.

Every test uses a real server on this machine.
"""

import contextlib
import hashlib
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sumint.checkpoints.download import PublishedCheckpoint, _temporary_folder, fetch
from sumint.errors import InputError

ROOT = Path(__file__).parent.parent.parent
CONTENT = bytes(range(256)) * 500


@pytest.fixture(autouse=True)
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder for temporary files, which every user may write, unlike `tmp_path` and its parents."""
    tmp_path_factory.getbasetemp()  # before temporary files go elsewhere
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        monkeypatch.setattr(tempfile, "tempdir", name)
        _temporary_folder.cache_clear()
        yield Path(name)


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


def test_another_file_of_the_same_size_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, CONTENT[:-1] + b"x")
    message = refusal(server.published, tmp_path)
    assert message.startswith(server.published.url)
    assert "sha256 is not that of the published file" in message


def test_an_endless_file_is_refused_at_the_size_of_the_published_one(server: Server, tmp_path: Path) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not server.stopping.is_set():
            handler.wfile.write(CONTENT)

    server.answer = flood
    assert "sent more than the 128,000 bytes of the published file" in refusal(server.published, tmp_path)


def test_a_shorter_file_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, b"<html>Please log in</html>")
    assert "sent a file of 26 bytes; the published file has 128,000" in refusal(server.published, tmp_path)


def test_a_longer_file_is_refused(server: Server, tmp_path: Path) -> None:
    server.answer = lambda handler: send(handler, b"x" + CONTENT)
    assert "sent a file of 128,001 bytes; the published file has 128,000" in refusal(server.published, tmp_path)


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


def test_in_a_folder_that_cannot_be_created_the_copy_is_temporary(
    server: Server, tmp_path: Path, temporary: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "file" / "folder"
    check_that_the_copy_is_temporary(server, folder, temporary, caplog)


def test_in_a_folder_that_cannot_be_written_the_copy_is_temporary(
    server: Server,
    tmp_path: Path,
    temporary: Path,
    ordinary_user: Callable[[], AbstractContextManager[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)
    fetch(server.published, tmp_path)  # imports what an ordinary user may not be allowed to read
    server.n_requests = 0
    with ordinary_user():
        check_that_the_copy_is_temporary(server, folder, temporary, caplog)
    assert list(folder.iterdir()) == []


def test_in_the_place_of_a_directory_the_copy_is_temporary(
    server: Server, tmp_path: Path, temporary: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "published.pt").mkdir()
    check_that_the_copy_is_temporary(server, tmp_path, temporary, caplog)


def check_that_the_copy_is_temporary(
    server: Server, folder: Path, temporary: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Within one process it is downloaded once, and each use reports that it is not kept."""
    first, second = (fetch(server.published, folder) for _ in range(2))
    assert first == second
    assert first.read_bytes() == CONTENT
    assert temporary in first.parents
    assert server.n_requests == 1
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith(f"{folder / 'published.pt'}: cannot be written (")
    assert "set SUMINT_CACHE to a writable folder" in caplog.messages[0]


def test_a_temporary_copy_is_removed_at_the_end_of_the_process(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    code = (
        "from pathlib import Path; from sumint.checkpoints.download import *; "
        f"path = fetch({server.published!r}, Path({str(tmp_path / 'file' / 'folder')!r})); "
        "print(path.stat().st_size, path.parent)"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    size, folder = finished.stdout.split()
    assert int(size) == len(CONTENT)
    assert not Path(folder).exists()


def test_without_any_folder_that_can_be_written_the_failure_is_reported(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    message = refusal(server.published, tmp_path / "file" / "folder")
    assert message.startswith(
        f"published.pt: cannot be written to {tmp_path / 'file' / 'folder'}, nor to a temporary"
    )
    assert "set SUMINT_CACHE" in message
