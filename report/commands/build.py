"""`python -m report build`: measure a checkpoint and publish the report on it."""

from __future__ import annotations

import argparse
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from sumint.device import DEVICES

if TYPE_CHECKING:
    from report.build import Built


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
            "  python -m report build --single-file report.html   the same in one file, to keep or to send\n\n"
            "Then open index.html of the site in a browser; it needs no server and no network."
        ),
    )
    build.add_argument(
        "--weights",
        default="bundled",
        metavar="WHICH",
        help="bundled: the model that comes with the project (the default); arena: the write-up's checkpoint, "
        "downloaded once; or the path of a .safetensors file or a PyTorch state dict",
    )
    build.add_argument(
        "--device",
        default="auto",
        choices=DEVICES,
        help="where to compute; auto takes a CUDA GPU if there is one",
    )
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
        "--strict", action="store_true", help="publish nothing and exit with 1 if a claim does not hold"
    )
    build.add_argument("--no-cache", action="store_true", help="measure everything anew, and keep nothing")
    build.set_defaults(run=run, if_interrupted="; what was measured is kept for the next build")


def run(options: argparse.Namespace) -> int:
    from report.build import STEPS, build
    from report.plotlyjs import smallest
    from report.progress import Progress
    from report.share import base_address
    from sumint.cache import ResultStore
    from sumint.checkpoints import locate
    from sumint.device import choose_device
    from sumint.folders import cache_folder
    from sumint.lab import Lab

    if options.no_cache:
        options.if_interrupted = ""
    site = options.site or (None if options.single_file else Path("site"))
    base_url = base_address(options.base_url)
    device = choose_device(options.device)
    weights_path = locate(options.weights)
    store = ResultStore(None if options.no_cache else cache_folder() / "results")
    with Progress(STEPS) as progress:
        lab = Lab(weights_path, device=device, store=store, before_run=progress.detail)
        built = build(
            lab,
            site,
            single_file=options.single_file,
            plotlyjs=smallest(cache_folder()),
            base_url=base_url,
            strict=options.strict,
            step=progress.step,
        )

    measured = sum(run.state == "measured" for run in lab.runs)
    print(f"measured {measured} of {len(lab.runs)} analyses, reused {len(lab.runs) - measured}")
    print(f"{built.n_holding} of {built.n_holding + len(built.failing)} claims hold on these weights")
    if built.n_unchecked:
        print(f"{built.n_unchecked} more are the write-up's own, on its own checkpoint, and not checked here")
    for claim in built.failing:
        print(f"  does not hold: {claim.name}")
    _print_sizes(built, site, options.single_file)
    return 0


def _print_sizes(built: Built, site: Path | None, single_file: Path | None) -> None:
    print(built.plotlyjs)
    if not built.plotlyjs.is_bundle:
        print("  `python -m report bundle` makes one of what is drawn here, for later builds; it needs Node")
    pages = {
        "index.html": built.page_bytes["index.html"],
        **dict([max(built.page_bytes.items(), key=itemgetter(1))]),
    }
    listed = ", ".join(f"{page} {size / 1e3:,.0f} KB" for page, size in pages.items())
    print(f"the opening page and the largest, gzipped, all figures drawn, without plotly.js: {listed}")
    if single_file is not None:
        print(f"{single_file}: {built.single_file_bytes / 1e6:.1f} MB")
    if site is not None:
        print(f"{site / 'index.html'}: {built.n_files} files, {built.n_bytes / 1e6:.1f} MB")
