"""How a carry gets from the column that makes it to the digit that it changes, tested by intervention."""

from __future__ import annotations

from report.chapters.how_it_carries.algorithm import algorithm_diagram, needed_heads_claims
from report.chapters.how_it_carries.constant_bank import constant_bank_claims, constant_bank_figure
from report.chapters.how_it_carries.direction import direction_claims, dose_figure, swaps_figure
from report.chapters.how_it_carries.joint_sites import joint_claims, joint_table
from report.chapters.how_it_carries.layer_1 import (
    attention_figure,
    input_claims,
    inputs_figure,
    phase_shift_claims,
    phase_shift_figure,
)
from report.chapters.how_it_carries.look_ahead import look_ahead_claims, look_ahead_figure
from report.chapters.how_it_carries.readout import readout_claims, readout_figure
from report.chapters.how_it_carries.sites import rates_figure, routes_table, site_claims
from report.content.chapter import Chapter
from sumint.analyses.carrying.carry_direction import carry_direction
from sumint.analyses.carrying.carry_in_layer_1 import carry_in_layer_1
from sumint.analyses.carrying.carry_readout import carry_readout
from sumint.analyses.carrying.carry_sites import SERVES_FROM, carry_sites
from sumint.analyses.carrying.carry_turn import carry_turn

# Under their own names these three would hide this package's modules of the same names.
from sumint.analyses.carrying.constant_bank import constant_bank as find_constant_bank
from sumint.analyses.carrying.joint_sites import joint_sites as find_joint_sites
from sumint.analyses.carrying.look_ahead import look_ahead as measure_look_ahead
from sumint.analyses.carrying.needed_sites import needed_sites
from sumint.analyses.carrying.other_sites import other_sites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def chapter(lab: Lab) -> Chapter:
    """The chapter on how the model carries, measured on the lab's checkpoint."""
    sites = lab.run(carry_sites)
    served_routes = sites.served_routes
    joint = lab.run(find_joint_sites, routes=sites.unserved_routes)
    readout = lab.run(carry_readout, served_routes=served_routes)
    ahead = lab.run(measure_look_ahead, served_routes=served_routes)
    inputs = lab.run(carry_in_layer_1, served_routes=served_routes)
    rates_of_others = lab.run(other_sites, served_routes=served_routes)
    joint_site_positions = {site.position for number in range(len(joint.routes)) for site in joint.sites(number)}
    carry_positions = {served.site.position for served in served_routes} | joint_site_positions
    bank = lab.run(find_constant_bank, carry_positions=tuple(sorted(carry_positions)))
    phase_shift = lab.run(carry_turn, served_routes=served_routes)
    direction = lab.run(carry_direction, served_routes=served_routes)
    needed = lab.run(needed_sites)
    own = lab.run(find_joint_sites, routes=own_routes(lab.layout))
    claims_on_bank = constant_bank_claims(sites, bank, needed)
    return Chapter(
        title="How it carries",
        question="How does a carry get from the column that makes it to the digit that it changes?",
        figures=(
            algorithm_diagram(sites, needed, own, bank, claims_on_bank),
            rates_figure(sites),
            readout_figure(sites, readout),
            look_ahead_figure(sites, ahead),
            inputs_figure(sites, inputs),
            attention_figure(sites, inputs),
            constant_bank_figure(sites, bank),
            phase_shift_figure(sites, phase_shift),
            swaps_figure(sites, direction),
            dose_figure(sites, direction),
        ),
        tables=(routes_table(sites), joint_table(joint)),
        values={"serves_from": SERVES_FROM},
        claims=(
            *needed_heads_claims(needed),
            *site_claims(sites, rates_of_others),
            *readout_claims(sites, readout),
            *look_ahead_claims(sites, ahead),
            *joint_claims(joint),
            *input_claims(sites, inputs),
            *phase_shift_claims(sites, phase_shift),
            *claims_on_bank,
            *direction_claims(sites, direction),
        ),
        findings=("carry-sites", "carry-order", "carry-direction"),
    )
