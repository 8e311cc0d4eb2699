"""What the chapter on direct logit attribution asserts of paths, and when each assertion holds."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from report.content.chapter import Claim
from report.content.claims import Finding, published_claim
from report.content.failures import isolated
from report.content.formats import decimals, degrees, joined, percent, scientific
from sumint.analyses.attribution.path_attribution import PathAttribution, path_attribution
from sumint.lab import Lab
from sumint.model.fourier import angle_between

# Criteria, chosen after seeing the write-up's checkpoint: they guard what was seen, they predict nothing.
ADDED_UP_WITHIN = 1e-5
AGREEMENT_AT_LEAST = 0.85
DIRECTION_WITHIN = 5
"""Degrees, around the direction that is claimed."""
TURN_AT_LEAST = 90
"""Degrees between a path's directions at two digits."""

CORRECTED = 1
"""The corrected reading, on the first axis of what is measured of paths."""
PUBLISHED_PATH = "0.1 → 1.0"
PUBLISHED_DIGITS = (2, 3)
PUBLISHED_DIRECTION = 60
"""Degrees. The write-up reads 45° off its picture."""


@isolated
def path_claims(lab: Lab, paths: PathAttribution) -> tuple[Claim, ...]:
    """Every claim on paths."""
    return (_paths_add_up(paths), *_direction_claims(lab, paths))


@isolated
def _paths_add_up(paths: PathAttribution) -> Claim:
    published, corrected = map(float, paths.error_of_heads)
    to_logits, without_bias = paths.error_of_logits, paths.error_of_bias_alone
    return Claim(
        "paths-add-up",
        "Divided by the second layer's scale, and with $b_O$ counted, the paths through a head add up to it.",
        value=(
            f"the relative error is {scientific(corrected)}, and {scientific(to_logits)} for the logits; as "
            f"published {percent(published, 0)}, with the right scale but without $b_O$ {percent(without_bias, 0)}"
        ),
        criterion=f"at most {scientific(ADDED_UP_WITHIN, 0)} for both",
        holds=max(corrected, to_logits) <= ADDED_UP_WITHIN,
        source=path_attribution,
        numbers={
            "corrected": corrected,
            "logits": to_logits,
            "published": published,
            "without_bias": without_bias,
        },
        otherwise="On these weights something is missing in the sum.",
    )


@isolated
def _direction_claims(lab: Lab, paths: PathAttribution) -> tuple[Claim, ...]:
    agreement, directions = paths.agreement[CORRECTED], np.degrees(paths.directions[CORRECTED])
    through = np.array(["→" in path for path in paths.paths])
    strongest = np.where(through[:, None], agreement, -1).argmax(axis=0)
    most = agreement[strongest, np.arange(agreement.shape[1])]
    turns = {path: _widest_turn(agreement[i], directions[i]) for i, path in enumerate(paths.paths) if through[i]}
    widest = max(turns, key=lambda path: turns[path])

    def path_direction() -> Finding:
        path = paths.paths.index(PUBLISHED_PATH)
        own = {f"C{digit}": float(agreement[path, digit]) for digit in PUBLISHED_DIGITS}
        to = {f"C{digit}": float(directions[path, digit]) for digit in PUBLISHED_DIGITS}
        resultants = {f"C{digit}": paths.phase_resultants[CORRECTED, path, digit] for digit in PUBLISHED_DIGITS}
        phases = {digit: float(abs(mean)) for digit, mean in resultants.items()}
        phase_directions = {digit: float(np.degrees(np.angle(mean))) for digit, mean in resultants.items()}
        return Finding(
            joined(f"{decimals(own[digit], 3)} along {degrees(to[digit])} at {digit}" for digit in own)
            + "; the phases alone, whatever the magnitude, have a resultant of "
            + joined(f"{decimals(phases[digit], 3)} along {degrees(phase_directions[digit])}" for digit in own),
            min(own.values()) >= AGREEMENT_AT_LEAST
            and all(abs(angle - PUBLISHED_DIRECTION) <= DIRECTION_WITHIN for angle in to.values()),
            {
                **{f"agreement_{digit}": value for digit, value in own.items()},
                **{f"degrees_{digit}": value for digit, value in to.items()},
                **{f"resultant_{digit}": value for digit, value in phases.items()},
                **{f"resultant_degrees_{digit}": value for digit, value in phase_directions.items()},
            },
        )

    return (
        published_claim(
            lab,
            "path-direction",
            f"At C2 and C3 the path {PUBLISHED_PATH} has a direction of its own: {PUBLISHED_DIRECTION}°, not the "
            "45° that the write-up reads off its picture.",
            criterion=(
                f"with the right scale, the sum of its arrows has at least {AGREEMENT_AT_LEAST} of their lengths, "
                f"along {PUBLISHED_DIRECTION}° ± {DIRECTION_WITHIN}°"
            ),
            source=path_attribution,
            check=path_direction,
        ),
        Claim(
            "some-path-direction",
            "At every digit some path through the second layer has a direction of its own.",
            value=joined(
                f"{paths.paths[path]} with {decimals(share)} at C{digit}"
                for digit, (path, share) in enumerate(zip(strongest, most, strict=True))
            ),
            criterion=f"the sum of its arrows has at least {AGREEMENT_AT_LEAST} of their lengths",
            holds=bool((most >= AGREEMENT_AT_LEAST).all()),
            source=path_attribution,
            numbers={f"C{digit}": float(share) for digit, share in enumerate(most)},
            otherwise="On these weights there is a digit at which the arrows of every path cancel in part.",
        ),
        Claim(
            "directions-differ",
            "The direction of one path differs from digit to digit.",
            value=(
                f"the path that turns the furthest, {widest}, has directions of its own that are "
                f"{degrees(turns[widest])} apart"
                if turns[widest] > 0
                else "no path has a direction of its own at two digits"
            ),
            criterion=f"two directions of their own of one path are at least {TURN_AT_LEAST}° apart",
            holds=turns[widest] >= TURN_AT_LEAST,
            source=path_attribution,
            numbers=turns,
            otherwise="On these weights no path turns so far, where it has a direction at all.",
        ),
    )


def _widest_turn(agreement: Float[np.ndarray, " digit"], directions: Float[np.ndarray, " digit"]) -> float:
    """The largest angle between a path's directions at two digits, in degrees, where they are its own."""
    own = np.radians(directions[agreement >= AGREEMENT_AT_LEAST]).tolist()
    return float(np.degrees(max((angle_between(one, other) for one in own for other in own), default=0)))
