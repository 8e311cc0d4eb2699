"""`python -m report build`: measure a checkpoint and publish the report on it."""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.errors import SiteError
from sumint.machine.device import DEVICES

if TYPE_CHECKING:
    from report.build import BuildResult
    from sumint.lab import Lab


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    build = commands.add_parser(
        "build",
        help="measure a checkpoint and publish the report on it",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Run every analysis on a checkpoint, check every claim, and publish the report as a static site.\n"
            "Results are cached: a second build measures only what has changed."
        ),
        epilog=(
            "examples:\n"
            "  python -m report build                             the bundled model, into site/\n"
            "  python -m report build --weights arena --strict    the write-up's checkpoint; claims must hold\n"
            "  python -m report build --weights model.safetensors --site /tmp/report\n"
            "  python -m report build --single-file report.html   the report as one file\n"
            "  python -m report build --explain                   which analyses are measured again, and why\n\n"
            "Then open index.html of the site in a browser; it needs no server and no network.\n\n"
            "exit codes: 0 done; 1 something failed, or with --strict a claim does not hold; 2 bad input"
        ),
    )
    add_weights(build)
    build.add_argument(
        "--site",
        type=Path,
        metavar="DIR",
        help="the folder to publish the site to (default: site, or none with --single-file)",
    )
    build.add_argument(
        "--single-file",
        type=Path,
        metavar="FILE",
        help="write the whole report as one file that works offline; add --site to write both",
    )
    build.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="the address of the site on the web, for its canonical links, link previews and citation",
    )
    build.add_argument(
        "--strict",
        action="store_true",
        help="publish nothing and exit with 1 if anything fails or a claim does not hold",
    )
    build.add_argument(
        "--no-seeds",
        action="store_true",
        help="leave out the comparison with the bundled seeds, which takes about a minute the first time",
    )
    build.add_argument("--no-cache", action="store_true", help="measure everything again, and cache nothing")
    build.add_argument(
        "--explain", action="store_true", help="print for every analysis whether it was measured again, and why"
    )
    verbosity = build.add_mutually_exclusive_group()
    verbosity.add_argument("--quiet", action="store_true", help="print errors only")
    verbosity.add_argument(
        "--verbose", action="store_true", help="print the time of every analysis, and the traceback of a failure"
    )
    build.set_defaults(run=run, if_interrupted="; the results so far are cached for the next build")


def add_weights(command: argparse.ArgumentParser) -> None:
    """Declare the options that choose the checkpoint and the device."""
    command.add_argument(
        "--weights",
        default="bundled",
        metavar="WHICH",
        help="bundled: the model that comes with the project (the default); arena: the write-up's checkpoint, "
        "which is downloaded once; or the path of a .safetensors file or a PyTorch state dict",
    )
    command.add_argument(
        "--device",
        default="auto",
        choices=DEVICES,
        help="the device to compute on; auto chooses a CUDA GPU if there is one",
    )


def run(options: argparse.Namespace) -> int:
    """Build the report; the exit code is 1 if anything failed."""
    from report.cli.logs import LOG_FILE, log_to
    from report.cli.progress import Progress
    from report.figures.plotlyjs import smallest
    from report.publishing.fingerprint import fingerprint
    from report.publishing.publish import is_up_to_date
    from report.publishing.repository import Repository
    from sumint.checkpoints.locate import locate, siblings
    from sumint.exhaustive.options import Options, use_options
    from sumint.lab import Lab
    from sumint.machine.device import choose_device
    from sumint.store.folder import cache_folder
    from sumint.store.results import Store

    if options.no_cache:
        options.if_interrupted = ""
    logs = None if options.no_cache else cache_folder()
    log_to(
        logs,
        level=logging.ERROR if options.quiet else logging.WARNING,
        tracebacks=options.verbose,
    )
    site = options.site or (None if options.single_file else Path("site"))
    base_url = base_address(options.base_url)
    device = choose_device(options.device)
    store = Store(None) if options.no_cache else Store.of_user()
    plotlyjs = smallest(Store.of_user())
    others = (lambda checkpoint: ()) if options.no_seeds else siblings
    lab = Lab(locate(options.weights), device=device, store=store, others=others)
    must_build = options.no_cache or options.explain
    repository = Repository()
    site_fingerprint = None if options.single_file else fingerprint(lab, repository, plotlyjs, base_url)
    if site and site_fingerprint and not must_build and is_up_to_date(site, site_fingerprint):
        claims = json.loads((site / "claims.json").read_bytes())
        if not (options.strict and any(claim["holds"] is False for claim in claims)):
            if not options.quiet:
                _print_unchanged(site, claims)
            return 0

    from report.build import STEPS, build
    from report.content.formats import counted

    progress = Progress(STEPS, quiet=options.quiet)
    with progress, use_options(Options(on_progress=progress.sums)):
        lab.before_run = progress.detail
        built = build(
            lab,
            site,
            single_file=options.single_file,
            plotlyjs=plotlyjs,
            base_url=base_url,
            strict=options.strict,
            step=progress.step,
            repository=repository,
            expected=site_fingerprint,
        )
    if options.explain or options.verbose:
        _print_runs(lab, built, why=options.explain, seconds=options.verbose)
    if not options.quiet:
        _print_claims(lab, built)
        _print_sizes(built, site, options.single_file)
    if built.failures:
        log = None if logs is None else logs / LOG_FILE
        tracebacks = f"; the tracebacks are in {log}" if log is not None and log.is_file() else ""
        print(f"error: {counted(len(built.failures), 'failure')}, shown on the pages{tracebacks}", file=sys.stderr)
    return 1 if built.failures else 0


def base_address(text: str) -> str:
    """The address of the site on the web without a slash at its end; empty if `text` is empty.

    Raises:
        SiteError: if it is not an http or https address with a host and, optionally, a path.
    """
    if text and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise SiteError(f"--base-url: expected an address such as https://name.github.io/report, found {text}")
    return text.rstrip("/")


def _print_unchanged(site: Path, claims: Sequence[Mapping[str, Any]]) -> None:
    print("measured nothing: nothing has changed since the site was built")
    verdicts = [claim["holds"] for claim in claims if claim["holds"] is not None]
    print(f"{sum(verdicts)} of {len(verdicts)} claims hold on this checkpoint")
    print(site / "index.html")


def _print_runs(lab: Lab, built: BuildResult, *, why: bool, seconds: bool) -> None:
    rows = []
    for run in lab.runs:
        settings = ", ".join(f"{name}={value}" for name, value in run.settings.items())
        name = f"{run.name}({settings})" if settings else run.name
        rows.append((name, run.state, f"{run.seconds:.2f} s" if seconds else "", run.why if why else ""))
    rows += [(f"figures of {stem}", state, "", "") for stem, state in built.figure_states.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join((*cells, row[3])).rstrip())


def _print_claims(lab: Lab, built: BuildResult) -> None:
    measured = sum(run.state == "measured" for run in lab.runs)
    print(f"measured {measured} of {len(lab.runs)} analyses, reused {len(lab.runs) - measured}")
    print(f"{built.n_holding} of {built.n_holding + len(built.failing_claims)} claims hold on this checkpoint")
    if built.n_unchecked:
        print(f"{built.n_unchecked} more are the write-up's about its own checkpoint, and are not checked here")
    for claim in built.failing_claims:
        print(f"  does not hold: {claim.name}")


def _print_sizes(built: BuildResult, site: Path | None, single_file: Path | None) -> None:
    print(built.plotlyjs)
    if not built.plotlyjs.is_bundle:
        print("  `python -m report bundle` makes a smaller one for later builds; it needs Node")
    if single_file is not None:
        print(f"{single_file}: {built.single_file_bytes / 1e6:.1f} MB")
    if site is not None:
        print(f"{site / 'index.html'}: {built.n_files} files, {built.n_bytes / 1e6:.1f} MB")
