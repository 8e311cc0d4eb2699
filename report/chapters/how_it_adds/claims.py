"""What the chapter on how the model adds asserts, and when each assertion holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from report.content.chapter import Claim
from report.content.claims import Finding, general_claim
from report.content.failures import isolated
from report.content.formats import counted, decimals, joined, percent
from sumint.analyses.adding.digit_sum_circle import STAGES, DigitSumCircle, digit_sum_circle
from sumint.analyses.adding.minimal_circuit import ENOUGH, MinimalCircuit, minimal_circuit
from sumint.analyses.adding.soft_carry import SoftCarry, soft_carry
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.exhaustive.symbolic import SymbolicAgreement, symbolic_agreement

# Criteria, chosen after seeing the write-up's checkpoint and the bundled one: they guard what was seen.
CIRCLE_AT_LEAST = 0.85
IDENTITY_AT_LEAST = 0.95
PUSH_AND_PULL_AT_LEAST = 0.3
AGREEMENT_AT_LEAST = 0.99
LONG_RUN = 2
LONG_RUN_AT_LEAST = 0.95

CLOCK_AT_LEAST = 0.99
TOLD_APART_AT_LEAST = 0.9
KEPT_AT_MOST = 0.5

BOTH = STAGES.index("both")


def look_ahead_name(look_ahead: int, n_models: int) -> str:
    """How a symbolic model is called."""
    if look_ahead == n_models - 1:
        return "full look-ahead"
    return f"look-ahead {look_ahead}" if look_ahead else "no look-ahead"


@isolated
def claims(
    circle: DigitSumCircle,
    agreement: SymbolicAgreement | str,
    soft: SoftCarry,
    circuit: MinimalCircuit,
    sites: CarrySites,
) -> tuple[Claim, ...]:
    """Every claim of the chapter."""
    return (*_circle(circle), *_symbolic(agreement), *_soft(soft), *_minimal(circuit, sites))


@isolated
def _circle(circle: DigitSumCircle) -> tuple[Claim, ...]:
    first = circle.sum_frequencies[:, BOTH, 0]
    return (
        general_claim(
            "sum-on-a-circle",
            "What both layers write of two digits goes round a circle once in ten, with their sum.",
            criterion=(
                f"the first frequency of $a + b$ has at least {percent(CIRCLE_AT_LEAST, 0)} of what depends on "
                "the two digits, at every digit but the leading one"
            ),
            source=digit_sum_circle,
            otherwise="On these weights something else has a larger share at some digit.",
            finding=_at_digits(circle, first, bool(first.min() >= CIRCLE_AT_LEAST)),
        ),
        general_claim(
            "products-as-the-identity",
            ("Of the difference of the digits next to nothing is left in the end, as the identity has it."),
            criterion=(
                f"in what both layers write, of the first frequencies of $a + b$ and $a - b$ the sum has at least "
                f"{percent(IDENTITY_AT_LEAST, 0)}"
            ),
            source=digit_sum_circle,
            otherwise="On these weights more of the difference is left at some digit.",
            finding=_identity(circle),
        ),
        general_claim(
            "push-and-pull",
            (
                "At some digit two heads of the first layer push and pull: what they write of single digits they "
                "take back from one another, and what they write of both together adds up."
            ),
            criterion=(
                f"for some pair, at some digit, the one cosine is at most −{PUSH_AND_PULL_AT_LEAST} and the other "
                f"at least {PUSH_AND_PULL_AT_LEAST}"
            ),
            source=digit_sum_circle,
            otherwise="On these weights no two heads do both.",
            finding=_push_and_pull(circle),
        ),
    )


@isolated
def _symbolic(agreement: SymbolicAgreement | str) -> tuple[Claim, ...]:
    def found(check: str) -> Finding:
        if isinstance(agreement, str):
            return Finding(agreement, None)
        overall = agreement.overall
        if check == "best":
            listed = joined(
                f"{percent(float(share), 3)} ({look_ahead_name(number, len(overall))})"
                for number, share in enumerate(overall)
            )
            return Finding(listed, bool(overall[-1] >= overall.max() and overall[-1] >= AGREEMENT_AT_LEAST))
        long_runs = agreement.by_decided_run[:, LONG_RUN:]
        if not long_runs.size:
            return Finding("no digit has so many columns behind it, and another that decides", None)
        full, others = long_runs[-1], long_runs[:-1].max(axis=0)
        listed = joined(
            f"{percent(float(ours))} behind {run} nines, where the next best agrees on {percent(float(theirs))}"
            for run, (ours, theirs) in enumerate(zip(full, others, strict=True), start=LONG_RUN)
        )
        return Finding(listed, bool(full.min() >= LONG_RUN_AT_LEAST and (full > others).all()))

    return (
        general_claim(
            "full-look-ahead",
            "Of all symbolic models the one that looks ahead as far as it takes agrees best with the network.",
            criterion=(
                f"no other agrees on more digits, and it does on at least {percent(AGREEMENT_AT_LEAST, 0)} of all"
            ),
            source=symbolic_agreement,
            otherwise="On these weights another comes closer, or none comes close.",
            finding=found("best"),
        ),
        general_claim(
            "look-ahead-holds-on-long-runs",
            "So it does where the carry comes from far.",
            criterion=(
                f"behind every number of nines from {LONG_RUN} on, with a column behind them that decides, it "
                f"agrees on at least {percent(LONG_RUN_AT_LEAST, 0)} of the digits, and on more than any other"
            ),
            source=symbolic_agreement,
            otherwise="On these weights the network does not look so far, or not surely.",
            finding=found("long"),
        ),
    )


@isolated
def _soft(soft: SoftCarry) -> tuple[Claim, ...]:
    to_c0 = [number for number, route in enumerate(soft.routes) if route.digit == 0]
    fading = soft.difference[to_c0]
    names = [f"{route.column} → C{route.digit}" for route in soft.routes]
    return (
        general_claim(
            "logits-are-a-clock",
            "The ten logits of a digit are a cosine of the digit: a clock with one hand.",
            criterion=f"on every route it has an R² of at least {CLOCK_AT_LEAST}, on average over the sums",
            source=soft_carry,
            otherwise="On these weights the logits are less like one.",
            finding=Finding(
                f"R² is at least {decimals(float(soft.clock.min()), 4)}",
                bool(soft.clock.min() >= CLOCK_AT_LEAST),
                dict(zip(names, map(float, soft.clock), strict=True)),
            ),
        ),
        general_claim(
            "soft-carry-fades",
            "With every nine that it comes through, a carry turns the hand less.",
            criterion=(
                "into the leading digit, what is carried with a carry less what is without shrinks with every nine"
            ),
            source=soft_carry,
            otherwise="On these weights it does not shrink with every nine.",
            finding=Finding(
                f"the differences are {joined(decimals(float(value)) for value in fading)} digits",
                bool((np.diff(fading) < 0).all()) if len(fading) > 1 else None,
                {f"{nines} nines": float(value) for nines, value in enumerate(fading)},
            ),
        ),
        general_claim(
            "half-decides",
            (
                "The hand tells wrong digits from right ones: theirs are turned too little where a carry "
                "comes, or too much where none does."
            ),
            criterion=(
                f"of a wrong and a right digit, the wrong one’s hand is further off in at least "
                f"{percent(TOLD_APART_AT_LEAST, 0)} of all pairs, over all routes (area under the ROC curve)"
            ),
            source=soft_carry,
            otherwise="On these weights digits are wrong for other reasons, too.",
            finding=_told_apart(soft),
        ),
    )


@isolated
def _minimal(circuit: MinimalCircuit, sites: CarrySites) -> tuple[Claim, ...]:
    n_sites = len(circuit.removed)
    kept = set(circuit.kept)
    carrying = set(sites.smallest)
    kept_right = float(circuit.right[circuit.n_kept] / max(circuit.right[-1], 1e-9))
    return (
        general_claim(
            "few-sites-suffice",
            "Fewer than half of the first layer’s sites suffice.",
            criterion=(
                f"at most {percent(KEPT_AT_MOST, 0)} of the sites keep at least {percent(ENOUGH, 0)} of the "
                "digits right that the whole model gets right"
            ),
            source=minimal_circuit,
            otherwise="On these weights more are needed, or the search does not find so few.",
            finding=Finding(
                f"{circuit.n_kept} of {counted(n_sites, 'site')}; they keep {percent(kept_right)} of the digits",
                circuit.n_kept <= KEPT_AT_MOST * n_sites,
                {"kept": circuit.n_kept, "sites": n_sites, "kept right": kept_right},
            ),
        ),
        general_claim(
            "circuit-holds-the-carries",
            "Every site that a carry passes through is among them.",
            criterion="the smallest set of sites that serve routes is part of those that are kept",
            source=minimal_circuit,
            otherwise="On these weights some carry’s site can be spared.",
            finding=Finding(f"{len(carrying & kept)} of {counted(len(carrying), 'site')}", carrying <= kept)
            if carrying
            else Finding("no site serves any route", None),
        ),
    )


def _identity(circle: DigitSumCircle) -> Finding:
    begun, ended = (circle.identity[:, STAGES.index(stage)] for stage in ("layer 0", "both"))
    found = _at_digits(circle, ended, bool(ended.min() >= IDENTITY_AT_LEAST))
    after_layer_0 = joined(decimals(float(value), 3) for value in begun)
    return replace(found, value=f"{found.value}; of what layer 0 writes alone {after_layer_0}")


def _told_apart(soft: SoftCarry) -> Finding:
    n_wrong, n_right = len(soft.wrong_way), len(soft.right_way)
    if not (n_wrong and n_right):
        return Finding("no digit of these sums is wrong" if n_right else "no digit of these sums is right", None)
    wrong_beyond, right_beyond = soft.beyond_half
    return Finding(
        f"{percent(soft.told_apart)}, of {counted(n_wrong, 'wrong digit')} and {counted(n_right, 'right one')}; "
        f"beyond one half are {wrong_beyond} of the wrong and {right_beyond} of the right",
        soft.told_apart >= TOLD_APART_AT_LEAST,
        {
            "told apart": soft.told_apart,
            "wrong": n_wrong,
            "wrong, beyond one half": wrong_beyond,
            "right, beyond one half": right_beyond,
        },
    )


def _push_and_pull(circle: DigitSumCircle) -> Finding:
    effect = circle.push_and_pull
    if circle.alone_cosine.shape[-1] < 2:
        return Finding("a layer has only one head", False)
    by_digit = {f"C{column}": float(value) for column, value in zip(circle.columns, effect, strict=True)}
    listed = joined(
        f"{decimals(float(circle.alone_cosine[number, first, second]))} and "
        f"{decimals(float(circle.product_cosine[number, first, second]))} at C{circle.columns[number]} "
        f"(H0.{first} and H0.{second})"
        for number, (first, second) in enumerate(circle.pushing_and_pulling.tolist())
    )
    return Finding(
        f"of single digits and of both together {listed}", bool(effect.max() >= PUSH_AND_PULL_AT_LEAST), by_digit
    )


def _at_digits(circle: DigitSumCircle, values: np.ndarray, holds: bool) -> Finding:
    by_digit = {f"C{column}": float(value) for column, value in zip(circle.columns, values, strict=True)}
    return Finding(joined(f"{decimals(value, 3)} at {name}" for name, value in by_digit.items()), holds, by_digit)
