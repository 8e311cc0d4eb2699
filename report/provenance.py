"""Where a report comes from: weights, probe, what computed it, and the code; for the foot of every page."""

from __future__ import annotations

from importlib.metadata import version

from report.repository import Repository
from sumint.card import card_text
from sumint.checkpoints import ARENA_DIGEST
from sumint.keys import versions
from sumint.lab import Lab


def provenance(lab: Lab, repository: Repository) -> dict[str, str]:
    """What made this report, as label and text; the same for the same inputs."""
    checkpoint, probe = lab.checkpoint, lab.probe
    used = versions()
    code = version("sumint")
    if repository.commit is not None:
        changed = " with uncommitted changes" if repository.is_dirty else ""
        code = f"{code}, commit {repository.commit[:12]}{changed}"
    return {
        "Weights": f"{name_of(lab)}, tensors sha256 {checkpoint.digest[:16]}…",
        "Probe": f"{probe.size:,} sums of {probe.n_digits} digits, seed {probe.seed}",
        "Measured on": f"{lab.device}, {lab.dtype}",
        "With": (
            f"Python {used['python']}, PyTorch {used['torch']}, "
            f"transformer_lens {used['transformer_lens']}, NumPy {used['numpy']}"
        ),
        "Code": f"sumint {code}",
    }


def name_of(lab: Lab) -> str:
    """What the weights are called: by their card, or as their file is."""
    published = lab.checkpoint.digest == ARENA_DIGEST
    return "the write-up’s checkpoint" if published else card_text(lab.card, "name", lab.weights_path.name)
