"""How a carry gets from the column that makes it to the digit that it changes, tested by intervention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from report.chapters.how_it_carries.constant_bank import (
    constant_bank_figure,
    positions_without_a_carry_are_constant,
)
from report.chapters.how_it_carries.direction import (
    dose_figure,
    one_direction_is_enough,
    same_threshold_in_both_directions,
    steering_vector_switches,
    swaps_figure,
)
from report.chapters.how_it_carries.direction_controls import (
    acts_through_the_active_subspace,
    better_than_random,
    controls_do_not_fit,
    controls_figure,
    controls_table,
    training_finds_the_same_direction,
)
from report.chapters.how_it_carries.joint_sites import few_sites_hold_it_together, joint_table
from report.chapters.how_it_carries.layer_1 import (
    attention_falls_with_the_carry,
    attention_figure,
    inputs_figure,
    patterns_over_values,
    queries_over_keys,
    some_head_switches,
)
from report.chapters.how_it_carries.look_ahead import (
    additive_in_the_columns,
    further_column_breaks_ties,
    look_ahead_figure,
)
from report.chapters.how_it_carries.needed_heads import (
    digits_need_own_heads,
    heads_that_cancel,
    needed_heads_table,
)
from report.chapters.how_it_carries.phase_shift import (
    layer_1_makes_the_shift,
    phase_shift_figure,
    same_heads_through_one_position,
    shift_by_one_digit,
)
from report.chapters.how_it_carries.readout import (
    attention_to_the_column,
    lines_explain_scores_better,
    readout_figure,
    score_shapes_table,
    scores_rank_by_decisiveness,
    values_have_the_sign_of_the_carry,
)
from report.chapters.how_it_carries.sites import (
    all_other_sites,
    fewer_sites_than_routes,
    rates_figure,
    routes_table,
    second_best_site,
    single_site_on_every_route,
)
from report.chapters.how_it_carries.trained_subspaces import (
    no_subspace_holds_it,
    second_dimension_adds_little,
    subspaces_table,
)
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.trials import ON_A_SUM, SEEN_ON_A_PAIR, Trials
from sumint.analyses.adding.ablated_sums import Ablation, ablated_sums
from sumint.analyses.carrying.aligned_subspaces import RANKS, aligned_subspaces
from sumint.analyses.carrying.carry_direction import carry_direction
from sumint.analyses.carrying.carry_in_layer_1 import carry_in_layer_1
from sumint.analyses.carrying.carry_readout import carry_readout
from sumint.analyses.carrying.carry_sites import SERVES_FROM, carry_sites
from sumint.analyses.carrying.carry_turn import carry_turn

# Under their own names these three would hide this package's modules of the same names.
from sumint.analyses.carrying.constant_bank import ConstantBank, positions_of
from sumint.analyses.carrying.constant_bank import constant_bank as find_constant_bank
from sumint.analyses.carrying.direction_controls import GRADIENTS_HELD, direction_controls
from sumint.analyses.carrying.joint_sites import JointSites
from sumint.analyses.carrying.joint_sites import joint_sites as find_joint_sites
from sumint.analyses.carrying.look_ahead import look_ahead as measure_look_ahead
from sumint.analyses.carrying.needed_sites import NEEDED_FROM, needed_sites
from sumint.analyses.carrying.other_sites import other_sites
from sumint.interventions.sites import Site
from sumint.lab import Lab
from sumint.task.carry_routes import Route


def the_circuit(lab: Lab) -> Iterator[Content]:
    """The heads that read each column."""
    needed = lab.run(needed_sites)
    yield Values({"needed_from": NEEDED_FROM})
    yield needed_heads_table(needed)
    own, cancelled = needed.most_needed_own_site, needed.most_cancelled_site
    position = [Site(head, cancelled.position) for head in range(needed.attention.shape[0])] if cancelled else []
    ablations = (Ablation((own,) if own else ()), Ablation((cancelled,) if cancelled else (), tuple(position)))
    found, trials = lab.run(ablated_sums, ablations=ablations), Trials.of(lab)
    own_ablated, cancelled_ablated = (
        trials.ablate_on(operands, one.breaking) for operands, one in zip(found.operands, ablations, strict=True)
    )
    yield digits_need_own_heads(needed).with_trial(own_ablated, ON_A_SUM)
    yield heads_that_cancel(needed).with_trial(cancelled_ablated, ON_A_SUM)


def single_sites(lab: Lab) -> Iterator[Content]:
    """Where patching a single site of layer 0 changes the digit that a carry reaches."""
    sites = lab.run(carry_sites)
    yield Values(
        {
            "serves_from": SERVES_FROM,
            "gradients_held": GRADIENTS_HELD,
            "n_routes_with_a_site": len(sites.served_routes),
            "n_carry_routes": len(sites.routes),
        }
    )
    yield rates_figure(sites)
    yield routes_table(sites)
    trials = Trials.of(lab)
    numbers = sites.served_numbers
    yield single_site_on_every_route(sites).with_trial(trials.patch_site())
    second = [(sites.routes[number], [sites.second_best(number)]) for number in numbers]
    yield second_best_site(sites).with_trial(trials.patch(second))
    others = all_other_sites(sites, lab.run(other_sites, served_routes=sites.served_routes))
    all_but_best = [(sites.routes[number], sites.all_but_best(number)) for number in numbers]
    yield others.with_trial(trials.patch(all_but_best))
    # On the longest route of a site that serves several, the carry passes the other digits.
    n_routes = Counter(one.site for one in sites.served_routes)
    longest = {
        site: max(one.route.n_nines for one in sites.served_routes if one.site == site) for site in n_routes
    }
    shared = trials.patch_site(lambda route, site: n_routes[site] > 1 and route.n_nines == longest[site])
    yield fewer_sites_than_routes(sites).with_trial(shared)


def reading_two_digits(lab: Lab) -> Iterator[Content]:
    """How a site reads the carry off two digits."""
    sites = lab.run(carry_sites)
    needed = lab.run(needed_sites)
    own_sites = tuple(map(needed.own_sites, range(lab.layout.n_digits)))
    readout = lab.run(carry_readout, served_routes=sites.served_routes, own_sites=own_sites)
    yield readout_figure(sites, readout)
    yield score_shapes_table(readout)
    pair = Trials.of(lab).other_sum(sites.is_served)
    yield attention_to_the_column(readout).with_trial(pair, SEEN_ON_A_PAIR)
    yield scores_rank_by_decisiveness(readout).with_trial(pair, SEEN_ON_A_PAIR)
    yield lines_explain_scores_better(readout).with_trial(pair, SEEN_ON_A_PAIR)
    yield values_have_the_sign_of_the_carry(readout).with_trial(pair, SEEN_ON_A_PAIR)


def looking_ahead(lab: Lab) -> Iterator[Content]:
    """How a site depends on the columns to the right of its own."""
    sites = lab.run(carry_sites)
    ahead = lab.run(measure_look_ahead, served_routes=sites.served_routes)
    yield look_ahead_figure(sites, ahead)
    # A carry that passes a column of nine, at whose site it can be seen.
    pair = Trials.of(lab).other_sum(lambda route: route.n_nines == 1)
    yield additive_in_the_columns(ahead).with_trial(pair, SEEN_ON_A_PAIR)
    yield further_column_breaks_ties(ahead).with_trial(pair, SEEN_ON_A_PAIR)


def sites_together(lab: Lab) -> Iterator[Content]:
    """Which sites hold a carry together, where no single one does."""
    joint = _joint_sites(lab)
    yield joint_table(joint)
    together = [(route, joint.sites(number)) for number, route in enumerate(joint.routes)]
    yield few_sites_hold_it_together(joint).with_trial(Trials.of(lab).patch(together))


def inputs_of_layer_1(lab: Lab) -> Iterator[Content]:
    """By which of its inputs a carry changes layer 1."""
    sites = lab.run(carry_sites)
    inputs = lab.run(carry_in_layer_1, served_routes=sites.served_routes)
    yield inputs_figure(sites, inputs)
    yield attention_figure(sites, inputs)
    trials, predicting = Trials.of(lab), lab.layout.predicting.start

    def is_earlier(route: Route, site: Site) -> bool:
        return site.position < predicting + route.digit

    def is_here(route: Route, site: Site) -> bool:
        return not is_earlier(route, site)

    yield patterns_over_values(sites, inputs).with_trial(trials.patch_through("pattern", is_earlier))
    yield attention_falls_with_the_carry(sites, inputs).with_trial(trials.patch_site(is_earlier))
    yield some_head_switches(sites, inputs).with_trial(trials.patch_site(is_earlier))
    yield queries_over_keys(sites, inputs).with_trial(trials.patch_through("q", is_here))


def phase_shift_of_the_logits(lab: Lab) -> Iterator[Content]:
    """How far a carry shifts the phase of the logits, and which parts shift it."""
    sites = lab.run(carry_sites)
    phase_shift = lab.run(carry_turn, served_routes=sites.served_routes)
    yield phase_shift_figure(sites, phase_shift)
    trials = Trials.of(lab)
    yield layer_1_makes_the_shift(sites, phase_shift).with_trial(trials.patch_site(through="direct"))
    next_column = trials.patch_site(lambda route, site: route.n_nines == 0)
    yield shift_by_one_digit(sites, phase_shift).with_trial(next_column)
    yield same_heads_through_one_position(sites, phase_shift).with_trial(trials.patch_site())


def bank_of_constants(lab: Lab) -> Iterator[Content]:
    """The positions whose keys and values layer 1 uses as constants."""
    sites, bank = lab.run(carry_sites), _constant_bank(lab)
    yield constant_bank_figure(sites, bank)
    constant = Trials.of(lab).constant_positions(bank.candidates.tolist())
    yield positions_without_a_carry_are_constant(bank).with_trial(constant, ON_A_SUM)


def one_direction(lab: Lab) -> Iterator[Content]:
    """What patching one direction of a carry site does."""
    sites = lab.run(carry_sites)
    direction = lab.run(carry_direction, served_routes=sites.served_routes)
    yield swaps_figure(sites, direction)
    yield dose_figure(sites, direction)
    trials = Trials.of(lab)
    yield one_direction_is_enough(sites, direction).with_trial(trials.patch_direction("carry direction"))
    yield steering_vector_switches(sites, direction).with_trial(trials.dose(), ON_A_SUM)
    yield same_threshold_in_both_directions(sites, direction).with_trial(trials.dose(0.5), ON_A_SUM)


def other_directions(lab: Lab) -> Iterator[Content]:
    """How random and trained directions of a carry site compare with the carry direction."""
    sites = lab.run(carry_sites)
    controls = lab.run(direction_controls, served_routes=sites.served_routes)
    yield controls_figure(sites, controls)
    yield controls_table(sites, controls)
    trials = Trials.of(lab)
    yield better_than_random(sites, controls).with_trial(
        trials.patch_direction("random direction"), "Try a random direction on one pair"
    )
    active = trials.patch_direction("its active part")
    yield acts_through_the_active_subspace(sites, controls).with_trial(active)
    trained = trials.patch_direction("trained direction")
    yield training_finds_the_same_direction(sites, controls).with_trial(trained)
    yield controls_do_not_fit(sites, controls)


def subspaces_without_a_site(lab: Lab) -> Iterator[Content]:
    """What the best site holds where no single site holds the carry."""
    sites = lab.run(carry_sites)
    subspaces = lab.run(aligned_subspaces, best_sites=sites.best_unserved)
    yield subspaces_table(sites, subspaces)
    trials = Trials.of(lab)
    routes = [one.route for one in sites.best_unserved]
    one, two = (trials.patch_subspace(routes, rank, len(RANKS)) for rank in range(len(RANKS)))
    yield no_subspace_holds_it(sites, subspaces).with_trial(one)
    yield second_dimension_adds_little(sites, subspaces).with_trial(two)


PLAN = ChapterPlan(
    title="How it carries",
    question="How does a carry get from the column that generates it to the digit that it changes?",
    sections=(
        the_circuit,
        single_sites,
        reading_two_digits,
        looking_ahead,
        sites_together,
        inputs_of_layer_1,
        phase_shift_of_the_logits,
        bank_of_constants,
        one_direction,
        other_directions,
        subspaces_without_a_site,
    ),
    findings=("carry-sites", "carry-order", "carry-direction"),
    needs_addition=True,
)


def _joint_sites(lab: Lab) -> JointSites:
    """The sites that hold a carry together, on the routes that no single site serves."""
    return lab.run(find_joint_sites, routes=lab.run(carry_sites).unserved_routes)


def _constant_bank(lab: Lab) -> ConstantBank:
    """The bank of constants, from the positions at which no site holds a carry."""
    positions = positions_of(lab.run(carry_sites).served_routes, _joint_sites(lab).all_sites)
    return lab.run(find_constant_bank, carry_positions=positions)
