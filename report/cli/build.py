"""`python -m report build`: measure a checkpoint and publish the report on it."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from report.errors import SiteError
from sumint.cli.application import INTERRUPTED, Command
from sumint.machine.device import Device

if TYPE_CHECKING:
    from report.project.settings import Settings


WEIGHTS_HELP = (
    "bundled: the model that comes with the project; arena: the write-up's checkpoint, which is downloaded once; "
    "or the path of a .safetensors file or a PyTorch state dict."
)


COMPARE_HELP = (
    "Add a chapter that compares the model with another one: a checkpoint, named as for --weights, or the folder "
    "of a built site."
)


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "build",
        cls=Command,
        short_help="Measure a checkpoint and publish the report on it.",
        help=(
            "Run every analysis on a checkpoint, check every claim, and publish the report as a static site. "
            "Results are cached: a second build measures only what has changed."
        ),
        epilog=(
            "examples:\n\n\b\n"
            "  python -m report build                             the bundled model, into site/\n"
            "  python -m report build --weights arena --strict    the write-up's checkpoint; claims must hold\n"
            "  python -m report build --weights model.safetensors --site /tmp/report\n"
            "  python -m report build my-report                   the report in a folder, see `new`\n"
            "  python -m report build --compare arena             beside the write-up's checkpoint\n"
            "  python -m report build --chapters unembedding,ablation   some chapters alone\n"
            "  python -m report build --single-file report.html   the report as one file\n"
            "  python -m report build --explain                   which analyses are measured again, and why\n\n"
            "Then open index.html of the site in a browser; it needs no server and no network.\n\n"
            "exit codes: 0 done; 1 something failed, or with --strict a claim does not hold; 2 bad input"
        ),
    )(run)


def run(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DIR]", help="The folder of a report of your own, with a report.toml; options override it."
        ),
    ] = None,
    *,
    weights: Annotated[
        str | None, typer.Option(metavar="WHICH", help=f"{WEIGHTS_HELP} Without it and a folder: bundled.")
    ] = None,
    device: Annotated[
        Device, typer.Option(help="The device to compute on; auto chooses a CUDA GPU if there is one.")
    ] = "auto",
    site: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="The folder to publish the site to (default: site, or none with --single-file)."
        ),
    ] = None,
    single_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the whole report as one file that works offline; add --site to write both."
        ),
    ] = None,
    chapters: Annotated[
        str,
        typer.Option(
            metavar="NAMES", help="Build some chapters alone, such as unembedding,ablation, in this order."
        ),
    ] = "",
    compare: Annotated[str | None, typer.Option(metavar="OTHER", help=COMPARE_HELP)] = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The address of the site on the web, for its canonical links, previews and citation.",
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Publish nothing and exit with 1 if anything fails or a claim does not hold."
        ),
    ] = False,
    no_seeds: Annotated[
        bool,
        typer.Option(
            "--no-seeds",
            help="Leave out the comparison with the bundled seeds, of which the outcomes come with the package.",
        ),
    ] = False,
    check_published: Annotated[
        bool,
        typer.Option(
            "--check-published",
            help="Check the write-up's claims about its own checkpoint on another one of the same size.",
        ),
    ] = False,
    no_cache: Annotated[
        bool,
        typer.Option("--no-cache", help="Measure everything again, and keep no result."),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print for every analysis whether it was measured again, and why.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print errors only.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Print the time of every analysis, and the traceback of a failure."),
    ] = False,
) -> int:
    """Build the report; the exit code is 1 if anything failed."""
    if quiet and verbose:
        raise typer.BadParameter(
            "cannot be combined with --quiet; leave out one of them", param_hint="'--verbose'"
        )
    from report.project.open import settings_in

    base_url = None if base_url is None else base_address(base_url)
    settings = settings_in(folder)
    target = site or (None if single_file else settings.site)
    try:
        return _run(
            settings,
            [name.strip() for name in chapters.split(",") if name.strip()],
            weights=settings.weights if weights is None else weights,
            device=device,
            site=target,
            single_file=single_file,
            compare=settings.compare if compare is None else compare,
            base_url=settings.base_url if base_url is None else base_url,
            strict=strict or settings.strict,
            has_seeds=not no_seeds,
            checks_published=check_published,
            has_cache=not no_cache,
            explain=explain,
            quiet=quiet,
            verbose=verbose,
        )
    except KeyboardInterrupt:
        outcome = "" if no_cache else "; the results so far are cached for the next build"
        print(f"interrupted{outcome}", file=sys.stderr)
        return INTERRUPTED


def _run(
    settings: Settings,
    chosen: Sequence[str],
    *,
    weights: str,
    device: Device,
    site: Path | None,
    single_file: Path | None,
    compare: str,
    base_url: str,
    strict: bool,
    has_seeds: bool,
    checks_published: bool,
    has_cache: bool,
    explain: bool,
    quiet: bool,
    verbose: bool,
) -> int:
    from report.cli.build_summary import (
        print_claims,
        print_outdated,
        print_runs,
        print_sizes,
        print_unchanged,
    )
    from report.cli.logs import LOG_FILE, log_to
    from report.cli.progress import Progress
    from report.cli.published_claims import check_size
    from report.content.claims.states import FAILING
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

    logs = cache_folder() if has_cache else None
    log_to(logs, level=logging.ERROR if quiet else logging.WARNING, tracebacks=verbose)
    store = Store.of_user() if has_cache else Store(None)
    plotlyjs = smallest(Store.of_user())
    others = siblings if has_seeds else (lambda checkpoint: ())
    lab = Lab(
        locate(weights),
        device=choose_device(device),
        store=store,
        others=others,
        checks_published=checks_published,
    )
    if checks_published:
        check_size(lab)
    must_build = explain or not has_cache
    repository = Repository()
    outline, own = None, None
    if settings.is_own(chosen, compare):
        from report.comparison.other_model import other_than
        from report.outline import outline_of
        from report.project.inputs import inputs_of

        outline = outline_of(settings, chosen, other_than(lab, compare))
        own = inputs_of(settings, outline)
    site_fingerprint = None if single_file else fingerprint(lab, repository, plotlyjs, base_url, own)
    if site and site_fingerprint and not must_build and is_up_to_date(site, site_fingerprint):
        claims = json.loads((site / "claims.json").read_bytes())
        if not (strict and any(claim["state"] in FAILING for claim in claims)):
            if not quiet:
                print_unchanged(lab, site)
            return 0

    from report.cli.every_sum import beginning_with_every_sum
    from report.content.formats import counted
    from report.outline import OUTLINE
    from report.pipeline import build, n_steps

    progress = Progress(n_steps(outline or OUTLINE), quiet=quiet)
    with (
        progress,
        beginning_with_every_sum(lab, outline or OUTLINE) as beside,
        use_options(Options(on_progress=progress.sums, beside=beside)),
    ):
        lab.before_run = progress.detail
        built = build(
            lab,
            site,
            single_file=single_file,
            plotlyjs=plotlyjs,
            base_url=base_url,
            strict=strict,
            step=progress.step,
            repository=repository,
            expected=site_fingerprint,
            settings=settings,
            outline=outline,
        )
    if explain or verbose:
        print_runs(lab, built, why=explain, seconds=verbose)
    if not quiet:
        print_claims(lab, built)
        if built.has_outdated_outcomes:
            print_outdated()
        print_sizes(built, site, single_file)
    if site is not None and repository.ignore(site) and not quiet:
        print(f"git now ignores {site} (.git/info/exclude)")
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
