"""The names that `--weights` accepts locate the right files."""

import hashlib
from pathlib import Path

import pytest
import torch

from report.chapters import unembedding
from report.content.sections import make_chapter
from sumint.checkpoints import locate as locating
from sumint.checkpoints.download import PublishedCheckpoint
from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import ARENA, bundled_checkpoints, locate
from sumint.errors import InputError
from sumint.lab import Lab
from sumint.store.folder import cache_folder
from sumint.store.results import Store
from sumint.task.sums import SampleSpec
from sumint.training.train import evaluate


def test_the_default_is_one_of_the_bundled_checkpoints() -> None:
    assert locate("bundled") in bundled_checkpoints()


@pytest.mark.parametrize("path", bundled_checkpoints(), ids=lambda path: path.stem)
def test_every_bundled_checkpoint_can_be_read_and_has_its_own_card(path: Path) -> None:
    weights = read_weights(path)
    assert weights.card["tensors_sha256"] == weights.digest


@pytest.mark.parametrize("path", bundled_checkpoints(), ids=lambda path: path.stem)
def test_a_bundled_checkpoint_has_the_accuracy_on_its_card(path: Path) -> None:
    weights = read_weights(path)
    recipe = weights.card["recipe"]
    sums = SampleSpec(
        recipe["architecture"]["n_digits"], recipe["validation_sums"], recipe["validation_sums_seed"]
    ).draw()
    parameters = {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}
    _, accuracy = evaluate(parameters, torch.from_numpy(sums.tokens), weights.architecture.layout)
    # Another processor can round a near tie differently.
    assert accuracy == pytest.approx(weights.card["validation_accuracy"], abs=1e-4)


def test_the_default_adds_well_and_reads_like_the_write_up_s() -> None:
    lab = Lab(locate("bundled"))
    assert lab.card["validation_accuracy"] >= 0.9995
    verdicts = {claim.name: claim.holds for claim in make_chapter(lab, unembedding.PLAN).claims}
    for name in ("few-rows", "one-frequency", "two-singular-values", "digits-on-a-circle"):
        assert verdicts[name], name


def test_bundled_checkpoints_are_different_models() -> None:
    digests = [read_weights(path).digest for path in bundled_checkpoints()]
    assert len(set(digests)) == len(digests)


def test_the_write_up_s_checkpoint_has_the_size_and_digest_of_the_download(arena_checkpoint: Path) -> None:
    content = arena_checkpoint.read_bytes()
    assert len(content) == ARENA.size
    assert hashlib.sha256(content).hexdigest() == ARENA.sha256


def test_a_copy_of_the_write_up_s_checkpoint_is_located_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"a stand-in"
    published = PublishedCheckpoint("http://127.0.0.1:9/", hashlib.sha256(content).hexdigest(), 10, "stand-in.pt")
    monkeypatch.setattr(locating, "ARENA", published)
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    copy = tmp_path / "checkpoints" / "stand-in.pt"
    copy.parent.mkdir()
    copy.write_bytes(content)
    assert locate("arena") == copy


@pytest.mark.parametrize("name", ["model.pt", "./arena", "./bundled", "some folder/Arena", "/absolute.pt"])
def test_every_other_name_is_a_path(name: str) -> None:
    assert locate(name) == Path(name)


def test_the_user_can_choose_the_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "mine"))
    folder = cache_folder()
    assert folder == tmp_path / "mine"
    assert not (tmp_path / "mine").exists()


def test_a_cache_that_cannot_be_a_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / ("x" * 300)))
    with pytest.raises(InputError, match=r"SUMINT_CACHE: .* cannot be a folder .*choose another"):
        cache_folder()


@pytest.mark.parametrize("chosen", [None, ""])
def test_the_cache_is_otherwise_the_user_s_cache_folder(
    chosen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUMINT_CACHE", raising=False)
    if chosen is not None:
        monkeypatch.setenv("SUMINT_CACHE", chosen)
    folder = cache_folder()
    assert folder is not None
    assert folder.is_absolute()
    assert "sumint" in folder.parts


def test_a_user_without_a_home_folder_has_no_cache(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    for variable in ("SUMINT_CACHE", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert [cache_folder(), cache_folder()] == [None, None]
    assert Store.of_user() == Store(None)
    assert caplog.text.count("has no home folder") == 1
