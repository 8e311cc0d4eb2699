"""`python -m report serve`: serve a built site on this machine, or a preview that follows each edit."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sumint.cli.application import Command
from sumint.machine.device import Device

if TYPE_CHECKING:
    from report.preview.server import PreviewServer, Site


@dataclass(frozen=True)
class ServeOptions:
    """The options of the command; None stands for an option that is not given."""

    folder: Path | None
    site: Path | None
    port: int
    host: str
    allowed: tuple[str, ...]
    watch: bool
    weights: str | None
    device: Device | None
    compare: str | None
    verbose: bool


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "serve",
        cls=Command,
        short_help="Show a built site in the browser, or with --watch the report as it is edited.",
        help=(
            "Serve a built site, to this machine alone unless --host is given. With --watch, build the report "
            "in memory, build it again whenever a text, a figure, an analysis or a template is edited, and "
            "reload the open pages."
        ),
        epilog=(
            "examples:\n\n\b\n"
            "  python -m report serve                       the site in site/\n"
            "  python -m report serve my-report             the site of the report in a folder\n"
            "  python -m report serve my-report --watch     the report in a folder, after each edit\n"
            "  python -m report serve --watch               the report on the bundled model, after each edit\n"
            "  python -m report serve --watch --weights model.safetensors --port 0"
        ),
    )(serve)


def serve(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="The folder of a report of your own, with a report.toml."),
    ] = None,
    *,
    site: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of a built site (default: site).")
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", help="The port; 0 chooses a free one.")] = 8000,
    host: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="The address to listen on. With 0.0.0.0, as in containers, the whole network can read the site.",
        ),
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A further name of the server, such as that of a proxy in front of it; repeatable; * is any.",
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Build in memory, and again after each edit.")] = False,
    weights: Annotated[
        str | None, typer.Option(metavar="WHICH", help="With --watch: the checkpoint, as for `build`.")
    ] = None,
    device: Annotated[
        Device | None, typer.Option(help="With --watch: the device to compute on, as for `build`.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(metavar="OTHER", help="With --watch: the model to compare with, as for `build`.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Print each request, and which parts are built again.")
    ] = False,
) -> int:
    """Serve until interrupted; the exit code is 0."""
    return run(
        ServeOptions(folder, site, port, host, tuple(allow_host or ()), watch, weights, device, compare, verbose)
    )


def run(options: ServeOptions) -> int:
    """Serve until interrupted; the exit code is 0."""
    from report.errors import ServeError

    if options.watch and options.site is not None:
        raise ServeError("--site and --watch exclude each other: with --watch the report is built in memory")
    for option in ("weights", "device", "compare"):
        if not options.watch and getattr(options, option) is not None:
            raise ServeError(f"--{option} needs --watch (a built site is served as it is)")
    try:
        _serve_preview(options) if options.watch else _serve_site(options)
    except KeyboardInterrupt:
        print("stopped")  # an interruption is the regular end of this command
    return 0


def _server(site: Site, options: ServeOptions) -> PreviewServer:
    """The server for the address and the names of the options, which prints who can reach it."""
    from report.preview.server import PreviewServer

    server = PreviewServer(site, options.port, host=options.host, allowed=options.allowed, verbose=options.verbose)
    if not server.is_local:
        print("everyone who can reach this machine over the network can read the site", file=sys.stderr)
    if "*" in options.allowed:
        print("with --allow-host '*', other web sites can make a browser read it (DNS rebinding)", file=sys.stderr)
    return server


def _serve_site(options: ServeOptions) -> None:
    from report.preview.server import SiteFolder
    from report.project.open import settings_in

    folder = options.site or settings_in(options.folder).site
    server = _server(SiteFolder(folder), options)
    print(f"serving {folder} at {server.url} until you press Ctrl-C", flush=True)
    server.serve()


def _serve_preview(options: ServeOptions) -> None:
    import report
    import sumint
    from report.comparison.other_model import open_other
    from report.paths import TEMPLATES
    from report.preview.live_site import LiveSite
    from report.preview.rebuild import Rebuilder, rebuild_on_edits
    from report.preview.watch import Sources
    from report.project.open import settings_in
    from sumint.checkpoints.locate import locate
    from sumint.machine.device import choose_device
    from sumint.machine.files import check_readable
    from sumint.machine.line_endings import read_source

    log = partial(print, flush=True)
    device = choose_device(options.device or "auto")
    settings = settings_in(options.folder)
    checkpoint = locate(settings.weights if options.weights is None else options.weights)
    check_readable(checkpoint)
    compare = settings.compare if options.compare is None else options.compare
    rebuilder = Rebuilder(
        checkpoint,
        device=device,
        folder=options.folder,
        verbose=options.verbose,
        compare=options.compare,
        other_files=open_other(compare).watched_files if compare else (),
    )
    own = {options.folder.resolve(): frozenset({".py", ".md", ".toml"})} if options.folder else {}
    sources = Sources(
        {
            **own,
            Path(report.__path__[0]): frozenset({".py", ".md", ".toml"}),
            Path(sumint.__path__[0]): frozenset({".py"}),
            TEMPLATES: frozenset({".html", ".css", ".js", ".svg", ".txt", ".woff2"}),
        },
        rebuilder.checkpoint_files,
    )
    live = LiveSite(read_source(TEMPLATES / "preview" / "preview.js"))
    server = _server(live, options)
    threading.Thread(target=server.serve, daemon=True).start()
    log(f"serving the report on {checkpoint.name} at {server.url}, with each edit, until you press Ctrl-C")
    try:
        rebuild_on_edits(rebuilder, sources, live, log)
    finally:
        server.stop()
