"""Section "Paths through layer 1": which layer-1 head reads each site, as query, key or value."""

from __future__ import annotations

import numpy as np

from report.content.chapter import Figure
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import claim
from report.content.formats import whole_percent
from report.figures import charts
from sumint.analyses.circuits.circuit_paths import CircuitPaths, circuit_paths
from sumint.interventions.sites import Site

QUERIES_OVER_OTHERS = 0.05
"""Chosen after measuring the write-up's checkpoint, the bundled one and two seeds."""

STRONG_FROM = 0.3
"""The claim is about edges whose patch changes at least this share of the digit's predictions."""

KIND_NAMES = ("Q", "K", "V")


def paths_figure(paths: CircuitPaths) -> Figure:
    """A heatmap of the share of predictions that change when one path of an edge is patched."""
    n_heads = paths.through_heads.shape[1]
    columns = [f"H1.{head} {kind}" for head in range(n_heads) for kind in KIND_NAMES]
    values = np.column_stack([paths.whole, paths.through_heads.reshape(len(paths.listed), -1), paths.direct])
    return Figure(
        "circuit-paths",
        "Paths of the circuit’s edges through layer 1",
        charts.heatmap(
            values,
            x=("all paths", *columns, "direct"),
            y=edge_names(paths),
            x_title="",
            y_title="edge",
            quantity="answers that change",
            diverging=False,
            limits=(0, 1),
            text=[[whole_percent(share) if np.isfinite(share) else "" for share in row] for row in values],
            wrapped_columns=True,
            is_share=True,
            has_scale=False,
        ),
        caption=(
            "Share of a digit’s predictions that change when one path (columns; queries, keys, values) of an edge "
            f"(rows) carries another sum’s information, over {paths.n_sums} sums. Sites at earlier positions have "
            "neither queries nor a direct path."
        ),
        alt="A heatmap of the circuit’s edges by the paths through layer 1, with the percentage in each cell.",
        source=circuit_paths,
        height=120 + 24 * len(values),
        narrow_height=170 + 18 * len(values),
    )


@claim(
    "digits-through-queries",
    "Sites at the position that predicts a digit whose patch changes it often act on it more through the queries "
    "of some layer-1 head than through the keys or values of any.",
    analysis=circuit_paths,
    figure="circuit-paths",
    otherwise="For {case}, the queries’ largest share of changed answers less that of keys and values is {value}, "
    "where {bound} is required.",
)
def local_sites_act_through_queries(paths: CircuitPaths) -> Check:
    """The largest effect through queries minus the largest through keys or values, of strong local edges."""
    is_asked = paths.is_local & (paths.whole >= STRONG_FROM)
    if not is_asked.any():
        return not_applicable("No site at the position that predicts a digit changes it often enough.")
    queries = paths.through_heads[..., 0].max(axis=1)
    others = paths.through_heads[..., 1:].max(axis=(1, 2))
    names = edge_names(paths)
    differences = {names[edge]: float(queries[edge] - others[edge]) for edge in np.flatnonzero(is_asked)}
    return all_of(
        at_least(
            QUERIES_OVER_OTHERS,
            differences,
            "the largest share of answers that change through one head’s queries exceeds the largest through one "
            "head’s keys or values by {bound}, for every edge from a site at the position that predicts the digit "
            "whose patch changes 30% of the answers or more",
        ),
        asked=(len(differences), int(paths.is_local.sum()), "edges from such a site"),
    )


def edge_names(paths: CircuitPaths) -> list[str]:
    """The names of the edges: H0.1 at B3 → C1."""
    return [
        f"{Site(head, position).name(paths.layout)} → C{digit}" for digit, head, position in paths.listed.tolist()
    ]
