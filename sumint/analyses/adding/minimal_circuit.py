"""A minimal circuit: how few sites of layer 0 suffice when all others are mean-ablated.

A site is one head at one position. Mean ablation replaces its output by the mean over the sample, which contains
no information about the individual sum. A greedy search ablates one site after another, each time the one whose
ablation leaves the most digits correct, until none is left. The number of sites that suffice is measured on other
sums, so that selection on the first ones cannot inflate it. The search is greedy: a smaller set may exist.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from jaxtyping import Float, Int

from sumint.interventions.circuits import Ablation
from sumint.interventions.sites import Site
from sumint.model.layer_1_state import Layer1State
from sumint.model.load import Model, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums, uniform_sums

N_SUMS = 300
"""The number of sums of the sample on which sites are chosen."""
N_FRESH, SEED = 2000, 1
"""The number of other sums, on which the accuracy is measured, and their seed."""

ENOUGH = 0.99
"""The share of the whole model's accuracy that a sufficient circuit retains."""


@dataclass(frozen=True)
class MinimalCircuit(Result, entry=("head", "position")):
    """The accuracy as one site after another is ablated."""

    removal_order: Int[np.ndarray, "site entry=2"]
    """The head and the position of each site, in the order of ablation."""
    accuracy_by_digit: Float[np.ndarray, "n_kept digit"]
    """The accuracy of each digit on fresh sums by the number of sites that are not ablated, from none to all."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def accuracy(self) -> Float[np.ndarray, " n_kept"]:
        """The accuracy over all digits, by the number of sites that are not ablated."""
        return self.accuracy_by_digit.mean(axis=1)

    @property
    def n_kept(self) -> int:
        """The smallest number of sites that retains enough accuracy."""
        return fewest(self.accuracy)

    @property
    def sites(self) -> tuple[Site, ...]:
        """The sites of the minimal circuit."""
        places = self.removal_order[len(self.removal_order) - self.n_kept :]
        return tuple(sorted(Site(*place) for place in places.tolist()))

    @property
    def other_sites(self) -> tuple[Site, ...]:
        """The sites outside the minimal circuit, up to the last position that predicts a digit."""
        places = self.removal_order[: len(self.removal_order) - self.n_kept]
        return tuple(sorted(Site(*place) for place in places.tolist()))


def fewest(accuracy: Float[np.ndarray, " n_kept"]) -> int:
    """The smallest number of sites such that it and every larger number retain enough accuracy.

    All sites are enough, even of a model that is never right.
    """
    is_enough = accuracy[:-1] >= ENOUGH * accuracy[-1]
    return int(np.flatnonzero(~is_enough).max(initial=-1)) + 1


def minimal_circuit(model: Model, sample: Sums) -> MinimalCircuit:
    """Ablates the sites of layer 0 in greedy order, and measures the accuracy after each."""
    layout = layout_of(model)
    means = Layer0Activations.on(model, tokens_for(model, sample)).z.mean(0)

    chosen_on = Ablation.by_means(model, sample[:N_SUMS], means)
    state = Layer1State.of(model, chosen_on.residual, layout.predicting)
    # The last position predicts nothing.
    remaining = [Site(head, position) for head in range(model.cfg.n_heads) for position in range(layout.n_ctx - 1)]
    ablated: list[Site] = []
    while remaining:
        without = {
            site: state.predictions_after(site.position, chosen_on.change_of(site)) == chosen_on.sums.answer_digits
            for site in remaining
        }
        least_important = max(without, key=lambda site: without[site].mean())
        state = state.after(least_important.position, chosen_on.change_of(least_important))
        remaining.remove(least_important)
        ablated.append(least_important)

    fresh = Ablation.by_means(model, uniform_sums(layout, N_FRESH, SEED), means)
    state = Layer1State.of(model, fresh.residual, layout.predicting)
    predictions = [state.predictions]
    for site in ablated:
        state = state.after(site.position, fresh.change_of(site))
        predictions.append(state.predictions)
    return MinimalCircuit(
        np.array([astuple(site) for site in ablated], np.int64),
        np.array([(predicted == fresh.sums.answer_digits).mean(axis=0) for predicted in reversed(predictions)]),
        layout.n_digits,
    )
