"""`report build --check-published` checks the write-up's claims on another checkpoint of the same size."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.__main__ import main
from report.chapters import unembedding
from report.cli.published_claims import check_size, resemblance_lines
from report.content.chapter import Chapter
from report.content.sections import make_chapter
from report.figures.cache import files_key
from report.figures.plotlyjs import full
from report.publishing.build_record import build_record
from report.publishing.fingerprint import fingerprint
from report.publishing.repository import Repository
from sumint.checkpoints.files import Weights, read_weights, write_weights
from sumint.checkpoints.locate import locate
from sumint.lab import Lab
from sumint.store.results import Store
from tests.noisy import noisy


@pytest.fixture(scope="module")
def noisy_copy(arena_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a noisy copy of the write-up's checkpoint."""
    path = tmp_path_factory.mktemp("noisy") / "noisy.safetensors"
    write_weights(path, noisy(read_weights(arena_checkpoint)).tensors, {"name": "a noisy copy"})
    return path


def unembedding_of(path: Path, *, checks_published: bool) -> Chapter:
    """The chapter on the unembedding, of whose claims three are the write-up's about its own checkpoint."""
    lab = Lab(path, store=Store.of_user(), checks_published=checks_published)
    return make_chapter(lab, unembedding.PLAN)


def published(chapter: Chapter) -> dict[str, str]:
    return {claim.name: claim.state for claim in chapter.claims if claim.kind == "published"}


def test_published_claims_hold_on_a_noisy_copy_where_they_are_asked_for(noisy_copy: Path) -> None:
    states = published(unembedding_of(noisy_copy, checks_published=True))
    assert len(states) >= 3
    assert set(states.values()) == {"holds"}


def test_published_claims_are_not_checked_unasked(noisy_copy: Path) -> None:
    states = published(unembedding_of(noisy_copy, checks_published=False))
    assert set(states.values()) == {"not-applicable"}


def test_published_claims_are_checked_on_weights_that_resemble_nothing_if_they_are_asked_for() -> None:
    states = published(unembedding_of(locate("bundled"), checks_published=True))
    assert "not-applicable" not in states.values()
    assert "fails" in states.values()


def test_the_setting_is_part_of_every_key(noisy_copy: Path) -> None:
    labs = [Lab(noisy_copy, checks_published=asked) for asked in (False, True)]
    repository, plotlyjs = Repository(), full()
    assert len({fingerprint(lab, repository, plotlyjs, "") for lab in labs}) == 2
    records = [build_record(lab, repository, 0.0, {}, []) for lab in labs]
    assert [record["checks_published"] for record in records] == [False, True]
    chapters = [unembedding_of(noisy_copy, checks_published=asked) for asked in (False, True)]
    keys = [files_key("unembedding", chapter, unembedding.PLAN) for chapter in chapters]
    assert len({key.digest for key in keys if key is not None}) == 2


def test_no_analysis_is_measured_again_for_the_setting(noisy_copy: Path) -> None:
    plain, asked = (Lab(noisy_copy, checks_published=asked) for asked in (False, True))
    assert plain.ingredients == asked.ingredients


def test_a_checkpoint_of_another_size_is_refused(
    tiny_weights: Weights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {})
    site = tmp_path / "site"
    assert main(["build", "--weights", str(path), "--site", str(site), "--check-published"]) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.splitlines() == [
        "error: --check-published: the write-up's claims name heads and dimensions of 4 digits, 3 heads per "
        "layer, a residual stream of 48 dimensions and heads of 24; tiny.safetensors has 2 digits, 2 heads per "
        "layer, a residual stream of 12 dimensions and heads of 5; leave the option out"
    ]
    assert not site.exists()


def test_a_checkpoint_of_the_same_size_is_not_refused() -> None:
    check_size(Lab(locate("bundled"), checks_published=True))


def test_a_build_says_that_a_checkpoint_resembles_the_write_up_s(noisy_copy: Path) -> None:
    found, advice = resemblance_lines(Lab(noisy_copy))
    assert found.startswith("this checkpoint resembles the write-up's: the least cosine of any dimension is 0.99")
    assert "--check-published" in advice
    assert resemblance_lines(Lab(noisy_copy, checks_published=True)) == [found]


@pytest.mark.usefixtures("arena_checkpoint")
def test_a_build_says_that_checked_claims_are_about_a_checkpoint_that_this_one_does_not_resemble() -> None:
    assert resemblance_lines(Lab(locate("bundled"))) == []
    (line,) = resemblance_lines(Lab(locate("bundled"), checks_published=True))
    assert line.startswith("this checkpoint does not resemble the write-up's, but its claims were checked")


def test_of_the_write_up_s_own_checkpoint_no_resemblance_is_stated(arena_checkpoint: Path) -> None:
    assert resemblance_lines(Lab(arena_checkpoint)) == []
