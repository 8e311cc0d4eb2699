"""How well the circuit does alone: its faithfulness, with controls.

The model is run on the circuit, with everything else replaced by its mean over the sample, and apart from that
resampled from other sums: scores depend on the kind of ablation (Miller et al., arXiv:2407.08734). The same is
measured of the whole model, of all edges that the circuit leaves out and of no edge at all; of the circuit without
one edge, one site or one head of layer 1; and of random circuits with as many edges to each digit. All sums are
others than those on which the circuit was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from sumint.interventions.circuits import (
    Ablation,
    Edge,
    Edges,
    edge_names,
    edges_of,
    list_edges,
    possible_edges,
    scoring_sums,
)
from sumint.interventions.digit_state import DigitState, share_all_right
from sumint.interventions.sites import Site
from sumint.model.load import Model, as_array, layout_of, tokens_for
from sumint.model.partial_pass import Layer0Activations
from sumint.results.result import Result
from sumint.task.sums import Layout, Sums

CIRCUITS = ("whole model", "circuit", "all other edges", "no edge")
"""What is run: with all edges, those of the circuit, all but those, and none."""

ABLATIONS = ("means", "resampled")
"""What replaces the outputs of the sites without an edge: their means, or their outputs on another sum."""

WHOLE, CIRCUIT, OTHERS, NONE = range(len(CIRCUITS))
MEANS, RESAMPLED = range(len(ABLATIONS))

N_PARTS = 500
"""The number of sums on which the circuit is run without one of its parts."""

N_RANDOM, N_RANDOM_SUMS, AT_ONCE = 200, 50, 20
"""The number of random circuits, of the sums on which each is run, and of circuits that run at once."""


@dataclass(frozen=True)
class CircuitScores(
    Result,
    circuit=CIRCUITS,
    ablation=ABLATIONS,
    edge="edge_names",
    entry=("digit", "head", "position"),
    end=("head", "position"),
    head="H1.{}",
):
    """Accuracy, loss and logit difference of the circuit and of its controls."""

    listed: Int[np.ndarray, "edge entry=3"]
    """The digit, the head and the position of each edge of the circuit."""
    accuracy: Float[np.ndarray, "circuit ablation digit"]
    whole_sums: Float[np.ndarray, "circuit ablation"]
    """The share of sums with every digit right."""
    agreement: Float[np.ndarray, "circuit ablation"]
    """The share of sums with the whole model's answer, be it right or wrong."""
    loss: Float[np.ndarray, "circuit ablation digit"]
    """The mean cross-entropy of each digit in nats."""
    logit_difference: Float[np.ndarray, "circuit ablation digit"]
    """The mean of the right digit's logit minus the mean of the other nine digits'."""
    without_edge: Float[np.ndarray, "edge ablation"]
    """The share of whole sums right without one edge of the circuit."""
    sites: Int[np.ndarray, "site end=2"]
    """The head and the position of each site with an edge."""
    without_site: Float[np.ndarray, "site ablation"]
    """The share of whole sums right without any edge from one site."""
    without_head: Float[np.ndarray, "head digit ablation"]
    """The accuracy of one digit on the circuit with one layer-1 head mean-ablated at the predicting position."""
    parts_baseline: Float[np.ndarray, " ablation"]
    """The share of whole sums right on the whole circuit, on the sums of the last three."""
    random_whole_sums: Float[np.ndarray, " random"]
    """The share of whole sums right on each random circuit, with everything else at its mean."""
    random_accuracy: Float[np.ndarray, "random digit"]
    n_sums: int
    """The number of sums on which the circuit and its controls are scored."""
    n_digits: int

    @property
    def layout(self) -> Layout:
        return Layout(self.n_digits)

    @property
    def site_names(self) -> tuple[str, ...]:
        """The names of the sites."""
        return tuple(Site(head, position).name(self.layout) for head, position in self.sites.tolist())

    @property
    def edge_names(self) -> tuple[str, ...]:
        """The names of the edges."""
        return edge_names(self.listed.tolist(), self.layout)

    @property
    def recovered(self) -> Float[np.ndarray, "ablation digit"]:
        """The share of the logit difference that the circuit recovers: 0 without edges, 1 in the whole model."""
        none, whole = self.logit_difference[NONE], self.logit_difference[WHOLE]
        return (self.logit_difference[CIRCUIT] - none) / np.where(whole == none, np.nan, whole - none)


def circuit_scores(model: Model, sample: Sums, *, edges: tuple[Edge, ...]) -> CircuitScores:
    """Runs the model on the circuit of these edges, and on its controls."""
    layout = layout_of(model)
    possible = possible_edges(layout, model.cfg.n_heads)
    circuit = edges_of(edges, layout, model.cfg.n_heads)
    means = Layer0Activations.on(model, tokens_for(model, sample)).z.mean(0)
    sums = scoring_sums(layout)
    ablations = (Ablation.by_means(model, sums, means), Ablation.by_resampling(model, sums))
    runs = [
        [_run(ablation, kept) for ablation in ablations]
        for kept in (possible, circuit, possible & ~circuit, np.zeros_like(possible))
    ]
    whole = np.stack([state.predictions for state in runs[WHOLE][MEANS]])
    parts = [_Parts(ablation[:N_PARTS], circuit) for ablation in ablations]
    sites = sorted({(head, position) for _, head, position in edges})
    random = np.random.default_rng(0)
    on_random = _on_each(
        ablations[MEANS][:N_RANDOM_SUMS], np.stack([_like(circuit, possible, random) for _ in range(N_RANDOM)])
    )
    return CircuitScores(
        listed=np.array(list_edges(circuit), np.int64).reshape(-1, 3),
        accuracy=np.array([[[state.is_right.mean() for state in run] for run in of_kept] for of_kept in runs]),
        whole_sums=np.array([[share_all_right(run) for run in of_kept] for of_kept in runs]),
        agreement=np.array(
            [[np.all([s.predictions for s in run] == whole, axis=0).mean() for run in of_kept] for of_kept in runs]
        ),
        loss=np.array([[[state.loss for state in run] for run in of_kept] for of_kept in runs]),
        logit_difference=np.array([[[state.logit_difference for state in run] for run in one] for one in runs]),
        without_edge=np.array([[one.without([edge]) for one in parts] for edge in list_edges(circuit)]).reshape(
            -1, len(ABLATIONS)
        ),
        sites=np.array(sites, np.int64).reshape(-1, 2),
        without_site=np.array(
            [[one.without([edge for edge in edges if edge[1:] == site]) for one in parts] for site in sites]
        ).reshape(-1, len(ABLATIONS)),
        without_head=np.stack([one.without_heads() for one in parts], axis=-1),
        parts_baseline=np.array([share_all_right(one.states) for one in parts]),
        random_whole_sums=np.asarray(on_random.all(axis=2).mean(axis=1)),
        random_accuracy=np.asarray(on_random.mean(axis=1)),
        n_sums=len(sums),
        n_digits=layout.n_digits,
    )


class _Parts:
    """A circuit that is run without one of its parts."""

    def __init__(self, ablation: Ablation, circuit: Edges) -> None:
        self.ablation = ablation
        self.states = _run(ablation, circuit)

    def without(self, edges: Sequence[Edge]) -> float:
        """The share of whole sums right without these edges, which come from one site."""
        states = list(self.states)
        for digit, head, position in edges:
            states[digit] = self.ablation.replace_sites(states[digit], Site(head, position))
        return share_all_right(states)

    def without_heads(self) -> Float[np.ndarray, "head digit"]:
        """The accuracy of each digit with one layer-1 head at its mean over the sums."""
        accuracy = np.empty((self.ablation.model.cfg.n_heads, len(self.states)))
        for head, digit in np.ndindex(accuracy.shape):
            state = self.states[digit]
            z = state.z.clone()
            z[:, head] = z[:, head].mean(dim=0)
            predicted = as_array(state.logits_of(z).argmax(dim=-1))
            accuracy[head, digit] = (predicted == as_array(state.target)).mean()
        return accuracy


def _run(ablation: Ablation, kept: Edges) -> list[DigitState]:
    return [ablation.digit(digit, of_digit) for digit, of_digit in enumerate(kept)]


def _on_each(
    ablation: Ablation, circuits: Bool[np.ndarray, "circuit digit head position"]
) -> Bool[np.ndarray, "circuit sum digit"]:
    """Whether each digit of each sum is right on each circuit."""
    is_right = np.empty((len(circuits), len(ablation.sums), circuits.shape[1]), bool)
    for start in range(0, len(circuits), AT_ONCE):
        some = circuits[start : start + AT_ONCE]
        for digit in range(circuits.shape[1]):
            state = ablation.digit_on_each(digit, some[:, digit])
            is_right[start : start + AT_ONCE, :, digit] = state.is_right.reshape(len(some), -1)
    return is_right


def _like(circuit: Edges, possible: Edges, random: np.random.Generator) -> Edges:
    """A random circuit with as many edges to each digit."""
    drawn = np.zeros_like(circuit)
    for digit, of_digit in enumerate(possible):
        places = np.argwhere(of_digit)
        chosen = places[random.choice(len(places), int(circuit[digit].sum()), replace=False)]
        drawn[(digit, *chosen.T)] = True
    return drawn
