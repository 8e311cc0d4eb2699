"""`python -m report serve`: look at a site on this machine, or at the report as it is written."""

from __future__ import annotations

import argparse
import threading
from functools import partial
from pathlib import Path

from sumint.machine.device import DEVICES


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    serve = commands.add_parser(
        "serve",
        help="show a built site in the browser, or with --watch the report as it is edited",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description=(
            "Serve a built site on this machine, to nobody else. With --watch, build the report in memory, build\n"
            "it again whenever a text, a figure, a measurement or a template is edited, and show it at once in\n"
            "the pages that are open."
        ),
        epilog=(
            "examples:\n"
            "  python -m report serve                       the site in site/\n"
            "  python -m report serve --watch               the report on the bundled model, after each edit\n"
            "  python -m report serve --watch --weights model.safetensors --port 0"
        ),
    )
    serve.add_argument("--site", type=Path, metavar="DIR", help="the folder of a built site (default: site)")
    serve.add_argument("--port", type=int, default=8000, metavar="N", help="0 takes a free one (default: 8000)")
    serve.add_argument("--watch", action="store_true", help="build in memory, and again after each edit")
    serve.add_argument("--weights", metavar="WHICH", help="with --watch: the checkpoint, as `build` takes it")
    serve.add_argument("--device", choices=DEVICES, help="with --watch: where to compute, as `build` takes it")
    serve.add_argument("--verbose", action="store_true", help="tell of each request, and of what is done anew")
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from report.errors import ServeError

    if options.watch and options.site is not None:
        raise ServeError("--site: with --watch the report is built in memory; leave out one of the two")
    for option in ("weights", "device"):
        if not options.watch and getattr(options, option) is not None:
            raise ServeError(f"--{option}: a built site is what it is; add --watch to build the report here")
    try:
        _follow_edits(options) if options.watch else _serve(options)
    except KeyboardInterrupt:
        print("ended")  # as it was meant to
    return 0


def _serve(options: argparse.Namespace) -> None:
    from report.preview.server import PreviewServer, SiteFolder

    folder = options.site or Path("site")
    with PreviewServer(SiteFolder(folder), options.port, verbose=options.verbose) as server:
        print(f"{folder} is at {server.url} until you press Ctrl-C", flush=True)
        server.serve_forever()


def _follow_edits(options: argparse.Namespace) -> None:
    import report
    import sumint
    from report.paths import TEMPLATES
    from report.preview.live_site import LiveSite
    from report.preview.rebuild import Workshop, keep_building
    from report.preview.server import PreviewServer
    from report.preview.watch import Sources
    from sumint.checkpoints.locate import locate
    from sumint.machine.device import choose_device

    say = partial(print, flush=True)
    device = choose_device(options.device or "auto")
    checkpoint = locate(options.weights or "bundled")
    detail = say if options.verbose else lambda line: None
    workshop = Workshop(checkpoint, device=device, detail=detail)
    sources = Sources(
        {
            Path(report.__path__[0]): frozenset({".py", ".md"}),
            Path(sumint.__path__[0]): frozenset({".py"}),
            TEMPLATES: frozenset({".html", ".css", ".js", ".svg", ".txt", ".woff2"}),
        },
        workshop.files,
    )
    live = LiveSite((TEMPLATES / "preview" / "preview.js").read_bytes())
    with PreviewServer(live, options.port, verbose=options.verbose) as server:
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
        say(f"the report on {checkpoint.name} is at {server.url} until you press Ctrl-C, and follows each edit")
        try:
            keep_building(workshop, sources, live, say)
        finally:
            server.shutdown()
