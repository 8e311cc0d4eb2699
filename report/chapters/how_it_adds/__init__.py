"""How two digits become one digit on a circle, and which symbolic model the network agrees with most."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.how_it_adds.carry_amount import (
    carry_amount_figure,
    logits_are_a_cosine,
    shift_shrinks_with_every_nine,
    shifts_by_nines,
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
from report.chapters.how_it_adds.layer_0_product import product_table, weights_explain_the_joint_part
from report.chapters.how_it_adds.push_and_pull import same_sum_table, single_digits_have_to_match
from report.chapters.how_it_adds.restricted import (
    products_are_needed,
    products_are_not_enough,
    restricted_figure,
)
from report.chapters.how_it_adds.symbolic_models import (
    agreement_figure,
    carries_come_through_nines,
    network_agreement,
)
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.trials import SEEN_ON_A_PAIR, Trials
from sumint.analyses.adding.digit_sum_circle import digit_sum_circle
from sumint.analyses.adding.layer_0_product import layer_0_product
from sumint.analyses.adding.push_and_pull import push_and_pull
from sumint.analyses.adding.restricted_loss import restricted_loss
from sumint.analyses.adding.soft_carry import soft_carry
from sumint.analyses.carrying.joint_sites import joint_sites
from sumint.lab import Lab
from sumint.task.carry_routes import own_routes


def where_the_digits_are(lab: Lab) -> Iterator[Content]:
    """The sites that hold each column's digits together."""
    joint = lab.run(joint_sites, routes=own_routes(lab.layout))
    yield digit_table(joint)
    trials = Trials.of(lab)
    own = [(route, joint.sites(number)) for number, route in enumerate(joint.routes)]
    others = [(route, joint.other_sites(number, trials.n_heads)) for number, route in enumerate(joint.routes)]
    yield few_sites_hold_the_digits(joint).with_trial(trials.patch(own))
    yield other_sites_hold_no_digits(joint).with_trial(trials.patch(others))


def digits_on_a_circle(lab: Lab) -> Iterator[Content]:
    """The sum of two digits as an angle."""
    circle = lab.run(digit_sum_circle)
    yield component_figure(circle)
    yield head_cosine_figure(circle)
    yield first_frequency_of_the_sum_dominates(circle)
    yield layer_0_multiplies_as_the_identity(circle)
    yield two_heads_push_and_pull(circle)


def push_and_pull_by_patching(lab: Lab) -> Iterator[Content]:
    """Push and pull as an intervention."""
    joint = lab.run(joint_sites, routes=own_routes(lab.layout))
    digit_sites = tuple(map(joint.sites, range(lab.layout.n_digits)))
    patched = lab.run(push_and_pull, digit_sites=digit_sites)
    yield same_sum_table(patched)
    worst = patched.worst_alone
    patched_alone = "" if worst is None else Trials.of(lab).patch_same_total(*worst)
    yield single_digits_have_to_match(patched).with_trial(patched_alone)


def products_of_two_digits(lab: Lab) -> Iterator[Content]:
    """The products of two digits in layer 0: from the weights, kept and removed."""
    product, restricted = lab.run(layer_0_product), lab.run(restricted_loss)
    joint = lab.run(joint_sites, routes=own_routes(lab.layout))
    yield product_table(product)
    yield weights_explain_the_joint_part(product)
    yield restricted_figure(restricted)
    yield products_are_needed(restricted, joint)
    yield products_are_not_enough(restricted, joint)


def agreement_with_symbolic_models(lab: Lab) -> Iterator[Content]:
    """Which symbolic model agrees with the network on most digits."""
    agreement = network_agreement(lab)
    yield agreement_figure(agreement)
    passed = Trials.of(lab).through_most_nines()
    yield carries_come_through_nines(agreement).with_trial(passed, SEEN_ON_A_PAIR)


def amount_of_a_carry(lab: Lab) -> Iterator[Content]:
    """The carry as a quantity."""
    soft = lab.run(soft_carry)
    yield Values({"shifts": shifts_by_nines(soft)})
    yield carry_amount_figure(soft)
    trials = Trials.of(lab)
    yield logits_are_a_cosine(soft).with_trial(trials.other_sum(), SEEN_ON_A_PAIR)
    yield shift_shrinks_with_every_nine(soft).with_trial(trials.through_most_nines(), SEEN_ON_A_PAIR)


PLAN = ChapterPlan(
    title="How it adds",
    question="How do two digits and a carry become one digit?",
    sections=(
        where_the_digits_are,
        digits_on_a_circle,
        push_and_pull_by_patching,
        products_of_two_digits,
        agreement_with_symbolic_models,
        amount_of_a_carry,
    ),
    findings=("sum-on-a-circle", "push-and-pull", "soft-carry-fades"),
    needs_addition=True,
    needs_every_sum=True,
)
