"""A tile on a GPU: `plain.py` with torch's arrays, in single precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.circuits import Circuits
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.kernel.tables import n_low
from sumint.exhaustive.kernel.tiles import Tile
from sumint.exhaustive.predictions import Verdicts, verdicts_from
from sumint.exhaustive.reference import answer_logits

AT_ONCE = 5_000
"""How many sums are computed at a time: each takes some hundred kilobytes meanwhile."""


class Batched:
    """The tables on a device."""

    def __init__(self, circuits: Circuits, device: str) -> None:
        import torch

        self._torch: Any = torch
        self._device = device
        self._circuits = Circuits(*(self._there(array.astype(np.float32)) for array in circuits))

    def verdicts_on(self, tile: Tile) -> Verdicts:
        """What is said of every digit of every sum of a tile [digit, low_a, low_b, lane]."""
        shape = (n_low(tile.layout), n_low(tile.layout), WIDTH)
        sums = tile.operands(*np.indices(shape).reshape(3, -1))
        parts = []
        with self._torch.inference_mode():
            for start in range(0, len(sums), AT_ONCE):
                some = sums[start : start + AT_ONCE]
                logits = answer_logits(self._circuits, self._there(some.tokens), self._torch)
                judged = verdicts_from(logits, self._there(some.answer_digits), self._torch)
                parts.append([self._here(outcome) for outcome in judged])
        whole = (np.concatenate(outcome).T.reshape(-1, *shape) for outcome in zip(*parts, strict=True))
        return Verdicts(*map(np.ascontiguousarray, whole))

    def _here(self, tensor: Any) -> np.ndarray:
        return tensor.float().cpu().numpy()

    def _there(self, array: np.ndarray) -> Any:
        return self._torch.from_numpy(array).to(self._device)
