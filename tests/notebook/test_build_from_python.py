"""`report.build` builds what the command builds, and returns it."""

import json
import sys
from pathlib import Path

import pytest

import report
import sumint
from report.errors import ReportError
from report.project.new import make_report
from sumint.checkpoints.files import Weights, read_weights, write_weights
from sumint.errors import InputError

CHAPTERS = ["unembedding", "ablation"]


@pytest.fixture
def tiny(filled_cache: Path, tmp_path: Path, tiny_weights: Weights, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert filled_cache
    monkeypatch.chdir(tmp_path)
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    return tmp_path / "tiny.safetensors"


def test_a_path_or_a_lab_is_built_into_a_site(tiny: Path, tmp_path: Path) -> None:
    steps: list[str] = []
    built = report.build(str(tiny), site="from-path", chapters=CHAPTERS, on_step=steps.append)
    assert steps == [*CHAPTERS, "figures", "pages", "publishing"]
    again = report.build(sumint.load(tiny), site=tmp_path / "from-lab", chapters=CHAPTERS)
    assert built.claims.keys() == again.claims.keys()
    published = json.loads((tmp_path / "from-path" / "claims.json").read_bytes())
    frame = built.to_frame()
    assert [claim["state"] for claim in published] == frame["state"].tolist()
    assert set(frame.index) == set(built.claims)
    assert built.failures == ()
    assert built.path == tmp_path / "from-path" / "index.html"


def test_what_was_built_is_shown_in_a_notebook(tiny: Path) -> None:
    built = report.build(tiny, site="site", chapters=CHAPTERS)
    assert repr(built).startswith(f"BuildResult({tiny.parent}/site/index.html: ")
    assert " claims hold on this checkpoint" in repr(built)
    assert '<a href="site/index.html" target="_blank">' in built._repr_html_()
    assert built.show("ablation.html#constant-queries").src == "site/ablation.html#constant-queries"
    with pytest.raises(ValueError, match=r"there is no page 'x\.html'; there are 404\.html, ablation\.html"):
        built.show("x.html")


def test_without_ipython_the_page_to_open_is_named(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = report.build(tiny, site="site", chapters=CHAPTERS)
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    with pytest.raises(RuntimeError, match=r"needs IPython; open .*/site/index.html in a browser"):
        built.show()


def test_a_single_file_is_built_alone(tiny: Path, tmp_path: Path) -> None:
    built = report.build(tiny, single_file="report.html", chapters=["unembedding"])
    assert built.path == tmp_path / "report.html"
    assert built.single_file_bytes == (tmp_path / "report.html").stat().st_size
    assert built.show("unembedding.html").src == "report.html#unembedding"


def test_the_report_in_a_folder_is_built(tiny: Path, tmp_path: Path) -> None:
    make_report(tmp_path / "mine", ["unembedding"], "sumint")
    built = report.build(tiny, folder="mine", chapters=["example"])
    assert built.site == tmp_path / "mine" / "site"
    assert "example.html#some-head-is-focused" in built.claims


def test_a_report_is_compared_with_the_model_that_its_folder_names(
    tiny: Path, tmp_path: Path, tiny_site: Path
) -> None:
    make_report(tmp_path / "mine", ["unembedding"], "sumint")
    settings = (tmp_path / "mine" / "report.toml").read_text()
    named = settings.replace('# compare = "arena"', f'compare = "{tiny_site}"')
    (tmp_path / "mine" / "report.toml").write_text(named)
    with pytest.raises(ReportError, match="--compare: tiny is the model of this report itself"):
        report.build(tiny, folder="mine")


def test_the_model_is_compared_with_another(tiny: Path, tiny_site: Path, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="is the model of this report itself"):
        report.build(tiny, site="site", chapters=CHAPTERS, compare=tiny_site)
    other = tmp_path / "other.safetensors"
    tensors = read_weights(tiny).tensors
    write_weights(other, {**tensors, "unembed.b_U": tensors["unembed.b_U"] + 1}, {"name": "other"})
    built = report.build(other, site="site", chapters=CHAPTERS, compare=tiny_site)
    assert built.comparison.startswith("compared with tiny: ")
    assert (tmp_path / "site" / "comparison.html").is_file()


def test_mistakes_are_raised_as_errors_with_a_message(tiny: Path) -> None:
    with pytest.raises(
        ReportError, match='--chapters: there is no chapter "unembeding"; did you mean "unembedding"'
    ):
        report.build(tiny, chapters=["unembeding"])
    with pytest.raises(InputError, match=r"nope\.pt: no such file"):
        report.build("nope.pt", chapters=CHAPTERS)
    with pytest.raises(ReportError, match=r"there is no report\.toml in this folder"):
        report.build(tiny, folder=".")
