"""Downloads a published checkpoint once, and checks its sha256 at every use."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sumint.errors import InputError

ALTERNATIVE = "or download it in another way and pass it with --weights PATH"


@dataclass(frozen=True)
class PublishedCheckpoint:
    """The address of a published file, and the digest and size that identify it."""

    url: str
    sha256: str
    size: int
    """The size in bytes; nothing beyond it is read from a server."""
    file_name: str
    """The name of the downloaded copy."""


def fetch(
    published: PublishedCheckpoint, folder: Path, *, read_timeout: float = 10.0, total_timeout: float = 120.0
) -> Path:
    """Download the published file to `folder`, unless a copy with the right sha256 is there, and return its path.

    Args:
        published: the file to download.
        folder: the folder of the copy; it is created if necessary.
        read_timeout: the number of seconds within which the server must send some data.
        total_timeout: the number of seconds within which the server must send the whole file.

    Raises:
        InputError: if the server cannot be reached or sends another file, or the copy cannot be written.
    """
    # Imported here because they are slow, and only the download needs them.
    import pooch
    import requests
    import urllib3

    pooch.get_logger().setLevel("WARNING")
    copy = folder / published.file_name

    def download(_url: str, output_file: str, _pooch: object) -> None:
        _download(published, Path(output_file), read_timeout, total_timeout)

    try:
        pooch.retrieve(
            published.url,
            published.sha256,
            published.file_name,
            folder,
            downloader=download,  # pyright: ignore[reportArgumentType] (pooch declares another type than it passes)
        )
    except _DownloadError as error:
        problem = str(error)
    except (requests.Timeout, urllib3.exceptions.ReadTimeoutError):
        problem = f"the server sent no data for {read_timeout:g} seconds"
    except urllib3.exceptions.ProtocolError:
        problem = "the connection was closed before the end of the file"
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        problem = f"the server cannot be reached ({type(error).__name__}); this machine may be offline"
    except ValueError:
        problem = "the server sent a file whose sha256 is not that of the published file"
    except OSError as error:
        raise InputError(
            f"{copy}: cannot be written ({error.strerror or type(error).__name__}); set SUMINT_CACHE to a "
            f"writable folder, {ALTERNATIVE}"
        ) from None
    else:
        return copy
    # pooch would have returned an intact copy without a download.
    if copy.exists():
        problem += f" (and the copy at {copy} is not the published file)"
    raise InputError(f"{published.url}: {problem}; try again, {ALTERNATIVE}")


class _DownloadError(Exception):
    """The server answered, but did not send the file."""


def _download(published: PublishedCheckpoint, path: Path, read_timeout: float, total_timeout: float) -> None:
    """Write the response of the server to `path`, a temporary file that pooch checks and then renames.

    `read1` returns as soon as any data has arrived, so the deadline also applies to a server that sends single
    bytes.
    """
    import requests
    from tqdm import tqdm

    deadline = time.monotonic() + total_timeout
    headers = {"Accept-Encoding": "identity"}
    with (
        requests.get(published.url, stream=True, timeout=read_timeout, headers=headers) as response,
        path.open("wb") as file,
        # disable=None: show a bar on a terminal only
        tqdm(total=published.size, desc=published.file_name, unit="B", unit_scale=True, disable=None) as bar,
    ):
        if response.status_code != requests.codes.ok:
            raise _DownloadError(f"the server answered {response.status_code} {response.reason}")
        received = 0
        while received < published.size and (content := response.raw.read1(published.size - received)):
            received += file.write(content)
            bar.update(len(content))
            if time.monotonic() > deadline:
                raise _DownloadError(f"the server took more than {total_timeout:g} seconds")
    if received < published.size:
        raise _DownloadError(f"the server sent only {received:,} of {published.size:,} bytes")
