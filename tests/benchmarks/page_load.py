"""The loading of the longest page, compared with the same page with all figures drawn at once, and with none.

The three pages have the same text. The second holds what plotly's own `to_html` makes of each figure, the full
plotly.js with the first. Each is opened from disk at its first chart, in turn, in a Chromium whose processor is
slowed down four times, and measured until nothing has kept the page busy for two seconds.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import plotly.io
from playwright.sync_api import Browser, sync_playwright

from report.figures.plotlyjs import smallest
from report.pipeline import build
from report.publishing.html_tree import Element, parse
from sumint.lab import Lab
from sumint.store.results import Store
from tests.benchmarks.measurement import Measurement, compared, in_turn
from tests.browser.conftest import CHROMIUM, QUIET
from tests.figure_scripts import views_of
from tests.page_weight import gzipped_size

SLOWER = 4
WINDOW = (1300, 900)
QUIET_FOR = 2.0
PATIENCE = 120.0
DRAWING = ("assets/load.js", "assets/figures.js", "assets/chart-themes.js")

OBSERVE = """
window.measured = { tasks: [], figure: null };
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) measured.tasks.push([startTime, duration]);
}).observe({ type: "longtask", buffered: true });
const look = () => {
  if (document.querySelector(".main-svg")) measured.figure = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
STATE = """() => ({
  now: performance.now(),
  isLoaded: document.readyState === "complete",
  painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
  ...measured,
})"""


@dataclass(frozen=True)
class Load:
    """One load of a page."""

    first_paint: float
    first_figure: float
    blocking: float
    heap: float
    bytes_gzipped: float


QUANTITIES = {
    "until the first paint": "ms",
    "until the first figure": "ms",
    "of the main thread blocked": "ms",
    "JS heap": "MB",
    "loaded, gzipped": "KB",
}
"""The quantities of a load that are compared, in the order of its fields, with their units."""
LONG_TASK = 50.0
"""What a task may last before it blocks the main thread, in milliseconds; Chromium reports only longer ones."""
RESOLUTIONS = {"of the main thread blocked": LONG_TASK}
"""The differences that cannot be measured, in the unit of the quantity: a task that is just long, or just not."""
OURS, EAGER, NONE = "our longest page", "all figures drawn at once", "no figure"


def measure(checkpoint: Path, rounds: int) -> list[Measurement]:
    """The quantities of the three pages; those of ours and of the one without figures beside the eager one's."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder, "site")
        store = Store.of_user()
        built = build(Lab(checkpoint, store=store), site, plotlyjs=smallest(store))
        with_figures = (f"{stem}.html" for stem in built.figure_states)
        longest = max(with_figures, key=lambda page: len((site / page).read_bytes()))
        (site / "eager.html").write_text(eager(site, longest), encoding="utf-8")
        (site / "none.html").write_text(without_figures(site, longest), encoding="utf-8")
        pages = {EAGER: "eager.html", OURS: longest, NONE: "none.html"}
        chart = first_chart(site, longest)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        loads = in_turn(
            {name: lambda page=page: astuple(load(browser, site, page, chart)) for name, page in pages.items()},
            rounds,
        )
    return [
        measurement
        for place, (quantity, unit) in enumerate(QUANTITIES.items())
        for measurement in compared(
            {
                f"{name}: {quantity}": tuple(one[place] for one in of_page)
                for name, of_page in loads.items()
                if not (name == NONE and "figure" in quantity)
            },
            f"{EAGER}: {quantity}",
            unit,
            resolution=RESOLUTIONS.get(quantity, 0.0),
        )
    ]


def first_chart(site: Path, page: str) -> str:
    """The anchor of the first chart of a page that plotly.js draws."""
    charts = (one for one in figures_of(parse((site / page).read_text(encoding="utf-8"))))
    return next(one.attributes["id"] for one in charts if "data-component" not in one.attributes)


def eager(site: Path, page: str) -> str:
    """The page with plotly's own HTML of its figures, and without the report's scripts."""
    tree = parse((site / page).read_text(encoding="utf-8"))
    drop(tree, ("meta", "http-equiv"), ("script", "src"))
    library = True
    for figure in figures_of(tree):
        first, *_ = views_of((site / "figures" / f"{figure.attributes['data-figure']}.js").read_bytes())
        chart = next(one for one in figure.walk() if one.attributes.get("class") == "chart")
        drawn = {name: first[name] for name in ("data", "layout")}
        chart.children = [plotly.io.to_html(drawn, full_html=False, include_plotlyjs=library, validate=False)]
        library = False
    return str(tree)


def without_figures(site: Path, page: str) -> str:
    """The page without its figures, and without the report's scripts."""
    tree = parse((site / page).read_text(encoding="utf-8"))
    drop(tree, ("script", "src"))
    for figure in figures_of(tree):
        figure.children = []
    return str(tree)


def figures_of(tree: Element) -> list[Element]:
    return [element for element in tree.walk() if "data-figure" in element.attributes]


def drop(tree: Element, *kinds: tuple[str, str]) -> None:
    """Remove elements with these tags and attributes from the page, of scripts only those that draw."""
    for parent in list(tree.walk()):
        parent.children = [
            one
            for one in parent.children
            if isinstance(one, str)
            or not any(one.tag == tag and attribute in one.attributes for tag, attribute in kinds)
            or ("src" in one.attributes and one.attributes["src"] not in DRAWING)
        ]


def load(browser: Browser, site: Path, name: str, anchor: str) -> Load:
    context = browser.new_context(viewport={"width": WINDOW[0], "height": WINDOW[1]})
    page = context.new_page()
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    devtools = context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.add_init_script(OBSERVE)
    page.goto(f"{(site / name).as_uri()}#{anchor}", wait_until="commit")
    has_figures = name != "none.html"
    deadline = time.monotonic() + PATIENCE
    while True:
        time.sleep(0.5)
        state = page.evaluate(STATE)
        busy_until = max([start + duration for start, duration in state["tasks"]], default=0)
        is_done = state["isLoaded"] and (state["figure"] or not has_figures)
        if is_done and state["now"] - busy_until > 1000 * QUIET_FOR:
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"{name} is still busy after {PATIENCE:g} seconds")
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("Performance.enable")
    metrics = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    context.close()
    painted = state["painted"]
    files = {Path(unquote(urlsplit(url).path)) for url in asked_for if url.startswith("file:")}
    return Load(
        first_paint=painted,
        first_figure=state["figure"] or float("nan"),
        blocking=sum(
            max(duration - LONG_TASK, 0) for start, duration in state["tasks"] if start + duration > painted
        ),
        heap=metrics["JSHeapUsedSize"] / 1e6,
        bytes_gzipped=sum(gzipped_size(file.read_bytes()) for file in files) / 1e3,
    )
