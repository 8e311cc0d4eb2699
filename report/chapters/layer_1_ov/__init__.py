"""The logits that pairs of heads, one of each layer, make of a digit and of the sum of two digits' embeddings."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.layer_1_ov.claims import (
    clusters_of_the_write_up,
    no_matrix_adds_modulo_ten,
    one_direction_of_the_write_up,
    pairs_are_divided_by_size,
    pairs_point_in_one_direction,
    richest_head_of_the_write_up,
)
from report.chapters.layer_1_ov.figures import digit_figure, pair_figure
from report.content.chapter import ChapterPlan, Content
from sumint.analyses.weights.ov_circuits import ov_circuits
from sumint.lab import Lab


def circuits_of_two_heads(lab: Lab) -> Iterator[Content]:
    """The logits that pairs of heads make of one digit and of two."""
    circuits = lab.run(ov_circuits)
    yield digit_figure(circuits)
    yield pair_figure(circuits)
    yield pairs_point_in_one_direction(circuits)
    yield one_direction_of_the_write_up.on(lab, circuits)
    yield pairs_are_divided_by_size(circuits)
    yield clusters_of_the_write_up.on(lab, circuits)
    yield richest_head_of_the_write_up.on(lab, circuits)
    yield no_matrix_adds_modulo_ten(circuits)


PLAN = ChapterPlan(
    title="Layer-1 OV circuits",
    question="How do a layer-0 head and a layer-1 head map a digit to logits?",
    sections=(circuits_of_two_heads,),
    findings=("one-direction", "digits-by-size"),
)
