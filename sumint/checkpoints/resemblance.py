"""How much a checkpoint resembles the write-up's, so that the same dimensions and heads may do the same in both.

Networks that were trained independently use their dimensions differently, even by the same recipe. If every
dimension of the residual stream stands for nearly the same in two networks, in the embedding and in the
unembedding, they have a common origin: one is a copy of the other, or was trained on from it.

Both matrices are compared as `sumint.model.load` processes them, since unprocessed ones are not determined: weight
decay shrinks most rows of an unembedding to exactly zero, where a cosine is rounding noise.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from sumint.checkpoints.files import Weights, read_weights
from sumint.checkpoints.locate import ARENA, ARENA_DIGEST
from sumint.errors import InputError
from sumint.store.folder import cache_folder

ARENA_VARIABLE = "SUMINT_ARENA_CHECKPOINT"
"""The environment variable that names a copy of the write-up's checkpoint outside the cache folder."""

COSINE_AT_LEAST = 0.9
"""Chosen after measuring noisy copies of the write-up's checkpoint, the bundled checkpoints and the null networks.
With noise of 3% of each tensor's root mean square the least cosine is 0.98; in a network of another origin no
dimension of the embedding reaches 0.9."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Resemblance:
    """The least cosine of any dimension of the residual stream between two checkpoints.

    A dimension is a vector over the tokens in each matrix; nothing is rotated, permuted or scaled to fit.
    """

    embedding: float
    unembedding: float

    @property
    def is_close(self) -> bool:
        """Whether names of dimensions and heads of the one checkpoint may apply to the other."""
        return min(self.embedding, self.unembedding) >= COSINE_AT_LEAST


def resemblance(weights: Weights, other: Weights) -> Resemblance | None:
    """How much two checkpoints resemble each other; None if they are of different sizes."""
    if weights.architecture != other.architecture:
        return None
    return Resemblance(*map(_least_cosine, _processed(weights), _processed(other)))


@dataclass(frozen=True)
class MatrixCosines:
    """The cosine between two checkpoints' matrices, each as one vector, as they are compared for resemblance."""

    embedding: float
    unembedding: float


def matrix_cosines(weights: Weights, other: Weights) -> MatrixCosines | None:
    """The cosines between the embeddings and the unembeddings; None if the checkpoints are of different sizes."""
    if weights.architecture != other.architecture:
        return None
    return MatrixCosines(*map(_cosine, _processed(weights), _processed(other)))


def resemblance_to_the_write_ups(weights: Weights) -> Resemblance | None:
    """How much another checkpoint resembles the write-up's.

    None if it is the write-up's, if it is of another size, or if the write-up's is not on this machine: that is
    never downloaded for a comparison.
    """
    if weights.digest == ARENA_DIGEST:
        return None
    write_ups = _write_ups_on_this_machine()
    return None if write_ups is None else resemblance(weights, write_ups)


def _write_ups_on_this_machine() -> Weights | None:
    """The write-up's checkpoint, if it was downloaded before or the environment variable names a copy of it."""
    folder, named = cache_folder(), os.environ.get(ARENA_VARIABLE)
    downloaded = [] if folder is None else [folder / "checkpoints" / ARENA.file_name]
    for path in (*downloaded, *([Path(named)] if named else [])):
        try:
            weights = read_weights(path) if path.is_file() else None
        except (InputError, OSError) as error:
            log.info("%s: not compared with (%s)", path, error)
            continue
        if weights is not None and weights.digest == ARENA_DIGEST:
            return weights
    return None


def _processed(weights: Weights) -> tuple[Float[np.ndarray, "d_model token"], Float[np.ndarray, "d_model token"]]:
    """The embedding, centred over the dimensions, and the unembedding with the final layer norm folded in."""
    tensors = {name: tensor.astype(np.float64) for name, tensor in weights.tensors.items()}
    embedding = tensors["embed.W_E"].T
    unembedding = tensors["ln_final.w"][:, None] * tensors["unembed.W_U"]
    unembedding -= unembedding.mean(axis=0)
    return embedding - embedding.mean(axis=0), unembedding - unembedding.mean(axis=1, keepdims=True)


def _cosine(ours: Float[np.ndarray, "d_model token"], theirs: Float[np.ndarray, "d_model token"]) -> float:
    """The cosine of two matrices, each as one vector; 0 if one of them is zero."""
    lengths = np.linalg.norm(ours) * np.linalg.norm(theirs)
    return float((ours * theirs).sum() / lengths) if lengths > 0 else 0.0


def _least_cosine(ours: Float[np.ndarray, "d_model token"], theirs: Float[np.ndarray, "d_model token"]) -> float:
    """The least cosine of any dimension; that of a dimension without length is 0."""
    lengths = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    products = (ours * theirs).sum(axis=1)
    return float(np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0).min())
