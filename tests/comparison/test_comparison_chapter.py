"""A report that is compared with another model has a chapter with every claim and some figures of both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from report.__main__ import main
from report.chapters.comparison.figures import carries_figure, digits_figure, heads_figure, sites_table
from report.chapters.comparison.models import models_table, nearness, what_is_not_compared
from report.chapters.comparison.verdicts import verdicts_in_short
from report.comparison.check import check
from report.comparison.claim_pairs import ClaimPairs
from report.comparison.compared_model import ComparedModel
from report.comparison.other_model import OtherCheckpoint, OtherSite, open_other
from report.comparison.published_data import COMPARED as COMPARED_DATA
from report.comparison.published_data import DIGITS, HEADS, ROUTES
from report.content.chapter import Absent, Figure, Table
from report.content.claims.checks import Check, not_applicable
from report.content.claims.record import from_json
from report.figures.export import figure_data
from report.outline import COMPARED, outline_of, plans
from report.pages.comparison.claim_rows import claim_rows
from report.pipeline import build
from report.project.settings import Settings
from report.publishing.model_facts import ModelFacts
from report.publishing.single_file import single_file
from sumint.checkpoints.files import Weights, write_weights
from sumint.checkpoints.locate import BUNDLED
from sumint.lab import Lab
from sumint.store.results import Store
from tests.comparison.claims import claim_json

FACTS = ModelFacts("one", "one.pt", "0" * 64, 2, 2, 12, 5, 1000, "By hand.", 7, "99 of 100 sums right")
NAMES = ("one", "two")
HEADS_DATA: dict[str, Any] = {"views": [{"traces": [{"z": [[0.1, 2.0], [0.3, 0.0]]}]}]}
DIGITS_DATA: dict[str, Any] = {
    "columns": ["digit", "share", "mean cross-entropy"],
    "rows": [["C0", 0.1, 0.5], ["C1", 0.0, 0.25]],
}
ROUTES_DATA: dict[str, Any] = {
    "columns": ["route", "carry switched", "site", "answers changed"],
    "rows": [["1 → C0", "on", "H0.1 at =", 0.75], ["1 → C0", "off", "H0.0 at =", None]],
}
DATA = {HEADS: HEADS_DATA, DIGITS: DIGITS_DATA, ROUTES: ROUTES_DATA}


def model(*claims: dict[str, Any], facts: ModelFacts | None = FACTS, data: Any = None) -> ComparedModel:
    records = map(from_json, claims)
    return ComparedModel(facts, {claim.key: claim for claim in records}, DATA if data is None else data)


NOT_APPLICABLE: Check = not_applicable("There is nothing to ask.")


def test_claims_are_paired_and_those_with_another_verdict_come_first() -> None:
    ours = model(
        claim_json("same"),
        claim_json("theirs", kind="published"),
        claim_json("ours"),
        claim_json("none", check=NOT_APPLICABLE),
        claim_json("differs", share=0.5),
        claim_json("seeds", kind="seeds"),
    )
    theirs = model(
        claim_json("same", share=0.96),
        claim_json("theirs", check=NOT_APPLICABLE),
        claim_json("none", check=NOT_APPLICABLE),
        claim_json("differs"),
        claim_json("seeds", share=0.5, kind="seeds"),
    )
    pairs = ClaimPairs.of(NAMES, ours, theirs)
    assert [(pair.ours.name, pair.relation) for pair in pairs.pairs] == [
        ("differs", "differs"),
        ("ours", "one-sided"),
        ("theirs", "one-sided"),
        ("same", "same"),
        ("none", "open"),
    ]
    assert verdicts_in_short(pairs) == (
        "Of 2 claims that were checked on both models, 1 holds on one and does not hold on the other. "
        "2 more claims have a verdict on one of the two alone."
    )


def test_a_row_has_both_verdicts_both_numbers_and_what_is_true_instead() -> None:
    ours, theirs = (
        claim_json(statement="It is $x$."),
        claim_json(share=0.5, otherwise="<b>Not</b> at [all](a.html)."),
    )
    (row,) = claim_rows(ClaimPairs.of(NAMES, model(ours), model(theirs)))
    assert [(side["verdict"], side["number"], side["bound"]) for side in row["sides"]] == [
        ("holds", "97.0%", "≥\N{NO-BREAK SPACE}95%"),
        ("does not hold", "50.0%", "≥\N{NO-BREAK SPACE}95%"),
    ]
    assert "<math" in row["statement"]
    (instead,) = row["instead"]
    assert instead["name"] == "two"
    assert instead["sentence"] == "&lt;b&gt;Not&lt;/b&gt; at all."


def test_a_claim_that_the_other_report_lacks_has_a_row() -> None:
    (row,) = claim_rows(ClaimPairs.of(NAMES, model(claim_json()), model()))
    assert (row["relation"], row["sides"][1]["verdict"]) == ("one-sided", "not in the report")


def test_figures_and_tables_have_both_models() -> None:
    both = (model(claim_json()), model(claim_json(share=0.5)))
    heads, digits, carries = (make(NAMES, both) for make in (heads_figure, digits_figure, carries_figure))
    assert isinstance(heads, Figure)
    assert isinstance(digits, Figure)
    assert isinstance(carries, Figure)
    traces = figure_data("heads", heads)["views"][0]["traces"]
    assert [(trace["panel"], trace["z"]) for trace in traces] == [
        (name, [[0.1, 2.0], [0.3, 0.0]]) for name in NAMES
    ]
    share, loss = figure_data("digits", digits)["views"]
    assert [(trace["name"], trace["y"]) for trace in share["traces"]] == [(name, [0.1, None]) for name in NAMES]
    assert loss["traces"][0]["y"] == [0.5, 0.25]
    assert [trace["x"] for trace in figure_data("carries", carries)["views"][0]["traces"]] == 2 * [[0.75, None]]
    sites, models = sites_table(NAMES, both), models_table(NAMES, both)
    assert isinstance(sites, Table)
    assert list(sites.columns["site, two"]) == ["H0.1 at =", "H0.0 at ="]
    rows = {name: cells for name, *cells in models.rows}
    assert rows["claims that hold"] == ["1 of 1", "0 of 1"]
    assert rows["accuracy"] == ["99 of 100 sums right"] * 2


def test_digits_of_another_number_stand_side_by_side_and_their_routes_are_not_compared() -> None:
    digits = {**DIGITS_DATA, "rows": [*DIGITS_DATA["rows"], ["C2", 0.2, 0.1]]}
    routes = {**ROUTES_DATA, "rows": [["2 → C1", "on", "H0.1 at =", 0.5]]}
    other = model(facts=FACTS.__class__(**{**vars(FACTS), "n_digits": 3}), data={DIGITS: digits, ROUTES: routes})
    both = (model(), other)
    figure, table = digits_figure(NAMES, both), sites_table(NAMES, both)
    assert isinstance(figure, Figure)
    assert {trace["panel"] for trace in figure_data("digits", figure)["views"][0]["traces"]} == set(NAMES)
    assert isinstance(table, Absent)
    assert table.reason.startswith("The two models have different routes")
    assert what_is_not_compared(*both).startswith("The models read numbers of 2 and 3 digits: ")


@pytest.mark.parametrize("broken", [None, [], {"views": []}, {"columns": ["digit"], "rows": [[1, 2]]}, "text"])
def test_data_in_another_form_count_as_missing(broken: Any) -> None:
    both = (model(), model(facts=None, data=dict.fromkeys(COMPARED_DATA, broken)))
    for make in (heads_figure, digits_figure, carries_figure, sites_table):
        absent = make(NAMES, both)
        assert isinstance(absent, Absent)
        assert absent.reason.startswith("The other report does not contain ")
    assert models_table(NAMES, both).columns["two"][0] == "not recorded"


def test_names_in_a_chart_are_short_different_and_no_markup() -> None:
    long = "<a href='x'>" + "a very long name " * 5
    figure = heads_figure((f"{long} one", f"{long} two"), (model(), model()))
    assert isinstance(figure, Figure)
    panels = [trace["panel"] for trace in figure_data("heads", figure)["views"][0]["traces"]]
    assert len(set(panels)) == 2
    assert all(len(panel) < 40 and "<" not in panel for panel in panels)


def test_weights_are_said_to_be_near_or_not(tmp_path: Path, tiny_weights: Weights) -> None:
    def sentence(change: Callable[[Any], Any]) -> str:
        path = tmp_path / "other.safetensors"
        write_weights(path, {name: change(tensor) for name, tensor in tiny_weights.tensors.items()}, {})
        return nearness(tiny_weights, OtherCheckpoint(path))

    assert "the cosine is 1.000 between the embeddings" in sentence(lambda tensor: tensor * 1.5)
    assert sentence(lambda tensor: tensor * 1.5).startswith("The weights are near each other: ")
    assert sentence(lambda tensor: tensor[..., ::-1].copy()).startswith("The weights are not near each other: ")
    assert "different sizes" in nearness(tiny_weights, OtherCheckpoint(BUNDLED / "seed-3.safetensors"))


@pytest.fixture
def lab(tiny_build: Path, filled_cache: Path) -> Lab:
    """The lab of the tiny weights, of which everything has been measured."""
    return Lab(tiny_build / "tiny.safetensors", store=Store(filled_cache / "results"))


@pytest.fixture
def other_site(tmp_path: Path, tiny_site: Path) -> Path:
    """A copy of the tiny weights' site as that of another model, on which a claim has another verdict."""
    folder = tmp_path / "other"
    shutil.copytree(tiny_site, folder)
    facts = json.loads((folder / "model.json").read_bytes())
    (folder / "model.json").write_text(json.dumps({**facts, "name": "another", "tensors_sha256": "f" * 64}))
    (folder / "provenance.json").write_text(json.dumps({"Weights": "another <b>, tensors sha256 ffff…"}))
    claims = json.loads((folder / "claims.json").read_bytes())
    for claim in claims:
        if claim["name"] == "performance":
            assert claim["state"] == "fails"
            claim["state"] = "holds"
    (folder / "claims.json").write_text(json.dumps(claims))
    return folder


def test_a_checkpoint_is_compared_as_its_site_would_be_and_measured_once(
    lab: Lab, tiny_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = plans(COMPARED)
    measured, failures = OtherCheckpoint(lab.weights_path).model(lab, compared)
    published, _ = OtherSite(tiny_site).model(lab, compared)
    assert not failures
    assert measured.facts == published.facts
    assert measured.data == published.data
    states = {key: (claim.state, claim.value) for key, claim in measured.claims.items()}
    assert states == {
        key: (claim.state, claim.value) for key, claim in published.claims.items() if claim.chapter in compared
    }

    def measure(*_: object) -> None:
        raise AssertionError("it is measured already")

    monkeypatch.setattr("report.comparison.other_model.measure", measure)
    assert OtherCheckpoint(lab.weights_path).model(lab, compared)[0] == measured


def test_a_report_beside_a_site_has_a_chapter_that_is_linked_searched_and_enclosed(
    lab: Lab, other_site: Path, tmp_path: Path
) -> None:
    outline = outline_of(Settings(), other=open_other(str(other_site)))
    built = build(lab, tmp_path / "site", outline=outline)
    assert built.comparison.startswith("compared with another <b>: Of ")
    assert "1 holds on one and does not hold on the other" in built.comparison
    assert {finding.kind for finding in check(tmp_path / "site")} <= {"claims that do not hold"}
    page = (tmp_path / "site" / "comparison.html").read_text()
    assert "another &lt;b&gt;" in page
    assert "another <b>" not in page
    assert page.count('data-verdict="differs"') == 1
    assert page.index('data-verdict="differs"') < page.index('data-verdict="same"')
    assert 'href="the-task.html#performance"' in page
    assert '<a href="comparison.html"' in (tmp_path / "site" / "index.html").read_text()
    assert '["comparison.html","Comparison"]' in (tmp_path / "site" / "assets" / "search-index.js").read_text()
    files = {
        path.relative_to(tmp_path / "site").as_posix(): path.read_bytes()
        for path in (tmp_path / "site").rglob("*")
        if path.is_file()
    }
    enclosed = single_file(files).decode()
    assert enclosed.count('class="claims-table claims-table--compared"') == 1
    assert 'id="comparison/models"' in enclosed


def test_the_chapter_follows_the_others_and_precedes_the_conclusions(other_site: Path, tmp_path: Path) -> None:
    (tmp_path / "conclusions.md").write_text("Done.")
    settings = Settings(folder=tmp_path, chapters=("ablation",))
    outline = outline_of(settings, other=open_other(str(other_site)))
    assert list(plans(outline)) == ["ablation", "comparison", "conclusions"]


def test_a_changed_other_site_is_another_input_and_an_unchanged_one_is_not(
    lab: Lab, other_site: Path, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--weights", str(lab.weights_path), "--chapters", "the-task", "--site", "site"]
    assert main(["build", *options, "--compare", "other"]) == 0
    assert "compared with another <b>: " in capsys.readouterr().out
    assert main(["build", *options, "--compare", "other"]) == 0
    assert capsys.readouterr().out.startswith("measured nothing: ")
    facts = json.loads((other_site / "model.json").read_bytes())
    (other_site / "model.json").write_text(json.dumps({**facts, "accuracy": "all sums right"}))
    assert main(["build", *options, "--compare", "other"]) == 0
    assert not capsys.readouterr().out.startswith("measured nothing: ")
    assert "all sums right" in (tmp_path / "site" / "comparison.html").read_text()
    assert main(["build", *options]) == 0
    assert not (tmp_path / "site" / "comparison.html").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "nope",
            "--compare: there is no file or folder nope; give a checkpoint, the folder of a site, bundled or",
        ),
        ("bundeld", "--compare: there is no file or folder bundeld; did you mean bundled?"),
        ("empty", "empty does not contain a site of this report"),
        ("text.pt", "text.pt: expected a safetensors file"),
        ("earlier", "earlier: claims.json: was written by an earlier version of this tool; build the site again"),
        ("tiny", "--compare: tiny is the model of this report itself, with the same tensors; give another one"),
        ("site", "--compare: tiny is the model of this report itself, with the same tensors; give another one"),
    ],
)
def test_each_mistake_is_one_line_with_exit_code_2(
    name: str, message: str, tiny_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.pt").write_text("no checkpoint")
    shutil.copytree(tiny_build / "site", tmp_path / "earlier")
    (tmp_path / "earlier" / "claims.json").write_text('[{"chapter": "one", "name": "sparse", "verdict": "holds"}]')
    paths = {"tiny": str(tiny_build / "tiny.safetensors"), "site": str(tiny_build / "site")}
    weights = ["--weights", str(tiny_build / "tiny.safetensors")]
    assert main(["build", *weights, "--site", "new", "--compare", paths.get(name, name)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert not (tmp_path / "new").exists()
