"""Publishing: exactly these files, all at once, or none of them.

A site is written whole beside the folder that it is for and then takes its place, so a reader sees the old site
or the new one. Only a site of ours is ever replaced: its manifest says so and lists every file in it. One build
at a time writes to a folder, so whatever an earlier one left beside it, when it was killed, can be cleared away.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from report.errors import SiteError
from report.links import check_links

MANIFEST = "manifest.json"
GENERATOR = "sumint"
KEPT = ".gitignore"
"""The one file that may lie in a site's folder without being part of the site."""


def publish(files: Mapping[str, bytes], folder: Path) -> None:
    """Make `folder` hold exactly these files and their manifest.

    Raises:
        SiteError: if a page links to what is not there, the folder holds something else, another build is writing
            to it, or it cannot be written. The folder is then as it was.
    """
    check_links(files)
    folder = site_folder(folder)
    try:
        with _alone(folder):
            site_folder(folder)  # once more: it may have changed while the report was measured
            _replace(folder, {MANIFEST: _manifest(files), **files})
    except OSError as error:
        raise SiteError(f"{folder}: the site cannot be written there ({error.strerror or error})") from None


def site_folder(folder: Path) -> Path:
    """The folder itself, links followed, once it is sure that a site may be put in its place.

    Raises:
        SiteError: if it is a file, holds anything but a site of ours, or the working directory is in it.
    """
    try:
        folder = folder.resolve()
        if folder.is_file():
            raise SiteError(f"{folder}: is a file; --site names the folder of the site")
        if Path.cwd().is_relative_to(folder):
            raise SiteError(f"{folder}: the working directory is in it; name another folder, such as --site site")
        foreign = next(_foreign_files(folder), None) if folder.exists() else None
    except OSError as error:
        raise SiteError(f"{folder}: cannot be looked into ({error.strerror or error})") from None
    if foreign is not None:
        raise SiteError(
            f"{folder}: holds {foreign.relative_to(folder)}, which is no part of a site of this report; "
            "move it away or name another folder"
        )
    return folder


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    beside = folder.with_name(f".{folder.name}.new-site")
    replaced = folder.with_name(f".{folder.name}.old-site")
    if replaced.exists() and not folder.exists():
        replaced.rename(folder)  # a build was killed between the two renames below
    for left_over in (beside, replaced):
        _remove(left_over)
    _write(files, beside)
    if (folder / KEPT).exists():
        shutil.copy2(folder / KEPT, beside / KEPT)
    if folder.exists():
        folder.rename(replaced)
    try:
        beside.rename(folder)
    except BaseException:
        if replaced.exists():
            replaced.rename(folder)
        raise
    _remove(replaced)


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write all files, the first of them first: with its manifest even a part of a site is known as ours."""
    try:
        folder.mkdir(parents=True)
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    except BaseException:
        _remove(folder)
        raise


def _remove(folder: Path) -> None:
    """Remove a folder if it is a site of ours, or a part of one; anything else is left alone and in the way."""
    if folder.is_dir() and next(_foreign_files(folder), None) is None:
        shutil.rmtree(folder)


def _foreign_files(folder: Path) -> Iterator[Path]:
    """The files in a folder that no manifest of ours lists."""
    ours = {KEPT, *_listed(folder)}
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and path.relative_to(folder).as_posix() not in ours:
            yield path


def _listed(folder: Path) -> set[str]:
    """The files of the site in a folder, its manifest among them; none if there is no manifest of ours."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _manifest(files: Mapping[str, bytes]) -> bytes:
    digests = {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}
    return (json.dumps({"generator": GENERATOR, "files": digests}, indent=1) + "\n").encode()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other builds on this machine from writing to the same folder; a `SiteError` if one does already."""
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    try:
        with FileLock(Path(tempfile.gettempdir()) / f"sumint-site-{name}.lock", timeout=0):
            yield
    except Timeout:
        raise SiteError(f"{folder}: another build is writing to it; try again when it is done") from None
