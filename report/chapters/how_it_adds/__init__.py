"""How two digits become one digit on a circle, and which symbolic model the network agrees with most."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.how_it_adds.carry_amount import (
    carry_amount_figure,
    logits_are_a_cosine,
    shift_shrinks_with_every_nine,
    shifts_by_nines,
)
from report.chapters.how_it_adds.circuit_ablation import (
    circuit_needs_the_means,
    circuit_table,
    resampling_costs_accuracy,
)
from report.chapters.how_it_adds.circuit_size import (
    accuracy_figure,
    circuit_contains_the_carry_sites,
    few_sites_suffice,
    kept_sites_figure,
)
from report.chapters.how_it_adds.digit_circle import (
    component_figure,
    first_frequency_of_the_sum_dominates,
    head_cosine_figure,
    layer_0_multiplies_as_the_identity,
    two_heads_push_and_pull,
)
from report.chapters.how_it_adds.digit_sites import (
    digit_table,
    few_sites_hold_the_digits,
    other_sites_hold_no_digits,
)
from report.chapters.how_it_adds.symbolic_models import (
    agreement_figure,
    carries_come_through_nines,
    network_agreement,
)
from report.chapters.how_it_adds.worked_example import worked_example_figure
from report.content.chapter import ChapterPlan, Content, Values
from sumint.analyses.ablation.circuit_ablation import circuit_ablation
from sumint.analyses.adding.digit_sum_circle import digit_sum_circle
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.analyses.adding.soft_carry import soft_carry
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def where_the_digits_are(lab: Lab) -> Iterator[Content]:
    """The sites that hold each column's digits together."""
    joint = lab.run(joint_sites, routes=own_routes(lab.layout))
    yield digit_table(joint)
    yield few_sites_hold_the_digits(joint)
    yield other_sites_hold_no_digits(joint)


def digits_on_a_circle(lab: Lab) -> Iterator[Content]:
    """The sum of two digits as an angle."""
    circle = lab.run(digit_sum_circle)
    yield component_figure(circle)
    yield head_cosine_figure(circle)
    yield first_frequency_of_the_sum_dominates(circle)
    yield layer_0_multiplies_as_the_identity(circle)
    yield two_heads_push_and_pull(circle)


def agreement_with_symbolic_models(lab: Lab) -> Iterator[Content]:
    """Which symbolic model agrees with the network on most digits."""
    agreement = network_agreement(lab)
    yield agreement_figure(agreement)
    yield carries_come_through_nines(agreement)


def amount_of_a_carry(lab: Lab) -> Iterator[Content]:
    """The carry as a quantity."""
    soft = lab.run(soft_carry)
    yield Values({"shifts": shifts_by_nines(soft)})
    yield carry_amount_figure(soft)
    yield logits_are_a_cosine(soft)
    yield shift_shrinks_with_every_nine(soft)


def one_sum(lab: Lab) -> Iterator[Content]:
    """One sum, step by step."""
    yield worked_example_figure(lab, lab.run(carry_sites))


def size_of_the_circuit(lab: Lab) -> Iterator[Content]:
    """How few sites of layer 0 suffice."""
    circuit = lab.run(minimal_circuit)
    yield accuracy_figure(circuit)
    yield kept_sites_figure(circuit)
    yield few_sites_suffice(circuit)
    yield circuit_contains_the_carry_sites(circuit, lab.run(carry_sites))
    by_kind = lab.run(circuit_ablation, sites=circuit.sites)
    yield circuit_table(by_kind)
    yield circuit_needs_the_means(by_kind)
    yield resampling_costs_accuracy(by_kind)


PLAN = ChapterPlan(
    title="How it adds",
    question="How do two digits and a carry become one digit?",
    sections=(
        where_the_digits_are,
        digits_on_a_circle,
        agreement_with_symbolic_models,
        amount_of_a_carry,
        one_sum,
        size_of_the_circuit,
    ),
    findings=("sum-on-a-circle", "push-and-pull", "soft-carry-fades"),
    needs_addition=True,
)
