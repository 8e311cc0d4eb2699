"""Fetches a checkpoint from an address: `https://…`, or `hf://owner/repo/path@revision` on the Hugging Face Hub.

Such a file may come from anybody. It is read like any other, without executing anything in it, and no more of it
is downloaded than a model of this family can have. The card beside it is fetched, too, if there is one.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sumint.errors import InputError
from sumint.machine.files import MAX_FILE_SIZE, first_line, write_atomically

SCHEMES = ("https://", "http://", "hf://")

HUB = re.compile(r"hf://(?P<repository>[\w.-]+/[\w.-]+)/(?P<path>[^@]+)(?:@(?P<revision>.+))?")
"""An address on the Hub; the revision is a branch, a tag or a commit."""

CHUNK = 2**16
READ_TIMEOUT, TOTAL_TIMEOUT = 20.0, 300.0
"""Seconds within which a server must send some data, and all of it."""


def is_address(name: str) -> bool:
    """Whether a name is an address, and no path of a file."""
    return name.startswith(SCHEMES)


def fetch_address(address: str, folder: Path | None) -> Path:
    """Download the checkpoint at an address, and its card if there is one, and return the path of the copy.

    Args:
        address: `https://…` or `hf://owner/repo/path@revision`.
        folder: where copies are kept; None for a temporary folder.

    Raises:
        InputError: if the address is none of these, nothing can be fetched from it, or the file is too large.
    """
    folder = folder or Path(tempfile.mkdtemp(prefix="sumint-"))
    if address.startswith("hf://"):
        return _fetch_from_hub(address, folder)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise InputError(f"{address}: http is not encrypted; give the https address, or download the file")
    name = Path(unquote(parts.path)).name
    if not name or not parts.hostname:
        raise InputError(
            f"{address}: expected the address of a file, such as https://example.org/model.safetensors"
        )
    copy = folder / hashlib.sha256(address.encode()).hexdigest()[:16] / name
    _write(copy, _download(address), address)
    stem, dot, _ = parts.path.rpartition(".")
    if dot:
        card = parts._replace(path=f"{stem}.json").geturl()
        try:
            _write(copy.with_suffix(".json"), _download(card), address)
        except InputError:
            copy.with_suffix(".json").unlink(missing_ok=True)  # there is none now
    return copy


def _write(path: Path, content: bytes, address: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{address}: {path.parent} cannot be made ({error.strerror}); set SUMINT_CACHE") from None
    write_atomically(path, content)


def _download(url: str) -> bytes:
    """The content at a URL.

    Raises:
        InputError: if it cannot be fetched, takes too long, or is too large.
    """
    import requests  # slow to import

    deadline = time.monotonic() + TOTAL_TIMEOUT
    try:
        with requests.get(url, stream=True, timeout=READ_TIMEOUT) as answer:
            if not answer.ok:
                raise InputError(f"{url}: the server answered {answer.status_code} {answer.reason}")
            content = bytearray()
            for chunk in answer.iter_content(CHUNK):
                content += chunk
                if len(content) > MAX_FILE_SIZE:
                    raise InputError(f"{url}: {_too_large('more')}")
                if time.monotonic() > deadline:
                    raise InputError(f"{url}: the server took more than {TOTAL_TIMEOUT:g} seconds")
            return bytes(content)
    except requests.RequestException as error:
        kind = type(error).__name__
        raise InputError(f"{url}: the file cannot be fetched ({kind}); this machine may be offline") from None


def _fetch_from_hub(address: str, folder: Path) -> Path:
    match = HUB.fullmatch(address)
    if match is None:
        raise InputError(f"{address}: expected an address such as hf://owner/repository/model.safetensors@main")
    # Imported here because it is slow, and only this needs it.
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RepositoryNotFoundError
    from huggingface_hub.errors import RevisionNotFoundError as NoRevisionError
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    repository, path, revision = match["repository"], match["path"], match["revision"]
    endpoint = os.environ.get("HF_ENDPOINT")  # a mirror of the Hub, as its own tools read it

    def download(name: str) -> Path:
        return Path(
            hf_hub_download(repository, name, revision=revision, cache_dir=folder / "hub", endpoint=endpoint)
        )

    try:
        size = get_hf_file_metadata(hf_hub_url(repository, path, revision=revision, endpoint=endpoint)).size
        if size is not None and size > MAX_FILE_SIZE:
            raise InputError(f"{address}: {_too_large(f'{size:,}')}")
        copy = download(path)
    except NoRevisionError:
        raise InputError(f"{address}: {repository} has no revision {revision}") from None
    except RepositoryNotFoundError:
        raise InputError(f"{address}: there is no public repository {repository} on the Hub") from None
    except EntryNotFoundError:
        raise InputError(f"{address}: {repository} has no file {path}") from None
    except (HfHubHTTPError, OSError, ValueError) as error:
        raise InputError(f"{address}: the file cannot be fetched ({first_line(error)})") from None
    with suppress(HfHubHTTPError, EntryNotFoundError, OSError):  # there may be no card
        download(str(Path(path).with_suffix(".json")))
    return copy


def _too_large(found: str) -> str:
    return f"a checkpoint of this family has at most {MAX_FILE_SIZE:,} bytes, this file has {found}"
