"""How two digits become one digit on a circle, and which symbolic model the network agrees with most."""

from __future__ import annotations

from report.chapters.how_it_adds.carry_amount import carry_amount_claims, carry_amount_figure
from report.chapters.how_it_adds.circuit_size import accuracy_figure, circuit_claims, kept_sites_figure
from report.chapters.how_it_adds.digit_circle import circle_claims, component_figure, head_cosine_figure
from report.chapters.how_it_adds.digit_sites import digit_claims, digit_table
from report.chapters.how_it_adds.symbolic_models import agreement_figure, network_agreement, symbolic_claims
from report.chapters.how_it_adds.worked_example import worked_example_figure
from report.content.chapter import Chapter
from sumint.analyses.adding.digit_sum_circle import digit_sum_circle
from sumint.analyses.adding.minimal_circuit import minimal_circuit
from sumint.analyses.adding.soft_carry import soft_carry
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model adds, measured on the lab's checkpoint."""
    joint = lab.run(joint_sites, routes=own_routes(lab.layout))
    circle = lab.run(digit_sum_circle)
    agreement = network_agreement(lab)
    soft = lab.run(soft_carry)
    circuit = lab.run(minimal_circuit)
    sites = lab.run(carry_sites)
    return Chapter(
        title="How it adds",
        question="How do two digits and a carry become one digit?",
        figures=(
            component_figure(circle),
            head_cosine_figure(circle),
            agreement_figure(agreement),
            carry_amount_figure(soft),
            worked_example_figure(lab, sites),
            accuracy_figure(circuit),
            kept_sites_figure(circuit),
        ),
        tables=(digit_table(joint),),
        claims=(
            *digit_claims(joint),
            *circle_claims(circle),
            *symbolic_claims(agreement),
            *carry_amount_claims(soft),
            *circuit_claims(circuit, sites),
        ),
        findings=("sum-on-a-circle", "push-and-pull", "soft-carry-fades"),
    )
