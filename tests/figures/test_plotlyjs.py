"""The choice of plotly.js, which can draw all charts."""

import json
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from report.content.chapter import Figure
from report.content.lazy_chart import LazyChart
from report.errors import BundleError, ReportError
from report.figures import plotlyjs
from report.figures.cache import check_traces
from report.figures.plotlyjs import NPM, bundle_key, check_version, entry, full, smallest
from sumint.store.results import Store


def figure(*traces: str) -> Figure:
    return Figure(
        "drawn",
        "Drawn",
        LazyChart(lambda: go.Figure([{"type": trace} for trace in traces])),
        "Drawn.",
        "Drawn",
        figure,
    )


def test_without_a_bundle_the_full_one_is_used_and_says_so(tmp_path: Path) -> None:
    used = smallest(Store(tmp_path))
    assert not used.is_bundle
    assert used.script.startswith(b"/**\n* plotly.js v")
    assert str(used) == f"plotly.js {get_plotlyjs_version()}, all of it: 4.8 MB"


def test_a_bundle_that_is_kept_is_used_and_says_what_it_draws(tmp_path: Path) -> None:
    Store(tmp_path).save(bundle_key(), b"var Plotly;")
    used = smallest(Store(tmp_path))
    assert used.script == b"var Plotly;"
    assert "only bar, heatmap, scatter, scatterpolar: " in str(used)


def test_a_bundle_of_other_traces_or_versions_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = {bundle_key().digest}
    monkeypatch.setattr(plotlyjs, "TRACES", ("bar",))
    digests.add(bundle_key().digest)
    monkeypatch.setattr(plotlyjs, "get_plotlyjs_version", lambda: "0.0.0")
    digests.add(bundle_key().digest)
    assert len(digests) == 3


def test_the_bundle_starts_from_the_core_and_every_trace_but_the_core_s_own() -> None:
    required = re.findall(r'require\("plotly.js/lib/(\w+)"\)', entry())
    assert required == ["core", "bar", "heatmap", "scatterpolar"]


def test_a_trace_that_no_bundle_draws_is_an_error_that_names_figure_and_type() -> None:
    check_traces("the-task", figure(*plotlyjs.TRACES))
    with pytest.raises(ReportError, match="the-task: figure drawn has a trace of type pie, but"):
        check_traces("the-task", figure("bar", "pie"))


def test_npm_is_asked_for_the_version_that_plotly_comes_with() -> None:
    check_version()
    lock = json.loads((NPM / "package-lock.json").read_bytes())["packages"]
    assert lock["node_modules/plotly.js"]["version"] == get_plotlyjs_version()


def test_another_version_than_npm_is_asked_for_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plotlyjs, "get_plotlyjs_version", lambda: "5.0.0")
    with pytest.raises(BundleError, match=r"comes with plotly.js 5.0.0, but .+ pins .+plotly.js@5.0.0"):
        check_version()


def test_the_lock_file_pins_every_package_by_its_content_and_names_no_registry() -> None:
    lock = json.loads((NPM / "package-lock.json").read_bytes())
    installed = {name: package for name, package in lock["packages"].items() if name}
    assert installed
    assert all("integrity" in package and "resolved" not in package for package in installed.values())


def test_full_is_what_plotly_ships() -> None:
    assert full().script == get_plotlyjs().encode()
