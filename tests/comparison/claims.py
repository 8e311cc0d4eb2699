"""Made-up claims as a build publishes them."""

from __future__ import annotations

from typing import Any

from report.content.claims.checks import Check, all_of, at_least, at_most
from report.content.claims.claim import Claim
from report.content.claims.record import record_of, to_json


def sparse(share: float, rows: float) -> Check:
    """A check with two conditions, of which the second always holds here."""
    return all_of(
        at_least(0.95, share, "the share is {bound}", label="share"),
        at_most(5, rows, "the rows are {bound}", label="rows", unit="count"),
    )


def claim_json(
    name: str = "sparse",
    *,
    share: float = 0.97,
    rows: float = 2,
    check: Check | None = None,
    statement: str = "It is sparse.",
    chapter: str = "one",
    **fields: Any,
) -> dict[str, Any]:
    """A claim in the form of `claims.json`; `fields` replace fields of that form."""
    claim = Claim(name, statement, check or sparse(share, rows), sparse, sparse, otherwise="It is not.")
    return {**to_json(record_of(claim, chapter, lambda _: "sumint/analyses/one.py")), **fields}
