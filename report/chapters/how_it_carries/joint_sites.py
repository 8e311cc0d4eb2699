"""Section "Where the carry is", continued: carries that no single site holds, but several sites together."""

from __future__ import annotations

import numpy as np

from report.chapters.how_it_carries.served_routes import by_direction, sizes
from report.chapters.interval_columns import with_interval_ends, with_intervals
from report.chapters.joint_sites_table import FORMATS, METHOD, PAIRS_AT_LEAST, joint_sites_columns
from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import percent
from report.content.optional import optional_table
from sumint.analyses.carrying.joint_sites import MOST, JointSites, joint_sites

# Chosen after measuring the bundled seeds.
TOGETHER_AT_LEAST = 0.8


def _no_unserved_route(joint: JointSites) -> str:
    """The reason why the table is absent, or an empty string if no single site serves some route."""
    return "" if joint.routes else "A single site holds the carry of each route of this checkpoint."


@optional_table("carry-joint-sites", "Sites that hold a carry together", unless=_no_unserved_route)
def joint_table(name: str, title: str, joint: JointSites) -> Table:
    """A table of the routes that no single site serves, with the sites that flip their digits together."""
    columns = joint_sites_columns(joint)
    return Table(
        name,
        title,
        with_intervals(columns),
        caption=f"Answers that change when several sites are patched together, on routes whose carry no single "
        f"site holds. {METHOD}",
        source=joint_sites,
        formats=FORMATS,
        csv_columns=with_interval_ends(columns),
    )


@claim(
    "few-sites-together",
    f"Where no single site holds a carry, patching at most {MOST} sites together switches it.",
    analysis=joint_sites,
    figure="carry-joint-sites",
    otherwise=f"On {{case}}, patching up to {MOST} sites together changes only {{value}} of the answers.",
)
def few_sites_hold_it_together(joint: JointSites) -> Check:
    """The rate when the chosen sites of each route that no single site serves are patched together."""
    if not joint.routes:
        return not_applicable("A single site holds the carry of each route.")
    names = [route.name for route in joint.routes]
    n_pairs = sizes(names, joint.n_pairs)
    rates = {
        case: rate if n_pairs[case] >= PAIRS_AT_LEAST else float("nan")
        for case, rate in by_direction(names, joint.rates).items()
    }
    others = by_direction(names, joint.rates_of_others)
    return all_of(
        at_least(
            TOGETHER_AT_LEAST,
            rates,
            f"{{bound}} of the answers change by exactly one when at most {MOST} sites are patched together, on "
            f"every route whose carry no single site holds, and in both directions; a rate needs {PAIRS_AT_LEAST} "
            f"pairs",
            n=n_pairs,
        ),
        asked=(len(names), len(names), "routes without a single site"),
        note=f"all other sites together change at most {percent(float(np.nanmax([0.0, *others.values()])))}",
    )
