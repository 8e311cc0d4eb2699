"""The provenance of a report, for the foot of every page: weights, sample, hardware, libraries and code.

The commit of the code and whether it has uncommitted changes are inserted into finished pages. So pages that are
kept for later builds are still valid after a commit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version

from markupsafe import escape

from report.content.safe_text import card_text
from report.publishing.repository import COMMIT, Repository
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.store.keys import versions

CODE = "\N{OBJECT REPLACEMENT CHARACTER}code"
"""What stands for the version and the commit of the code in the foot of a page."""


def provenance(lab: Lab, code: str = CODE) -> dict[str, str]:
    """The provenance as texts by label, with the `code` as `code_of` states it; the same for the same inputs."""
    weights, sample = lab.weights, lab.sample_spec
    library_versions = versions()
    return {
        "Weights": f"{name_of(lab)}, tensors sha256 {weights.digest[:16]}…",
        "Sample": f"{sample.size:,} sums of {sample.n_digits} digits, seed {sample.seed}",
        "Measured on": f"{lab.device}, {lab.dtype}",
        "With": (
            f"Python {library_versions['python']}, PyTorch {library_versions['torch']}, "
            f"transformer_lens {library_versions['transformer_lens']}, NumPy {library_versions['numpy']}"
        ),
        "Code": code,
    }


def code_of(repository: Repository) -> str:
    """The version of the running code, its commit, and whether that has uncommitted changes."""
    code = f"sumint {version('sumint')}"
    if repository.commit is None:
        return code
    return f"{code}, commit {repository.commit[:12]}{' with uncommitted changes' if repository.is_dirty else ''}"


def with_code(page: str, code: str, commit: str | None) -> str:
    """A page with the code in its foot and the commit in the addresses of its sources."""
    return page.replace(CODE, escape(code)).replace(COMMIT, commit or "")


def provenance_file(provenance: Mapping[str, str]) -> bytes:
    """The content of `provenance.json`, from which the comparison of two sites reads their provenance."""
    return (json.dumps(provenance, indent=1, ensure_ascii=False) + "\n").encode()


def name_of(lab: Lab) -> str:
    """The name of the weights: from their card if it has one, else the name of their file."""
    is_published = lab.weights.digest == ARENA_DIGEST
    return "the write-up’s checkpoint" if is_published else card_text(lab.card, "name", lab.file_name)
