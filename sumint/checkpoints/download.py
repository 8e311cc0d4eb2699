"""A checkpoint that somebody else publishes: downloaded once, and checked against its sha256 at every use."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sumint.errors import InputError

INSTEAD = "or download it in some other way and pass it with --weights PATH"


@dataclass(frozen=True)
class PublishedCheckpoint:
    """Where a file is published, and what tells it from every other."""

    url: str
    sha256: str
    size: int
    """Bytes; nothing beyond them is read from a server."""
    file_name: str
    """What it is called in the folder where it is kept."""


def fetch(published: PublishedCheckpoint, folder: Path, *, patience: float = 10.0, limit: float = 120.0) -> Path:
    """The published file, kept in `folder`; downloaded unless a copy is there whose sha256 is right.

    `patience` is how many seconds the server may keep silent, `limit` how many its whole answer may take.

    Raises:
        InputError: if it cannot be had: the server, the way to it, what it sends or `folder` is at fault.
    """
    # Kept out of the module's head: only who asks for a published checkpoint waits for these imports.
    import pooch
    import requests
    import urllib3

    pooch.get_logger().setLevel("WARNING")
    kept = folder / published.file_name

    def download(_url: str, output_file: str, _pooch: object) -> None:
        _download(published, Path(output_file), patience, limit)

    try:
        pooch.retrieve(
            published.url,
            published.sha256,
            published.file_name,
            folder,
            downloader=download,  # pyright: ignore[reportArgumentType] (pooch misnames what it passes)
        )
    except _DownloadError as error:
        problem = str(error)
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        problem = f"the server keeps silent for {patience:g} seconds"
    except urllib3.exceptions.ProtocolError:
        problem = "the connection broke off in the middle of the file"
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        problem = f"cannot be reached ({type(error).__name__}), perhaps this machine is offline"
    except ValueError:
        problem = "the server sends another file than the one that was published (its sha256 differs)"
    except OSError as error:
        raise InputError(
            f"{kept}: cannot be kept there ({error.strerror or type(error).__name__}); set SUMINT_CACHE to a "
            f"folder that can be written, {INSTEAD}"
        ) from None
    else:
        return kept
    # A good copy would have been taken without asking the server.
    if kept.exists():
        problem += f" (and the copy at {kept} is not the published file any more)"
    raise InputError(f"{published.url}: {problem}; try again, {INSTEAD}")


class _DownloadError(Exception):
    """The server answered, but not with the file."""


def _download(published: PublishedCheckpoint, path: Path, patience: float, limit: float) -> None:
    """Write what the server sends to `path`, a temporary file that pooch checks and then renames.

    `read1` returns as soon as anything has come, so a server that sends a byte now and then ends too.
    """
    import requests
    from tqdm import tqdm

    deadline = time.monotonic() + limit
    plain = {"Accept-Encoding": "identity"}
    with (
        requests.get(published.url, stream=True, timeout=patience, headers=plain) as response,
        path.open("wb") as file,
        # disable=None: a bar on a terminal, nothing in a log
        tqdm(total=published.size, desc=published.file_name, unit="B", unit_scale=True, disable=None) as bar,
    ):
        if response.status_code != requests.codes.ok:
            raise _DownloadError(f"the server answers {response.status_code} {response.reason}")
        received = 0
        while received < published.size and (content := response.raw.read1(published.size - received)):
            received += file.write(content)
            bar.update(len(content))
            if time.monotonic() > deadline:
                raise _DownloadError(f"the server took more than {limit:g} seconds")
    if received < published.size:
        raise _DownloadError(f"the server sends only {received:,} of {published.size:,} bytes")
