"""The provenance of a report, for the foot of every page: weights, sample, hardware, libraries and code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version

from report.content.safe_text import card_text
from report.publishing.repository import Repository
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.store.keys import versions


def provenance(lab: Lab, repository: Repository) -> dict[str, str]:
    """The provenance as texts by label; the same for the same inputs."""
    weights, sample = lab.weights, lab.sample_spec
    library_versions = versions()
    code = version("sumint")
    if repository.commit is not None:
        changed = " with uncommitted changes" if repository.is_dirty else ""
        code = f"{code}, commit {repository.commit[:12]}{changed}"
    return {
        "Weights": f"{name_of(lab)}, tensors sha256 {weights.digest[:16]}…",
        "Sample": f"{sample.size:,} sums of {sample.n_digits} digits, seed {sample.seed}",
        "Measured on": f"{lab.device}, {lab.dtype}",
        "With": (
            f"Python {library_versions['python']}, PyTorch {library_versions['torch']}, "
            f"transformer_lens {library_versions['transformer_lens']}, NumPy {library_versions['numpy']}"
        ),
        "Code": f"sumint {code}",
    }


def provenance_file(provenance: Mapping[str, str]) -> bytes:
    """The content of `provenance.json`, from which the comparison of two sites reads their provenance."""
    return (json.dumps(provenance, indent=1, ensure_ascii=False) + "\n").encode()


def name_of(lab: Lab) -> str:
    """The name of the weights: from their card if it has one, else the name of their file."""
    is_published = lab.weights.digest == ARENA_DIGEST
    return "the write-up’s checkpoint" if is_published else card_text(lab.card, "name", lab.file_name)
