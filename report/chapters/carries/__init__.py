"""Sums with a carry and sums without: how many there are, which parts they need, and where layer 1 attends."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.carries.claims import (
    attention_depends_on_the_carry,
    keys_serve_carries,
    keys_serve_sums_without_a_carry,
    masks_count_as_printed,
    mislabelled_sums_blur_the_difference,
    published_parts_serve_carries,
)
from report.chapters.carries.figures import ablation_figure, attention_figure, counts_table
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.trials import ON_A_SUM, SEEN_ON_A_PAIR, Trials
from sumint.analyses.ablation.qkv_ablation import qkv_ablation
from sumint.analyses.ablation.qkv_ablation_by_carry import qkv_ablation_by_carry
from sumint.analyses.attention.layer_1_attention import layer_1_attention
from sumint.analyses.carrying.carry_counts import carry_counts
from sumint.lab import Lab


def which_sums_carry(lab: Lab) -> Iterator[Content]:
    """How many sums have a carry."""
    counts = lab.run(carry_counts)
    yield counts_table(counts)
    yield masks_count_as_printed(counts)


def what_is_needed(lab: Lab) -> Iterator[Content]:
    """The rise in loss without each head's queries, keys or values, apart for sums with and without a carry."""
    of_the_sample = lab.run(qkv_ablation)
    ablation = lab.run(qkv_ablation_by_carry, loss_rise_by_carry=of_the_sample.loss_rise_by_carry)
    yield Values({"by_carry": ablation})
    yield ablation_figure(ablation)
    trials = Trials.of(lab)
    own_mean = trials.ablate_input("k", head=0, mean_of="carry")
    yield keys_serve_carries(ablation).with_trial(own_mean, ON_A_SUM)
    yield published_parts_serve_carries.on(lab, ablation).with_trial(own_mean, ON_A_SUM)
    most_needed = int(ablation.rises_without_a_carry("k").argmax())
    yield keys_serve_sums_without_a_carry(ablation).with_trial(trials.ablate_input("k", most_needed), ON_A_SUM)


def layer_1_attention_by_carry(lab: Lab) -> Iterator[Content]:
    """Where layer 1 attends with and without a carry."""
    attention = lab.run(layer_1_attention)
    yield attention_figure(attention, lab.layout)
    pair = Trials.of(lab).other_sum()
    yield attention_depends_on_the_carry(attention).with_trial(pair, SEEN_ON_A_PAIR)
    blurred = mislabelled_sums_blur_the_difference(lab.run(carry_counts), attention)
    yield blurred.with_trial(pair, SEEN_ON_A_PAIR)


PLAN = ChapterPlan(
    title="Carries",
    question="How do sums with a carry differ from sums without, inside the model?",
    sections=(which_sums_carry, what_is_needed, layer_1_attention_by_carry),
    findings=("carry-attention", "keys-without-a-carry"),
    needs_addition=True,
)
