"""`python -m report`: the command line."""

from __future__ import annotations

import argparse
import logging
import sys
from importlib.metadata import version
from pathlib import Path

from report.errors import ReportError
from sumint.device import DEVICES
from sumint.errors import InputError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 the report fails, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="warning: %(message)s", level=logging.WARNING)
    try:
        return options.run(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path may hold a line break
        return 2
    except ReportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        kept = "" if options.no_cache else "; what was measured is kept for the next build"
        print(f"interrupted{kept}", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m report",
        description="Reverse-engineer a transformer that adds two numbers; publish the findings as a static site.",
    )
    parser.add_argument("--version", action="version", version=f"sumint {version('sumint')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_build(commands)
    return parser


def _add_build(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
            "  python -m report build --weights model.safetensors --site /tmp/report\n\n"
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
        default=Path("site"),
        metavar="DIR",
        help="the folder to publish to (default: site)",
    )
    build.add_argument(
        "--strict", action="store_true", help="publish nothing and exit with 1 if a claim does not hold"
    )
    build.add_argument("--no-cache", action="store_true", help="measure everything anew, and keep nothing")
    build.set_defaults(run=_build)


def _build(options: argparse.Namespace) -> int:
    from report.build import STEPS, build
    from report.progress import Progress
    from sumint.cache import ResultStore
    from sumint.checkpoints import locate
    from sumint.device import choose_device
    from sumint.folders import cache_folder
    from sumint.lab import Lab

    device = choose_device(options.device)
    weights_path = locate(options.weights)
    store = ResultStore(None if options.no_cache else cache_folder() / "results")
    with Progress(STEPS) as progress:
        lab = Lab(weights_path, device=device, store=store, before_run=progress.detail)
        built = build(lab, options.site, strict=options.strict, step=progress.step)

    measured = sum(run.state == "measured" for run in lab.runs)
    print(f"measured {measured} of {len(lab.runs)} analyses, reused {len(lab.runs) - measured}")
    print(f"{built.n_holding} of {built.n_holding + len(built.failing)} claims hold on these weights")
    if built.n_unchecked:
        print(f"{built.n_unchecked} more are the write-up's own, on its own checkpoint, and not checked here")
    for claim in built.failing:
        print(f"  does not hold: {claim.name}")
    print(f"{options.site / 'index.html'}: {built.n_files} files, {built.n_bytes / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
