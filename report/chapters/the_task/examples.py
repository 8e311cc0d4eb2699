"""The sums that figures show one by one, as text and as the tokens that the model reads.

One sum is drawn by itself with the sample's seed; the others are in the sample, or chosen for a property.
"""

from __future__ import annotations

from report.content.chapter import Table
from sumint.analyses.performance.example_sums import ExampleSums, example_sums

DRAWN_ALONE, FROM_SAMPLE = "drawn alone, with the sample’s seed", "from the sample"
"""The labels of sums that were not chosen for a property."""


def example_sums_table(examples: ExampleSums) -> Table:
    """Return the table of the sums that figures show one by one, as text and as tokens."""
    return Table(
        "example-sums",
        "The example sums of the figures",
        {
            "sum": [examples.single, *examples.strings],
            "what it is": [DRAWN_ALONE, *(kind or FROM_SAMPLE for kind in examples.kinds)],
            "tokens": [" ".join(map(str, tokens)) for tokens in (examples.single_tokens, *examples.tokens)],
        },
        caption=(
            "As they are written, and as the model reads them: a digit is its own token, 10 stands for plus and "
            "11 for equals."
        ),
        source=example_sums,
    )
