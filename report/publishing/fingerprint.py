"""All that a site is made from, in one digest: a site that was made from just this needs no build.

It is more than can matter, so that nothing is missed: every file of the code, the texts and the templates, the
checkpoint with its card, the device, the versions of all that is installed for it, the commit, and the options.
"""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import requires
from pathlib import Path

from report.content.budget import affords_every_sum
from report.figures.plotlyjs import PlotlyJs
from report.paths import ROOT, TEMPLATES
from report.publishing.repository import Repository
from sumint.lab import Lab
from sumint.store.keys import Key, digest_file, versions

_PACKAGES = ("report", "sumint")


def inputs(lab: Lab, repository: Repository, plotlyjs: PlotlyJs, base_url: str) -> str:
    """The digest of all that a build with these would use."""
    folders = [TEMPLATES, *(ROOT / package for package in _PACKAGES)]
    return Key(
        "site",
        {
            "files": {path: digest for folder in folders for path, digest in _digests(folder).items()},
            "checkpoint": {"card": dict(lab.card), "file": lab.weights_path.name},
            **lab.ingredients,
            "others": {path.name: digest_file(path) for path in lab.others},
            "versions": versions(_installed_for_it()),
            "repository": [repository.commit, repository.is_dirty, repository.year, repository.address],
            "plotlyjs": hashlib.sha256(plotlyjs.script).hexdigest(),
            "base_url": base_url,
            "affords every sum": affords_every_sum(lab),
        },
    ).digest


def _digests(folder: Path) -> dict[str, str]:
    """The digest of every file in a folder, by its path in it, but what Python keeps there for itself."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return {f"{folder.name}/{path.relative_to(folder).as_posix()}": digest_file(path) for path in files}


def _installed_for_it() -> list[str]:
    """The libraries that the package asks for, those for its tests aside."""
    asked_for = (it for it in requires("sumint") or () if "extra ==" not in it)
    return sorted({re.split(r"[^A-Za-z0-9_.-]", it, maxsplit=1)[0] for it in asked_for})
