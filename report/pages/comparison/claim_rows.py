"""The rows of the table of all claims on two models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from report.comparison.claim_pairs import ClaimPair, ClaimPairs, Relation
from report.content.claims.record import ClaimRecord
from report.content.claims.states import SHORT_LABELS
from report.content.formats import NO_BREAK
from report.content.safe_text import plain
from report.pages.text.markdown import caption, foreign_markdown

RELATIONS: dict[Relation, str] = {
    "differs": "differ",
    "one-sided": "on one model only",
    "same": "agree",
    "open": "on neither",
}
"""The words of the filter for each relation."""


def claim_rows(pairs: ClaimPairs) -> list[dict[str, Any]]:
    """The values of each row, in order."""
    return [
        {
            "relation": pair.relation,
            "stem": pair.ours.chapter,
            "address": pair.ours.address,
            "statement": caption(pair.ours.statement, f"{pair.ours.chapter}: claim {pair.ours.name}"),
            "instead": list(_instead(pair, pairs.names)),
            "sides": [
                _side(name, claim) for name, claim in zip(pairs.names, (pair.ours, pair.theirs), strict=True)
            ],
        }
        for pair in pairs.pairs
    ]


def _instead(pair: ClaimPair, names: tuple[str, str]) -> Iterator[dict[str, Any]]:
    """What is true of the model on which the claim does not hold, if it holds on the other."""
    if pair.relation == "differs":
        for name, claim in zip(names, (pair.ours, pair.theirs), strict=True):
            if claim is not None and claim.does_not_hold:
                yield {"name": name, "sentence": foreign_markdown(plain(claim.sentence))}


def _side(name: str, claim: ClaimRecord | None) -> dict[str, str]:
    if claim is None:
        return {"name": name, "css_class": "open", "verdict": "not in the report", "number": "", "bound": ""}
    bound = plain(claim.check.short_bound).replace(" ", NO_BREAK)
    return {
        "name": name,
        "css_class": claim.css_class,
        "verdict": SHORT_LABELS[claim.state],
        "number": plain(claim.check.short_value),
        "bound": f"{bound}, near" if bound and claim.is_near else bound,
    }
