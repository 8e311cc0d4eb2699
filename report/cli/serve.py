"""`python -m report serve`: serve a built site on this machine, or a preview that follows each edit."""

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
            "Serve a built site on this machine only. With --watch, build the report in memory, build it again\n"
            "whenever a text, a figure, an analysis or a template is edited, and reload the open pages."
        ),
        epilog=(
            "examples:\n"
            "  python -m report serve                       the site in site/\n"
            "  python -m report serve --watch               the report on the bundled model, after each edit\n"
            "  python -m report serve --watch --weights model.safetensors --port 0"
        ),
    )
    serve.add_argument("--site", type=Path, metavar="DIR", help="the folder of a built site (default: site)")
    serve.add_argument(
        "--port", type=int, default=8000, metavar="N", help="the port; 0 chooses a free one (default: 8000)"
    )
    serve.add_argument("--watch", action="store_true", help="build in memory, and again after each edit")
    serve.add_argument("--weights", metavar="WHICH", help="with --watch: the checkpoint, as for `build`")
    serve.add_argument("--device", choices=DEVICES, help="with --watch: the device to compute on, as for `build`")
    serve.add_argument(
        "--verbose", action="store_true", help="print each request, and which parts are built again"
    )
    serve.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted; the exit code is 0."""
    from report.errors import ServeError

    if options.watch and options.site is not None:
        raise ServeError("--site and --watch exclude each other: with --watch the report is built in memory")
    for option in ("weights", "device"):
        if not options.watch and getattr(options, option) is not None:
            raise ServeError(f"--{option} needs --watch (a built site is served as it is)")
    try:
        _serve_preview(options) if options.watch else _serve_site(options)
    except KeyboardInterrupt:
        print("stopped")  # an interruption is the regular end of this command
    return 0


def _serve_site(options: argparse.Namespace) -> None:
    from report.preview.server import PreviewServer, SiteFolder

    folder = options.site or Path("site")
    server = PreviewServer(SiteFolder(folder), options.port, verbose=options.verbose)
    print(f"serving {folder} at {server.url} until you press Ctrl-C", flush=True)
    server.serve()


def _serve_preview(options: argparse.Namespace) -> None:
    import report
    import sumint
    from report.paths import TEMPLATES
    from report.preview.live_site import LiveSite
    from report.preview.rebuild import Rebuilder, rebuild_on_edits
    from report.preview.server import PreviewServer
    from report.preview.watch import Sources
    from sumint.checkpoints.locate import locate
    from sumint.machine.device import choose_device
    from sumint.machine.files import check_readable

    log = partial(print, flush=True)
    device = choose_device(options.device or "auto")
    checkpoint = locate(options.weights or "bundled")
    check_readable(checkpoint)
    rebuilder = Rebuilder(checkpoint, device=device, verbose=options.verbose)
    sources = Sources(
        {
            Path(report.__path__[0]): frozenset({".py", ".md"}),
            Path(sumint.__path__[0]): frozenset({".py"}),
            TEMPLATES: frozenset({".html", ".css", ".js", ".svg", ".txt", ".woff2"}),
        },
        rebuilder.checkpoint_files,
    )
    live = LiveSite((TEMPLATES / "preview" / "preview.js").read_bytes())
    server = PreviewServer(live, options.port, verbose=options.verbose)
    threading.Thread(target=server.serve, daemon=True).start()
    log(f"serving the report on {checkpoint.name} at {server.url}, with each edit, until you press Ctrl-C")
    try:
        rebuild_on_edits(rebuilder, sources, live, log)
    finally:
        server.stop()
