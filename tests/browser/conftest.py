"""A built site, a real browser, and a record of the messages and requests of each page."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from report.comparison.other_model import OtherCheckpoint
from report.content.chapter import stem_of
from report.errors import BundleError
from report.figures.plotlyjs import PlotlyJs, smallest
from report.figures.plotlyjs_bundle import bundle
from report.outline import OUTLINE, outline_of
from report.pages.renderer import TITLES_OF_INDEXES
from report.paths import COMPARISON
from report.pipeline import build
from report.project.settings import Settings
from report.publishing.single_file import SINGLE_FILE, single_file
from sumint.checkpoints.files import Weights, write_weights
from sumint.checkpoints.locate import locate
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.training.config import TrainingHistory
from tests.shared import made_once

# The headless shell needs half the processor time of a Chromium with windows.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE = 90_000
"""The time in milliseconds that a busy machine may need for a page; an idle one needs a second or two."""
expect.set_options(timeout=PATIENCE / 3)
SUB_PATH = "some/where"
WATCH_SHIFTS = """
    window.layoutShift = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
# Charts are drawn by what has been near the window in some painted frame: a busy machine paints few.
SCROLL_AND_PAINT = """
    top => new Promise(done => {
        window.scrollTo({ top, behavior: "instant" });
        requestAnimationFrame(() => requestAnimationFrame(() => done()));
    })
"""
PAGES = ("index.html", *(f"{stem_of(one)}.html" for one in OUTLINE), f"{COMPARISON}.html", *TITLES_OF_INDEXES)
"""The pages of the site of untrained weights, in order; that of trained weights has no comparison."""


@pytest.fixture(scope="session")
def plotlyjs(tmp_path_factory: pytest.TempPathFactory) -> PlotlyJs:
    """The bundle of plotly.js, which loads faster, if npm can install its parts here; else the full plotly.js."""

    def make(_: Path) -> None:
        with contextlib.suppress(BundleError):
            bundle(Store.of_user())

    made_once(tmp_path_factory, "plotlyjs", make)
    return smallest(Store.of_user())


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights, tiny_cache: Path, plotlyjs: PlotlyJs
) -> Path:
    """A site in a folder whose name has a space, of untrained weights with a history, and others beside them."""

    def make(folder: Path) -> None:
        checkpoint = folder / "tiny.safetensors"
        history = TrainingHistory([2.3, 2.1], [2.2, 2.0], [0.1, 0.2])
        write_weights(checkpoint, tiny_weights.tensors, {"name": "tiny", "history": vars(history)})
        other = folder / "seed-1.safetensors"
        tensors = {name: np.roll(tensor, 1, axis=-1) for name, tensor in tiny_weights.tensors.items()}
        write_weights(other, tensors, {"name": "seed 1"})
        (folder / SUB_PATH).mkdir(parents=True)
        build(
            Lab(checkpoint, store=Store(tiny_cache / "results"), others=lambda _: [other]),
            folder / SUB_PATH / "a site",
            plotlyjs=plotlyjs,
            outline=outline_of(Settings(), other=OtherCheckpoint(other)),
        )

    return made_once(tmp_path_factory, "browser", make) / SUB_PATH / "a site"


@pytest.fixture(scope="session")
def trained_site(
    tmp_path_factory: pytest.TempPathFactory, plotlyjs: PlotlyJs, request: pytest.FixtureRequest
) -> Path:
    """The site of trained weights: the write-up's, which other tests need, too, or else the bundled ones."""
    weights = locate("bundled")
    if "SUMINT_ARENA_CHECKPOINT" in os.environ:
        weights = request.getfixturevalue("arena_checkpoint")
        request.getfixturevalue("arena_chapters")

    def make(folder: Path) -> None:
        build(Lab(weights, store=Store.of_user(), others=lambda _: ()), folder / "site", plotlyjs=plotlyjs)

    return made_once(tmp_path_factory, "trained", make) / "site"


class _Silent(http.server.SimpleHTTPRequestHandler):
    policy = ""
    """A content security policy for all responses, which applies besides that of a page."""

    def end_headers(self) -> None:
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Print nothing."""


def in_one_file(site: Path, path: Path) -> Path:
    """Write a site into one file, and return its path."""
    files = {
        file.relative_to(site).as_posix(): file.read_bytes() for file in sorted(site.rglob("*")) if file.is_file()
    }
    SINGLE_FILE.write(single_file({name: files[name] for name in (*PAGES, *files) if name in files}), path)
    return path


@contextlib.contextmanager
def served(folder: Path, policy: str = "") -> Iterator[str]:
    """The address of a folder over http, from a server with a content security policy of its own."""
    handler = functools.partial(type("Handler", (_Silent,), {"policy": policy}), directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The site of untrained weights over http, under a sub-path."""
    with served(site.parents[2]) as address:
        yield f"{address}/{SUB_PATH}/a%20site"


@pytest.fixture(scope="session")
def trained_server(trained_site: Path) -> Iterator[str]:
    """The site of trained weights over http, under a sub-path."""
    with served(trained_site.parent) as address:
        yield f"{address}/{quote(trained_site.name)}"


@pytest.fixture(scope="session")
def trained_file(trained_site: Path) -> Path:
    """The site of trained weights in one file."""
    return in_one_file(trained_site, trained_site.parent / "trained.html")


@pytest.fixture
def from_disk(site: Path) -> str:
    """The address of the opening page on the disk."""
    return site.as_uri()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield started
        started.close()


@dataclass
class Reader:
    """A page, with its console messages and requests."""

    page: Page
    messages: list[str] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)

    @classmethod
    def opens(cls, context: BrowserContext) -> Reader:
        context.add_init_script(WATCH_SHIFTS)
        reader = cls(context.new_page())
        reader.page.on("console", lambda message: reader.messages.append(message.text))
        reader.page.on("pageerror", lambda error: reader.messages.append(str(error)))
        reader.page.on("request", lambda request: reader.asked_for.append(request.url))
        return reader

    def scroll_through(self) -> None:
        """Scroll to the end, so slowly that everything on the way is drawn."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        for top in range(0, height, 600):
            self.page.evaluate(SCROLL_AND_PAINT, top)
        # Each note makes way for a chart.
        expect(self.page.locator(".chart > .chart-note")).to_have_count(0, timeout=30_000)

    @property
    def shift(self) -> float:
        """The sum of the layout shifts of the page."""
        return self.page.evaluate("window.layoutShift")

    @property
    def room(self) -> int:
        """The width of the window minus that of the page; negative if the page scrolls sideways."""
        return self.page.evaluate("document.documentElement.clientWidth - document.documentElement.scrollWidth")

    def barriers(self) -> list[str]:
        """The accessibility violations that axe finds."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]

    def outside(self, address: str) -> list[str]:
        """The requests that left the site."""
        return [url for url in self.asked_for if not url.startswith((address, "data:", "blob:"))]


def comes_to_rest_at_the_top(page: Page, anchor: str) -> None:
    """Wait until the element with the anchor is at the top of the window, below all sticky elements."""
    page.wait_for_function(
        """anchor => {
            const { top } = document.getElementById(anchor).getBoundingClientRect();
            const covered = Math.max(0, document.querySelector('.masthead').getBoundingClientRect().bottom);
            const rests = top === window.lastTop;
            window.lastTop = top;
            return rests && covered <= top && top < 150;
        }""",
        arg=anchor,
        polling=200,
    )


@pytest.fixture
def read(browser: Browser) -> Iterator[Callable[..., Reader]]:
    """A function that opens a page in a separate context, with the context's settings."""
    contexts = []

    def opened(**settings: Any) -> Reader:
        contexts.append(browser.new_context(**settings))
        contexts[-1].set_default_timeout(PATIENCE)
        return Reader.opens(contexts[-1])

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def at_figure(trained_site: Path, read: Callable[..., Reader]) -> Callable[..., Reader]:
    """A function that opens a page of trained weights at a figure, and waits until it is drawn."""

    def opened(page: str, figure: str, drawn: str, state: str = "", **settings: Any) -> Reader:
        reader = read(**settings)
        query = f"?{figure}={state}" if state else ""
        reader.page.goto(f"{trained_site.as_uri()}/{page}{query}#{figure}")
        reader.page.wait_for_selector(drawn)
        return reader

    return opened
