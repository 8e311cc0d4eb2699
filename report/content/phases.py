"""Whether the logits of a checkpoint are a cosine, so that figures can show their phase."""

from __future__ import annotations

from sumint.analyses.adding.soft_carry import SoftCarry, soft_carry
from sumint.lab import Lab

COSINE_FROM = 0.95
"""The least share of the logits' variance that a cosine has to explain on every route."""


def has_phases(lab: Lab) -> bool:
    """Whether the logits of every digit are a cosine."""
    return are_cosines(lab.run(soft_carry))


def are_cosines(soft: SoftCarry) -> bool:
    """The same, from the measurement."""
    return bool((soft.cosine_r2 >= COSINE_FROM).all())
