"""The model on every sum: how many sums it gets wrong, which ones, and how."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from report.chapters.every_sum.claims import (
    a_sample_misses_the_errors,
    accuracy_rounds_to_all,
    carries_go_wrong_both_ways,
    errors_are_clustered,
    errors_are_wrong_carries,
    errors_grow_with_nines,
    nearly_all_sums_are_right,
    one_digit_is_wrong_by_one,
    wrong_shares_by_nines,
)
from report.chapters.every_sum.figures import (
    errors_by_digit,
    errors_by_pair,
    errors_by_run,
    errors_in_the_plane,
    right_digit_probability,
    sample_sizes,
)
from report.chapters.every_sum.generation import (
    errors_are_the_same,
    generated_table,
    predictions_need_no_earlier_digits,
    wrong_digits_table,
)
from report.chapters.every_sum.large_digit_repairs import (
    layer_1_figure,
    repairs_figure,
    repairs_table,
    two_positions_repair_the_digit,
)
from report.chapters.every_sum.large_digits import (
    accuracy_table,
    later_digits_stay_right,
    leading_digit_breaks,
    order_of_large_operands_matters,
    predictions_figure,
    second_digit_breaks_too,
)
from report.chapters.every_sum.operand_order import wrong_sums_are_right_when_swapped
from report.chapters.every_sum.wrong_sums import wrong_sums
from report.content.budget import tally_of_every_sum
from report.content.chapter import ChapterPlan, Content, KeyNumbers, Values
from report.content.formats import count
from report.content.live.address import runs_live
from report.content.live.trials import ON_A_SUM, SEEN_ON_A_SUM, Trials, a_wrong_sum
from sumint.analyses.performance.answer_tokens import answer_tokens
from sumint.analyses.performance.free_generation import free_generation
from sumint.analyses.performance.large_digit_patching import large_digit_patching
from sumint.analyses.performance.large_leading_digits import large_leading_digits
from sumint.analyses.performance.performance import performance
from sumint.analyses.performance.swapped_operands import swapped_operands
from sumint.interventions.intervals import CONFIDENCE, wilson
from sumint.lab import Lab


def bounds_from_the_sample(lab: Lab) -> Iterator[Content]:
    """The interval for the number of wrong sums among all, estimated from the sample, for the text."""
    sampled, layout = lab.run(performance), lab.layout
    ((low, high),) = wilson(np.array([sampled.wrong_sums]), np.array([sampled.n_sums]))
    yield Values(
        {
            "layout": layout,
            "sample": lab.sample_spec,
            "sampled": sampled,
            "confidence": CONFIDENCE,
            "low": float(low),
            "high": float(high),
            "at_least": math.ceil(low * layout.n_sums),
            "at_most": math.floor(high * layout.n_sums),
        }
    )


def wrong_digits(lab: Lab) -> Iterator[Content]:
    """How many digits are wrong, and in which way."""
    tally = tally_of_every_sum(lab)
    if not isinstance(tally, str):
        yield KeyNumbers({f"of {count(tally.n_sums)} sums right": count(tally.n_sums - tally.n_wrong)})
        yield Values({"wrong_by_nines": wrong_shares_by_nines(tally)})
    yield errors_by_run(tally)
    yield errors_by_pair(tally)
    yield errors_in_the_plane(tally, runs_live(lab.weights.architecture.n_parameters))
    yield right_digit_probability(tally)
    yield errors_by_digit(tally)
    yield sample_sizes(tally)


def list_of_wrong_sums(lab: Lab) -> Iterator[Content]:
    """The wrong sums, one by one."""
    yield wrong_sums(tally_of_every_sum(lab))


def claims_on_all_sums(lab: Lab) -> Iterator[Content]:
    """The claims on all sums."""
    tally = tally_of_every_sum(lab)
    yield nearly_all_sums_are_right(tally)
    yield accuracy_rounds_to_all.on(lab, tally)
    yield a_sample_misses_the_errors(tally)
    wrong = "" if isinstance(tally, str) else a_wrong_sum(lab, tally.listed_sums)
    yield one_digit_is_wrong_by_one(tally).with_trial(wrong, SEEN_ON_A_SUM)
    yield errors_are_wrong_carries(tally).with_trial(wrong, SEEN_ON_A_SUM)
    yield carries_go_wrong_both_ways(tally).with_trial(wrong, SEEN_ON_A_SUM)
    yield errors_grow_with_nines(tally).with_trial(wrong, SEEN_ON_A_SUM)
    yield errors_are_clustered(tally)


def wrong_earlier_digits(lab: Lab) -> Iterator[Content]:
    """The predictions with wrong answer digits before them."""
    tokens = lab.run(answer_tokens)
    yield wrong_digits_table(tokens)
    wrong = Trials.of(lab).wrong_answer_digits()
    yield predictions_need_no_earlier_digits(tokens).with_trial(wrong, ON_A_SUM)


def generating_freely(lab: Lab) -> Iterator[Content]:
    """The wrong sums in free generation."""
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        generation = tally
    else:
        generation = lab.run(
            free_generation,
            n_wrong=tally.n_wrong,
            listed_sums=tally.listed_sums,
            listed_predictions=tally.listed_predictions,
        )
    yield generated_table(generation)
    yield errors_are_the_same(generation)


def out_of_distribution(lab: Lab) -> Iterator[Content]:
    """Sums with leading digits of 5 to 9, and which activations make them wrong."""
    large = lab.run(large_leading_digits)
    yield accuracy_table(large)
    yield predictions_figure(large)
    trials = Trials.of(lab)
    yield leading_digit_breaks(large).with_trial(trials.large_digits(), SEEN_ON_A_SUM)
    yield second_digit_breaks_too(large).with_trial(trials.large_digits(), SEEN_ON_A_SUM)
    yield later_digits_stay_right(large).with_trial(trials.large_digits(), SEEN_ON_A_SUM)
    patching = lab.run(large_digit_patching)
    yield repairs_table(patching)
    yield repairs_figure(patching)
    yield layer_1_figure(patching)
    broken = patching.broken_digits
    repaired = trials.large_digits(patching.chosen[broken[0]].tolist()) if broken else ""
    yield two_positions_repair_the_digit(large, patching).with_trial(repaired)


def order_of_the_operands(lab: Lab) -> Iterator[Content]:
    """Whether a + b and b + a are predicted alike."""
    large = lab.run(large_leading_digits)
    yield order_of_large_operands_matters(large)
    tally = tally_of_every_sum(lab)
    if isinstance(tally, str):
        yield wrong_sums_are_right_when_swapped(large, tally)
        return
    swapped = lab.run(swapped_operands, n_wrong=tally.n_wrong, listed_sums=tally.listed_sums)
    yield wrong_sums_are_right_when_swapped(large, swapped)


PLAN = ChapterPlan(
    title="Every sum",
    question="How often is the model wrong, over all sums, and on which of them?",
    sections=(
        bounds_from_the_sample,
        wrong_digits,
        list_of_wrong_sums,
        claims_on_all_sums,
        wrong_earlier_digits,
        generating_freely,
        out_of_distribution,
        order_of_the_operands,
    ),
    findings=("nearly-every-sum", "errors-grow-with-nines"),
    needs_every_sum=True,
)
