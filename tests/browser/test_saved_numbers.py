"""What a reader takes from a figure: CSV, JSON for Plotly and tables, which the browser makes on a click."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Page, expect

from report.content.chapter import stem_of
from report.figures.columns.dictionary import DICTIONARY
from report.figures.columns.entries import COLUMNS_FILE
from report.figures.data_tables import number_views
from report.figures.theme import roles_template, traces_of
from report.outline import OUTLINE
from report.paths import COMPARISON
from tests.browser.conftest import Reader
from tests.csv_rows import columns_of_every_csv, tidy_rows
from tests.figure_scripts import decoded, registered, views_of

PAGES = ("index", *(stem for one in OUTLINE if (stem := stem_of(one)) != COMPARISON))
SUM = re.compile(r"(\d+)\+(\d+)=(\d+)")
MADE = """async () => {
    await sumint.loadScript("assets/figure-data.js");
    const register = sumint.registerFigure;
    const found = {};
    sumint.registerFigure = (name, packed, numbers) => {
        found[name] = { views: sumint.expandViews(packed), numbers };
        register(name, packed, numbers);
    };
    let theme;
    sumint.registerChartThemes = (themes) => { theme = themes.light; };
    await sumint.loadScript("assets/chart-themes.js?again");
    const made = {};
    for (const { dataset } of document.querySelectorAll("[data-figure]")) {
        await sumint.loadScript(`figures/${dataset.figure}.js?again`);
        const { views, numbers } = found[dataset.figure];
        const plotly = (view) => JSON.parse(sumint.figureTools.plotlyJson(view, theme));
        const data = sumint.figureData(views, numbers, dataset.component);
        made[dataset.figure] = {
            data,
            csv: sumint.tidyRows.csvOf(data, numbers.columns),
            tables: data.views.map((view) => sumint.numberTables(view)),
            plotly: dataset.component ? [] : views.map(plotly),
        };
    }
    return made;
}"""
"""What the page makes of each of its figures, by name."""

COARSE = "direct-logit-attribution/path-phases"
"""The figure whose page loads its numbers in 16 bits each."""
N_STEPS = 2**16 - 1
"""The number of steps from the smallest number to the largest."""


def made_on(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    return page.evaluate(MADE)


@pytest.fixture(scope="module")
def made(trained_site: Path, browser: Any) -> dict[str, Any]:
    """What the pages of trained weights make of every figure, by name."""
    context = browser.new_context()
    try:
        page = context.new_page()
        of_pages = [made_on(page, f"{trained_site.as_uri()}/{stem}.html") for stem in PAGES]
        return {name: one for of_page in of_pages for name, one in of_page.items()}
    finally:
        context.close()


def precision_of(name: str, whole: Mapping[str, Any]) -> dict[str, float]:
    """The absolute precision of magnitudes, in logits, and of phases, in radians, where a page has steps."""
    if name != COARSE:
        return {}
    largest = max(magnitude for view in whole["views"] for trace in view["traces"] for magnitude in trace["r"])
    # Half a step, and a tenth of that for the rounding of both.
    magnitudes, phases = (1.1 * extent / N_STEPS / 2 for extent in (largest, math.tau))
    return {"r": magnitudes, "magnitude": magnitudes, "theta": phases, "phase": phases}


def published(site: Path, name: str) -> dict[str, Any]:
    return json.loads((site / "data" / f"{name}.json").read_bytes())


def differences(
    one: Any, other: Any, precision: Mapping[str, float], place: str = "", key: str = ""
) -> Iterator[str]:
    """The places at which two values of JSON differ by more than rounding, or than the precision of their key."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        if one.keys() != other.keys():
            yield f"{place}: {sorted(one.keys() ^ other.keys())}"
        for name in one.keys() & other.keys():
            yield from differences(one[name], other[name], precision, f"{place}.{name}", name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (item, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differences(item, theirs, precision, f"{place}[{index}]", key)
    elif isinstance(one, int | float) and isinstance(other, int | float):
        if abs(one - other) > max(precision.get(key, 0), 1.01e-6 * abs(one)):
            yield f"{place}: {one} and {other}"
    elif one != other:
        yield f"{place}: {one!r} and {other!r}"


def test_the_numbers_that_a_page_makes_of_a_figure_are_those_of_its_json_file(
    made: dict[str, Any], trained_site: Path
) -> None:
    assert len(made) > 50
    for name, one in made.items():
        whole = published(trained_site, name)
        expected = {"controls": whole["controls"], "views": whole["views"]}
        found = list(differences(expected, one["data"], precision_of(name, whole)))
        assert found == [], f"{name}: {found[:3]}"


def test_the_rows_of_a_csv_are_all_numbers_of_the_json_file(made: dict[str, Any], trained_site: Path) -> None:
    for name, one in made.items():
        rows = list(csv.DictReader(io.StringIO(one["csv"])))
        names = registered((trained_site / "figures" / f"{name}.js").read_bytes())[1]["columns"]
        whole = published(trained_site, name)
        precision, expected = precision_of(name, whole), list(tidy_rows(whole, names))
        assert len(rows) == len(expected) > 0, name
        for row, theirs in zip(rows, expected, strict=True):
            for column, value in row.items():
                wanted = theirs.get(column, "")
                if isinstance(wanted, float):
                    close = pytest.approx(wanted, rel=1.01e-6, abs=precision.get(column, 0.0))
                    assert float(value) == close, (name, column)
                else:
                    assert value == str("" if wanted is None else wanted), (name, column)


def test_every_row_of_a_sum_names_its_operands(made: dict[str, Any], trained_site: Path) -> None:
    of_sums = {"wrong-sums", "example-sums"}
    for path in sorted((trained_site / "data").rglob("*.json")):
        name = path.relative_to(trained_site / "data").with_suffix("").as_posix()
        if name == "columns" or not (SUM.search(path.read_text(encoding="utf-8")) or path.stem in of_sums):
            continue
        if name in made:
            rows = list(csv.DictReader(io.StringIO(made[name]["csv"])))
        elif path.with_suffix(".csv").exists():
            with path.with_suffix(".csv").open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
        else:
            names = registered(path.with_suffix(".js").read_bytes(), "registerTable")[1]
            assert {"a", "b"} <= {column for of_column in names for column in of_column}
            continue
        if "picture_part" in rows[0]:  # the parts of a picture; its sums are in the JSON file
            continue
        assert all(int(row["right"]) == int(row["a"]) + int(row["b"]) for row in rows), name
        of_sums.add(path.stem)
    assert {"wrong-sums", "example-sums", "path-phases", "components", "paths", "phases"} <= of_sums


@pytest.mark.parametrize("weights", ["untrained", "trained"])
def test_the_dictionary_has_every_column_of_every_csv_and_nothing_else(
    weights: str, site: Path, trained_site: Path
) -> None:
    folder = trained_site if weights == "trained" else site
    entries = json.loads((folder / DICTIONARY).read_bytes())["columns"]
    files: dict[str, set[str]] = {}
    for name, columns in columns_of_every_csv(folder).items():
        assert len(set(columns)) == len(columns), name
        for column in columns:
            files.setdefault(column, set()).add(name)
    assert {entry["column"]: set(entry["files"]) for entry in entries} == files
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", entry["column"]) for entry in entries)
    assert all(entry["meaning"] for entry in entries)


def test_every_column_of_the_projects_own_chapters_is_defined(trained_site: Path) -> None:
    defined = tomllib.loads(COLUMNS_FILE.read_text(encoding="utf-8"))["columns"]
    used = {column for columns in columns_of_every_csv(trained_site).values() for column in columns}
    assert {re.sub("^other_|_sd$", "", column) for column in used} - defined.keys() == set()


def test_the_csv_of_a_table_has_the_numbers_of_its_json_file(trained_site: Path) -> None:
    n_files = 0
    for file in sorted(trained_site.glob("data/*/*.csv")):
        data = published(trained_site, f"{file.parent.name}/{file.stem}")
        if "rows" not in data:
            continue
        with file.open(encoding="utf-8", newline="") as opened:
            _, *rows = csv.reader(opened)
        cells = {cell for row in rows for cell in row}
        numbers = {str(value) for row in data["rows"] for value in row if isinstance(value, int | float)}
        assert numbers - cells == set(), file
        n_files += 1
    assert n_files > 20


SHOWN = re.compile(r"(\S+)\u00a0nats|(\S+) to (\S+)|([\d,]+) of ([\d,]+)|(\d+\.\d+%?)")
"""The texts of tables that contain numbers, which are columns of their CSV."""


def test_the_csv_of_a_table_has_the_numbers_of_its_texts(trained_site: Path) -> None:
    n_numbers = 0
    for file in sorted(trained_site.glob("data/*/*.csv")):
        data = published(trained_site, f"{file.parent.name}/{file.stem}")
        with file.open(encoding="utf-8", newline="") as opened:
            _, *rows = csv.reader(opened)
        cells = np.array([float(cell) for row in rows for cell in row if re.fullmatch(r"-?[\d.]+", cell)])
        texts = [value for row in data.get("rows", ()) for value in row if isinstance(value, str)]
        for shown in (part for text in texts if (match := SHOWN.fullmatch(text)) for part in match.groups()):
            if shown is None:
                continue
            number, places = shown.rstrip("%").replace(",", ""), len(shown.rstrip("%").partition(".")[2])
            scale = 100 if shown.endswith("%") else 1
            # A share between 0 and 1 is never shown as 0% or 100%.
            assert np.abs(scale * cells - float(number)).min() <= 10**-places, (file, shown)
            n_numbers += 1
    assert n_numbers > 50


def test_the_json_for_plotly_is_the_chart_with_the_light_template(
    made: dict[str, Any], trained_site: Path
) -> None:
    n_views = 0
    for name, one in made.items():
        if not one["plotly"]:
            continue
        views = views_of((trained_site / "figures" / f"{name}.js").read_bytes())
        assert len(one["plotly"]) == len(views)
        for plotly, view in zip(one["plotly"], views, strict=True):
            chart = go.Figure(plotly)  # Plotly itself accepts every property
            template = roles_template("light", go.Figure({"data": view["data"]}))
            layout = {**view["layout"], "template": json.loads(json.dumps(template))}
            found = list(differences({"data": view["data"], "layout": layout}, plotly, {}))
            # Logarithms may differ by one unit in the last place, and are binary.
            assert [line for line in found if not re.match(r"\.data\[\d+\]\.z\.bdata", line)] == [], (
                f"{name}: {found[:3]}"
            )
            assert len(traces_of(chart)) == len(view["data"])
            for trace, theirs in zip(plotly["data"], view["data"], strict=True):
                if trace["type"] == "heatmap":
                    np.testing.assert_allclose(decoded(trace["z"]), decoded(theirs["z"]), rtol=1e-6, err_msg=name)
        n_views += len(views)
    assert n_views > 200


@cache
def tables_of(site: Path, name: str) -> list[list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]]:
    return [
        [(table.caption, table.head, list(table.rows)) for table in view.tables]
        for view in number_views(published(site, name))
    ]


def test_the_tables_that_a_page_makes_are_those_that_a_build_makes(
    made: dict[str, Any], trained_site: Path
) -> None:
    n_cells, n_different = 0, 0
    for name, one in made.items():
        if name == COARSE:
            continue
        for ours, theirs in zip(one["tables"], tables_of(trained_site, name), strict=True):
            for table, (caption, head, rows) in zip(ours, theirs, strict=True):
                assert (table["caption"], tuple(table["head"])) == (caption, head), name
                for row, expected in zip(table["rows"], rows, strict=True):
                    n_cells += len(expected)
                    n_different += sum(a != b for a, b in zip(row, expected, strict=True))
    assert n_cells > 20_000
    # A number halfway between two is rounded to the even one by Python, and up by browsers.
    assert n_different <= n_cells / 1000


@pytest.fixture
def scores(trained_site: Path, read: Callable[..., Reader]) -> Reader:
    reader = read(accept_downloads=True, color_scheme="light", viewport={"width": 1280, "height": 900})
    reader.page.goto(f"{trained_site.as_uri()}/layer-0-attention.html#qk-circuit")
    reader.page.wait_for_selector("#qk-circuit .main-svg")
    return reader


def test_the_csv_is_saved_on_a_click_from_a_disk(scores: Reader) -> None:
    with scores.page.expect_download() as download:
        scores.page.locator("#qk-circuit").get_by_role("button", name=re.compile("as CSV$")).click()
    assert download.value.suggested_filename == "layer-0-attention-qk-circuit.csv"
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["head", "version", "from_position", "key", "attention_score"]
    assert {row["version"] for row in rows} == {"corrected", "as published (superseded)"}
    assert scores.messages == []


def test_the_chosen_view_is_saved_for_plotly(scores: Reader) -> None:
    figure = scores.page.locator("#qk-circuit")
    figure.locator(".control label", has_text="H0.1").first.click()
    with scores.page.expect_download() as download:
        figure.get_by_role("button", name=re.compile("for Plotly$")).click()
    assert download.value.suggested_filename == "layer-0-attention-qk-circuit.h0-1.corrected.json"
    chart = go.Figure(json.loads(Path(download.value.path()).read_bytes()))
    assert chart.to_dict()["layout"]["template"]["layout"]["coloraxis"]["colorscale"]
    assert scores.messages == []


@pytest.mark.parametrize("width", [1280, 375])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_tables_of_the_chosen_view_are_shown_by_the_keyboard(
    width: int, theme: str, trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(color_scheme=theme, viewport={"width": width, "height": 900})
    page = reader.page
    page.goto(f"{trained_site.as_uri()}/layer-0-attention.html?qk-circuit=h0-1.corrected#qk-circuit")
    page.wait_for_selector("#qk-circuit .main-svg")
    room = page.locator("#qk-circuit [data-numbers]")
    page.locator("#qk-circuit summary", has_text="Numbers").press("Enter")
    expect(room.locator("caption")).to_have_text("H0.1, corrected, score")
    expect(room.get_by_label("Numbers of")).to_have_value("2")
    view = published(trained_site, "layer-0-attention/qk-circuit")["views"][2]
    assert room.locator("td").count() == sum(len(row) for trace in view["traces"] for row in trace["z"])
    assert room.locator("thead th").first.inner_text() == "query / key"
    room.get_by_label("Numbers of").select_option("0")
    expect(room.locator("caption")).to_have_text("H0.0, corrected, score")
    page.locator("#qk-circuit .control label", has_text="H0.2").first.click()
    expect(room.locator("caption")).to_have_text("H0.2, corrected, score")
    assert reader.room >= 0
    assert reader.messages == []
    assert reader.barriers() == []


def test_a_file_that_cannot_be_made_says_why(trained_server: str, read: Callable[..., Reader]) -> None:
    page = read().page
    page.route("**/assets/figure-data.js", lambda route: route.abort())
    page.goto(f"{trained_server}/layer-0-attention.html#qk-circuit")
    figure = page.locator("#qk-circuit")
    figure.get_by_role("button", name=re.compile("as CSV$")).click()
    expect(figure.locator(".data-problem")).to_have_text(
        "This file could not be made: assets/figure-data.js could not be loaded."
    )
    figure.locator("summary", has_text="Numbers").click()
    expect(figure.locator("[data-numbers]")).to_contain_text("assets/figure-data.js could not be loaded")


def test_without_scripts_a_figure_says_which_file_has_its_numbers(
    trained_site: Path, read: Callable[..., Reader]
) -> None:
    reader = read(java_script_enabled=False)
    reader.page.goto(f"{trained_site.as_uri()}/layer-0-attention.html")
    figure = reader.page.locator("#qk-circuit")
    figure.locator("summary", has_text="Numbers").click()
    address = "data/layer-0-attention/qk-circuit.json"
    expect(figure.locator("[data-numbers]").get_by_role("link")).to_have_attribute("href", address)
    assert figure.locator(".data-links").get_by_role("button").count() == 0
    assert (trained_site / address).is_file()


def test_the_rows_of_a_long_table_are_saved_as_csv(trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(accept_downloads=True)
    reader.page.goto(f"{trained_site.as_uri()}/every-sum.html")
    button = reader.page.locator("[data-table='every-sum/wrong-sums']").get_by_role(
        "button", name=re.compile("CSV")
    )
    with reader.page.expect_download() as download:
        button.click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"))))
    data = published(trained_site, "every-sum/wrong-sums")
    assert len(rows) == len(data["rows"]) > 1000
    for row, values in zip(rows, data["rows"], strict=True):
        assert [row["a"], row["b"], row["right"], row["predicted"]] == values[:4]
        assert float(row["margin"]) == pytest.approx(values[-1], rel=1e-6)
    assert reader.messages == []


def test_the_clouds_are_loaded_when_they_are_near(trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 1280, "height": 800})
    reader.page.goto(f"{trained_site.as_uri()}/direct-logit-attribution.html")
    reader.page.wait_for_function("() => sumint.viewsOf('direct-logit-attribution/paths')")
    reader.page.wait_for_timeout(3000)  # longer than a page waits before it loads what is not near
    loaded = [address for address in reader.asked_for if "path-phases" in address]
    assert loaded == []
    reader.page.locator("#path-phases").scroll_into_view_if_needed()
    reader.page.wait_for_selector("#path-phases .clouds-large")
    assert [address for address in reader.asked_for if "path-phases" in address]


HAS_MATHS_FONT = "[...document.fonts].some(({ family }) => family.includes('Report Math'))"
OPENING_BUDGET = 400_000
"""The maximum size in bytes of all that the opening page loads before it is touched."""
SITE_BUDGET = 10_000_000
FILES_BUDGET = 250
"""The maximum size in bytes, and number of files, of a site with the bundle of plotly.js."""
BUNDLE_BUDGET = 1_350_000


def test_the_opening_page_is_light_before_it_is_touched(trained_site: Path, read: Callable[..., Reader]) -> None:
    reader = read(viewport={"width": 1280, "height": 900})
    reader.page.goto(f"{trained_site.as_uri()}/index.html")
    reader.page.wait_for_load_state("networkidle")
    reader.page.wait_for_timeout(3000)
    files = [Path(unquote(urlsplit(url).path)) for url in reader.asked_for if url.startswith("file:")]
    sizes = {file.name: file.stat().st_size for file in files}
    assert sum(sizes.values()) < OPENING_BUDGET, sizes
    # The font of formulas follows when one is near.
    assert not reader.page.evaluate(HAS_MATHS_FONT)
    reader.page.locator("#found").scroll_into_view_if_needed()
    reader.page.wait_for_function(f"() => {HAS_MATHS_FONT}")
    assert reader.messages == []


@pytest.mark.usefixtures("arena_checkpoint")
def test_the_write_up_s_site_is_light(trained_site: Path) -> None:
    sizes = {file: file.stat().st_size for file in trained_site.rglob("*") if file.is_file()}
    script = trained_site / "assets/plotly.min.js"
    # Without npm there is no bundle here, and the full library in its place.
    total = sum(sizes.values()) - sizes[script] + min(sizes[script], BUNDLE_BUDGET)
    assert len(sizes) < FILES_BUDGET
    assert total < SITE_BUDGET
