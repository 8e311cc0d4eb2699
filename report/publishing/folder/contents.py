"""What lies in the folder of a site: its files, what someone keeps there to publish it, and anything else."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
GENERATOR = "sumint"
RECORD = "build.json"
"""The record of when, where and how the site was built: the one file that differs from build to build."""

KEPT = (".git", ".gitattributes", ".gitignore", ".htaccess", ".nojekyll", "CNAME")
"""What someone may keep in the folder of a site to publish it; a build leaves it as it is."""
OF_THE_SYSTEM = (
    *("._*", ".DS_Store", ".directory", ".fuse_hidden*", ".nfs*"),
    *("Thumbs.db", "ehthumbs.db", "desktop.ini", "lost+found"),
)
"""Patterns of the names that file managers and file systems put into folders by themselves."""
_OF_THE_SYSTEM = re.compile("|".join(translate(os.path.normcase(pattern)) for pattern in OF_THE_SYSTEM))
STAGING = ".new-site"
"""The folder inside a site in which new files wait where folders cannot be exchanged."""


def is_kept(path: str) -> bool:
    """Whether a path relative to the folder of a site is of what a build keeps there."""
    return path.partition("/")[0] in KEPT


def is_of_the_system(path: str) -> bool:
    """Whether a path is of what file managers and file systems put there by themselves."""
    return any(map(_OF_THE_SYSTEM.match, map(os.path.normcase, path.split("/"))))


def kept_entries(folder: Path) -> list[Path]:
    """The files and folders in the folder of a site that a build keeps."""
    return [folder / name for name in KEPT if os.path.lexists(folder / name)]


def foreign_files(folder: Path) -> Iterator[Path]:
    """The files in a folder that neither belong to a site nor may lie beside one."""
    ours = listed_files(folder)
    return (folder / path for path in _paths_below(folder) if path not in ours)


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below a folder, links included and not followed, without what is kept or of the system."""
    return (folder / path for path in _paths_below(folder))


def _paths_below(folder: Path) -> Iterator[str]:
    """The paths of these files relative to the folder, as strings: a build asks for hundreds several times."""
    staged = (STAGING,) if listed_files(folder) else ()
    top = str(folder)
    for place, folders, files in os.walk(top, onerror=_raise):
        is_top = place == top
        before = "" if is_top else f"{place.removeprefix(top).strip(os.sep).replace(os.sep, '/')}/"
        skipped = {name for name in folders if is_of_the_system(name) or (is_top and name in (*KEPT, *staged))}
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]  # noqa: PTH114, PTH118
        folders[:] = sorted(name for name in folders if name not in skipped)
        for name in sorted((*files, *(link for link in links if link not in skipped))):
            if not (is_of_the_system(name) or (is_top and name in KEPT)):
                yield f"{before}{name}"


def listed_files(folder: Path) -> set[str]:
    """The files of the site in a folder, including its manifest; none if there is no manifest of this report."""
    try:
        manifest: Any = json.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, RECORD, *manifest["files"]} if manifest["generator"] == GENERATOR else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def remove_site(folder: Path) -> None:
    """Remove a folder if it is a complete or incomplete site of this report, and leave any other folder as it is.

    The manifest is removed last, so that the rest is still recognised as ours after an interruption. What a file
    system does not remove yet, since someone still reads it, is left for the next build.
    """
    if not folder.is_dir() or folder.is_symlink():
        return
    is_ours = bool(listed_files(folder)) or all(path.name == MANIFEST for path in folder.iterdir())
    if not is_ours or any(path != folder / MANIFEST for path in foreign_files(folder)):
        return
    for place, folders, files in os.walk(folder, topdown=False):
        for name in files:
            if name != MANIFEST or Path(place) != folder:
                os.unlink(os.path.join(place, name))  # noqa: PTH108, PTH118 — of hundreds of files
        for name in folders:
            path = Path(place, name)
            path.unlink() if path.is_symlink() else path.rmdir()
    (folder / MANIFEST).unlink(missing_ok=True)
    folder.rmdir()


def _raise(error: OSError) -> None:
    raise error
