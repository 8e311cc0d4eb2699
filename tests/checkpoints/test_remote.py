"""Checkpoints from addresses, fetched from real servers on this machine."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sumint.checkpoints import remote
from sumint.checkpoints.files import Weights, read_weights, write_weights
from sumint.checkpoints.locate import locate
from sumint.checkpoints.remote import fetch_address
from sumint.errors import InputError

COMMIT = "a" * 40


class Files:
    """A server with files, on the web and as the Hub serves them."""

    def __init__(self) -> None:
        self.by_path: dict[str, bytes] = {}
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.address = ""

    def answer(self, request: BaseHTTPRequestHandler, *, has_body: bool) -> None:
        path = request.path.partition("?")[0].lstrip("/")
        headers: dict[str, str] = {}
        content = self.by_path.get(path)
        if "/resolve/" in path:
            repository, _, rest = path.partition("/resolve/")
            revision, _, name = rest.partition("/")
            files = self.repositories.get(repository)
            error = (
                "RepoNotFound"
                if files is None
                else "RevisionNotFound"
                if revision not in ("main", "v1", COMMIT)
                else "EntryNotFound"
                if name not in files
                else ""
            )
            if error:
                request.send_response(404)
                request.send_header("X-Error-Code", error)
                request.send_header("Content-Length", "0")
                request.end_headers()
                return
            assert files is not None
            content = files[name]
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
        request.send_response(404 if content is None else 200)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content or b"")))
        request.end_headers()
        if has_body:
            request.wfile.write(content or b"")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    files = Files()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files.answer(self, has_body=True)

        def do_HEAD(self) -> None:
            files.answer(self, has_body=False)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Print nothing."""

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http_server:
        threading.Thread(target=http_server.serve_forever, daemon=True).start()
        files.address = f"http://127.0.0.1:{http_server.server_port}"
        yield files
        http_server.shutdown()


@pytest.fixture
def published(tmp_path: Path, tiny_weights: Weights) -> dict[str, bytes]:
    """The files of a checkpoint with a card."""
    write_weights(tmp_path / "model.safetensors", tiny_weights.tensors, {"name": "from afar"})
    return {name: (tmp_path / name).read_bytes() for name in ("model.safetensors", "model.json")}


def test_a_checkpoint_is_fetched_from_the_web_with_its_card(
    server: Files, published: dict[str, bytes], tiny_weights: Weights, tmp_path: Path
) -> None:
    server.by_path = {f"some/{name}": content for name, content in published.items()}
    path = fetch_address(f"{server.address}/some/model.safetensors?download=1", tmp_path / "cache")
    weights = read_weights(path)
    assert weights.digest == tiny_weights.digest
    assert weights.card["name"] == "from afar"
    del server.by_path["some/model.json"]
    again = fetch_address(f"{server.address}/some/model.safetensors?download=1", tmp_path / "cache")
    assert again == path
    assert not path.with_suffix(".json").exists()


def test_what_cannot_be_fetched_is_said_in_one_line(
    server: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal(address: str) -> str:
        with pytest.raises(InputError) as caught:
            fetch_address(address, tmp_path / "cache")
        (line,) = str(caught.value).splitlines()
        return line

    assert "the server answered 404" in refusal(f"{server.address}/nothing.pt")
    assert "expected the address of a file" in refusal(f"{server.address}/")
    assert "http is not encrypted" in refusal("http://example.org/model.pt")
    assert "this machine may be offline" in refusal("http://127.0.0.1:9/model.pt")
    assert "expected an address such as hf://owner/repository/" in refusal("hf://model.pt")
    server.by_path["large.pt"] = b"x" * 2000
    monkeypatch.setattr(remote, "MAX_FILE_SIZE", 1000)
    assert "a checkpoint of this family has at most 1,000 bytes" in refusal(f"{server.address}/large.pt")
    assert not list((tmp_path / "cache").rglob("*.pt"))


@pytest.fixture
def hub(server: Files, monkeypatch: pytest.MonkeyPatch) -> Files:
    """The server in the place of the Hugging Face Hub."""
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    return server


def test_a_checkpoint_is_fetched_from_the_hub(
    hub: Files, published: dict[str, bytes], tiny_weights: Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "cache"))
    hub.repositories["jane/adder"] = {f"runs/{name}": content for name, content in published.items()}
    for address in ("hf://jane/adder/runs/model.safetensors", "hf://jane/adder/runs/model.safetensors@v1"):
        weights = read_weights(locate(address))
        assert weights.digest == tiny_weights.digest
        assert weights.card["name"] == json.loads(published["model.json"])["name"]


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("hf://jane/nothing/model.pt", "there is no public repository jane/nothing on the Hub"),
        ("hf://jane/adder/model.pt", "jane/adder has no file model.pt"),
        ("hf://jane/adder/model.safetensors@v9", "jane/adder has no revision v9"),
    ],
)
def test_what_the_hub_has_not_is_said_in_one_line(
    hub: Files, published: dict[str, bytes], tmp_path: Path, address: str, message: str
) -> None:
    hub.repositories["jane/adder"] = published
    with pytest.raises(InputError, match=message):
        fetch_address(address, tmp_path)
