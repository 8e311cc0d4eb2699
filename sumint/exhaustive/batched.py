"""What `plain.py` computes, for a tile at a time, by torch on a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sumint.data import Sums
from sumint.exhaustive.answers import Verdicts
from sumint.exhaustive.circuits import LAYER_NORM_EPSILON, Circuits
from sumint.exhaustive.lanes import WIDTH
from sumint.exhaustive.tiles import Tile, n_low

if TYPE_CHECKING:
    from torch import Tensor

AT_ONCE = 20_000
"""How many sums are computed at a time: each takes some hundred kilobytes meanwhile."""


class Batched:
    """The tables on a device, in single precision."""

    def __init__(self, circuits: Circuits, device: str) -> None:
        import torch

        def there(array: np.ndarray) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(device)

        self._device = device
        self._circuits = circuits
        self._tables: Any = Circuits(*map(there, circuits))  # pyright: ignore[reportArgumentType]

    def verdicts_on(self, tile: Tile) -> Verdicts:
        """What is said of every digit of every sum of a tile [digit, low_a, low_b, lane]."""
        import torch

        shape = (n_low(tile.layout), n_low(tile.layout), WIDTH)
        sums = tile.operands(*np.indices(shape).reshape(3, -1))
        parts = []
        with torch.inference_mode():
            for start in range(0, len(sums), AT_ONCE):
                some = sums[start : start + AT_ONCE]
                parts.append(_verdicts(self._answer_logits(some), some))
        flat = (np.concatenate([part[index] for part in parts], axis=1) for index in range(len(Verdicts._fields)))
        return Verdicts(*(array.reshape(-1, *shape) for array in flat))

    def _answer_logits(self, sums: Sums) -> Tensor:
        import torch

        c, t = self._circuits, self._tables
        tokens = torch.from_numpy(sums.tokens[:, : c.layout.n_ctx - 1]).to(self._device)
        positions = torch.arange(tokens.shape[1], device=self._device)
        weights = t.attraction[positions[:, None], tokens[:, :, None], positions[None], tokens[:, None]]
        gathered = torch.einsum("sqkh,skhr->sqhr", weights, t.moved[positions, tokens])
        rows = t.base[positions, tokens] + (gathered / gathered[..., c.n_parts, None]).sum(dim=2)
        sizes = [c.d_model, c.n_heads * c.d_head, c.n_heads * c.d_model, c.n_heads * c.d_head]
        x, keys, values, queries = torch.split(rows[..., : c.n_parts], sizes, dim=-1)
        rho = _rho(x)
        asking = c.layout.predicting
        k = (keys / rho).unflatten(-1, (c.n_heads, -1))
        u = (values / rho).unflatten(-1, (c.n_heads, -1))
        q = (queries / rho)[:, asking].unflatten(-1, (c.n_heads, -1)) + t.query_bias
        scores = torch.einsum("sqhd,skhd->shqk", q, k)
        is_seen = positions <= positions[asking, None]
        attention = scores.masked_fill(~is_seen, -torch.inf).softmax(dim=-1)
        final = x[:, asking] + t.output_bias + torch.einsum("shqk,skhd->sqd", attention, u)
        return (final / _rho(final))[..., : len(c.readout)] @ t.readout + t.unembed_bias


def _rho(x: Tensor) -> Tensor:
    return (x.square().mean(dim=-1, keepdim=True) + LAYER_NORM_EPSILON).sqrt()


def _verdicts(logits: Tensor, sums: Sums) -> Verdicts:
    """Logits [sum, digit, token] judged, each outcome [digit, sum]."""
    import torch

    right = torch.from_numpy(sums.answer_digits).to(logits.device)[..., None]
    mine = logits.gather(-1, right)
    rival = logits.scatter(-1, right, -torch.inf).amax(dim=-1, keepdim=True)
    loss = logits.logsumexp(dim=-1, keepdim=True) - mine
    (largest, second), said = logits.topk(2, dim=-1).values.split(1, dim=-1), logits.argmax(dim=-1, keepdim=True)
    outcomes = (mine - rival, loss, (-loss).exp(), said.float(), largest - second)
    return Verdicts(*(outcome[..., 0].T.contiguous().cpu().numpy() for outcome in outcomes))
