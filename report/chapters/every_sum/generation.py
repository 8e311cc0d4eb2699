"""Section "Wrong earlier digits and free generation": what the right answer digits in the input contribute.

Everywhere else in the report the answer digits before the predicted one are the right ones. Here they are replaced
by wrong digits, and by the model's own predictions.
"""

from __future__ import annotations

from functools import partial

from report.content.ability import RIGHT_SUMS_AT_LEAST
from report.content.chapter import Table
from report.content.claims.checks import Check, all_of, at_least, at_most, not_applicable
from report.content.claims.claim import claim
from report.content.formats import count, counted, percent
from report.content.optional import optional_table
from sumint.analyses.performance.answer_tokens import AnswerTokens, answer_tokens
from sumint.analyses.performance.free_generation import FreeGeneration, free_generation

# Chosen after measuring the write-up's checkpoint, the bundled one and the null networks. On the write-up's, wrong
# digits change 8% of the predictions of C1 and none of the others; on the bundled one they change none. The null
# networks predict at most 11% of these digits correctly, and 37% or more of their predictions of C1 change. A
# network that always predicts the same digit changes none, but is right about a tenth.
RIGHT_AFTER_WRONG_AT_LEAST = 0.9
CHANGED_AT_MOST = 0.1

# Chosen after measuring the same networks: 99.6% on the write-up's checkpoint, all on the bundled one, and 10%
# (permuted labels) to 61% (permuted weights) on the null networks. One that adds without carries makes the same
# errors, but gets only 17% of all sums right.
SAME_ERRORS_AT_LEAST = 0.99


def wrong_digits_table(tokens: AnswerTokens) -> Table:
    """The table of the predictions with the right and with wrong digits before them, by digit."""
    right, wrong, changed = "right, after right digits", "right, after wrong digits", "changed"
    return Table(
        "wrong-earlier-digits",
        "Predictions with wrong earlier digits",
        {
            "digit": tuple(f"C{digit}" for digit in tokens.digits),
            right: tuple(tokens.accuracy),
            wrong: tuple(tokens.accuracy_after_wrong),
            changed: tuple(tokens.changed),
        },
        caption=(
            f"Share of right predictions over {count(tokens.n_sums)} random sums, after the right digits and "
            "after random wrong ones, and the share of predictions that differ."
        ),
        source=answer_tokens,
        formats=dict.fromkeys((right, wrong, changed), partial(percent, places=2)),
    )


@claim(
    "earlier-answer-digits",
    f"With all answer digits before it wrong, at least {percent(RIGHT_AFTER_WRONG_AT_LEAST, 0)} of the "
    f"predictions of every answer digit are still right, and at most {percent(CHANGED_AT_MOST, 0)} change.",
    analysis=answer_tokens,
    figure="wrong-earlier-digits",
    otherwise="With all answer digits before it wrong, the share of {case} is {value}.",
)
def predictions_need_no_earlier_digits(tokens: AnswerTokens) -> Check:
    """The share of right and of changed predictions with wrong digits before them, for every digit from C1 on."""
    accuracies, changes = (
        {f"{kind} predictions of C{digit}": share for digit, share in zip(tokens.digits, shares, strict=True)}
        for kind, shares in (("right", tokens.accuracy_after_wrong), ("changed", tokens.changed))
    )
    return all_of(
        at_least(
            RIGHT_AFTER_WRONG_AT_LEAST,
            accuracies,
            "{bound} of the predictions of every digit are right with all answer digits before it wrong",
            n=tokens.n_sums,
        ),
        at_most(
            CHANGED_AT_MOST,
            changes,
            "{bound} of the predictions of every digit differ from those with the right digits before it",
            n=tokens.n_sums,
        ),
        note=f"with the right digits before them, lowest accuracy: {percent(tokens.accuracy.min(), 2)}",
    )


def not_generated(generation: FreeGeneration | str) -> str:
    """The reason why there are no generated errors to show, or an empty string if there are some."""
    if isinstance(generation, str):
        return generation
    if not generation.n_wrong:
        return "No sum is wrong, so free generation makes no error either."
    return (
        "" if generation.n_generated else "The wrong sums are too many to list, and too rare for a random sample."
    )


@optional_table("generated-digits", "Errors in free generation", unless=not_generated)
def generated_table(name: str, title: str, generation: FreeGeneration) -> Table:
    """The table of wrong digits with the right digits given and in free generation, by digit."""
    given, generated, different = "wrong, right digits given", "wrong, generated", "different predictions"
    return Table(
        name,
        title,
        {
            "digit": tuple(f"C{digit}" for digit in range(generation.layout.n_digits)),
            given: tuple(generation.wrong_given),
            generated: tuple(generation.wrong_generated),
            different: tuple(generation.different),
        },
        caption=(
            f"The number of wrong digits in {_which(generation)}, with the right digits before each digit and in "
            "free generation, and of digits with different predictions in the two."
        ),
        source=free_generation,
        formats=dict.fromkeys((given, generated, different), count),
    )


@claim(
    "free-generation",
    f"In free generation at least {percent(RIGHT_SUMS_AT_LEAST, 0)} of all sums are right, and at least "
    f"{percent(SAME_ERRORS_AT_LEAST, 0)} of the answers with a wrong digit before the last are those that the "
    f"model "
    "gives with the right earlier digits.",
    analysis=free_generation,
    figure="generated-digits",
    otherwise="In free generation, only {value} of {case}.",
)
def errors_are_the_same(generation: FreeGeneration | str) -> Check:
    """The share of right sums, and of wrong sums with the same answer, of those wrong before their last digit."""
    if isinstance(generation, str):
        return all_of(at_least(1, {}, "all sums have been tallied"), note=generation)
    if not generation.n_wrong:
        return not_applicable(not_generated(generation))
    n_right = generation.n_sums - generation.n_wrong
    n_can_change = generation.n_wrong_before_last
    if generation.is_complete and not n_can_change:
        return not_applicable("Every wrong sum is wrong in its last digit alone, which no digit follows.")
    return all_of(
        at_least(
            RIGHT_SUMS_AT_LEAST,
            {"all sums are right": generation.accuracy},
            "free generation gets {bound} of all sums right",
        ),
        at_least(
            SAME_ERRORS_AT_LEAST,
            {"the answers with a wrong digit before the last stay the same": generation.share_unchanged},
            "{bound} of the sums with a wrong digit before the last one have the same answer in free generation "
            "as with the right digits before each digit",
            n=None if generation.is_complete else n_can_change,
        ),
        note=(
            f"{count(n_right)} of {count(generation.n_sums)} sums are right; "
            f"{count(n_can_change - generation.n_different)} of {counted(n_can_change, 'answer')} that could "
            f"change stay the same, in {_which(generation)}"
        ),
    )


def _which(generation: FreeGeneration) -> str:
    """Which wrong sums were generated, with their number."""
    if generation.is_complete:
        return f"all {counted(generation.n_wrong, 'wrong sum')}"
    return f"a random sample of {count(generation.n_generated)} of {counted(generation.n_wrong, 'wrong sum')}"
