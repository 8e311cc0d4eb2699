"""What the build command prints at its end: the claims, what was measured, what was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report.build_result import BuildResult
    from sumint.lab import Lab, Run

LONGEST_SETTING = 40
"""The most characters of a setting that is printed."""


def print_unchanged(lab: Lab, site: Path) -> None:
    """Print that nothing has changed since the site was built, and what holds on its checkpoint."""
    from report.cli.published_claims import resemblance_lines
    from report.content.claims.states import FAILING, HOLDING
    from report.publishing.build_record import OUTDATED
    from report.publishing.publish import RECORD

    claims, record = (json.loads((site / name).read_bytes()) for name in ("claims.json", RECORD))

    print("measured nothing: nothing has changed since the site was built")
    counted = [claim["state"] for claim in claims if claim["kind"] in ("finding", "published")]
    n_holding, n_failing = (sum(state in states for state in counted) for states in (HOLDING, FAILING))
    print(f"{n_holding} of {n_holding + n_failing} claims hold on this checkpoint")
    for line in resemblance_lines(lab):
        print(line)
    _print_card(lab)
    if record.get(OUTDATED):
        print_outdated()
    print(site / "index.html")


def _print_card(lab: Lab) -> None:
    """Print what of the checkpoint's card has no effect."""
    from report.content.safe_text import plain
    from sumint.checkpoints.card import card_path, problems_of

    for problem in problems_of(lab.card):
        print(f"{plain(card_path(lab.weights_path).name)}: {plain(problem)}")


def print_runs(lab: Lab, built: BuildResult, *, why: bool, seconds: bool) -> None:
    """Print every analysis and figure with its state, and if asked for why or for how long it was measured."""
    from report.cli.tables import print_table

    rows = []
    for run in lab.runs:
        rows.append((_call(run), run.state, f"{run.seconds:.2f} s" if seconds else "", run.why if why else ""))
    rows += [(f"figures of {stem}", state, "", "") for stem, state in built.figure_states.items()]
    print_table(
        [
            tuple(cell for cell, is_shown in zip(row, (True, True, seconds, why), strict=True) if is_shown)
            for row in rows
        ]
    )


def _call(run: Run) -> str:
    """An analysis with its settings, of which long ones, such as lists of sites, are left out."""
    settings = (f"{name}={value}" for name, value in run.settings.items())
    shown = ", ".join(one if len(one) <= LONGEST_SETTING else f"{one.partition('=')[0]}=…" for one in settings)
    return f"{run.name}({shown})" if shown else run.name


def print_claims(lab: Lab, built: BuildResult) -> None:
    """Print how many claims hold, and those that do not."""
    from report.cli.published_claims import resemblance_lines
    from report.content.claims.failing import failing_claims, lines_of

    measured = sum(run.state == "measured" for run in lab.runs)
    print(f"measured {measured} of {len(lab.runs)} analyses, reused {len(lab.runs) - measured}")
    n_holding = sum(claim.holds for claim in built.checked_claims)
    print(f"{n_holding} of {len(built.checked_claims)} claims hold on this checkpoint")
    if built.n_published_unchecked:
        n_unchecked = built.n_published_unchecked
        print(f"{n_unchecked} more are the write-up's about its own checkpoint, and are not checked here")
    for line in resemblance_lines(lab):
        print(line)
    if built.comparison:
        print(built.comparison)
    _print_card(lab)
    for failing in failing_claims(built.claims):
        for line in lines_of(failing):
            print(f"  {line}")


def print_outdated() -> None:
    """Print that the outcomes that come with the package were measured with other code than this."""
    from report.seeds.outcomes import RENEWAL

    print("the outcomes on the bundled seeds and the null networks were measured with earlier code")
    print(f"  `{RENEWAL}` measures them again")


def print_sizes(built: BuildResult, site: Path | None, single_file: Path | None) -> None:
    """Print what was written, and how large it is."""
    print(built.plotlyjs)
    if not built.plotlyjs.is_bundle:
        print("  `python -m report bundle` makes a smaller one for later builds; it needs Node")
    if single_file is not None:
        print(f"{single_file}: {built.single_file_bytes / 1e6:.1f} MB")
    if site is not None:
        print(f"{site / 'index.html'}: {built.n_files} files, {built.n_bytes / 1e6:.1f} MB")
        if built.is_in_place:
            print("  its files were replaced one by one: this folder cannot be exchanged with another in one step")
