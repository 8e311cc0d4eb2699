"""A circuit run alone, by the kind of ablation: the sites of layer 0 outside it are replaced in four ways.

The sites are those of a minimal circuit, which was chosen with means outside of it. It may be accurate with means
only: the outputs for another sum can disagree with what is kept, and zeros never occur. The outputs outside the
circuit are replaced all at once, at all positions: by their means, by zero, by their means over the sums with the
same carry-in at every column, or by the outputs for one other random sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from sumint.interventions.hooks import REPLACEMENTS, Replacement, ablated
from sumint.interventions.sites import Site, apply_changes, changes_to
from sumint.model.load import Model, Tensor, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations, predictions_from
from sumint.results.result import Result
from sumint.task.carries import carry_groups
from sumint.task.sums import Sums, uniform_sums

N_SUMS, SEED = 1000, 7
"""The number of sums on which the circuit is run, and their seed: neither the sample nor those that chose it."""


@dataclass(frozen=True)
class CircuitAblation(Result, replacement=REPLACEMENTS):
    """The accuracy of a circuit of layer-0 sites, by what all other sites are replaced by."""

    accuracy_by_digit: Float[np.ndarray, "replacement digit"]
    accuracy_of_sums: Float[np.ndarray, " replacement"]
    """The share of sums with every digit right."""
    whole_by_digit: Float[np.ndarray, " digit"]
    """The accuracy of each digit without ablation."""
    whole_of_sums: float
    n_kept: int
    n_sites: int
    n_sums: int

    @property
    def accuracy(self) -> Float[np.ndarray, " replacement"]:
        """The share of digits right."""
        return self.accuracy_by_digit.mean(axis=1)


def circuit_ablation(model: Model, sample: Sums, *, sites: tuple[Site, ...]) -> CircuitAblation:  # noqa: ARG001
    """Runs the model with these sites of layer 0, and with all others replaced in each way."""
    import torch

    layout = layout_of(model)
    sums = uniform_sums(layout, N_SUMS, SEED)
    tokens = tokens_for(model, sums)
    groups = torch.from_numpy(carry_groups(sums)).to(tokens.device)
    unablated = Layer0Activations.on(model, tokens)
    # The last position predicts nothing.
    all_sites = [Site(head, position) for head in range(model.cfg.n_heads) for position in range(layout.n_ctx - 1)]
    others = [site for site in all_sites if site not in sites]

    def is_right(residual: Float[Tensor, "sum position d_model"]) -> Bool[np.ndarray, "sum digit"]:
        return predictions_from(model, residual, layout.predicting) == sums.answer_digits

    def is_right_with(replacement: Replacement) -> Bool[np.ndarray, "sum digit"]:
        changes = changes_to(unablated.z, ablated(unablated.z, replacement, groups), *others)
        return is_right(apply_changes(model, unablated.residual, changes))

    whole, ablated_in_each_way = is_right(unablated.residual), np.stack(list(map(is_right_with, REPLACEMENTS)))
    return CircuitAblation(
        accuracy_by_digit=ablated_in_each_way.mean(axis=1),
        accuracy_of_sums=ablated_in_each_way.all(axis=-1).mean(axis=1),
        whole_by_digit=whole.mean(axis=0),
        whole_of_sums=float(whole.all(axis=-1).mean()),
        n_kept=len(sites),
        n_sites=len(all_sites),
        n_sums=len(sums),
    )
