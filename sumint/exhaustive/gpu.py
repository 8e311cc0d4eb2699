"""Evaluates a tile of sums on a GPU: `reference.py` with torch's arrays, in single precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from sumint.exhaustive.circuits import Circuits
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.memory import n_low
from sumint.exhaustive.kernel.tiles import Tile
from sumint.exhaustive.predictions import Predictions, predictions_from
from sumint.exhaustive.reference import answer_logits

BATCH_SIZE = 5_000
"""How many sums are computed at a time; each needs some hundred kilobytes of memory."""


class TorchKernel:
    """The tables of a network on a torch device, which predict the sums of a tile."""

    def __init__(self, circuits: Circuits, device: str) -> None:
        import torch

        self._torch: Any = torch
        self._device = device
        self._circuits = Circuits(*(self._to_device(array.astype(np.float32)) for array in circuits))

    def predict_tile(self, tile: Tile) -> Predictions:
        """The predictions for every digit of every sum of a tile [digit, low_a, low_b, lane]."""
        shape = (n_low(tile.layout), n_low(tile.layout), WIDTH)
        sums = tile.operands(*np.indices(shape).reshape(3, -1))
        batches = []
        with self._torch.inference_mode():
            for start in range(0, len(sums), BATCH_SIZE):
                batch = sums[start : start + BATCH_SIZE]
                logits = answer_logits(self._circuits, self._to_device(batch.tokens), self._torch)
                predictions = predictions_from(logits, self._to_device(batch.answer_digits), self._torch)
                batches.append([self._to_numpy(quantity) for quantity in predictions])
        whole = (np.concatenate(quantity).T.reshape(-1, *shape) for quantity in zip(*batches, strict=True))
        return Predictions(*map(np.ascontiguousarray, whole))

    def _to_numpy(self, tensor: Any) -> np.ndarray:
        return tensor.float().cpu().numpy()

    def _to_device(self, array: np.ndarray) -> Any:
        return self._torch.from_numpy(array).to(self._device)
