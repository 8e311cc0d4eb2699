"""`python -m report survey`: check every claim on the networks that come with the project."""

from __future__ import annotations

import sys

import typer

from sumint.cli.application import INTERRUPTED, Command


def add(application: typer.Typer) -> None:
    """Add the command to the application."""
    application.command(
        "survey",
        cls=Command,
        short_help="Check every claim on the bundled seeds and on networks that cannot add.",
        help=(
            "Check every claim on the bundled seeds, on the null networks and on the controls, and write the "
            "outcomes into the package, where builds read them. Needed after a change of an analysis or a claim; "
            "an interrupted survey resumes with the networks that are missing."
        ),
    )(run)


def run() -> int:
    """Measure every network whose summary is not in the cache, and return the exit code."""
    from report.content.formats import counted
    from report.outline import COMPARED, plans
    from report.seeds.outcomes import FILE, Network, NetworkKind, Outcomes, code_digest, write_outcomes
    from report.seeds.run import LEFT_OUT_OF_NULLS, summaries_of
    from sumint.checkpoints.files import read_weights
    from sumint.checkpoints.locate import CONTROLS, bundled_checkpoints
    from sumint.store.results import Store
    from sumint.training.controls import NULLS

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
    if any(summary.failures for summary in summaries):
        print("error: the outcomes were not written, since something failed", file=sys.stderr)
        return 1
    networks = tuple(
        Network(kind_of(path.stem), read_weights(path).digest, summary)
        for path, summary in zip((*seeds, *others), summaries, strict=True)
    )
    write_outcomes(Outcomes(code_digest(compared), networks))
    for network in networks:
        n_holding = sum(verdict.holds is True for verdict in network.summary.verdicts)
        print(f"{network.summary.name} ({network.kind}): {counted(n_holding, 'claim')} held")
    print(FILE)
    return 0
