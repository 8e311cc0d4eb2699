"""Sums that an ablation makes wrong, so that a page can show what a site is needed for.

Ablating a site costs a digit some of its accuracy, so that most sums stay right. A sum on which it does not is
chosen for its effect: it proves nothing, and illustrates a claim about the whole sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int

from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.model.load import Model, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.sums import Sums

N_SUMS = 500
"""The number of sums of the sample among which one is looked for."""


@dataclass(frozen=True)
class Ablation:
    """Sites that are ablated by their means: some so that a digit is wrong, others so that all stay right."""

    breaking: tuple[Site, ...]
    harmless: tuple[Site, ...] = ()


@dataclass(frozen=True)
class AblatedSums(Result, operand=("a", "b")):
    """The operands of a sum for each ablation, or −1 where it makes none wrong."""

    operands: Int[np.ndarray, "ablation operand=2"]


def ablated_sums(model: Model, sample: Sums, *, ablations: tuple[Ablation, ...]) -> AblatedSums:
    """Looks for a sum that is right before each ablation and wrong under it, and right under the harmless one."""
    sums = sample[:N_SUMS]
    layer_0 = Layer0Activations.on(model, tokens_for(model, sums))
    means = layer_0.z.mean(0)

    def is_right(sites: Sequence[Site]) -> Bool[np.ndarray, " sum"]:
        residual = apply_changes(model, layer_0.residual, changes_to(layer_0.z, means, *sites))
        predicted = predictions_from(model, residual, layout_of(model).predicting)
        return np.asarray((predicted == sums.answer_digits).all(axis=1))

    operands = np.full((len(ablations), 2), -1, np.int64)
    before = is_right(())
    for number, ablation in enumerate(ablations):
        is_broken = before & ~is_right(ablation.breaking)
        preferred = is_broken & is_right(ablation.harmless)
        chosen = np.flatnonzero(preferred if preferred.any() else is_broken)
        if len(chosen):
            operands[number] = sums.a[chosen[0]], sums.b[chosen[0]]
    return AblatedSums(operands)
