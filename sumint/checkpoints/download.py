"""Downloads a published checkpoint once, with pooch, which checks its sha256 at every use."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sumint.errors import InputError
from sumint.machine.progress_bar import ProgressBar

ALTERNATIVE = "or download it in another way and pass it with --weights PATH"

CHUNK_SIZE = 16
"""How many bytes are read at a time. The limits below are checked between two reads, so that with larger chunks a
server that sends single bytes could hold up a command for hours; the file is small enough for it."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PublishedCheckpoint:
    """The address of a published file, and the digest and size that identify it."""

    url: str
    sha256: str
    size: int
    """The size in bytes; little beyond it is read from a server."""
    file_name: str
    """The name of the downloaded copy."""


def fetch(
    published: PublishedCheckpoint,
    folder: Path | None,
    *,
    read_timeout: float = 10.0,
    total_timeout: float = 120.0,
) -> Path:
    """Download the published file to `folder`, unless a copy with the right sha256 is there, and return its path.

    If `folder` cannot be written, the copy is in a temporary folder, which is removed when the process ends.

    Args:
        published: the file to download.
        folder: the folder of the copy, which is created if necessary; None for a temporary one.
        read_timeout: the number of seconds within which the server must send some data.
        total_timeout: the number of seconds within which the server must send the whole file.

    Raises:
        InputError: if the server cannot be reached or sends another file, or no folder can be written.
    """
    if folder is not None:
        try:
            return _retrieve(published, folder, read_timeout, total_timeout)
        except OSError as error:
            log.warning(
                "%s: cannot be written (%s), so the download is kept for this run only; "
                "set SUMINT_CACHE to a writable folder",
                folder / published.file_name,
                error.strerror or type(error).__name__,
            )
    try:
        return _retrieve(published, _temporary_folder(), read_timeout, total_timeout)
    except OSError as error:
        raise InputError(
            f"{published.file_name}: cannot be written to {folder or 'a cache folder'}, nor to a temporary one "
            f"({error.strerror or type(error).__name__}); set SUMINT_CACHE to a writable folder, {ALTERNATIVE}"
        ) from None


def _retrieve(published: PublishedCheckpoint, folder: Path, read_timeout: float, total_timeout: float) -> Path:
    """The path of the copy in `folder`, which is downloaded if necessary.

    Raises:
        InputError: if the server cannot be reached or sends another file.
        OSError: if the copy cannot be written.
    """
    # Imported here because they are slow, and only the download needs them.
    import pooch
    import requests
    import urllib3

    pooch.get_logger().setLevel("WARNING")
    copy = folder / published.file_name
    with _Limits(published, total_timeout) as limits, ExitStack() as answers:

        def close_at_the_end(answer: requests.Response, *_: object, **__: object) -> None:
            answers.callback(answer.close)  # pooch leaves it open if the download ends with an error

        downloader = pooch.HTTPDownloader(
            progressbar=limits,  # pyright: ignore[reportArgumentType] (pooch takes such an object, but declares bool)
            chunk_size=CHUNK_SIZE,
            timeout=read_timeout,
            headers={"Accept-Encoding": "identity"},
            hooks={"response": close_at_the_end},
        )
        try:
            pooch.retrieve(
                published.url,
                published.sha256,
                published.file_name,
                folder,
                downloader=downloader,  # pyright: ignore[reportArgumentType] (pooch declares it without its methods)
            )
        except _LimitError as error:
            problem = str(error)
        except requests.HTTPError as error:
            answer = error.response
            assert answer is not None  # this error is about an answer
            problem = f"the server answered {answer.status_code} {answer.reason}"
        except requests.exceptions.ChunkedEncodingError:
            problem = "the connection was closed before the end of the file"
        except requests.RequestException as error:
            is_timeout = isinstance(error, requests.Timeout) or any(
                isinstance(cause, urllib3.exceptions.ReadTimeoutError) for cause in error.args
            )
            problem = (
                f"the server sent no data for {read_timeout:g} seconds"
                if is_timeout
                else f"the server cannot be reached ({type(error).__name__}); this machine may be offline"
            )
        except ValueError:
            problem = limits.wrong_file
        else:
            return copy
    # pooch would have returned an intact copy without a download.
    if copy.exists():
        problem += f" (and the copy at {copy} is not the published file)"
    raise InputError(f"{published.url}: {problem}; try again, {ALTERNATIVE}")


@lru_cache(maxsize=1)
def _temporary_folder() -> Path:
    """A folder that exists until the process ends, the same at each call."""
    folder = Path(tempfile.mkdtemp(prefix="sumint-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class _LimitError(Exception):
    """The server sent more than the published file, or took too long for it."""


class _Limits:
    """A progress bar for pooch that also ends a download that takes too long or is too large.

    pooch sets `total` to the size that the server announces, or 0, calls `update` after each chunk, and at the end
    `reset`, `update` and `close`.
    """

    def __init__(self, published: PublishedCheckpoint, total_timeout: float) -> None:
        self.total = 0
        self._published = published
        self._timeout = total_timeout
        self._start = time.monotonic()
        self._n_received = 0
        self._bar = ProgressBar(published.size, description=published.file_name, unit="bytes")

    def __enter__(self) -> _Limits:
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.__exit__(None, None, None)

    @property
    def wrong_file(self) -> str:
        """What is wrong if the server sent another file than the published one."""
        if self.total not in (0, self._published.size):
            return (
                f"the server sent a file of {self.total:,} bytes; the published file has {self._published.size:,}"
            )
        return "the server sent a file whose sha256 is not that of the published file"

    def update(self, n_received: int) -> None:
        """Show that another chunk was received.

        Raises:
            _LimitError: if that is too much, or took too long.
        """
        self._n_received += n_received
        if time.monotonic() > self._start + self._timeout:
            raise _LimitError(f"the server took more than {self._timeout:g} seconds")
        if self._n_received >= self._published.size + 2 * CHUNK_SIZE:
            raise _LimitError(
                f"the server sent more than the {self._published.size:,} bytes of the published file"
            )
        self._bar.show(self._n_received)

    def reset(self) -> None:
        """Forget the chunks: pooch then reports the size of the whole file."""
        self._n_received = 0

    def close(self) -> None:
        """Do nothing; the bar ends with the block."""
