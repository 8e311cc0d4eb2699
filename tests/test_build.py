"""A build from end to end, as a user runs it."""

import json
import re
from pathlib import Path

import pytest

from report.__main__ import main
from report.content.claims.record import from_json
from report.content.claims.states import FAILING, HOLDING
from report.figures.plotlyjs import bundle_key, full
from report.seeds.outcomes import shipped_outcomes
from sumint.checkpoints.files import Weights, write_weights
from sumint.store.results import Store
from tests.page_weight import page_sizes
from tests.shared import build_afresh, files_in

ROOT = Path(__file__).parent.parent
INDEX_BUDGET = 155_000
"""The maximum gzipped size in bytes of the opening page with its figure, without plotly.js."""
SINGLE_FILE_BUDGET = 10_000_000


@pytest.fixture
def checkpoint(tmp_path: Path, tiny_weights: Weights) -> Path:
    path = tmp_path / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {"name": "</script><b>tiny</b>"})
    return path


@pytest.fixture(autouse=True)
def own_cache(filled_cache: Path) -> Path:
    return filled_cache


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "empty"))
    return tmp_path / "empty"


def test_a_build_publishes_a_site_and_says_what_it_did(checkpoint: Path, tmp_path: Path, capsys) -> None:
    site = tmp_path / "a site"
    assert main(["build", "--weights", str(checkpoint), "--site", str(site), "--device", "cpu"]) == 0
    printed = capsys.readouterr().out
    assert f"{site / 'index.html'}" in printed
    claims = json.loads((site / "claims.json").read_bytes())
    counted = [claim["state"] for claim in claims if claim["kind"] in ("finding", "published")]
    holding, failing = (sum(state in states for state in counted) for states in (HOLDING, FAILING))
    assert failing > 10
    assert f"\n{holding} of {holding + failing} claims hold on this checkpoint\n" in printed
    unchecked = sum(claim["kind"] == "published" and claim["state"] == "not-applicable" for claim in claims)
    assert f"\n{unchecked} more are the write-up's about its own checkpoint" in printed
    assert len(re.findall(r"^ +[\w-]+\.html#", printed, re.MULTILINE)) >= failing
    files = files_in(site)
    assert {"index.html", "the-task.html", "unembedding.html"} <= set(files)
    assert f"{full()}\n  `python -m report bundle` makes" in printed
    assert page_sizes(files)["index.html"] < INDEX_BUDGET


def test_a_single_file_alone_leaves_no_site_and_says_its_size(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    Store.of_user().save(bundle_key(), b"var Plotly;")
    assert main(["build", "--weights", str(checkpoint), "--single-file", "report.html"]) == 0
    printed = capsys.readouterr().out
    report = tmp_path / "report.html"
    assert f"report.html: {report.stat().st_size / 1e6:.1f} MB" in printed
    assert report.stat().st_size < SINGLE_FILE_BUDGET
    assert "only bar, heatmap, scatter, scatterpolar" in printed
    assert "`python -m report bundle`" not in printed
    assert not (tmp_path / "site").exists()


def test_a_single_file_that_would_replace_something_else_stops_the_build_before_it_begins(
    checkpoint: Path, empty_cache: Path, capsys
) -> None:
    assert main(["build", "--weights", str(checkpoint), "--single-file", str(checkpoint)]) == 2
    assert "was not written by --single-file" in capsys.readouterr().err
    assert not empty_cache.exists()


def test_every_claim_is_in_a_file_with_its_place_in_the_site_and_its_code(
    checkpoint: Path, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    main(["build", "--weights", str(checkpoint), "--site", str(site)])
    claims = json.loads((site / "claims.json").read_bytes())
    assert len({claim["address"] for claim in claims}) == len(claims) > 20
    shown = {network.summary.name for network in shipped_outcomes().networks}
    for claim in claims:
        page, anchor = claim["address"].split("#")
        assert f'id="{anchor}"' in (site / page).read_text()
        assert (ROOT / claim["code"]).is_file()
        assert claim["statement"]
        assert claim["criterion"] or claim["state"] == "not-applicable"
        assert claim["measured"]
        derived = from_json(claim)
        assert derived.check.state == derived.state == claim["state"]
        assert set(claim["networks"]) <= (shown if claim["kind"] == "finding" else set())
    assert {*shown} in [{*claim["networks"]} for claim in claims]


def test_a_site_whose_address_is_known_tells_it_to_others(checkpoint: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    main(["build", "--weights", str(checkpoint), "--site", str(site), "--base-url", "https://example.org/it/"])
    assert 'content="https://example.org/it/assets/share.png"' in (site / "the-task.html").read_text()
    assert "url = {https://example.org/it}" in (site / "cite.bib").read_text()
    assert (site / "assets" / "share.png").read_bytes().startswith(b"\x89PNG")


def test_a_hostile_name_in_a_card_never_becomes_markup(checkpoint: Path, tmp_path: Path) -> None:
    main(["build", "--weights", str(checkpoint), "--site", str(tmp_path / "site")])
    for path, content in files_in(tmp_path / "site").items():
        if path.endswith(".html"):
            assert b"<b>tiny" not in content, path
            assert b"&lt;b&gt;tiny" in content or path.startswith("data/"), path


def test_a_strict_build_publishes_nothing_if_a_claim_does_not_hold(
    checkpoint: Path, tmp_path: Path, capsys
) -> None:
    site = tmp_path / "site"
    assert main(["build", "--weights", str(checkpoint), "--site", str(site), "--strict"]) == 1
    assert not site.exists()
    assert "claims that do not hold on this checkpoint" in capsys.readouterr().err


def test_the_second_build_measures_nothing(checkpoint: Path, tmp_path: Path, capsys) -> None:
    arguments = ["build", "--weights", str(checkpoint), "--site", str(tmp_path / "site")]
    main(arguments)
    capsys.readouterr()
    main(arguments)
    assert "measured nothing" in capsys.readouterr().out


def test_without_the_cache_all_is_measured_and_nothing_kept(
    checkpoint: Path, tmp_path: Path, empty_cache: Path, capsys
) -> None:
    main(["build", "--weights", str(checkpoint), "--site", str(tmp_path / "site"), "--no-cache"])
    assert ", reused 0" in capsys.readouterr().out
    assert not empty_cache.exists()


def test_the_same_inputs_give_the_same_bytes_elsewhere_and_later(
    tiny_site: Path, tiny_weights: Weights, tmp_path: Path
) -> None:
    weights, site = tmp_path / "tiny.safetensors", tmp_path / "elsewhere"
    write_weights(weights, tiny_weights.tensors, {"name": "tiny"})
    build_afresh(weights, site, cache=tmp_path / "empty", hash_seed="2")
    earlier, later = files_in(tiny_site), files_in(site)
    records = [json.loads(files.pop("build.json")) for files in (earlier, later)]
    assert all(analysis["state"] == "measured" for record in records for analysis in record["analyses"])
    assert earlier == later


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--weights", "nothing.pt"], "nothing.pt: no such file"),
        (["--weights", "."], "is a directory"),
        (["--weights", ""], "--weights: the name is empty"),
        (["--weights", "two\nlines"], "two lines: no such file"),
        (["--weights", __file__], "expected a safetensors file or a complete state dict"),
        (["--device", "cuda"], "finds no such device"),
        (["--base-url", "name.github.io"], "--base-url: expected an address such as"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    arguments: list[str], complaint: str, tmp_path: Path, capsys
) -> None:
    assert main(["build", "--site", str(tmp_path / "site"), *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert error.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in error
    assert not (tmp_path / "site").exists()


def test_a_site_that_holds_other_files_is_refused(checkpoint: Path, tmp_path: Path, capsys) -> None:
    assert main(["build", "--weights", str(checkpoint), "--site", str(tmp_path)]) == 2
    assert "which this tool did not write" in capsys.readouterr().err
    assert checkpoint.exists()
