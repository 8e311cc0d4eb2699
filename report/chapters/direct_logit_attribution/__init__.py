"""Direct logit attribution: how much each component and each path adds to the logits, and in which direction."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.direct_logit_attribution.clouds import cloud_figure
from report.chapters.direct_logit_attribution.components import (
    component_claims,
    component_figures,
    single_head_claims,
)
from report.chapters.direct_logit_attribution.directions import (
    agreement_figure,
    direction_claims,
    phase_figure,
)
from report.chapters.direct_logit_attribution.paths import path_figure, path_sum_claim
from report.chapters.direct_logit_attribution.readout import readout_claims
from report.content.chapter import ChapterPlan, Content, Values
from sumint.analyses.attribution.answer_readout import answer_readout
from sumint.analyses.attribution.direct_logit_attribution import direct_logit_attribution
from sumint.analyses.attribution.logit_phases import logit_phases
from sumint.analyses.attribution.path_attribution import path_attribution
from sumint.analyses.attribution.single_heads import single_heads
from sumint.lab import Lab


def by_component(lab: Lab) -> Iterator[Content]:
    """What each component adds to the logits."""
    attribution = lab.run(direct_logit_attribution)
    yield Values({"components": attribution})
    yield from component_figures(attribution)
    yield from component_claims(attribution)


def heads_alone(lab: Lab) -> Iterator[Content]:
    """What single heads can do without the others, and what the answer's positions read out."""
    yield from single_head_claims(lab, lab.run(single_heads))
    yield from readout_claims(lab.run(answer_readout))


def by_path(lab: Lab) -> Iterator[Content]:
    """What each path adds to the logits."""
    paths = lab.run(path_attribution)
    yield Values({"paths": paths})
    yield path_figure(paths)
    yield path_sum_claim(paths)


def by_direction(lab: Lab) -> Iterator[Content]:
    """In which direction each path pushes the logits."""
    paths = lab.run(path_attribution)
    yield phase_figure(lab.run(logit_phases))
    yield cloud_figure(paths)
    yield agreement_figure(paths)
    yield from direction_claims(lab, paths)


PLAN = ChapterPlan(
    title="Direct logit attribution",
    question="Which parts of the model write the answer, and in which direction does each of them push?",
    sections=(by_component, heads_alone, by_path, by_direction),
    findings=("layer-1-writes", "no-head-alone", "final-angle"),
)
