"""The preview: an edit is shown in the open page, and an error is shown until it is fixed.

The preview runs in a separate process on a copy of the sources, so that they can be edited.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from sumint.checkpoints.files import Weights, write_weights
from tests.browser.conftest import Reader

ROOT = Path(__file__).parent.parent.parent
SOON = 60_000
"""The time in milliseconds that a busy machine may need to show an edit; an idle one needs one or two seconds."""
FIRST = 180_000
"""The time in milliseconds that a busy machine may need for the first build."""

CHAPTER = Path("report/chapters/ablation/__init__.py")
FIGURES = Path("report/chapters/ablation/figures.py")
TEXT = Path("report/chapters/ablation/text.md")
ANALYSIS = Path("sumint/analyses/ablation/head_ablation.py")
TEMPLATE = Path("templates/pages/chapter.html")


at_night = partial(pytest.param, marks=pytest.mark.nightly)


@dataclass
class Preview:
    """A running preview, the sources that it watches, and its output."""

    folder: Path
    address: str
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)

    @contextmanager
    def edited(self, path: Path, old: str, new: str) -> Iterator[None]:
        """Within this context, the preview's copy of a file has `new` in the place of `old`."""
        file = self.folder / path
        source = file.read_text(encoding="utf-8")
        assert old in source, path
        file.write_text(source.replace(old, new, 1), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(source, encoding="utf-8")

    def times(self, line: str) -> int:
        """The number of lines of the output that begin with `line`."""
        return sum(printed.startswith(line) for printed in self.output)

    def waits_for(self, line: str) -> None:
        """Wait for a line of the output that begins with `line`."""
        expect_soon(lambda: self.times(line) > 0)


def expect_soon(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; raise an error if it does not within the time limit for an edit."""
    deadline = time.monotonic() + SOON / 1000
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(scope="module")
def preview(
    tmp_path_factory: pytest.TempPathFactory,
    tiny_weights: Weights,
    tiny_cache: Path,
    start: Callable[..., AbstractContextManager[subprocess.Popen[str]]],
) -> Iterator[Preview]:
    folder = tmp_path_factory.mktemp("preview") / "a copy"
    for package in ("report", "sumint", "templates"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(tiny_cache, folder / "cache")
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    options = ("--watch", "--weights", "tiny.safetensors", "--device", "cpu", "--port", "0", "--verbose")
    environment = {**os.environ, "PYTHONPATH": str(folder), "SUMINT_CACHE": str(folder / "cache")}
    with start("report", "serve", *options, stderr=subprocess.STDOUT, cwd=folder, env=environment) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", first)
        assert address is not None, first + process.stdout.read()
        preview = Preview(folder, address[0], process)
        listener = threading.Thread(target=preview.output.extend, args=(process.stdout,))
        listener.start()
        yield preview
        process.send_signal(signal.SIGINT)
        process.wait(20)
        listener.join()
    assert process.returncode == 0
    assert preview.output[-1] == "stopped\n"


@pytest.fixture
def reader(preview: Preview, read: Callable[..., Reader]) -> Iterator[Reader]:
    """An open page of the chapter that is edited; it may be open before there is anything to see."""
    reader = read(viewport={"width": 1100, "height": 800})
    reader.page.goto(f"{preview.address}ablation.html")
    expect(reader.page.locator("h1")).to_contain_text("Ablation", timeout=FIRST)
    yield reader
    assert not reader.messages
    assert not reader.outside(preview.address)


@pytest.fixture
def overlay(reader: Reader) -> Locator:
    """The element of the page that shows the error of a build."""
    return reader.page.locator("#preview-problem")


def test_an_edited_sentence_shows_in_the_open_page_where_it_was_read(preview: Preview, reader: Reader) -> None:
    reader.page.evaluate("window.scrollTo(0, 700)")
    reader.page.evaluate("window.beforeTheEdit = true")
    with preview.edited(TEXT, "{{ claim(", "A sentence of today.\n\n{{ claim("):
        expect(reader.page.get_by_text("A sentence of today.")).to_be_attached(timeout=SOON)
        assert reader.page.evaluate("window.beforeTheEdit") is None
        expect_soon(lambda: abs(reader.page.evaluate("window.scrollY") - 700) < 50)
    expect(reader.page.get_by_text("A sentence of today.")).to_have_count(0, timeout=SOON)
    assert preview.times("rendering ablation") == 1


@pytest.mark.nightly
def test_edited_code_of_a_figure_shows_and_nothing_is_measured_for_it(preview: Preview, reader: Reader) -> None:
    preview.waits_for("built in")
    n_runs = {stem: preview.times(f"rendering {stem}") for stem in ("ablation", "carries")}
    n_measured = preview.times("measured ")
    with preview.edited(FIGURES, '"Loss increase when a head is ablated"', '"What a head is worth"'):
        expect(reader.page.get_by_text("What a head is worth").first).to_be_visible(timeout=SOON)
    expect(reader.page.get_by_text("What a head is worth")).to_have_count(0, timeout=SOON)
    assert preview.times("rendering ablation") == n_runs["ablation"] + 2
    assert preview.times("rendering carries") == n_runs["carries"]
    assert preview.times("measured ") == n_measured


def test_edited_styles_and_templates_show(preview: Preview, reader: Reader) -> None:
    with preview.edited(Path("templates/pages/base.html"), "Skip to the text", "Straight to the text"):
        expect(reader.page.locator(".skip")).to_have_text("Straight to the text", timeout=SOON)
    with preview.edited(Path("templates/assets/styles/page.css"), "", "h1 { letter-spacing: 7px !important }\n"):
        expect(reader.page.locator("h1")).to_have_css("letter-spacing", "7px", timeout=SOON)
    expect(reader.page.locator("h1")).not_to_have_css("letter-spacing", "7px", timeout=SOON)


@pytest.mark.nightly
def test_an_edited_measurement_is_measured_again_and_no_other(preview: Preview, reader: Reader) -> None:
    preview.waits_for("built in")
    n_measured, n_others = preview.times("measured head_ablation"), preview.times("measured unembedding")
    kept = preview.folder / "cache" / "results" / "head_ablation"
    results = len(list(kept.iterdir()))
    with preview.edited(ANALYSIS, "def head_ablation(", "def head_ablation(  # edited today\n"):
        expect(reader.page.get_by_text("# edited today").first).to_be_attached(timeout=SOON)
        assert len(list(kept.iterdir())) > results
    expect(reader.page.get_by_text("# edited today")).to_have_count(0, timeout=SOON)
    assert preview.times("measured head_ablation") > n_measured
    assert preview.times("measured unembedding") == n_others


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (
            TEXT,
            "{{ claim(",
            "$\\frac{$ {{ claim(",
            r"^.*report/chapters/ablation/text\.md:\d+: the formula \\frac\{ ",
        ),
        at_night(TEXT, 'figure("', 'figure("no-', r'ablation/text\.md:\d+: the chapter has no figure "no-'),
        (
            CHAPTER,
            "def heads(",
            "def heads((",
            r"SyntaxError: .*\(report/chapters/ablation/__init__\.py:\d+\)",
        ),
        at_night(
            CHAPTER,
            "import head_figures, qkv_figure\n",
            "import head_figures, maps, qkv_figure\n",
            r"ImportError: cannot import name 'maps'.*\(report/chapters/ablation/__init__\.py:\d+\)",
        ),
        at_night(
            CHAPTER,
            "    by_part = ",
            "    1 / 0\n    by_part = ",
            r"ZeroDivisionError: division by zero \(report/chapters/ablation/__init__\.py:\d+\)",
        ),
        at_night(
            ANALYSIS,
            "    return HeadAbl",
            '    raise ValueError("<b>")\n    return HeadAbl',
            r"the analysis head_ablation: ValueError: <b> \(sumint/analyses/ablation/head_ablation\.py:\d+\)",
        ),
        at_night(TEXT, "{{ claim(", "[dead](#nowhere)\n\n{{ claim(", r"ablation\.html: links to #nowhere, but"),
        at_night(
            TEMPLATE, "{% endblock", "{% end", r"TemplateSyntaxError: .*\(templates/pages/chapter\.html:\d+\)"
        ),
    ],
    ids=["formula", "figure", "syntax", "import", "chapter", "measurement", "link", "template"],
)
def test_what_is_broken_says_where_over_the_last_good_page_until_it_is_mended(
    preview: Preview, reader: Reader, overlay: Locator, path: Path, old: str, new: str, message: str
) -> None:
    with preview.edited(path, old, new):
        expect(overlay).to_have_text(re.compile(message), timeout=SOON)
        expect(reader.page.locator("h1")).to_contain_text("Ablation")
        reader.page.reload()
        expect(overlay).to_have_text(re.compile(message))
    expect(overlay).to_have_count(0, timeout=SOON)
    expect(reader.page.locator(".chart")).not_to_have_count(0, timeout=SOON)


@pytest.mark.nightly
def test_a_checkpoint_that_is_replaced_is_measured(
    preview: Preview, reader: Reader, overlay: Locator, tiny_weights: Weights
) -> None:
    checkpoint = preview.folder / "tiny.safetensors"
    digest = reader.page.locator(".provenance dd").first
    before = digest.inner_text()
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    expect(overlay).to_contain_text("tiny.safetensors", timeout=SOON)
    other = {name: tensor * 0.9 for name, tensor in tiny_weights.tensors.items()}
    write_weights(checkpoint, other, {"name": "another"})
    expect(digest).to_contain_text("another", timeout=2 * SOON)
    assert digest.inner_text() != before
    expect(overlay).to_have_count(0)


def test_no_published_page_knows_of_a_preview(site: Path) -> None:
    for file in site.rglob("*"):
        if file.suffix in (".html", ".js", ".json") and file.name != "plotly.min.js":
            assert "-preview" not in file.read_text(encoding="utf-8"), file
