"""`python -m sumint seeds`: the claims on the networks that come with the project, as shipped or measured again.

An entry point of the project's metadata adds it to the commands of `sumint`, which knows nothing of claims.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sumint.cli.application import INTERRUPTED, Command

if TYPE_CHECKING:
    from report.seeds.outcomes import Outcomes

log = logging.getLogger(__name__)


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "seeds",
        cls=Command,
        short_help="Show on which bundled seeds and nulls the claims hold, or measure it again.",
        help=(
            "Show how many of the report's claims hold on each bundled seed, null network and control. These "
            "outcomes come with the package; after a change of an analysis or a claim they are measured again."
        ),
    )(run)


def run(
    *,
    renew: Annotated[
        bool,
        typer.Option(
            "--renew",
            help=(
                "Measure every network again and write the outcomes into the package, where builds read them. It "
                "runs in parallel; after an interruption, it resumes with the networks that are missing."
            ),
        ),
    ] = False,
) -> int:
    """Show the outcomes, measured again if asked for, and return the exit code."""
    from report.outline import COMPARED, plans
    from report.seeds.outcomes import FILE, RENEWAL, code_digest, shipped_outcomes

    if renew and (code := _renew()):
        return code
    outcomes = shipped_outcomes()
    _print(outcomes)
    if outcomes.code != code_digest(plans(COMPARED)):
        print(f"measured with earlier code; `{RENEWAL}` measures them again")
    elif renew:
        print(FILE)
    return 0


def _renew() -> int:
    """Measure every network whose summary is not in the cache, write the outcomes, and return the exit code."""
    from report.cli.logs import log_to
    from report.content.failures import described
    from report.outline import COMPARED, plans
    from report.seeds.outcomes import Network, NetworkKind, Outcomes, code_digest, write_outcomes
    from report.seeds.run import LEFT_OUT_OF_NULLS, summaries_of
    from sumint.checkpoints.files import read_weights
    from sumint.checkpoints.locate import CONTROLS, bundled_checkpoints
    from sumint.errors import InputError
    from sumint.store.results import Store
    from sumint.training.controls import NULLS

    log_to(None)
    seeds = bundled_checkpoints()
    others = sorted(CONTROLS.glob("*.safetensors"))
    compared = plans(COMPARED)

    def kind_of(stem: str) -> NetworkKind:
        return "seed" if stem.startswith("seed") else "null" if stem in NULLS else "control"

    try:
        summaries = [
            *summaries_of(seeds, Store.of_user(), compared, step=print),
            *summaries_of(others, Store.of_user(), compared, step=print, left_out=LEFT_OUT_OF_NULLS),
        ]
    except KeyboardInterrupt:
        print("interrupted; the same command measures what is missing", file=sys.stderr)
        return INTERRUPTED
    except InputError:
        raise
    except Exception as error:  # in a chapter, or of a process that the system has ended
        log.error("%s", described(error), exc_info=error)
        return 1
    if any(summary.failures for summary in summaries):
        print("error: the outcomes were not written, since something failed", file=sys.stderr)
        return 1
    networks = tuple(
        Network(kind_of(path.stem), read_weights(path).digest, summary)
        for path, summary in zip((*seeds, *others), summaries, strict=True)
    )
    write_outcomes(Outcomes(code_digest(compared), networks))
    return 0


def _print(outcomes: Outcomes) -> None:
    """Print a table with the number of claims that hold on each network, of those with a verdict."""
    from report.cli.tables import print_table

    rows = []
    for network in outcomes.networks:
        verdicts = [holds for one in network.summary.verdicts if (holds := one.holds) is not None]
        rows.append((network.summary.name, network.kind, str(sum(verdicts)), str(len(verdicts))))
    print_table(rows, head=("network", "kind", "claims that hold", "with a verdict"), right=(2, 3))
