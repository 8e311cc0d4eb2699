"""A bank of constant keys and values: what of the positions that are read layer 1 needs to know.

Layer 1 looks back from the position that predicts a digit. What it finds where a carry is written depends on the
sum. Elsewhere it need not: if its keys and values there are replaced by their means over the sample, the same for
every sum, and the digits stay right, then such a position holds a constant, and what layer 1 takes from it is
decided by how much it looks there, not by what stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import Hook, mean_ablate
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import FirstLayer, answers_from
from sumint.task.sums import Layout, Sums

KINDS = {"keys": ("k",), "values": ("v",), "both": ("k", "v")}
"""What is replaced, and the activations that it consists of, as transformer_lens names them."""

N_SUMS = 300
"""Of the sample, to ask position by position; sets of positions are asked of all of it."""

COSTS_UP_TO = 0.02
"""A position holds a constant if it costs no digit more to replace its keys and values, as a share of all sums."""


@dataclass(frozen=True)
class ConstantBank:
    """What stays right where layer 1's keys and values say the same of every sum.

    The candidates are the positions before = that hold no carry; those where nothing else is needed either are the
    bank.
    """

    attention: Float[np.ndarray, "digit head position"]
    """The mean attention of layer 1 from the position that predicts a digit."""
    accuracy_without: Float[np.ndarray, "kind position digit"]
    """The share of sums of which a digit is right with one position's keys, values or both replaced."""
    accuracy_before: Float[np.ndarray, " digit"]
    """The same, of the same sums, with none replaced."""
    candidates: Int[np.ndarray, " candidate"]
    """The positions before = that hold no carry that was found."""
    bank: Int[np.ndarray, " place"]
    """Those of them where replacing both costs no digit more than `COSTS_UP_TO`."""
    right_with_candidates_constant: Float[np.ndarray, "kind digit"]
    """The share of sums with those of all candidates replaced."""
    right_with_bank_constant: Float[np.ndarray, "kind digit"]
    """With those of the bank replaced."""
    right_with_others_constant: Float[np.ndarray, "kind digit"]
    """With those of all but the candidates replaced."""
    right: Float[np.ndarray, " digit"]
    """Of the whole model."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def bank_attention(self) -> Float[np.ndarray, "digit head"]:
        """How much of its attention each head gives to the bank."""
        return self.attention[..., self.bank].sum(axis=-1)


def constant_bank(model: Model, sample: Sums, *, held: tuple[int, ...]) -> ConstantBank:
    """What stays right as layer 1's keys and values become constant, position by position and in sets.

    `held` are the positions where a site holds a carry, by itself or with others.
    """
    layout = layout_of(model)
    tokens = tokens_for(model, sample)
    _, cache = model.run_with_cache(tokens, names_filter=[_name(kind) for kind in ("k", "v", "pattern")])
    first = FirstLayer.on(model, tokens)

    def accuracy_without(positions: Sequence[int], n_sums: int) -> Float[np.ndarray, "kind digit"]:
        by_kind = [
            [mean_ablate(_name(part), cache[_name(part)].mean(0), positions) for part in parts]
            for parts in KINDS.values()
        ]
        return np.array([right(hooks, n_sums) for hooks in by_kind])

    def right(hooks: Sequence[Hook], n_sums: int) -> Float[np.ndarray, " digit"]:
        with model.hooks(fwd_hooks=list(hooks)):
            predicted = answers_from(model, first.residual[:n_sums], layout.predicting)
        return (predicted == sample.answer_digits[:n_sums]).mean(axis=0)

    alone = np.stack([accuracy_without([place], N_SUMS) for place in range(layout.n_ctx)], axis=1)
    before = right([], N_SUMS)
    costs = (before - alone[list(KINDS).index("both")]).max(axis=1)
    candidates = [position for position in range(layout.predicting.start) if position not in held]
    bank = [position for position in candidates if costs[position] <= COSTS_UP_TO]
    others = [position for position in range(layout.n_ctx) if position not in candidates]
    attention = as_array(cache[_name("pattern")].mean(0))[:, layout.predicting]
    return ConstantBank(
        attention=attention.swapaxes(0, 1),
        accuracy_without=alone,
        accuracy_before=before,
        candidates=np.array(candidates, np.int64),
        bank=np.array(bank, np.int64),
        right_with_candidates_constant=accuracy_without(candidates, len(sample)),
        right_with_bank_constant=accuracy_without(bank, len(sample)),
        right_with_others_constant=accuracy_without(others, len(sample)),
        right=right([], len(sample)),
        n_digits=layout.n_digits,
    )


def _name(kind: str) -> str:
    return f"blocks.1.attn.hook_{kind}"
