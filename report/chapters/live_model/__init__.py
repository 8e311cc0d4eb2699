"""The network itself in the page: any sum, with interventions by hand."""

from __future__ import annotations

from collections.abc import Iterator

from report.chapters.live_model.payload import live_payload, subspaces_of
from report.content.budget import tally_of_every_sum
from report.content.chapter import Absent, ChapterPlan, Content, Values
from report.content.component import Component
from report.content.formats import count
from report.content.live.address import runs_live
from report.content.live.trials import live_data
from report.content.phases import has_phases
from sumint.analyses.adding.live_model import live_model
from sumint.analyses.carrying.aligned_subspaces import aligned_subspaces
from sumint.analyses.carrying.carry_sites import carry_sites
from sumint.analyses.carrying.direction_controls import direction_controls
from sumint.lab import Lab

NAME, TITLE = "live-model", "The model, live"


def the_live_model(lab: Lab) -> Iterator[Content]:
    """The component with the network, or why there is none."""
    n_parameters = lab.weights.architecture.n_parameters
    yield Values({"n_digits": lab.layout.n_digits})
    if not runs_live(n_parameters):
        yield Absent(NAME, TITLE, f"A network of {count(n_parameters)} parameters is too large to run in a page.")
        return
    tally = tally_of_every_sum(lab)
    sites = lab.run(carry_sites)
    unserved = sites.best_unserved
    subspaces = subspaces_of(
        lab.layout,
        sites.served_routes,
        lab.run(direction_controls, served_routes=sites.served_routes),
        unserved,
        lab.run(aligned_subspaces, best_sites=unserved),
    )
    payload = live_payload(
        lab.weights,
        live_data(lab),
        None if isinstance(tally, str) else tally,
        subspaces,
        has_phases=has_phases(lab),
    )
    yield Component(
        NAME,
        TITLE,
        payload,
        caption=(
            "The checkpoint’s own network on a sum of your choice: predicted digits with probabilities, carry "
            "levels, "
            "attention and contributions, before and after interventions."
        ),
        alt="Fields for two numbers and for interventions, and tables of what the network computes.",
        source=live_model,
        script=NAME,
        part_title="Part",
        height=1500,
        narrow_height=2300,
    )


PLAN = ChapterPlan(
    title="The live model",
    question="What does the model predict for a sum of your own, and what if you intervene?",
    sections=(the_live_model,),
    needs_every_sum=True,
)
