"""Where a report comes from: weights, sample, what computed it, and the code; for the foot of every page."""

from __future__ import annotations

from importlib.metadata import version

from report.content.safe_text import card_text
from report.publishing.repository import Repository
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.store.keys import versions


def provenance(lab: Lab, repository: Repository) -> dict[str, str]:
    """What made this report, as label and text; the same for the same inputs."""
    weights, sample = lab.weights, lab.sample_spec
    used = versions()
    code = version("sumint")
    if repository.commit is not None:
        changed = " with uncommitted changes" if repository.is_dirty else ""
        code = f"{code}, commit {repository.commit[:12]}{changed}"
    return {
        "Weights": f"{name_of(lab)}, tensors sha256 {weights.digest[:16]}…",
        "Sample": f"{sample.size:,} sums of {sample.n_digits} digits, seed {sample.seed}",
        "Measured on": f"{lab.device}, {lab.dtype}",
        "With": (
            f"Python {used['python']}, PyTorch {used['torch']}, "
            f"transformer_lens {used['transformer_lens']}, NumPy {used['numpy']}"
        ),
        "Code": f"sumint {code}",
    }


def name_of(lab: Lab) -> str:
    """What the weights are called: by their card, or as their file is."""
    published = lab.weights.digest == ARENA_DIGEST
    return "the write-up’s checkpoint" if published else card_text(lab.card, "name", lab.weights_path.name)
