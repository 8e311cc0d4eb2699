"""`report serve` in a container, behind a proxy and in a hosted notebook: other addresses, and names for them."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from report.errors import ServeError
from report.preview.server import PreviewServer, SiteFolder
from report.publishing.publish import publish

PAGE = b"<!doctype html><title>opening page</title>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish({"index.html": PAGE, "404.html": b"not found"}, tmp_path / "site")
    return tmp_path / "site"


@contextmanager
def serving(folder: Path, host: str, *allowed: str) -> Iterator[PreviewServer]:
    server = PreviewServer(SiteFolder(folder), 0, host=host, allowed=allowed)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()


def ask(server: PreviewServer, name: str, address: str = "127.0.0.1") -> tuple[int, bytes]:
    """The status and the content of the opening page, asked for under a name."""
    with socket.create_connection((address, server.port), timeout=30) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while more := connection.recv(65536):
            received += more
    head, _, content = received.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), content


def test_the_default_is_this_machine_alone(folder: Path) -> None:
    with serving(folder, "127.0.0.1") as server:
        assert server.is_local
        assert server.url == f"http://127.0.0.1:{server.port}/"
        assert ask(server, "localhost") == (200, PAGE)


def test_every_address_of_a_container_is_served_under_the_names_of_the_machine_outside(folder: Path) -> None:
    with serving(folder, "0.0.0.0") as server:
        assert not server.is_local
        assert server.url == f"http://127.0.0.1:{server.port}/"
        assert ask(server, f"localhost:{server.port}") == (200, PAGE)
        assert ask(server, "hub.example.org")[0] == 400


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_addresses_of_ipv6_are_taken(folder: Path) -> None:
    try:
        with serving(folder, "::1") as server:
            assert server.is_local
            assert server.url == f"http://[::1]:{server.port}/"
            assert ask(server, "[::1]", "::1") == (200, PAGE)
    except ServeError:
        pytest.skip("this machine has no address ::1")


@pytest.mark.parametrize(
    ("allowed", "name", "status"),
    [
        ("hub.example.org", "hub.example.org", 200),
        ("hub.example.org", "HUB.example.org:443", 200),
        ("hub.example.org", "other.example.org", 400),
        ("*.example.org", "user-7.example.org", 200),
        ("*.example.org", "example.com", 400),
        ("*", "anything.example", 200),
    ],
)
def test_a_proxy_or_a_hosted_notebook_has_its_name_allowed(
    folder: Path, allowed: str, name: str, status: int
) -> None:
    with serving(folder, "127.0.0.1", allowed) as server:
        assert ask(server, name)[0] == status
        assert ask(server, "localhost")[0] == 200


def test_a_refused_name_is_answered_with_what_to_do(folder: Path) -> None:
    with serving(folder, "127.0.0.1") as server:
        status, content = ask(server, "hub.example.org:8888")
        assert status == 400
        assert content == (
            b"This server does not answer to hub.example.org. "
            b"`report serve --allow-host NAME` allows another name."
        )
        assert b"<" not in ask(server, "<script>")[1]


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.name.invalid", "not an address", ""])
def test_an_address_that_this_machine_lacks_is_refused(folder: Path, host: str) -> None:
    with pytest.raises(ServeError, match=r"--host .* is not an address of this machine"):
        PreviewServer(SiteFolder(folder), 0, host=host)


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        (["--host", "0.0.0.0"], "everyone who can reach this machine over the network can read the site"),
        (["--allow-host", "*"], "other web sites can make a browser read it (DNS rebinding)"),
        ([], ""),
    ],
)
def test_the_command_states_the_risk(start, folder: Path, options: list[str], warning: str) -> None:
    with start("report", "serve", "--site", str(folder), "--port", "0", *options) as process:
        line = process.stdout.readline()
        found = re.search(r"at http://127\.0\.0\.1:(\d+)/ until", line)
        assert found, line
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=30):
            time.sleep(0.1)
        process.kill()
        assert (warning in process.stderr.read()) if warning else process.stderr.read() == ""
