"""Publishing: exactly these files, all at once, or none of them.

A site is written whole beside the folder that it is for and then takes its place, so a reader sees the old site
or the new one. A folder is replaced only if it is empty or holds a site of ours, which its manifest tells.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from report.errors import SiteError

MANIFEST = "manifest.json"
KEPT = ".gitignore"
"""The one file that may lie in a site's folder without being part of the site."""


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Make `folder` hold exactly these files and their manifest.

    Raises:
        SiteError: if a page links to what is not there, the folder holds something else, or it cannot be written.
    """
    check_links(files)
    files = {**files, MANIFEST: _manifest(files)}
    folder = folder.absolute()
    beside = folder.with_name(f".{folder.name}.new")
    replaced = folder.with_name(f".{folder.name}.old")
    try:
        _clean_up(folder, beside, replaced)
        _check_replaceable(folder)
        _write(files, beside)
        if (folder / KEPT).exists():
            shutil.copy2(folder / KEPT, beside / KEPT)
        if folder.exists():
            folder.rename(replaced)
        beside.rename(folder)
        shutil.rmtree(replaced, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise SiteError(f"{folder}: the site cannot be written there ({error.strerror or error})") from None


def check_links(files: Mapping[str, bytes]) -> None:
    """Raise a `SiteError` that names the first link on a page to a file or an anchor that does not exist."""
    pages = {path: _Page(content.decode()) for path, content in files.items() if path.endswith(".html")}
    for path, page in pages.items():
        for link in page.links:
            target = urlsplit(link)
            if target.scheme or target.netloc:
                continue
            name = _resolve(path, unquote(target.path)) if target.path else path
            if name not in files:
                raise SiteError(f"{path}: links to {link}, which is not in the site")
            if target.fragment and name in pages and unquote(target.fragment) not in pages[name].anchors:
                raise SiteError(f"{path}: links to {link}, but {name} has no such anchor")


class _Page(HTMLParser):
    """The links and anchors of one page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)


def _resolve(page: str, path: str) -> str:
    parts = page.split("/")[:-1]
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or "index.html"


def _manifest(files: Mapping[str, bytes]) -> bytes:
    digests = {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}
    return (json.dumps({"files": digests}, indent=1) + "\n").encode()


def _clean_up(folder: Path, beside: Path, replaced: Path) -> None:
    """Undo what a build that was killed left behind: an unfinished site, or an old one already moved away."""
    shutil.rmtree(beside, ignore_errors=True)
    if replaced.exists() and not folder.exists():
        replaced.rename(folder)
    shutil.rmtree(replaced, ignore_errors=True)


def _check_replaceable(folder: Path) -> None:
    if folder.is_file():
        raise SiteError(f"{folder}: is a file; --site names the folder of the site")
    if not folder.exists() or (folder / MANIFEST).is_file():
        return
    foreign = next(_foreign_files(folder), None)
    if foreign is not None:
        raise SiteError(
            f"{folder}: holds {foreign.name}, not a site of this report; name an empty or a new folder"
        )


def _foreign_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.name != KEPT)


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    folder.mkdir(parents=True)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
