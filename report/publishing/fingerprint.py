"""The fingerprint of a site: one digest of everything from which it is built.

A site whose fingerprint has not changed needs no new build. The digest covers more than can affect the site, so
that nothing is missed: every file of the code, the texts and the templates, the checkpoints that the build reads
with their cards, the device, the versions of the installed requirements, the commit and the options.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from report.content.budget import affords_every_sum
from report.figures.plotlyjs import PlotlyJs
from report.paths import ROOT, TEMPLATES
from report.publishing.repository import Repository
from sumint.checkpoints.locate import BUNDLED, CONTROLS, SEEDS
from sumint.lab import Lab
from sumint.store.keys import Key, digest_in_state, versions

_PACKAGES = ("report", "sumint")

_CHECKPOINTS = frozenset(str(folder.resolve()) for folder in (BUNDLED, CONTROLS, SEEDS))
"""The folders in the packages whose files count only if they are among the lab's inputs: a build reads few."""


def fingerprint(
    lab: Lab, repository: Repository, plotlyjs: PlotlyJs, base_url: str, own: Mapping[str, Any] | None = None
) -> str:
    """The digest of everything that a build with these inputs would use; `own` are those of a report's folder."""
    folders = [TEMPLATES, *(ROOT / package for package in _PACKAGES)]
    return Key(
        "site",
        {
            "files": {path: digest for folder in folders for path, digest in _digests(folder).items()},
            "lab": lab.inputs,
            "versions": versions(_requirements()),
            "repository": [repository.commit, repository.is_dirty, repository.year, repository.address],
            "plotlyjs": plotlyjs.digest,
            "base_url": base_url,
            "affords every sum": affords_every_sum(lab),
            "own": dict(own or {}),
        },
    ).digest


def _digests(folder: Path) -> dict[str, str]:
    """The digest of each file in a folder but bytecode and checkpoints, by its path from the folder's parent."""
    before = len(str(folder.parent)) + 1
    return {
        file.path[before:].replace(os.sep, "/"): digest_in_state(file.path, file.stat())
        for file in _files_in(str(folder))
    }


def _files_in(folder: str) -> Iterator[os.DirEntry[str]]:
    """The files in a folder and its folders, several times as fast as by `Path.rglob`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__" and entry.path not in _CHECKPOINTS:
                    yield from _files_in(entry.path)
            elif entry.is_file():
                yield entry


def _requirements() -> list[str]:
    """The names of the libraries that the package requires, without the optional ones."""
    required = (requirement for requirement in requires("sumint") or () if "extra ==" not in requirement)
    return sorted({re.split(r"[^A-Za-z0-9_.-]", requirement, maxsplit=1)[0] for requirement in required})
