"""Section "Where the carry is": the single sites of layer 0 that a carry passes through."""

from __future__ import annotations

from report.chapters.how_it_carries.served_routes import by_route, finding_at_sites, route_names
from report.content.chapter import Figure, Table
from report.content.claims import Claim, Finding, general_claim
from report.content.formats import counted, joined, percent, whole_percent
from report.content.lazy_chart import LazyChart
from report.figures import charts
from sumint.analyses.carrying.carry_sites import SERVES_FROM, CarrySites, carry_sites
from sumint.analyses.carrying.other_sites import other_sites
from sumint.interventions.patching import FlipRates

# Criteria, chosen after measuring the write-up's checkpoint and the bundled one.
NEXT_AT_MOST = 0.25
TOGETHER_AT_MOST = 0.1


def rates_figure(sites: CarrySites) -> Figure:
    """Heatmaps of the share of digits that patching each head at each position flips, one for each route."""
    heads = [f"H0.{head}" for head in range(sites.rates.shape[1])]
    plot: dict[str, LazyChart] = {}
    for number, route in enumerate(sites.routes):
        positions = slice(0, sites.layout.predicting.start + route.digit + 1)
        plot[route.name] = charts.heatmap(
            sites.rates[number, :, positions],
            x=sites.layout.position_names[positions],
            y=heads,
            x_title="position",
            y_title="head",
            quantity="digits moved",
            diverging=False,
            limits=(0, 1),
            written=whole_percent,
        )
    return Figure(
        "carry-site-rates",
        "Where an interchange moves the digit",
        plot,
        caption=(
            "In how many of a hundred pairs the answer’s digit becomes the other sum’s when what one head has "
            "gathered at one position is taken from there. Positions after the one that predicts the digit cannot "
            "matter."
        ),
        alt="A heatmap of layer 0’s heads by positions, with the share of digits that moved in each cell.",
        source=carry_sites,
        control="Route",
        height=240,
    )


def routes_table(sites: CarrySites) -> Table:
    """A table of all routes, each with the site that flips its digit most often."""
    rows = []
    for number, route in enumerate(sites.routes):
        site = sites.site_serving(number) or sites.best_sites[number]
        lower, upper = sites.interval(number, site)
        rows.append(
            (
                route.name,
                route.n_nines,
                int(sites.n_pairs[number]),
                site.name(sites.layout),
                sites.rate(number, site),
                f"{percent(lower)} to {percent(upper)}",
            )
        )
    head = ("route", "nines between", "pairs", "site", "digits moved", "95% interval")
    return Table(
        "carry-routes",
        "Every route, and the site that moves most of its digits",
        dict(zip(head, zip(*rows, strict=True), strict=True)),
        caption=(
            f"Of {counted(sites.n_drawn, 'pair')} drawn for each route those are kept of which the model says "
            "both sums’ digit rightly. Where a site of the smallest set serves the route, it is that one. The "
            "interval is Wilson’s."
        ),
        source=carry_sites,
        formats={"digits moved": percent},
    )


def site_claims(sites: CarrySites, rates_of_others: FlipRates) -> tuple[Claim, ...]:
    """The claims that each carry passes through a single site, and that no other sites transmit it.

    `rates_of_others` are the flip rates with all sites patched except the one that serves the route.
    """
    smallest = [site.name(sites.layout) for site in sites.smallest_set]
    rates = {route.name: sites.rate(number, sites.best_sites[number]) for number, route in enumerate(sites.routes)}
    second_best = []
    for number in sites.served_numbers:
        of_route = sites.rates[number].copy()
        best = sites.best_sites[number]
        of_route[best.head, best.position] = 0
        second_best.append(float(of_route.max()))

    def others_together() -> Finding:
        by_name = by_route("others", route_names(sites), rates_of_others.rates[:, 0])
        highest = max(by_name.values())
        return Finding(
            f"with all others interchanged at most {percent(highest)} of the digits move",
            highest <= TOGETHER_AT_MOST,
            by_name,
        )

    all_have_pairs = bool(sites.n_pairs.all())
    unserved = [route.name for number, route in enumerate(sites.routes) if number not in sites.served_numbers]
    missing = f"; none serves {joined(unserved)}" if unserved else ""
    return (
        general_claim(
            "carry-sites",
            "Every carry passes through a single site: one head of layer 0 at one position.",
            criterion=(
                f"on every route some site moves at least {percent(SERVES_FROM, 0)} of the digits by exactly one"
            ),
            source=carry_sites,
            otherwise="On these weights some carry is not at a single site, or the model does not know it.",
            finding=Finding(
                f"{counted(len(smallest), 'site')} serve {len(sites.served_numbers)} of "
                f"{counted(len(sites.routes), 'route')}: {joined(smallest)}{missing}",
                len(sites.served_numbers) == len(sites.routes),
                rates,
            ),
        ),
        general_claim(
            "carry-nowhere-else",
            "No other site comes near it.",
            criterion=f"on every route that is served the next site moves at most {percent(NEXT_AT_MOST, 0)}",
            source=carry_sites,
            otherwise="On these weights another site moves digits as well.",
            finding=Finding(
                f"the next sites move at most {percent(max(second_best))}", max(second_best) <= NEXT_AT_MOST
            )
            if second_best
            else Finding("no site serves any route", None),
        ),
        general_claim(
            "others-together",
            "Nor do all others together: without its site a carry does not get through.",
            criterion=(
                f"on every route that is served at most {percent(TOGETHER_AT_MOST, 0)} of the digits move with "
                "all sites interchanged but the one that serves it"
            ),
            source=other_sites,
            otherwise="On these weights some carry gets through without its site.",
            finding=finding_at_sites(sites, others_together),
        ),
        general_claim(
            "sites-are-shared",
            "There are fewer such sites than routes: what is written once is read by several digits.",
            criterion="the smallest set that serves all routes that are served has fewer sites than these routes",
            source=carry_sites,
            otherwise="On these weights every route that is served has a site of its own.",
            finding=Finding(
                f"{counted(len(smallest), 'site')} for {counted(len(sites.served_numbers), 'route')}",
                len(smallest) < len(sites.served_numbers) if all_have_pairs and sites.served_numbers else None,
            ),
        ),
    )
