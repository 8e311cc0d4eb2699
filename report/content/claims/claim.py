"""Claims: sentences of the report that each build checks, and the functions that check them.

A claim is declared by decorating the function that makes its check from the results of an analysis:

    @claim(
        "carry-direction",
        "Patching one direction of the carry site is enough to change the answer.",
        analysis=carry_direction,
        otherwise="On {case}, patching one direction changes only {value} of the answers.",
    )
    def one_direction_is_enough(direction: CarryDirection) -> Check:
        return all_of(at_least(0.8, direction.rates_along, "{bound} of the answers change", n=direction.n_pairs))

A section of a chapter yields `one_direction_is_enough(direction)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import update_wrapper
from typing import Any, Generic, ParamSpec

from report.content.claims.checks import Check, not_applicable
from report.content.claims.condition import Condition
from report.content.claims.outcome import KIND_LABELS, KINDS_EXPLAINED, Kind, Outcome
from report.content.claims.states import State
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab

Results = ParamSpec("Results")


@dataclass(frozen=True)
class Claim(Outcome):
    """A sentence of the report, and the outcome of its check on this checkpoint."""

    name: str
    statement: str
    """The sentence that is claimed, in Markdown with formulas."""
    check: Check
    source: Callable[..., Any]
    """The analysis that measured the value."""
    function: Callable[..., Check]
    """The function that makes the check."""
    kind: Kind = "finding"
    otherwise: str = ""
    """What is true instead if the claim does not hold, in Markdown."""
    figure: str = ""
    """The name of the figure or table that shows the value; empty if there is none."""
    follows: str = ""
    """The name of a claim of which this one is a consequence, so that both fail for one cause; mostly empty."""
    trial: str = ""
    """The address at which the live model opens with a fitting pair and intervention; empty if there is none."""
    trial_label: str = ""
    """The words of the link to it."""

    def with_trial(self, address: str, label: str = "Try it on one pair") -> Claim:
        """The claim with the address at which it can be tried on the live model; an empty one makes no link."""
        return replace(self, trial=address, trial_label=label)

    @property
    def state(self) -> State:
        """The outcome of the check."""
        return self.check.state

    @property
    def is_folded(self) -> bool:
        """Whether pages list the claim in a closed section, since it is about the write-up's checkpoint alone."""
        return self.state == "not-applicable" and self.kind == "published"

    @property
    def kind_label(self) -> str:
        """The kind of the claim in a word."""
        return KIND_LABELS[self.kind]

    @property
    def kind_explained(self) -> str:
        """The kind of the claim, as a sentence."""
        return KINDS_EXPLAINED[self.kind]

    @property
    def sentence_label(self) -> str:
        """The outcome as text before `sentence`."""
        return f"{self.label}; instead" if self.does_not_hold else self.label


ABOUT_ANOTHER = "About the write-up’s checkpoint, and checked on that checkpoint alone."
"""Why published claims are not checked on other weights."""


class ClaimFunction(Generic[Results]):
    """A claim to be checked: called with the results of its analyses, it returns the claim with its outcome."""

    def __init__(
        self,
        function: Callable[Results, Check],
        name: str,
        statement: str,
        *,
        kind: Kind,
        analysis: Callable[..., Any],
        otherwise: str,
        figure: str,
        follows: str = "",
    ) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name = name
        self.statement = statement
        self.kind: Kind = kind
        self.analysis = analysis
        self.otherwise = otherwise
        self.figure = figure
        self.follows = follows

    def __call__(self, *results: Results.args, **more: Results.kwargs) -> Claim:
        """The claim, checked on these results."""
        return self.with_check(self.function(*results, **more))

    def on(self, lab: Lab, *results: Results.args, **more: Results.kwargs) -> Claim:
        """A published claim, checked only on the write-up's checkpoint, unless the user asks for it elsewhere."""
        if lab.weights.digest != ARENA_DIGEST and not lab.checks_published:
            return self.with_check(not_applicable(ABOUT_ANOTHER))
        return self(*results, **more)

    def with_check(self, check: Check) -> Claim:
        """The claim with the outcome of a check that was made elsewhere, or could not be made."""
        return Claim(
            self.name,
            self.statement,
            check,
            self.analysis,
            self.function,
            self.kind,
            _filled_in(self.otherwise, check),
            self.figure,
            self.follows,
        )


def claim(
    name: str,
    statement: str,
    *,
    analysis: Callable[..., Any],
    otherwise: str,
    figure: str = "",
    follows: str = "",
    kind: Kind = "finding",
) -> Callable[[Callable[Results, Check]], ClaimFunction[Results]]:
    """Declare a claim about any checkpoint; the decorated function makes its check from results.

    Args:
        name: the claim's anchor on its page, and its name in files.
        statement: the sentence that is claimed, in Markdown, understandable alone.
        analysis: the analysis that measures the value.
        otherwise: what is true instead if the claim does not hold; `{quantity}`, `{case}`, `{value}` and `{bound}`
            stand for the label of the condition that decides, its case, its value and the limit that it misses.
        figure: the name of the figure or table that shows the value.
        follows: the name of a claim of which this one is a consequence: where both fail, they are listed together.
        kind: whether the claim is a finding about trained networks, or a check that any network passes.
    """
    return lambda function: ClaimFunction(
        function,
        name,
        statement,
        kind=kind,
        analysis=analysis,
        otherwise=otherwise,
        figure=figure,
        follows=follows,
    )


def published_claim(
    name: str, statement: str, *, analysis: Callable[..., Any], figure: str = ""
) -> Callable[[Callable[Results, Check]], ClaimFunction[Results]]:
    """Declare a claim of the write-up about its own checkpoint; a section yields `claim.on(lab, result)`."""
    return lambda function: ClaimFunction(
        function, name, statement, kind="published", analysis=analysis, otherwise="", figure=figure
    )


def _filled_in(otherwise: str, check: Check) -> str:
    """The sentence with the quantity and the case that decide, the value and the bound that it misses."""
    deciding = check.deciding
    if not isinstance(deciding, Condition) or deciding.deciding is None:
        return otherwise
    case = deciding.deciding
    return (
        otherwise.replace("{quantity}", deciding.label)
        .replace("{case}", case.name)
        .replace("{value}", deciding.format(case.value))
        .replace("{bound}", deciding.bound)
    )
