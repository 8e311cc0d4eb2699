"""The claims that do not hold, grouped by cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from report.content.claims import Claim
from report.content.safe_text import plain


@dataclass(frozen=True)
class FailingClaim:
    """A claim that does not hold, with those that follow from it and fail with it."""

    address: str
    """The page and the anchor of the claim."""
    claim: Claim
    following: tuple[FailingClaim, ...] = ()


def failing_claims(claims: Mapping[str, Claim]) -> tuple[FailingClaim, ...]:
    """The claims that do not hold, in order; one that follows from another that fails is listed with that one.

    Args:
        claims: all claims of a report, by their addresses.
    """
    failing = {address: claim for address, claim in claims.items() if claim.does_not_hold}
    names = {claim.name for claim in failing.values()}

    def group(address: str, claim: Claim) -> FailingClaim:
        following = (group(*item) for item in failing.items() if item[1].follows == claim.name)
        return FailingClaim(address, claim, tuple(following))

    return tuple(group(address, claim) for address, claim in failing.items() if claim.follows not in names)


def lines_of(failing: FailingClaim, indent: str = "") -> Iterator[str]:
    """The lines of a message about a failing claim and those that follow from it: address, sentence and state."""
    near = " (near: the limit is within the interval)" if failing.claim.state == "near-fails" else ""
    yield f"{indent}{failing.address}: {plain(failing.claim.sentence)}{near}"
    for one in failing.following:
        yield from lines_of(one, f"{indent}  ")
