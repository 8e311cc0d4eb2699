"""How much a checkpoint resembles the write-up's: whether its dimensions and heads may be the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sumint.checkpoints.files import Weights, read_weights
from sumint.checkpoints.locate import ARENA, ARENA_DIGEST
from sumint.store.folder import cache_folder

COSINE_AT_LEAST = 0.9


@dataclass(frozen=True)
class Resemblance:
    """The cosines between the matrices of two checkpoints, dimension by dimension: nothing is rotated or permuted.

    Unrelated networks use their dimensions differently, so their cosines are near zero.
    """

    embedding: float
    unembedding: float

    @property
    def is_close(self) -> bool:
        """Whether both cosines are so large that the write-up's names of dimensions may apply."""
        return min(self.embedding, self.unembedding) >= COSINE_AT_LEAST


def resemblance(weights: Weights, other: Weights) -> Resemblance | None:
    """How much two checkpoints resemble each other; None if they are of different sizes."""
    if weights.architecture != other.architecture:
        return None
    return Resemblance(*(_cosine(weights, other, name) for name in ("embed.W_E", "unembed.W_U")))


def stored_write_ups_checkpoint() -> Path | None:
    """The write-up's checkpoint, if it has been downloaded before; it is not downloaded for a comparison."""
    folder = cache_folder()
    path = None if folder is None else folder / "checkpoints" / ARENA.file_name
    return path if path and path.is_file() else None


def resemblance_to_the_write_ups(weights: Weights) -> Resemblance | None:
    """How much another checkpoint resembles the write-up's; None if that is not at hand or of another size."""
    path = stored_write_ups_checkpoint()
    if path is None or weights.digest == ARENA_DIGEST:
        return None
    return resemblance(weights, read_weights(path))


def _cosine(weights: Weights, other: Weights, name: str) -> float:
    ours, theirs = (np.asarray(one.tensors[name], dtype=float).ravel() for one in (weights, other))
    return float(ours @ theirs / (np.linalg.norm(ours) * np.linalg.norm(theirs)))
