"""A site whose files are replaced one by one, for folders that cannot be exchanged with others.

All new files are first written to a folder inside the site, so that a full disk changes nothing. Then each is
moved to its place in one step: first what pages load, then the pages, and last the manifest. In between, the
manifest lists the files of both sites: a build that is killed leaves what the next one recognises as a site.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from report.publishing.folder.contents import MANIFEST, STAGING, listed_files
from report.publishing.folder.permissions import can_write, has_our_mode, umask


def replace_files(files: Mapping[str, bytes], folder: Path, manifest_of_both: bytes) -> None:
    """Make the files of the site in a folder exactly these, in an order in which no page lacks what it loads.

    Args:
        files: the new site, with its manifest.
        manifest_of_both: a manifest of the files of the earlier site and of the new one.
    """
    staging = folder / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    earlier = listed_files(folder)
    changed = [path for path, content in files.items() if not _is_unchanged(folder / path, content)]
    _check_writable(folder, {*changed, *(earlier - files.keys())})
    try:
        for path in changed:
            _write(staging / path, files[path])
        both = staging / ".manifest-of-both"
        both.write_bytes(manifest_of_both)
        both.replace(folder / MANIFEST)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    for path in sorted(changed, key=_turn):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path == MANIFEST:
            _remove(earlier - files.keys(), folder)
        (staging / path).replace(folder / path)
    shutil.rmtree(staging, ignore_errors=True)
    _open_folders(folder, files)


def _check_writable(folder: Path, paths: Iterable[str]) -> None:
    """Raise a `PermissionError` if one of the folders of some files cannot be written, before anything changes."""
    for place in {folder / parent for path in paths for parent in Path(path).parents}:
        if place.exists() and not can_write(place):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))


def _turn(path: str) -> int:
    """When a file is moved to its place: what pages load, pages, and the manifest."""
    return 2 if path == MANIFEST else int(path.endswith(".html"))


def _is_unchanged(file: Path, content: bytes) -> bool:
    if file.name == MANIFEST:
        return False  # the one in its place will be that of both sites
    with contextlib.suppress(OSError):
        is_same = not file.is_symlink() and file.stat().st_size == len(content) and has_our_mode(file)
        return is_same and file.read_bytes() == content
    return False


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _remove(paths: Iterable[str], folder: Path) -> None:
    """Remove files of the earlier site, and the folders that are empty without them."""
    for path in map(Path, paths):
        (folder / path).unlink(missing_ok=True)
        for parent in (*path.parents,)[:-1]:
            with contextlib.suppress(OSError):
                (folder / parent).rmdir()


def _open_folders(folder: Path, files: Mapping[str, bytes]) -> None:
    """Give the folders of the site the permissions of this build, beside the special ones that they have."""
    if os.name == "nt":
        return
    folders = {parent for path in files for parent in Path(path).parents}
    for one in folders - {Path()}:
        with contextlib.suppress(OSError):
            mode = (folder / one).stat().st_mode
            (folder / one).chmod((mode & 0o7000) | (0o777 & ~umask()))
