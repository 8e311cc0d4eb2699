"""Publishing: exactly these files, all at once, or none of them.

A site is written whole beside the folder that it is for and then changes places with it, so a reader sees the old
site or the new one, also when the build is killed. Only a site of ours is ever replaced: its manifest says so and
lists every file in it. One build at a time writes to a folder, so whatever an earlier one left beside it can be
cleared away. A file that stays as it was is not written again: it is linked to.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from report.errors import SiteError
from report.publishing.atomic_swap import exchange
from report.publishing.links import PageLinks, check_links, read_links
from sumint.machine.files import quote

MANIFEST = "manifest.json"
GENERATOR = "sumint"
RECORD = "build.json"
"""When, where and how the site was built: the one file of a site that differs from build to build."""
KEPT = ".gitignore"
"""The one file that may lie in a site's folder without being part of the site."""


def publish(
    files: Mapping[str, bytes],
    folder: Path,
    *,
    inputs: str = "",
    record: Mapping[str, Any] | None = None,
    links_of: Callable[[bytes], PageLinks] = read_links,
) -> None:
    """Make `folder` hold exactly these files, their manifest and a record of the build.

    `inputs` is a digest of all that the files were made from, by which a later build knows that they still stand.

    Raises:
        SiteError: if a page links to what is not there, the folder holds something else, another build is writing
            to it, or it cannot be written. The folder is then as it was.
    """
    check_links(files, links_of)
    folder = site_folder(folder)
    try:
        with _alone(folder):
            site_folder(folder)  # once more: it may have changed while the report was measured
            _replace(folder, {MANIFEST: _manifest(files, inputs), RECORD: _json(record or {}), **files})
    except OSError as error:
        raise SiteError(f"{folder}: the site cannot be written there ({error.strerror or error})") from None


def site_folder(folder: Path) -> Path:
    """The folder itself, links followed, once it is sure that a site may be put in its place.

    Raises:
        SiteError: if it is a file, holds anything but a site of ours, or the working directory is in it.
    """
    try:
        folder = folder.resolve()
        if folder.exists() and not folder.is_dir():
            raise SiteError(f"{folder}: is a file; --site names the folder of the site")
        if Path.cwd().is_relative_to(folder):
            raise SiteError(f"{folder}: the working directory is in it; name another folder, such as --site site")
        foreign = next(_foreign_files(folder), None) if folder.exists() else None
    except OSError as error:
        raise SiteError(f"{folder}: cannot be looked into ({error.strerror or error})") from None
    except (RuntimeError, ValueError) as error:  # links in a circle; a path with a zero byte
        raise SiteError(f"{quote(folder)}: is no path of a folder ({error})") from None
    if foreign is not None:
        raise SiteError(
            f"{folder}: holds {foreign.relative_to(folder)}, which is no part of a site of this report; "
            "move it away or name another folder"
        )
    return folder


def stands(folder: Path, inputs: str) -> bool:
    """Whether the site in `folder` was made from these inputs, is as it was then, and has its record."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        if not inputs or manifest["generator"] != GENERATOR or manifest["inputs"] != inputs:
            return False
        is_whole = all(_digest((folder / path).read_bytes()) == it for path, it in manifest["files"].items())
        return is_whole and isinstance(json.loads((folder / RECORD).read_bytes()), dict)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    beside = folder.with_name(f".{folder.name}.new-site")
    replaced = folder.with_name(f".{folder.name}.old-site")
    if replaced.exists() and not folder.exists():
        replaced.rename(folder)  # a build was killed between the two renames below
    for left_over in (beside, replaced):
        _remove(left_over)
    _write(files, beside, folder)
    if (folder / KEPT).exists():
        shutil.copy2(folder / KEPT, beside / KEPT)
    if not folder.exists():
        beside.rename(folder)
    elif exchange(beside, folder):
        _remove(beside)
    else:
        _swap(beside, folder, replaced)


def _swap(beside: Path, folder: Path, replaced: Path) -> None:
    """Two renames, where the system has no better; for a moment there is no site."""
    folder.rename(replaced)
    try:
        beside.rename(folder)
    except BaseException:
        replaced.rename(folder)
        raise
    _remove(replaced)


def _write(files: Mapping[str, bytes], folder: Path, earlier: Path) -> None:
    """Write all files, the first of them first: with its manifest even a part of a site is known as ours.

    What the earlier site holds byte for byte is the same file in both.
    """
    try:
        folder.mkdir(parents=True)
        for path, content in files.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if not _link(earlier / path, file, content):
                file.write_bytes(content)
    except BaseException:
        _remove(folder)
        raise


def _link(earlier: Path, file: Path, content: bytes) -> bool:
    """Make `file` the same as the earlier one if that has this content; False if it has not, or cannot be."""
    with contextlib.suppress(OSError):
        if earlier.stat().st_size == len(content) and not earlier.is_symlink() and earlier.read_bytes() == content:
            os.link(earlier, file)
            return True
    return False


def _remove(folder: Path) -> None:
    """Remove a folder if it is a site of ours, or a part of one; anything else is left alone and in the way.

    Its manifest goes last, so that what is left when this is interrupted is known as ours, too.
    """
    if not folder.is_dir() or any(path != folder / MANIFEST for path in _foreign_files(folder)):
        return
    for path in sorted(folder.rglob("*"), reverse=True):
        if _is_folder(path):
            path.rmdir()
        elif path != folder / MANIFEST:
            path.unlink()
    (folder / MANIFEST).unlink(missing_ok=True)
    folder.rmdir()


def _foreign_files(folder: Path) -> Iterator[Path]:
    """The files in a folder that no manifest of ours lists."""
    ours = {KEPT, *_listed(folder)}
    for path in sorted(folder.rglob("*")):
        if not _is_folder(path) and path.relative_to(folder).as_posix() not in ours:
            yield path


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _listed(folder: Path) -> set[str]:
    """The files of the site in a folder, its manifest among them; none if there is no manifest of ours."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, RECORD, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _manifest(files: Mapping[str, bytes], inputs: str) -> bytes:
    digests = {path: _digest(files[path]) for path in sorted(files)}
    return _json({"generator": GENERATOR, "inputs": inputs, "files": digests})


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other builds on this machine from writing to the same folder; a `SiteError` if one does already."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    try:
        with FileLock(Path(tempfile.gettempdir()) / f"sumint-site-{name}.lock", timeout=0):
            yield
    except Timeout:
        raise SiteError(f"{folder}: another build is writing to it; try again when it is done") from None
