"""A build repeats only what an edit affects, and reports what and why."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from report.outline import COMPARED, plans
from report.seeds.outcomes import code_digest, shipped_outcomes
from sumint.checkpoints.files import Weights, write_weights
from tests.shared import files_in

ROOT = Path(__file__).parent.parent.parent
COPIED = ("report", "sumint", "templates")


@dataclass(frozen=True)
class Workplace:
    """A copy of the code, a checkpoint, a cache, and a site that was built from them."""

    folder: Path

    @property
    def site(self) -> Path:
        return self.folder / "site"

    def build(self, *options: str) -> str:
        """The output of a build in a separate process."""
        command = [sys.executable, "-m", "report", "build", "--weights", str(self.folder / "tiny.safetensors")]
        process = subprocess.run(
            [*command, "--site", str(self.site), *options],
            capture_output=True,
            text=True,
            check=True,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "SUMINT_CACHE": str(self.folder / "cache")},
        )
        return process.stdout + process.stderr

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def record(self) -> dict[str, Any]:
        return json.loads((self.site / "build.json").read_bytes())

    @property
    def measured(self) -> set[str]:
        return {analysis["name"] for analysis in self.record["analyses"] if analysis["state"] == "measured"}

    @property
    def drawn(self) -> set[str]:
        return {stem for stem, state in self.record["figures"].items() if state == "drawn"}


SENTENCE = ("report/chapters/ablation/text.md", "how much the loss rises.", "the rise of the loss.")
"""A chapter's text that a build on weights that cannot add shows, a sentence in it and another."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights, tiny_cache: Path) -> Workplace:
    folder = tmp_path_factory.mktemp("built")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
    shutil.copytree(tiny_cache, folder / "cache")
    place = Workplace(folder)
    place.build()
    return place


@pytest.fixture
def place(built: Workplace) -> Iterator[Workplace]:
    """The workplace, which is restored after the test."""
    kept = built.folder.with_name("kept")
    shutil.copytree(built.folder, kept)
    yield built
    shutil.rmtree(built.folder)
    kept.rename(built.folder)


def changed(place: Workplace, before: dict[str, bytes]) -> set[str]:
    after = files_in(place.site)
    of_every_build = {"build.json", "manifest.json"}
    return {path for path in before | after if before.get(path) != after.get(path)} - of_every_build


def test_a_sentence_measures_and_draws_nothing_and_rewrites_one_page(place: Workplace) -> None:
    before = files_in(place.site)
    place.edit(*SENTENCE)
    place.build()
    assert (place.measured, place.drawn) == (set(), set())
    assert changed(place, before) == {"ablation.html", "assets/search-index.js"}


def test_a_figure_measures_nothing_and_draws_its_chapter_alone(place: Workplace) -> None:
    before = files_in(place.site)
    place.edit("report/chapters/ablation/figures.py", "when the output of one head ", "when the output of a head ")
    place.build()
    assert place.measured == set()
    # The opening page and the comparison of seeds reach every chapter.
    assert "ablation" in place.drawn <= {"ablation", "index", "other-seeds"}
    assert changed(place, before) <= {"ablation.html", "assets/search-index.js"}


def test_an_analysis_is_measured_again_alone(place: Workplace) -> None:
    place.edit("sumint/analyses/performance/every_sum.py", '"""', '"""Again. ')
    printed = place.build("--explain")
    assert place.measured == {"every_sum"}
    reason = r"sumint\.analyses\.performance\.every_sum changed"
    assert re.search(rf"^every_sum +measured +{reason}$", printed, re.MULTILINE)
    assert re.search(r"^performance +reused$", printed, re.MULTILINE)


@pytest.mark.nightly
def test_what_analyses_share_is_measured_again_by_all_that_reach_it(place: Workplace) -> None:
    place.edit("sumint/model/residual_stream.py", '"""', '"""Again. ')
    place.build()
    # These are measured on weights that cannot add, too.
    users = {
        path.stem
        for path in (place.folder / "sumint" / "analyses" / "attribution").glob("*.py")
        if "sumint.model.residual_stream" in path.read_text(encoding="utf-8")
    }
    assert users
    assert users <= place.measured
    assert "unembedding" not in place.measured


@pytest.mark.nightly
def test_other_weights_measure_everything(place: Workplace, tiny_weights: Weights) -> None:
    tensors = {name: tensor + (name == "ln_final.b") for name, tensor in tiny_weights.tensors.items()}
    write_weights(place.folder / "tiny.safetensors", tensors, {"name": "tiny"})
    printed = place.build("--explain")
    assert len(place.measured) == len({analysis["name"] for analysis in place.record["analyses"]})
    assert "other weights" in printed


def test_a_style_changes_the_style_sheet_and_nothing_else(place: Workplace) -> None:
    before = files_in(place.site)
    place.edit("templates/assets/styles/prose.css", "}", "  /* wider */\n}")
    place.build()
    assert (place.measured, place.drawn) == (set(), set())
    assert changed(place, before) == {"assets/site.css"}


def test_where_nothing_has_changed_nothing_is_done(place: Workplace) -> None:
    before = {path: path.stat().st_mtime_ns for path in place.site.rglob("*")}
    assert "nothing has changed" in place.build()
    assert {path: path.stat().st_mtime_ns for path in place.site.rglob("*")} == before


def test_each_build_states_that_other_code_measured_the_outcomes_on_other_networks(place: Workplace) -> None:
    stated = "were measured with earlier code\n  `python -m sumint seeds --renew` measures them again"
    is_outdated = shipped_outcomes().code != code_digest(plans(COMPARED))
    assert (stated in place.build("--explain")) == place.record["outdated_outcomes"] == is_outdated
    place.edit("report/chapters/ablation/__init__.py", '"""', '"""Edited: ')  # what a section passes to a claim
    assert stated in place.build()
    printed = place.build()
    assert "nothing has changed" in printed
    assert stated in printed
    assert place.build("--quiet") == ""


def test_checkpoints_that_no_build_reads_change_nothing(place: Workplace) -> None:
    for folder in ("seeds", "controls"):
        file = place.folder / "sumint" / "checkpoints" / folder / "another.safetensors"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"tensors")
    assert "nothing has changed" in place.build()


def test_a_file_of_the_package_that_is_no_checkpoint_changes_the_fingerprint(place: Workplace) -> None:
    (place.folder / "sumint" / "checkpoints" / "another.py").write_text("", encoding="utf-8")
    assert "nothing has changed" not in place.build()


def test_a_site_that_was_edited_by_hand_is_put_right(place: Workplace) -> None:
    before = files_in(place.site)
    (place.site / "ablation.html").write_text("edited", encoding="utf-8")
    assert "nothing has changed" not in place.build()
    assert changed(place, before) == set()


def test_a_damaged_result_is_measured_again_and_the_user_is_told(place: Workplace) -> None:
    for kept in (place.folder / "cache" / "results" / "every_sum").iterdir():
        kept.write_bytes(kept.read_bytes()[:-1])
    before = files_in(place.site)
    printed = place.build("--explain")
    assert place.measured == {"every_sum"}
    assert "the stored every_sum is damaged" in printed
    assert changed(place, before) == set()


def test_a_quiet_build_says_nothing(place: Workplace) -> None:
    place.edit(*SENTENCE)
    assert place.build("--quiet") == ""


def test_a_verbose_build_says_what_everything_took(place: Workplace) -> None:
    place.edit(*SENTENCE)
    printed = place.build("--verbose")
    assert re.search(r"^head_ablation +reused +0\.\d\d s$", printed, re.MULTILINE)
    assert max(len(line) for line in printed.splitlines() if re.search(r" (reused|measured) ", line)) < 140


def test_the_record_says_where_and_when_and_how_long(place: Workplace) -> None:
    record = place.record
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", record["built"])
    assert record["seconds"] >= sum(analysis["seconds"] for analysis in record["analyses"]) > 0
    assert record["host"]
    assert str(place.folder) not in json.dumps(record)


def test_an_edit_while_the_code_is_read_stops_the_build(place: Workplace) -> None:
    # A module that is read after the first look at the files edits one of them.
    edits = 'from pathlib import Path\nPath(__file__).with_name("claims.py").open("a").write("# edited\\n")\n'
    outline = place.folder / "report" / "outline.py"
    outline.write_text(outline.read_text(encoding="utf-8") + edits, encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError) as raised:
        place.build()
    assert raised.value.returncode == 1
    assert raised.value.stderr.splitlines()[-1].endswith("edited while it was being read; build again")
