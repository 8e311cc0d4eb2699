"""Section "Directions": the figure of all paths as clouds of dots, one for each sum of the sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from report.chapters.direct_logit_attribution.components import digit_names
from report.chapters.direct_logit_attribution.versions import VERSIONS
from report.content.component import Coarse, Component, Part, Phasors
from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution

DIRECT = "direct"
ARROW = " → "
"""What the name of a path has between its origin and the head of layer 1 through which it leads."""


@dataclass(frozen=True, eq=False)
class CloudPath:
    """A path, and the phasor that it adds to the logits of each digit of each sum."""

    name: str
    origin: str
    """What the path starts from: embed, or a head of layer 0."""
    route: str
    """How the path leads to the logits: directly, or through a head of layer 1."""
    magnitudes: Coarse
    """The magnitudes [digit, sum]."""
    phases: Coarse
    """The phases [digit, sum] in radians."""


@dataclass(frozen=True, eq=False)
class CloudsPayload:
    """All paths but the direct one of the embeddings, in one version of the attribution."""

    digits: tuple[str, ...]
    sums: tuple[str, ...]
    routes: tuple[str, ...]
    paths: tuple[CloudPath, ...]
    """The paths in the order of their routes."""

    def parts(self) -> Mapping[str, Part]:
        """The phasors by route."""
        return {
            route: Part(
                [
                    Phasors(digit, magnitudes, phases, panel=path.name)
                    for path in self.paths
                    if path.route == route
                    for digit, magnitudes, phases in zip(
                        self.digits, path.magnitudes.numbers, path.phases.numbers, strict=True
                    )
                ],
                points=self.sums,
            )
            for route in self.routes
        }


def cloud_figure(measured: PathAttribution) -> Component:
    """The first frequency of every path's attribution for every sum of the sample, as clouds of dots."""
    n_digits, n_sums = measured.waves.shape[2:]
    payloads = {version: _payload(measured, reading) for version, reading in VERSIONS.items()}
    n_origins = len({path.origin for payload in payloads.values() for path in payload.paths})
    return Component(
        "path-phases",
        "First frequency of every path, for every sum of the sample",
        payloads,
        caption=(
            "First frequency of what a path adds to the logits, on a dial of digits: a dot for each sum of the "
            "sample, a colour for each digit of the answer. The chosen path is large; scales differ."
        ),
        alt=(
            f"A polar diagram for each of {len(measured.paths) - 1} paths, with {n_digits} clouds of {n_sums} "
            "dots, and one of them large."
        ),
        source=path_attribution,
        script="clouds",
        part_title="Route",
        control="Version",
        is_large=True,
        height=max(536, 135 * n_origins - 4),
        narrow_height=480 + 98 * n_origins,
    )


def _payload(measured: PathAttribution, reading: int) -> CloudsPayload:
    """The paths in one version of the attribution, with the direct paths first."""
    phasors = {name: measured.waves[reading, number] for number, name in enumerate(measured.paths)}
    paths = []
    for name in measured.paths[1:]:
        origin, _, head = name.partition(ARROW)
        route = f"through {head}" if head else DIRECT
        paths.append(
            CloudPath(name, origin, route, Coarse(np.abs(phasors[name])), Coarse(np.angle(phasors[name])))
        )
    routes = tuple(dict.fromkeys(path.route for path in paths))
    return CloudsPayload(
        digits=digit_names(measured.waves.shape[2]),
        sums=measured.sums,
        routes=routes,
        paths=tuple(sorted(paths, key=lambda path: routes.index(path.route))),
    )
