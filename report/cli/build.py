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
    from report.build import Built
    from sumint.lab import Lab


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    build = commands.add_parser(
        "build",
        help="measure a checkpoint and publish the report on it",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Run every analysis on a checkpoint, check every claim, and publish the report as a static site.\n"
            "Results are kept: a second build measures only what has changed."
        ),
        epilog=(
            "examples:\n"
            "  python -m report build                             the bundled model, into site/\n"
            "  python -m report build --weights arena --strict    the write-up's checkpoint, held to every claim\n"
            "  python -m report build --weights model.safetensors --site /tmp/report\n"
            "  python -m report build --single-file report.html   the same in one file, to keep or to send\n"
            "  python -m report build --explain                   what is measured again, and why\n\n"
            "Then open index.html of the site in a browser; it needs no server and no network.\n\n"
            "exit code: 0 done; 1 something failed, or with --strict a claim does not hold; 2 bad input"
        ),
    )
    add_weights(build)
    build.add_argument(
        "--site",
        type=Path,
        metavar="DIR",
        help="the folder to publish to (default: site; with --single-file none)",
    )
    build.add_argument(
        "--single-file",
        type=Path,
        metavar="FILE",
        help="write the whole report as one file that works offline; name --site, too, to have both",
    )
    build.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="where the site will be on the web: for the links, pictures and citation that others see of it",
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
    build.add_argument("--no-cache", action="store_true", help="measure everything anew, and keep nothing")
    build.add_argument(
        "--explain", action="store_true", help="say of every analysis whether it was measured again, and why"
    )
    how_much = build.add_mutually_exclusive_group()
    how_much.add_argument("--quiet", action="store_true", help="say nothing but what is wrong")
    how_much.add_argument(
        "--verbose", action="store_true", help="say what every analysis took, and where a failure comes from"
    )
    build.set_defaults(run=run, if_interrupted="; what was measured is kept for the next build")


def add_weights(command: argparse.ArgumentParser) -> None:
    """Declare the options that choose what is measured, and where."""
    command.add_argument(
        "--weights",
        default="bundled",
        metavar="WHICH",
        help="bundled: the model that comes with the project (the default); arena: the write-up's checkpoint, "
        "downloaded once; or the path of a .safetensors file or a PyTorch state dict",
    )
    command.add_argument(
        "--device",
        default="auto",
        choices=DEVICES,
        help="where to compute; auto takes a CUDA GPU if there is one",
    )


def run(options: argparse.Namespace) -> int:
    """Build; the exit code is 1 if anything failed."""
    from report.cli.logs import FILE, log_to
    from report.cli.progress import Progress
    from report.figures.plotlyjs import smallest
    from report.publishing.fingerprint import inputs
    from report.publishing.publish import stands
    from report.publishing.repository import Repository
    from sumint.checkpoints.locate import locate, siblings
    from sumint.exhaustive.options import Conditions, under
    from sumint.lab import Lab
    from sumint.machine.device import choose_device
    from sumint.store.folder import cache_folder
    from sumint.store.results import ResultStore

    if options.no_cache:
        options.if_interrupted = ""
    log_to(
        None if options.no_cache else cache_folder(),
        level=logging.ERROR if options.quiet else logging.WARNING,
        tracebacks=options.verbose,
    )
    site = options.site or (None if options.single_file else Path("site"))
    base_url = base_address(options.base_url)
    device = choose_device(options.device)
    store = ResultStore(None if options.no_cache else cache_folder() / "results")
    plotlyjs = smallest(cache_folder())
    others = (lambda checkpoint: ()) if options.no_seeds else siblings
    lab = Lab(locate(options.weights), device=device, store=store, others=others)
    wants_work = options.no_cache or options.explain
    made_from = None if options.single_file else inputs(lab, Repository(), plotlyjs, base_url)
    if site and made_from and not wants_work and stands(site, made_from):
        claims = json.loads((site / "claims.json").read_bytes())
        if not (options.strict and any(claim["holds"] is False for claim in claims)):
            if not options.quiet:
                _print_unchanged(site, claims)
            return 0

    from report.build import STEPS, build
    from report.content.formats import counted

    progress = Progress(STEPS, quiet=options.quiet)
    with progress, under(Conditions(on_progress=progress.sums)):
        lab.before_run = progress.detail
        built = build(
            lab,
            site,
            single_file=options.single_file,
            plotlyjs=plotlyjs,
            base_url=base_url,
            strict=options.strict,
            step=progress.step,
            expected=made_from,
        )
    if options.explain or options.verbose:
        _print_runs(lab, built, why=options.explain, seconds=options.verbose)
    if not options.quiet:
        _print_built(lab, built)
        _print_sizes(built, site, options.single_file)
    if built.failures:
        log = cache_folder() / FILE
        kept = "" if options.no_cache or not log.is_file() else f"; where they come from is in {log}"
        print(f"error: {counted(len(built.failures), 'failure')}, named on the pages{kept}", file=sys.stderr)
    return 1 if built.failures else 0


def base_address(text: str) -> str:
    """The site's address on the web, without a slash at its end; nothing where nothing is known of it.

    Raises:
        SiteError: if it is none: not http or https, without a host, or with more than a path.
    """
    if text and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
        raise SiteError(f"--base-url {text}: is no address of a site; it looks like https://name.github.io/report")
    return text.rstrip("/")


def _print_unchanged(site: Path, claims: Sequence[Mapping[str, Any]]) -> None:
    print("measured nothing: nothing has changed since the site was built")
    held = [claim["holds"] for claim in claims if claim["holds"] is not None]
    print(f"{sum(held)} of {len(held)} claims hold on these weights")
    print(site / "index.html")


def _print_runs(lab: Lab, built: Built, *, why: bool, seconds: bool) -> None:
    rows = []
    for run in lab.runs:
        settings = ", ".join(f"{name}={value}" for name, value in run.settings.items())
        name = f"{run.name}({settings})" if settings else run.name
        rows.append((name, run.state, f"{run.seconds:.2f} s" if seconds else "", run.why if why else ""))
    rows += [(f"figures of {stem}", state, "", "") for stem, state in built.drawn.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        print("  ".join((*cells, row[3])).rstrip())


def _print_built(lab: Lab, built: Built) -> None:
    measured = sum(run.state == "measured" for run in lab.runs)
    print(f"measured {measured} of {len(lab.runs)} analyses, reused {len(lab.runs) - measured}")
    print(f"{built.n_holding} of {built.n_holding + len(built.failing)} claims hold on these weights")
    if built.n_unchecked:
        print(f"{built.n_unchecked} more are the write-up's own, on its own checkpoint, and not checked here")
    for claim in built.failing:
        print(f"  does not hold: {claim.name}")


def _print_sizes(built: Built, site: Path | None, single_file: Path | None) -> None:
    print(f"{built.plotlyjs}, {built.plotlyjs_bytes / 1e6:.2f} MB gzipped")
    if not built.plotlyjs.is_bundle:
        print("  `python -m report bundle` makes one of what is drawn here, for later builds; it needs Node")
    if built.page_bytes:
        largest = max(built.page_bytes, key=built.page_bytes.__getitem__)
        pages = dict.fromkeys(page for page in ("index.html", largest) if page in built.page_bytes)
        listed = ", ".join(f"{page} {built.page_bytes[page] / 1e3:,.0f} KB" for page in pages)
        print(f"the opening page and the largest, gzipped, all figures drawn, without plotly.js: {listed}")
    if single_file is not None:
        print(f"{single_file}: {built.single_file_bytes / 1e6:.1f} MB")
    if site is not None:
        print(f"{site / 'index.html'}: {built.n_files} files, {built.n_bytes / 1e6:.1f} MB")
