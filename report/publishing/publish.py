"""Atomic publishing: a killed build leaves the complete old site or the complete new one.

A site is written beside its target folder, and the two are then exchanged. Only a site of this report is ever
replaced, which is recognised by its manifest; the manifest lists every file of the site. A lock ensures that one
build at a time writes to a folder, so that leftovers of an earlier build can be removed. A file that has not
changed is not written again, but hard-linked from the earlier site.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from report.errors import SiteError
from report.publishing.atomic_swap import exchange
from sumint.machine.files import quote

MANIFEST = "manifest.json"
GENERATOR = "sumint"
RECORD = "build.json"
"""The record of when, where and how the site was built: the one file that differs from build to build."""
PROVENANCE = "provenance.json"
"""The provenance that is also at the foot of every page."""
GITIGNORE = ".gitignore"
"""The one file that may be in the folder of a site without being part of the site."""


def publish(
    files: Mapping[str, bytes],
    folder: Path,
    *,
    fingerprint: str = "",
    record: Mapping[str, Any] | None = None,
) -> None:
    """Replace the content of `folder` by exactly these files, their manifest and a record of the build.

    `fingerprint` is a digest of everything from which the files were made; a later build compares it with its own.

    Raises:
        SiteError: if the folder contains other files, another build is writing to it, or it cannot be written. The
            folder is then unchanged.
    """
    folder = site_folder(folder)
    try:
        with _lock(folder):
            site_folder(folder)  # again, since it may have changed while the report was measured
            _replace(folder, {MANIFEST: _manifest(files, fingerprint), RECORD: _json(record or {}), **files})
    except OSError as error:
        raise SiteError(f"the site cannot be written to {folder} ({error.strerror or error})") from None


def site_folder(folder: Path) -> Path:
    """The folder with links resolved, after a check that a site may replace it.

    Raises:
        SiteError: if it is a file, contains anything but a site of this report, or contains the working directory.
    """
    try:
        folder = folder.resolve()
        if folder.exists() and not folder.is_dir():
            raise SiteError(f"{folder} is a file; --site takes a folder")
        if Path.cwd().is_relative_to(folder):
            raise SiteError(f"{folder} contains the working directory; choose another folder, such as --site site")
        foreign = next(_foreign_files(folder), None) if folder.exists() else None
    except OSError as error:
        raise SiteError(f"{folder} cannot be read ({error.strerror or error})") from None
    except (RuntimeError, ValueError) as error:  # a cycle of links; a path with a null byte
        raise SiteError(f"{quote(folder)} is not a valid path of a folder ({error})") from None
    if foreign is not None:
        raise SiteError(
            f"{folder} contains {foreign.relative_to(folder)}, which this tool did not write; "
            "move it, or choose another folder with --site"
        )
    return folder


def is_up_to_date(folder: Path, fingerprint: str) -> bool:
    """Whether the site in `folder` has this fingerprint, is unchanged since it was built, and has its record."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        if not fingerprint or manifest["generator"] != GENERATOR or manifest["inputs"] != fingerprint:
            return False
        is_unchanged = all(
            _digest((folder / path).read_bytes()) == digest for path, digest in manifest["files"].items()
        )
        return is_unchanged and isinstance(json.loads((folder / RECORD).read_bytes()), dict)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return False


def _replace(folder: Path, files: Mapping[str, bytes]) -> None:
    """Replace the site in `folder` by these files, atomically where the system supports it."""
    new_site = folder.with_name(f".{folder.name}.new-site")
    old_site = folder.with_name(f".{folder.name}.old-site")
    if old_site.exists() and not folder.exists():
        old_site.rename(folder)  # a build was killed between the two renames of `_swap`
    for leftover in (new_site, old_site):
        _remove(leftover)
    _write(files, new_site, folder)
    if (folder / GITIGNORE).exists():
        shutil.copy2(folder / GITIGNORE, new_site / GITIGNORE)
    if not folder.exists():
        new_site.rename(folder)
    elif exchange(new_site, folder):
        _remove(new_site)
    else:
        _swap(new_site, folder, old_site)


def _swap(new_site: Path, folder: Path, old_site: Path) -> None:
    """Replace `folder` by `new_site` with two renames, between which there is no site for a moment."""
    folder.rename(old_site)
    try:
        new_site.rename(folder)
    except BaseException:
        old_site.rename(folder)
        raise
    _remove(old_site)


def _write(files: Mapping[str, bytes], folder: Path, earlier: Path) -> None:
    """Write all files in order, the manifest first, so that even an incomplete site is recognised as ours.

    A file that is identical in the earlier site is hard-linked.
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
    """Hard-link `file` to the earlier one if that has this content; return False if it has not, or on failure."""
    with contextlib.suppress(OSError):
        if earlier.stat().st_size == len(content) and not earlier.is_symlink() and earlier.read_bytes() == content:
            os.link(earlier, file)
            return True
    return False


def _remove(folder: Path) -> None:
    """Remove a folder if it is a complete or incomplete site of this report, and leave any other folder as it is.

    The manifest is removed last, so that the rest is still recognised as ours after an interruption.
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
    """Iterate over the files in a folder that are not listed in a manifest of this report."""
    ours = {GITIGNORE, *_listed_files(folder)}
    for path in sorted(folder.rglob("*")):
        if not _is_folder(path) and path.relative_to(folder).as_posix() not in ours:
            yield path


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _listed_files(folder: Path) -> set[str]:
    """The files of the site in a folder, including its manifest; none if there is no manifest of this report."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, RECORD, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _manifest(files: Mapping[str, bytes], fingerprint: str) -> bytes:
    digests = {path: _digest(files[path]) for path in sorted(files)}
    return _json({"generator": GENERATOR, "inputs": fingerprint, "files": digests})


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Lock a folder against other builds on this machine; a `SiteError` if another build holds the lock."""
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    try:
        place = Path(tempfile.gettempdir())
    except FileNotFoundError:  # none that can be written; a site can, so the folder that it is in can
        place = folder.parent
    try:
        with FileLock(place / f".sumint-site-{name}.lock", timeout=0):
            yield
    except Timeout:
        raise SiteError(f"another build is writing to {folder}; try again when it has finished") from None
