"""Atomic publishing: a killed build leaves the complete old site or the complete new one.

A site is written beside its target folder, and the two are then exchanged. Only a site of this report is ever
replaced, which is recognised by its manifest; the manifest lists every file of the site. A lock ensures that one
build at a time writes to a folder, so that leftovers of an earlier build can be removed. A file that has not
changed is not written again, but hard-linked from the earlier site. Where folders cannot be exchanged, files are
replaced one by one.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.errors import SiteError
from report.publishing.folder.atomic_swap import exchange
from report.publishing.folder.contents import (
    GENERATOR,
    MANIFEST,
    RECORD,
    foreign_files,
    kept_entries,
    listed_files,
    remove_site,
)
from report.publishing.folder.in_place import replace_files
from report.publishing.folder.lock import lock
from report.publishing.folder.permissions import adopt, has_our_mode
from report.publishing.folder.place import can_be_exchanged
from sumint.machine.files import quote

PROVENANCE = "provenance.json"
"""The provenance that is also at the foot of every page."""

_FIXED = {errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES, errno.ENOTEMPTY}
"""The errors of a folder that cannot be renamed although nothing showed it before, as on some file systems."""


def publish(
    files: Mapping[str, bytes],
    folder: Path,
    *,
    fingerprint: str = "",
    record: Mapping[str, Any] | None = None,
) -> bool:
    """Replace the content of `folder` by exactly these files, their manifest and a record of the build.

    Args:
        fingerprint: a digest of everything from which the files were made; a later build compares it with its
            own.

    Returns:
        Whether the site was replaced in one step; otherwise its files were replaced one by one.

    Raises:
        SiteError: if the folder contains other files, another build is writing to it, or it cannot be written. The
            folder is then unchanged.
    """
    folder = site_folder(folder)
    files = {MANIFEST: _manifest(files, fingerprint), RECORD: _json(record or {}), **files}
    try:
        with lock(folder):
            site_folder(folder)  # again, since it may have changed while the report was measured
            if can_be_exchanged(folder):
                return _replace(folder, files)
            _replace_in_place(folder, files)
            return False
    except OSError as error:
        raise SiteError(f"the site cannot be written to {folder} ({error.strerror or error})") from None


def site_folder(folder: Path) -> Path:
    """The folder with links resolved, after a check that a site may replace it.

    Raises:
        SiteError: if it is a file, contains anything but a site of this report, contains the working directory, or
            cannot be written.
    """
    try:
        folder = folder.resolve()
        if folder.is_symlink():  # since Python 3.13 `resolve` accepts a cycle of links
            raise RuntimeError("Symlink loop")
        if folder.exists() and not folder.is_dir():
            raise SiteError(f"{folder} is a file; --site takes a folder")
        if Path.cwd().is_relative_to(folder):
            raise SiteError(f"{folder} contains the working directory; choose another folder, such as --site site")
        foreign = next(foreign_files(folder), None) if folder.exists() else None
        can_be_exchanged(folder)
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


def _replace(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Replace the site in `folder` by these files, and return whether that was done in one step, or two."""
    new_site, old_site = (_beside(folder, role) for role in ("new-site", "old-site"))
    if old_site.exists() and not folder.exists():
        old_site.rename(folder)  # a build was killed between the two renames of `_swap`
    for leftover in (new_site, old_site):
        remove_site(leftover)
    _write(files, new_site, folder)
    for entry in kept_entries(folder):
        shutil.copy2(entry, new_site / entry.name, follow_symlinks=False)
    adopt(new_site, folder)
    if not folder.exists():
        new_site.rename(folder)
        return True
    try:
        is_exchanged = exchange(new_site, folder)
        if not is_exchanged:
            _swap(new_site, folder, old_site)
    except OSError as error:
        if error.errno not in _FIXED:
            raise
        remove_site(new_site)
        _replace_in_place(folder, files)
        return False
    replaced = new_site if is_exchanged else old_site
    with contextlib.suppress(OSError):  # what a file system keeps while someone reads it goes with the next build
        for entry in kept_entries(replaced):
            entry.unlink()  # the new site has a copy
        remove_site(replaced)
    return True


def _replace_in_place(folder: Path, files: Mapping[str, bytes]) -> None:
    both = {path: "" for path in (*listed_files(folder), *files) if path not in (MANIFEST, RECORD)}
    replace_files(files, folder, _json({"generator": GENERATOR, "inputs": "", "files": both}))


def _beside(folder: Path, role: str) -> Path:
    """A folder beside that of a site, whose name is short enough for any file system."""
    name = f".{folder.name}.{role}"
    if len(os.fsencode(name)) > 255:
        name = f".{hashlib.sha256(os.fsencode(folder.name)).hexdigest()[:16]}.{role}"
    return folder.with_name(name)


def _swap(new_site: Path, folder: Path, old_site: Path) -> None:
    """Replace `folder` by `new_site` with two renames, between which there is no site for a moment."""
    folder.rename(old_site)
    try:
        new_site.rename(folder)
    except BaseException:
        old_site.rename(folder)
        raise


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
        remove_site(folder)
        raise


def _link(earlier: Path, file: Path, content: bytes) -> bool:
    """Hard-link `file` to the earlier one if that has this content; return False if it has not, or on failure."""
    with contextlib.suppress(OSError):
        is_same = earlier.stat().st_size == len(content) and not earlier.is_symlink() and has_our_mode(earlier)
        if is_same and earlier.read_bytes() == content:
            os.link(earlier, file)
            return True
    return False


def _manifest(files: Mapping[str, bytes], fingerprint: str) -> bytes:
    digests = {path: _digest(files[path]) for path in sorted(files)}
    return _json({"generator": GENERATOR, "inputs": fingerprint, "files": digests})


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
