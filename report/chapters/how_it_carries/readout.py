"""Section "How it is read off two digits": attention scores and the carry component of the value, by digit.

A head combines two digits by attention, so the digit with the higher score dominates. A digit that decides the
carry by itself should have a high score: 0 and 9 more than 4 and 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from report.chapters.how_it_carries.served_routes import finding_at_sites, no_served_route
from report.content.chapter import Figure
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, decimals, joined, percent
from report.content.lazy_chart import LazyChart
from report.content.optional import optional_figure
from report.figures import charts
from sumint.analyses.carrying.carry_readout import BY_DECISIVENESS, CarryReadout, carry_readout
from sumint.analyses.carrying.carry_sites import CarrySites
from sumint.task.sums import DIGITS, N_DIGIT_TOKENS

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
ATTENTION_AT_LEAST = 0.9
ORDER_AT_LEAST = 0.9
COSINE_AT_LEAST = 0.9
COSINE_WITHIN = 1


@optional_figure("carry-readout", "What a site looks for in a digit, and takes from it", unless=no_served_route)
def readout_figure(name: str, title: str, sites: CarrySites, readout: CarryReadout) -> Figure:
    """Lines of the attention score and of the carry component over the digits, one view for each site."""
    plot: dict[str, LazyChart] = {
        f"{site.name(sites.layout)}, column {column}": charts.stacked_lines(
            range(len(DIGITS)),
            {
                "attention score": {"measured": scores, "cosine": cosine.fitted, "straight lines": lines.fitted},
                "along the carry": {"measured": projections},
            },
            x_title="digit",
        )
        for site, column, scores, cosine, lines, projections in zip(
            readout.sites,
            readout.columns,
            readout.scores,
            readout.cosines,
            readout.lines,
            readout.value_projections,
            strict=True,
        )
    }
    return Figure(
        name,
        title,
        plot,
        caption=(
            "Above, what a digit adds to the attention score, from the mean query, and the cosine and the two "
            "straight lines that are nearest: the digit with the higher score is listened to. Below, how much of "
            "its value lies along the carry’s direction: under zero it says that there is no carry, above that "
            "there is one."
        ),
        alt="Lines over the digits: the attention score with a fitted cosine, and what is taken from the digit.",
        source=carry_readout,
        control="Site",
        height=430,
    )


def readout_claims(sites: CarrySites, readout: CarryReadout) -> tuple[Claim, ...]:
    """The claims on the attention of carry sites, on scores by digit and on the sign of each digit's value."""
    names = [site.name(sites.layout) for site in readout.sites]

    def attention_to_column() -> Finding:
        attention = dict(zip(names, map(float, readout.attention), strict=True))
        return Finding(values_by_name(attention), min(attention.values()) >= ATTENTION_AT_LEAST, attention)

    def order_of_scores() -> Finding:
        agreement = dict(zip(names, map(float, readout.agreement), strict=True))
        return Finding(values_by_name(agreement), min(agreement.values()) >= ORDER_AT_LEAST, agreement)

    def cosine_fit() -> Finding:
        shares = {name: fit.share for name, fit in zip(names, readout.cosines, strict=True)}
        maxima = [fit.peak for fit in readout.cosines]
        holds = min(shares.values()) >= COSINE_AT_LEAST and max(map(abs, maxima)) <= COSINE_WITHIN
        lines = [fit.share for fit in readout.lines]
        n_better = sum(line > share for line, share in zip(lines, shares.values(), strict=True))
        return Finding(
            f"R² is {values_by_name(shares)}; the maxima are at {_numbers(maxima)}; of two straight lines it is "
            f"{_numbers(lines)}, and more at {n_better} of {counted(len(names), 'site')}",
            holds,
            shares,
        )

    def sign_of_values() -> Finding:
        half = N_DIGIT_TOKENS // 2
        low, high = (
            readout.value_projections[:, :half].max(axis=1),
            readout.value_projections[:, half:].min(axis=1),
        )
        n_as_claimed = int(((low < 0) & (high > 0)).sum())
        return Finding(f"so it is at {n_as_claimed} of {counted(len(names), 'site')}", n_as_claimed == len(names))

    order = joined(map(str, BY_DECISIVENESS))
    return (
        general_claim(
            "sites-look-at-their-column",
            "A site that a carry passes through looks at the two digits of the column that makes it.",
            criterion=f"at least {percent(ATTENTION_AT_LEAST, 0)} of its attention, on average over the sample",
            source=carry_readout,
            otherwise="On these weights some site looks elsewhere as well.",
            finding=finding_at_sites(sites, attention_to_column),
        ),
        general_claim(
            "carry-order",
            f"A site listens to the digit that settles more; from the first to the last: {order}.",
            criterion=f"Spearman’s correlation with this order is at least {ORDER_AT_LEAST} at every site",
            source=carry_readout,
            otherwise="On these weights some site listens in another order.",
            finding=finding_at_sites(sites, order_of_scores),
        ),
        general_claim(
            "carry-cosine",
            "The scores are nearly a cosine of the digit, largest near zero.",
            criterion=(
                rf"$A\cos(2\pi(d - d_0)/10) + c$ has an R² of at least {COSINE_AT_LEAST} and $d_0$ lies within "
                f"{COSINE_WITHIN} of zero, at every site"
            ),
            source=carry_readout,
            otherwise="On these weights the scores of some site are no such cosine.",
            finding=finding_at_sites(sites, cosine_fit),
        ),
        general_claim(
            "digits-vote",
            "What a site takes from a digit below five speaks against a carry, from the others for one.",
            criterion="at every site, along the carry’s direction and with the mean over the digits taken away",
            source=carry_readout,
            otherwise="On these weights some digit speaks the other way at some site.",
            finding=finding_at_sites(sites, sign_of_values),
        ),
    )


def values_by_name(values: Mapping[str, float]) -> str:
    """A list of numbers, each with the name of what it belongs to: "0.98 (H0.0 at =)"."""
    return joined(f"{decimals(value)} ({name})" for name, value in values.items())


def _numbers(values: Iterable[float]) -> str:
    return joined(map(decimals, values))
