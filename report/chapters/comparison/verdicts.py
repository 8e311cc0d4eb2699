"""How many claims hold on one of the two models and not on the other, in a sentence."""

from __future__ import annotations

from report.comparison.claim_pairs import ClaimPairs
from report.content.formats import count, counted


def verdicts_in_short(pairs: ClaimPairs) -> str:
    """The number of claims with another verdict, and of those with a verdict on one of the two models alone."""
    counts = pairs.counts
    if not pairs.n_checked:
        return "No claim has a verdict on both models."
    differing = "none" if not counts["differs"] else count(counts["differs"])
    sentence = f"Of {counted(pairs.n_checked, 'claim')} that were checked on both models, {differing} "
    sentence += (
        "holds on one and does not hold on the other."
        if counts["differs"] == 1
        else ("hold on one and do not hold on the other.")
    )
    if counts["one-sided"]:
        more = counted(counts["one-sided"], "more claim has", "more claims have")
        sentence += f" {more} a verdict on one of the two alone."
    return sentence
