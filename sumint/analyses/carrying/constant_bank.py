"""A bank of constant keys and values: the positions whose information about the sum layer 1 does not need.

Layer 1 attends from the position that predicts a digit to earlier positions. Its keys and values at a position
with a carry site depend on the sum. At other positions they need not: if mean ablation of the keys and values
there, over the sample, leaves the digits correct, the position acts as a constant. What layer 1 reads from it is
then determined by the attention to it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.hooks import Hook, mean_ablate
from sumint.interventions.patching import ServedRoute
from sumint.interventions.sites import Site
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums

KINDS = {"keys": ("k",), "values": ("v",), "both": ("k", "v")}
"""The parts of layer 1 that are ablated, and their activations as transformer_lens names them."""

N_SUMS = 300
"""The number of sums of the sample for single positions; sets of positions are ablated on all of it."""

COSTS_UP_TO = 0.02
"""A position is constant if ablating its keys and values lowers the accuracy of no digit by more than this."""


@dataclass(frozen=True)
class ConstantBank(Result, kind=tuple(KINDS), head="H1.{}"):
    """The accuracy under mean ablation of layer 1's keys and values.

    The candidates are the positions before = without a carry site. The bank consists of the candidates that can be
    ablated at no more than `COSTS_UP_TO`.
    """

    attention: Float[np.ndarray, "digit head position"]
    """The mean attention pattern of layer 1 from the position that predicts a digit."""
    accuracy_without: Float[np.ndarray, "kind position digit"]
    """The accuracy of each digit with the keys, the values or both ablated at one position."""
    accuracy_before: Float[np.ndarray, " digit"]
    """The accuracy of the whole model on the same sums."""
    candidates: Int[np.ndarray, " candidate"]
    """The positions before = at which no carry site was found."""
    bank: Int[np.ndarray, " bank_position"]
    """The candidates where ablating both lowers the accuracy of no digit by more than `COSTS_UP_TO`."""
    accuracy_with_candidates_constant: Float[np.ndarray, "kind digit"]
    """The accuracy with all candidates ablated."""
    accuracy_with_bank_constant: Float[np.ndarray, "kind digit"]
    """The accuracy with the bank ablated."""
    accuracy_with_others_constant: Float[np.ndarray, "kind digit"]
    """The accuracy with all positions except the candidates ablated."""
    accuracy: Float[np.ndarray, " digit"]
    """The accuracy of the whole model on the sample."""
    n_sums: int
    """The number of sums of the sample, of which the last four accuracies are shares."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def bank_attention(self) -> Float[np.ndarray, "digit head"]:
        """The attention of each head to the bank."""
        return self.attention[..., self.bank].sum(axis=-1)


def positions_of(served_routes: Iterable[ServedRoute], joint_sites: Iterable[Site]) -> tuple[int, ...]:
    """The positions at which a site holds a carry, alone or together with others."""
    return tuple(
        sorted({served.site.position for served in served_routes} | {site.position for site in joint_sites})
    )


def constant_bank(model: Model, sample: Sums, *, carry_positions: tuple[int, ...]) -> ConstantBank:
    """Ablates layer 1's keys and values, at single positions and in sets, and measures the accuracy.

    `carry_positions` are the positions of sites that hold a carry, alone or jointly.
    """
    layout = layout_of(model)
    tokens = tokens_for(model, sample)
    _, cache = model.run_with_cache(tokens, names_filter=[_name(kind) for kind in ("k", "v", "pattern")])
    layer_0 = Layer0Activations.on(model, tokens)

    def accuracy_without(positions: Sequence[int], n_sums: int) -> Float[np.ndarray, "kind digit"]:
        hooks_by_kind = [
            [mean_ablate(_name(kind), cache[_name(kind)].mean(0), positions) for kind in kinds]
            for kinds in KINDS.values()
        ]
        return np.array([accuracy(hooks, n_sums) for hooks in hooks_by_kind])

    def accuracy(hooks: Sequence[Hook], n_sums: int) -> Float[np.ndarray, " digit"]:
        with model.hooks(fwd_hooks=list(hooks)):
            predicted = predictions_from(model, layer_0.residual[:n_sums], layout.predicting)
        return (predicted == sample.answer_digits[:n_sums]).mean(axis=0)

    without_one = np.stack([accuracy_without([position], N_SUMS) for position in range(layout.n_ctx)], axis=1)
    before = accuracy([], N_SUMS)
    costs = (before - without_one[list(KINDS).index("both")]).max(axis=1)
    candidates = [position for position in range(layout.predicting.start) if position not in carry_positions]
    bank = [position for position in candidates if costs[position] <= COSTS_UP_TO]
    others = [position for position in range(layout.n_ctx) if position not in candidates]
    attention = as_array(cache[_name("pattern")].mean(0))[:, layout.predicting]
    return ConstantBank(
        attention=attention.swapaxes(0, 1),
        accuracy_without=without_one,
        accuracy_before=before,
        candidates=np.array(candidates, np.int64),
        bank=np.array(bank, np.int64),
        accuracy_with_candidates_constant=accuracy_without(candidates, len(sample)),
        accuracy_with_bank_constant=accuracy_without(bank, len(sample)),
        accuracy_with_others_constant=accuracy_without(others, len(sample)),
        accuracy=accuracy([], len(sample)),
        n_sums=len(sample),
        n_digits=layout.n_digits,
    )


def _name(kind: str) -> str:
    return f"blocks.1.attn.hook_{kind}"
