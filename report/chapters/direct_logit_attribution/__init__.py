"""Direct logit attribution: how much each component and each path adds to the logits, and in which direction."""

from __future__ import annotations

from report.chapters.direct_logit_attribution.components import (
    component_claims,
    component_figures,
    single_head_claims,
)
from report.chapters.direct_logit_attribution.directions import (
    agreement_figure,
    cloud_figure,
    direction_claims,
    phase_figure,
)
from report.chapters.direct_logit_attribution.paths import path_figure, path_sum_claim
from report.chapters.direct_logit_attribution.readout import readout_claims
from report.content.chapter import Chapter
from sumint.analyses.attribution.answer_readout import answer_readout
from sumint.analyses.attribution.direct_logit_attribution import direct_logit_attribution
from sumint.analyses.attribution.logit_phases import logit_phases
from sumint.analyses.attribution.path_attribution import path_attribution
from sumint.analyses.attribution.single_heads import single_heads
from sumint.lab import Lab


def chapter(lab: Lab) -> Chapter:
    """The chapter on direct logit attribution, measured on the lab's checkpoint."""
    components, paths = lab.run(direct_logit_attribution), lab.run(path_attribution)
    heads, readout = lab.run(single_heads), lab.run(answer_readout)
    return Chapter(
        title="Direct logit attribution",
        question="Which parts of the model write the answer, and in which direction does each of them push?",
        values={"components": components, "paths": paths},
        figures=(
            *component_figures(components),
            path_figure(paths),
            phase_figure(lab.run(logit_phases)),
            cloud_figure(paths),
            agreement_figure(paths),
        ),
        claims=(
            *component_claims(components),
            *single_head_claims(lab, heads),
            *readout_claims(readout),
            path_sum_claim(paths),
            *direction_claims(lab, paths),
        ),
        findings=("layer-1-writes", "no-head-alone", "final-angle"),
    )
