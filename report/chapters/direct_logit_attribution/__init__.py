"""Direct logit attribution: how much each component and each path adds to the logits, and in which direction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from report.chapters.direct_logit_attribution.clouds import cloud_figure
from report.chapters.direct_logit_attribution.components import (
    component_figures,
    components_and_biases_add_up,
    layer_1_writes_the_answer,
    no_head_is_enough,
    two_heads_steer_between_digits,
)
from report.chapters.direct_logit_attribution.directions import (
    agreement_figure,
    phase_figure,
    published_path_has_a_direction,
    some_path_changes_its_direction,
)
from report.chapters.direct_logit_attribution.paths import path_figure, paths_and_biases_add_up
from report.chapters.direct_logit_attribution.readout import (
    answer_is_not_in_layer_0,
    logits_encode_the_right_angle,
)
from report.content.chapter import ChapterPlan, Content, Values
from report.content.live.own_sums import own_sums
from sumint.analyses.attribution.answer_readout import answer_readout
from sumint.analyses.attribution.direct_logit_attribution import direct_logit_attribution
from sumint.analyses.attribution.logit_phases import logit_phases
from sumint.analyses.attribution.path_attribution import path_attribution
from sumint.analyses.attribution.single_heads import single_heads
from sumint.analyses.performance.performance import performance
from sumint.lab import Lab


def by_component(lab: Lab) -> Iterator[Content]:
    """What each component adds to the logits."""
    attribution = lab.run(direct_logit_attribution)
    yield Values({"components": attribution})
    components, *others = component_figures(attribution)
    yield replace(components, own_sums=own_sums(lab, "components"))
    yield from others
    yield layer_1_writes_the_answer(attribution)
    yield components_and_biases_add_up(attribution)


def heads_alone(lab: Lab) -> Iterator[Content]:
    """What single heads can do without the others, and what the answer's positions read out."""
    heads, readout, measured = lab.run(single_heads), lab.run(answer_readout), lab.run(performance)
    yield two_heads_steer_between_digits.on(lab, heads)
    yield no_head_is_enough(heads, readout, measured)
    yield answer_is_not_in_layer_0(readout, measured)
    yield logits_encode_the_right_angle(readout, measured)


def by_path(lab: Lab) -> Iterator[Content]:
    """What each path adds to the logits."""
    paths = lab.run(path_attribution)
    yield Values({"paths": paths})
    yield replace(path_figure(paths), own_sums=own_sums(lab, "paths"))
    yield paths_and_biases_add_up(paths)


def by_direction(lab: Lab) -> Iterator[Content]:
    """In which direction each path pushes the logits."""
    paths = lab.run(path_attribution)
    yield replace(phase_figure(lab.run(logit_phases)), own_sums=own_sums(lab, "phases"))
    yield cloud_figure(paths)
    yield agreement_figure(paths)
    yield published_path_has_a_direction.on(lab, paths)
    yield some_path_changes_its_direction(paths)


PLAN = ChapterPlan(
    title="Direct logit attribution",
    question="Which parts of the model write the answer, and to which digits’ logits does each add?",
    sections=(by_component, heads_alone, by_path, by_direction),
    findings=("layer-1-writes", "no-head-alone", "final-angle"),
)
