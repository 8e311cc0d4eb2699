"""The circuit, run: how well the parts that were found add alone, and which hypotheses about them hold."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.circuit.ablation_kinds import (
    circuit_needs_the_means,
    circuit_table,
    resampling_costs_accuracy,
)
from report.chapters.circuit.paths import local_sites_act_through_queries, paths_figure
from report.chapters.circuit.picture import Measurements, mechanism_picture
from report.chapters.circuit.picture_sums import wrong_sums
from report.chapters.circuit.run_alone import (
    circuit_is_enough,
    edges_figure,
    nothing_else_is_enough,
    parts_figure,
    scores_table,
)
from report.chapters.circuit.size import (
    accuracy_figure,
    circuit_contains_the_carry_sites,
    few_sites_suffice,
    kept_sites_figure,
)
from report.chapters.circuit.three_states import (
    high_level_table,
    network_follows_the_high_level_model,
    states_table,
    subtasks_table,
    three_states_rather_than_a_bit,
)
from report.content.budget import tally_of_every_sum
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.address import runs_live
from report.content.live.trials import ON_A_SUM, Trials, live_data
from sumint.analyses.ablation.circuit_ablation import circuit_ablation
from sumint.analyses.adding.digit_sum_circle import digit_sum_circle
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.analyses.adding.soft_carry import soft_carry
from sumint.analyses.adding.worked_example import worked_example
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.constant_bank import constant_bank, positions_of
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.analyses.carrying.needed_sites import needed_sites
from sumint.analyses.circuits.carry_states import carry_states
from sumint.analyses.circuits.circuit import ENOUGH, STARTS_FROM, circuit
from sumint.analyses.circuits.circuit_paths import circuit_paths
from sumint.analyses.circuits.circuit_scores import circuit_scores
from sumint.analyses.circuits.high_level_model import high_level_model
from sumint.interventions.patching import RouteSites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def the_mechanism(lab: Lab) -> Iterator[Content]:
    """The picture of the circuit that is scored below."""
    sites, found = lab.run(carry_sites), lab.run(circuit)
    edges = found.listed
    several = lab.run(joint_sites, routes=sites.unserved_routes)
    tally = tally_of_every_sum(lab)
    wrong = () if isinstance(tally, str) else wrong_sums(tally)
    yield mechanism_picture(
        Measurements(
            found=found,
            scores=lab.run(circuit_scores, edges=edges),
            paths=lab.run(circuit_paths, edges=edges),
            sites=sites,
            needed=lab.run(needed_sites),
            own=lab.run(joint_sites, routes=own_routes(lab.layout)),
            several=several,
            bank=lab.run(constant_bank, carry_positions=positions_of(sites.served_routes, several.all_sites)),
            circle=lab.run(digit_sum_circle),
            soft=lab.run(soft_carry),
            example=lab.run(worked_example, served_routes=sites.served_routes, wrong=wrong),
            live=live_data(lab),
            runs_live=runs_live(lab.weights.architecture.n_parameters),
        )
    )


def edges_to_digits(lab: Lab) -> Iterator[Content]:
    """The circuit of edges to answer digits, run alone and without its parts."""
    found = lab.run(circuit)
    yield Values({"starts_from": STARTS_FROM, "enough": ENOUGH})
    scores = lab.run(circuit_scores, edges=found.listed)
    yield edges_figure(found)
    yield scores_table(scores)
    yield circuit_is_enough(found, scores)
    yield nothing_else_is_enough(scores)
    yield parts_figure(scores)


def paths_through_layer_1(lab: Lab) -> Iterator[Content]:
    """Through which inputs of layer 1 each edge acts."""
    paths = lab.run(circuit_paths, edges=lab.run(circuit).listed)
    yield paths_figure(paths)
    own = lab.run(joint_sites, routes=own_routes(lab.layout))
    local = [
        (route, [site for site in own.sites(number) if site.position == lab.layout.predicting.start + route.digit])
        for number, route in enumerate(own.routes)
    ]
    yield local_sites_act_through_queries(paths).with_trial(Trials.of(lab).patch(local, through="q"))


def three_states(lab: Lab) -> Iterator[Content]:
    """What carry sites hold about their columns."""
    sites = lab.run(carry_sites)
    states = lab.run(carry_states, served_routes=sites.served_routes)
    yield states_table(states)
    same = Trials.of(lab).patch_same_states()
    yield three_states_rather_than_a_bit(states, len(sites.routes)).with_trial(same)


def the_high_level_model(lab: Lab) -> Iterator[Content]:
    """Whether the network computes as the high-level model of addition does."""
    alignment = _alignment(lab)
    model = lab.run(high_level_model, alignment=alignment)
    yield high_level_table(model)
    patched = Trials.of(lab).patch((one.route, one.sites) for one in alignment)
    yield network_follows_the_high_level_model(model).with_trial(patched)
    yield subtasks_table(alignment, lab.layout)


def number_of_sites(lab: Lab) -> Iterator[Content]:
    """How few sites of layer 0 suffice for all digits together."""
    minimal = lab.run(minimal_circuit)
    yield accuracy_figure(minimal)
    yield kept_sites_figure(minimal)
    trials = Trials.of(lab)
    by_means, by_zero, resampled = (trials.ablate(minimal.other_sites, kind) for kind in ("mean", "zero", "patch"))
    yield few_sites_suffice(minimal).with_trial(by_means, ON_A_SUM)
    contained = circuit_contains_the_carry_sites(minimal, lab.run(carry_sites))
    yield contained.with_trial(by_means, ON_A_SUM)
    by_kind = lab.run(circuit_ablation, sites=minimal.sites)
    yield circuit_table(by_kind)
    yield circuit_needs_the_means(by_kind).with_trial(by_zero, ON_A_SUM)
    yield resampling_costs_accuracy(by_kind).with_trial(resampled)


PLAN = ChapterPlan(
    title="The circuit, run",
    question="Which few edges from layer 0 suffice for addition, and does the network compute as a high-level "
    "model of addition does?",
    sections=(
        the_mechanism,
        edges_to_digits,
        paths_through_layer_1,
        three_states,
        the_high_level_model,
        number_of_sites,
    ),
    findings=("circuit-suffices", "circuit-is-needed", "three-states"),
    needs_addition=True,
    needs_every_sum=True,
)


def _alignment(lab: Lab) -> tuple[RouteSites, ...]:
    """The sites of every route: those of its carry, single or several, or those of a column's own digits."""
    sites = lab.run(carry_sites)
    single = [RouteSites(served.route, (served.site,)) for served in sites.served_routes]
    several = [
        RouteSites(route, joint.sites(number))
        for routes in (own_routes(lab.layout), sites.unserved_routes)
        for joint in [lab.run(joint_sites, routes=routes)]
        for number, route in enumerate(joint.routes)
    ]
    return (*single, *several)
