"""The comparison of two sites lists every difference with its size, and nothing else."""

from __future__ import annotations

import copy
import io
import json
import math
import re
import shutil
import sys
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from report.__main__ import main
from report.cli.tables import print_table
from report.comparison.compare import Comparison, compare
from report.comparison.json_diff import ANGLE, DataChange, relative_change
from report.errors import SiteError
from report.pages.comparison.diff_page import comparison_page
from report.pipeline import build
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store

CLAIM: dict[str, Any] = {
    "chapter": "one",
    "name": "sparse",
    "kind": "finding",
    "statement": "It is sparse.",
    "otherwise": "It is not.",
    "check": {
        "conditions": [
            {"text": "{bound}", "label": "share", "cases": [{"name": "", "value": 0.97}], "at_least": 0.95},
            {"text": "", "label": "rows", "cases": [{"name": "", "value": 2}], "at_least": 1, "unit": "count"},
        ]
    },
    "state": "holds",
}


def claim(
    *, share: float = 0.97, at_least: float = 0.95, has_rows: bool = True, note: str = "", **fields: Any
) -> dict[str, Any]:
    """The claim with another share of the same squared norm, another limit, no rows, a note or other fields."""
    made = copy.deepcopy(CLAIM)
    made["check"]["note"] = note
    conditions = made["check"]["conditions"]
    conditions[0] |= {"cases": [{"name": "", "value": share}], "at_least": at_least}
    if not has_rows:
        conditions.pop()
    state = "holds" if share >= at_least else "fails"
    return {**made, "state": state, **fields}


TRACE: dict[str, Any] = {
    "type": "heatmap",
    "name": "",
    "x": ["a", "b"],
    "y": [1, 2],
    "z": [[1.0, -2.0], [None, 4.0]],
}
FIGURE: dict[str, Any] = {
    "figure": "one/gram",
    "title": "Gram",
    "controls": ["Kind"],
    "views": [
        {"label": "as published", "choices": ["as published"], "axes": {"x": "digit"}, "traces": [TRACE]},
        {"label": "corrected", "choices": ["corrected"], "axes": {"x": "digit"}, "traces": [TRACE]},
    ],
}
TABLE: dict[str, Any] = {"table": "one/sums", "title": "Sums", "columns": ["sum", "loss"], "rows": [["1+2", 0.5]]}
HOSTILE = "</style><script>alert(1)</script><b>x</b>\x1b[2J\u202e\ud800"


def site_at(
    folder: Path,
    *,
    claims: tuple[dict[str, Any], ...] = (CLAIM,),
    data: dict[str, Any] | None = None,
    weights: str = "seed 1",
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"generator": "sumint", "files": {}}))
    (folder / "claims.json").write_text(json.dumps(claims))
    (folder / "index.html").write_text("<p>")
    (folder / "provenance.json").write_text(json.dumps({"Weights": f"{weights} & sons"}))
    for name, content in (data if data is not None else {"one/gram": FIGURE, "one/sums": TABLE}).items():
        path = folder / "data" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def of_data(tmp_path: Path, old: Any, new: Any, tolerance: float = 0.0) -> DataChange | None:
    """The change of a figure with the data `old` in one site and `new` in the other."""
    sites = (site_at(tmp_path / "a", data={"one/gram": old}), site_at(tmp_path / "b", data={"one/gram": new}))
    changes = compare(*sites, tolerance).data
    return changes[0] if changes else None


def of_claims(tmp_path: Path, new: dict[str, Any], tolerance: float = 0.0) -> Comparison:
    return compare(site_at(tmp_path / "a"), site_at(tmp_path / "b", claims=(claim(**new),)), tolerance)


def figure_with(*changes: tuple[tuple[int, int, int], Any]) -> dict[str, Any]:
    """The figure with other numbers in its cells: view, row, column."""
    figure = json.loads(json.dumps(FIGURE))
    for (view, row, column), value in changes:
        figure["views"][view]["traces"][0]["z"][row][column] = value
    return figure


def test_two_copies_of_a_site_do_not_differ(tmp_path: Path, capsys) -> None:
    old = site_at(tmp_path / "a")
    shutil.copytree(old, tmp_path / "b")
    assert main(["diff", str(old), str(tmp_path / "b")]) == 0
    assert capsys.readouterr().out == "nothing differs: 1 claim, 2 figures and tables\n"


def test_a_built_site_does_not_differ_from_itself_and_its_foot_has_its_provenance(tiny_site: Path) -> None:
    comparison = compare(tiny_site, tiny_site)
    assert not comparison.differs
    assert comparison.n_claims > 20
    provenance = json.loads((tiny_site / "provenance.json").read_bytes())
    foot = (tiny_site / "index.html").read_text(encoding="utf-8").split('<dl class="provenance">')[1]
    for label, text in provenance.items():
        assert f"<dt>{label}</dt><dd><bdi>{escape(text)}</bdi></dd>" in foot


@pytest.mark.nightly
def test_sites_of_different_weights_differ(tmp_path: Path, tiny_weights: Weights, filled_cache: Path) -> None:
    other = {name: tensor * 1.25 for name, tensor in tiny_weights.tensors.items()}
    for name, tensors in {"a": tiny_weights.tensors, "b": other}.items():
        write_weights(tmp_path / f"{name}.safetensors", tensors, {"name": name})
        build(Lab(tmp_path / f"{name}.safetensors", store=Store(filled_cache / "results")), tmp_path / name)
    comparison = compare(tmp_path / "a", tmp_path / "b")
    assert {change.name for change in comparison.data} >= {
        "unembedding/unembedding",
        "the-task/sample-probabilities",
    }
    assert comparison.claims
    assert all(0 < change.n_changed <= change.n_numbers for change in comparison.data if change.largest_absolute)
    assert comparison.provenance[0][0] == "Weights"
    assert comparison.provenance[0][1].startswith("a, tensors sha256 ")
    assert b"unembedding/unembedding" in comparison_page(comparison, tmp_path)


def test_a_verdict_that_changed_is_told_first_with_the_sentence_and_the_number_of_each_model(
    tmp_path: Path, capsys
) -> None:
    comparison = of_claims(tmp_path, {"share": 0.12})
    (change,) = comparison.verdicts
    assert [(number.place, number.old, number.new) for number in change.numbers] == [("share", 0.97, 0.12)]
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    printed = capsys.readouterr().out
    assert (
        "\n\nVerdicts that changed: 1 of 1, the claims with a verdict in both\n"
        "  one.html#sparse: holds → does not hold\n"
        "    seed 1 & sons (a): It is sparse. 97.0% (≥ 95%)\n"
        "    seed 1 & sons (b): It is not. 12.0% (≥ 95%)\n"
    ) in printed
    assert printed.endswith("\nverdicts that changed: 1 (compared: 1 claim, 2 figures and tables)\n")


def estimated(share: float) -> dict[str, Any]:
    """The claim with a share that was estimated from 100 cases."""
    made = claim(share=share)
    made["check"]["conditions"][0]["cases"][0]["n"] = 100
    return {**made, "state": "near-holds" if share >= 0.95 else "near-fails"}


def test_a_verdict_near_its_limit_is_said_to_be_near_and_comes_last(tmp_path: Path, capsys) -> None:
    old = site_at(tmp_path / "a", claims=({**estimated(0.97), "name": "close"}, {**CLAIM, "name": "clear"}))
    new = site_at(tmp_path / "b", claims=({**estimated(0.93), "name": "close"}, claim(name="clear", share=0.9)))
    assert [change.new.name for change in compare(old, new).verdicts] == ["clear", "close"]
    main(["diff", str(old), str(new)])
    printed = " ".join(capsys.readouterr().out.split())
    assert "one.html#close: holds, near the limit → does not hold, near the limit" in printed
    assert "It is not. 93.0% (≥ 95%; within the 95% interval 86.3% to 96.6%)" in printed


@pytest.mark.parametrize(
    ("weights", "folders", "names"),
    [
        (("one", "two"), ("a", "b"), ("one", "two")),
        (("one", "one"), ("a", "b"), ("one & sons (a)", "one & sons (b)")),
        (("one", "one"), ("a/site", "b/site"), ("one & sons ({}/a/site)", "one & sons ({}/b/site)")),
    ],
    ids=["other names", "the same name", "the same name and folder"],
)
def test_models_are_called_by_their_names_and_told_apart(
    weights: tuple[str, str], folders: tuple[str, str], names: tuple[str, str], tmp_path: Path
) -> None:
    old, new = (site_at(tmp_path / folder, weights=one) for folder, one in zip(folders, weights, strict=True))
    found = [side.name.removesuffix(" & sons") for side in compare(old, new).sides]
    assert found == [name.format(tmp_path) for name in names]


def test_a_model_without_provenance_has_the_name_of_its_build_or_of_its_folder(tmp_path: Path) -> None:
    old, new = site_at(tmp_path / "a"), site_at(tmp_path / "b")
    for site in (old, new):
        (site / "provenance.json").unlink()
    (new / "build.json").write_text('{"weights": {"name": "seed 7"}}')
    assert [side.name for side in compare(old, new).sides] == ["a", "seed 7"]


@pytest.mark.parametrize(
    "change",
    [
        {"share": 0.96},
        {"note": "of *two*"},
        {"statement": "It is thin."},
        {"has_rows": False},
        {"at_least": 0.9},
        {"kind": "check"},
    ],
)
def test_each_change_of_a_claim_counts(change: dict[str, Any], tmp_path: Path) -> None:
    comparison = of_claims(tmp_path, change)
    assert comparison.differs
    assert len(comparison.claims) == 1
    assert not comparison.verdicts


def test_a_claim_s_numbers_within_the_tolerance_do_not_count(tmp_path: Path) -> None:
    change = {"share": 0.9700001}
    assert of_claims(tmp_path, change).differs
    assert not of_claims(tmp_path, change, tolerance=1e-6).differs
    assert of_claims(tmp_path, {**change, "state": "fails"}, tolerance=1e-6).differs


@pytest.mark.parametrize("state", ["not-applicable", "not-measured", "failed"])
def test_a_claim_without_a_verdict_in_one_site_is_told_apart_and_in_brief(
    state: str, tmp_path: Path, capsys
) -> None:
    comparison = of_claims(tmp_path, {"state": state})
    assert not comparison.verdicts
    (change,) = comparison.one_sided
    assert (change.old.state, change.new.state) == ("holds", state)
    assert main(["diff", str(tmp_path / "a"), str(tmp_path / "b")]) == 1
    printed = capsys.readouterr().out
    assert f"at most: 1\n  one.html#sparse: holds → {state.replace('-', ' ')}\n\n" in printed
    assert "It is sparse" not in printed


def test_a_claim_that_comes_near_its_limit_keeps_its_verdict(tmp_path: Path) -> None:
    comparison = of_claims(tmp_path, {"state": "near-holds"})
    assert not comparison.verdicts
    assert len(comparison.values) == 1


def test_the_claims_that_changed_most_come_first(tmp_path: Path) -> None:
    by = {"little": 0.96, "much": 0.1, "some": 0.8}
    old = site_at(tmp_path / "a", claims=tuple({**CLAIM, "name": name} for name in by))
    changed = tuple(claim(name=name, share=share) for name, share in by.items())
    comparison = compare(old, site_at(tmp_path / "b", claims=changed))
    assert [claim.old.name for claim in comparison.claims] == ["much", "some", "little"]


def test_what_only_one_of_the_two_has_is_told(tmp_path: Path) -> None:
    old = site_at(tmp_path / "a", claims=(CLAIM, {**CLAIM, "name": "old"}), data={"one/gram": FIGURE})
    new = site_at(tmp_path / "b", claims=({**CLAIM, "name": "new"}, CLAIM), data={"one/sums": TABLE})
    comparison = compare(old, new)
    assert [[claim.name for claim in claims] for claims in comparison.claims_only] == [["old"], ["new"]]
    assert comparison.data_only == (("one/gram",), ("one/sums",))
    assert not comparison.claims
    assert comparison.differs


def test_the_dictionary_of_columns_is_no_figure(tmp_path: Path) -> None:
    old = site_at(tmp_path / "a", data={"one/gram": FIGURE})
    new = site_at(tmp_path / "b", data={"one/gram": FIGURE, "columns": {"columns": []}})
    assert not compare(old, new).differs


def test_the_largest_changes_are_told_with_their_places(tmp_path: Path) -> None:
    change = of_data(tmp_path, FIGURE, figure_with(((0, 1, 1), 5.0), ((1, 0, 0), 2.0), ((1, 0, 1), -2.5)))
    assert change is not None
    assert (change.n_changed, change.n_numbers) == (3, 10)
    absolute, relative = change.largest_absolute, change.largest_relative
    assert absolute is not None
    assert relative is not None
    assert (absolute.place, absolute.old, absolute.new) == ("as published, z[1][1]", 4.0, 5.0)
    assert (relative.place, relative.relative) == ("corrected, z[0][0]", 0.5)
    assert not change.notes


def test_a_table_s_numbers_are_compared_cell_by_cell(tmp_path: Path) -> None:
    change = of_data(tmp_path, TABLE, {**TABLE, "rows": [["1+2", 0.25]]})
    assert change is not None
    assert (change.n_changed, change.n_numbers) == (1, 1)
    assert change.largest_absolute is not None
    assert change.largest_absolute.place == "rows[0][1]"


@pytest.mark.parametrize(("tolerance", "n_changed"), [(0.0, 2), (0.1, 1), (0.5, 0)])
def test_relative_changes_up_to_the_tolerance_do_not_count(
    tolerance: float, n_changed: int, tmp_path: Path
) -> None:
    change = of_data(tmp_path, FIGURE, figure_with(((0, 0, 0), 2.0), ((0, 1, 1), 4.4)), tolerance)
    assert (change.n_changed if change else 0) == n_changed


def test_a_number_that_is_no_longer_finite_counts_whatever_the_tolerance(tmp_path: Path) -> None:
    change = of_data(tmp_path, FIGURE, figure_with(((0, 0, 0), None), ((0, 1, 0), 3.0)), tolerance=1.0)
    assert change is not None
    assert change.n_changed == 2
    assert change.largest_absolute is not None
    assert math.isinf(change.largest_absolute.absolute)


def test_angles_are_compared_the_shorter_way_round(tmp_path: Path) -> None:
    def polar(angle: float) -> dict[str, Any]:
        return {"views": [{"label": "", "traces": [{"name": "", "theta_unit": "radians", "theta": [angle]}]}]}

    change = of_data(tmp_path, polar(3.1), polar(-3.1))
    assert change is not None
    assert change.largest_absolute is not None
    assert change.largest_absolute.place == f"{ANGLE}[0]"
    assert change.largest_absolute.absolute == pytest.approx(math.tau - 6.2)


def views(*labels: str) -> dict[str, Any]:
    return {**FIGURE, "views": [{**FIGURE["views"][0], "label": label} for label in labels]}


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (views("a", "b"), views("b", "c"), "a: only in the first"),
        (views("a", "b"), views("b", "a"), "views: in another order"),
        ({"rows": [1, 2]}, {"rows": [1, 2, 3]}, "rows: 2 → 3 entries"),
        ({"rows": [1]}, {"rows": "one"}, "rows: a list → a text"),
        ({"rows": [1]}, {"rows": [True]}, "rows[0]: a number → true or false"),
        ([], 7, "a list → a number"),
    ],
)
def test_a_changed_shape_is_said_to_be_one(old: Any, new: Any, note: str, tmp_path: Path) -> None:
    change = of_data(tmp_path, old, new)
    assert change is not None
    assert change.notes[0] == note
    assert change.n_changed == 0


def test_a_changed_label_is_said_to_be_one(tmp_path: Path) -> None:
    change = of_data(tmp_path, FIGURE, {**FIGURE, "title": "Gram's"})
    assert change is not None
    assert (change.n_labels, change.first_label, change.n_changed) == (1, "title: Gram → Gram's", 0)


def test_the_figures_that_changed_most_come_first(tmp_path: Path) -> None:
    data = {f"one/{name}": {"rows": [1.0, 2.0, 3.0]} for name in "abcd"}
    changed = {
        "one/a": {"rows": [1.5, 2.0, 3.0]},
        "one/b": {"rows": [9.0, 9.0, 9.0]},
        "one/c": data["one/c"],
        "one/d": {"rows": []},
    }
    comparison = compare(site_at(tmp_path / "x", data=data), site_at(tmp_path / "y", data=changed))
    assert [change.name for change in comparison.data] == ["one/d", "one/b", "one/a"]


def test_where_two_sites_come_from_is_told_but_is_no_difference(tmp_path: Path, capsys) -> None:
    old, new = site_at(tmp_path / "a"), site_at(tmp_path / "b", weights="seed 2")
    (old / "build.json").write_text('{"host": "one", "seconds": 7}')
    assert compare(old, new).provenance == (
        ("Weights", "seed 1 & sons", "seed 2 & sons"),
        ("Host", "one", ""),
    )
    assert main(["diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out.endswith(
        "nothing differs: 1 claim, 2 figures and tables; only where they come from\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "is missing"),
        ("no JSON", "is not valid JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ('{"Weights": 7}', "expected an object that maps labels to texts"),
    ],
)
def test_a_site_without_its_provenance_is_compared_and_said_to_have_none(
    content: str | None, reason: str, tmp_path: Path, capsys
) -> None:
    old, new = site_at(tmp_path / "a"), site_at(tmp_path / "b")
    (old / "provenance.json").unlink()
    if content is not None:
        (old / "provenance.json").write_text(content)
    (label, in_old, in_new), weights = compare(old, new).provenance
    assert (label, in_new) == ("Provenance", "")
    assert in_old.startswith(f"not recorded: provenance.json: {reason}")
    assert weights == ("Weights", "", "seed 1 & sons")
    assert main(["diff", str(old), str(new)]) == 0
    assert "not recorded: provenance.json" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("content", ["no JSON", "[" * 100_000, '{"rows": NaN}'])
def test_data_that_cannot_be_read_are_a_difference_and_no_traceback(content: str, tmp_path: Path) -> None:
    old, new = site_at(tmp_path / "a"), site_at(tmp_path / "b")
    (new / "data" / "one" / "sums.json").write_text(content)
    (change,) = compare(old, new).data
    assert change.name == "one/sums"
    assert change.notes[0].startswith(f"in {new} the file is ")


@pytest.mark.parametrize("numbers", [[10**400, -(10**400)], [1e308, -1e308], [5e-324, -5e-324], [1, 0]])
def test_no_number_is_too_large_or_too_small(numbers: list[float], tmp_path: Path) -> None:
    change = of_data(tmp_path, numbers, numbers[::-1])
    assert change is not None
    assert change.n_changed == 2
    assert comparison_page(compare(tmp_path / "a", tmp_path / "b"), tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "size"), [(0.0, 0.0, 0.0), (0.0, 3.0, 1.0), (2.0, 1.0, 0.5), (-1.0, 1.0, 2.0)]
)
def test_a_relative_change_is_a_share_of_the_larger_number(old: float, new: float, size: float) -> None:
    assert relative_change(old, new) == size == relative_change(new, old)


def test_what_is_no_site_is_said_to_be_none(tmp_path: Path, capsys) -> None:
    old = site_at(tmp_path / "a")
    assert main(["diff", str(old), str(tmp_path)]) == 2
    assert (
        capsys.readouterr().err
        == f"error: {tmp_path} does not contain a site of this report; give the folder of a built site\n"
    )
    (old / "claims.json").write_text("[7]")
    with pytest.raises(SiteError, match=r"claims.json: claim 1: .*; run `python -m report check`"):
        compare(old, old)


@pytest.mark.parametrize("tolerance", ["-1", "nan", "inf", "much"])
def test_a_tolerance_that_is_none_is_refused(tolerance: str, tmp_path: Path, capsys) -> None:
    assert main(["diff", str(tmp_path), str(tmp_path), f"--tolerance={tolerance}"]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.endswith(f"'--tolerance': expected a relative change such as 1e-6, found {tolerance}")


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_whatever_two_sites_say_the_page_has_no_tags_but_its_own(tmp_path: Path) -> None:
    hostile = {**FIGURE, "title": HOSTILE, "views": [{**FIGURE["views"][0], "label": HOSTILE}], HOSTILE: 1}
    told = dict.fromkeys(("chapter", "name", "statement"), HOSTILE)
    hostile_claim = claim(note=HOSTILE, **told)
    hostile_claim["check"]["conditions"][0] |= {"text": HOSTILE, "label": HOSTILE}
    data = {"one/gram": hostile, "one/sums": {**TABLE, "title": HOSTILE}, "one/<b>x<b>": FIGURE}
    claims = (claim(note=HOSTILE, share=0.1), hostile_claim)
    sites = (site_at(tmp_path / "a<b>"), site_at(tmp_path / "b<b>", claims=claims, data=data, weights=HOSTILE))
    page = comparison_page(compare(*sites), tmp_path).decode()
    assert not set(page) & {"\x1b", "\u202e"}
    assert "&lt;script&gt;" in page
    tags = Tags(page).tags
    assert not {tag for tag, _ in tags} & {"script", "b", "a", "img"}
    policy = next(
        attributes["content"] for tag, attributes in tags if "http-equiv" in attributes and tag == "meta"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script-src" not in policy
    assert not [attributes for _, attributes in tags if attributes.keys() & {"style", "src", "href", "onclick"}]


def test_only_an_earlier_page_is_replaced(tmp_path: Path, capsys) -> None:
    site = str(site_at(tmp_path / "a"))
    page = tmp_path / "diff.html"
    for _ in range(2):
        assert main(["diff", site, site, "--html", str(page)]) == 0
    assert page.read_bytes() == comparison_page(compare(Path(site), Path(site)), tmp_path)
    thesis = tmp_path / "thesis.html"
    thesis.write_text("years of work")
    assert main(["diff", site, site, "--html", str(thesis)]) == 2
    assert thesis.read_text() == "years of work"
    assert "was not written by --html" in capsys.readouterr().err
    assert main(["diff", site, site, "--html", str(tmp_path / "gone" / "x.html")]) == 2
    assert main(["diff", site, site, "--html", str(tmp_path)]) == 2


def test_the_page_links_to_the_claim_and_the_figure_in_both_sites(tmp_path: Path) -> None:
    old = site_at(tmp_path / "a")
    changed = {"one/gram": figure_with(((0, 0, 0), 2.0))}
    new = site_at(tmp_path / "sites" / "b 2", claims=(claim(share=0.1),), data=changed)
    for site in (old, new):
        (site / "one.html").touch()
    page = comparison_page(compare(old, new), tmp_path / "sites").decode()
    links = [attributes["href"] for tag, attributes in Tags(page).tags if tag == "a"]
    assert links == [f"{site}/one.html#{anchor}" for anchor in ("sparse", "gram") for site in ("../a", "b%202")]


def test_claims_alone_are_compared_if_asked(tmp_path: Path, capsys) -> None:
    old, new = site_at(tmp_path / "a"), site_at(tmp_path / "b", data={"one/gram": figure_with(((0, 0, 0), 2.0))})
    assert main(["diff", str(old), str(new)]) == 1
    assert "one/gram: 1 of 10 numbers; largest change 1: 1 → 2" in " ".join(capsys.readouterr().out.split())
    assert main(["diff", str(old), str(new), "--claims-only"]) == 0
    assert capsys.readouterr().out.endswith("nothing differs: 1 claim\n")


def test_no_line_in_a_pipe_is_too_long_for_a_log(tmp_path: Path, capsys) -> None:
    long = "A long sentence. " * 20
    of_claims(tmp_path, {"share": 0.1, "otherwise": long, "note": "x" * 300})
    main(["diff", str(tmp_path / "a"), str(tmp_path / "b")])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    assert " ".join(lines).count("long") == 20


def test_a_site_of_an_earlier_version_is_said_to_be_one(tmp_path: Path, capsys) -> None:
    earlier = {"chapter": "one", "name": "sparse", "statement": "It is sparse.", "verdict": "holds"}
    old, new = site_at(tmp_path / "a", claims=(earlier,)), site_at(tmp_path / "b")
    assert main(["diff", str(old), str(new)]) == 2
    assert "claims.json: was written by an earlier version of this tool; build the site again" in (
        capsys.readouterr().err
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_fits_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("a/b", "a longer text " * 8, "1%"), ("c", "x" * 90, "22%")]
    head = ("name", "of one", "change")
    print_table(rows, head=head, right=(2,))
    assert capsys.readouterr().out.splitlines()[2] == "c     " + "x" * 90 + " " * 22 + "     22%"
    terminal = Terminal()
    with monkeypatch.context() as environment:
        environment.setattr(sys, "stdout", terminal)
        environment.setenv("COLUMNS", "40")
        environment.setenv("TERM", "xterm")
        print_table(rows, head=head, right=(2,))
    lines = re.sub(r"\x1b\[[\d;]*m", "", terminal.getvalue()).splitlines()
    assert max(map(len, lines)) <= 40
    assert [line.rstrip()[-3:] for line in lines if "%" in line] == [" 1%", "22%"]
    assert "".join(lines).count("x") == 90 + "a longer text ".count("x") * 8
    assert "".join(lines).count("longer") == 8
