"""The names that `--weights` knows lead to the right files."""

import hashlib
from pathlib import Path

import pytest
import torch

from report.chapters import unembedding
from sumint import checkpoints
from sumint.checkpoints.download import PublishedCheckpoint
from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import ARENA, bundled_checkpoints, locate
from sumint.errors import InputError
from sumint.lab import Lab
from sumint.store.folder import cache_folder
from sumint.task.sums import SampleSpec
from sumint.training.train import evaluate


def test_the_default_is_one_of_the_bundled_checkpoints() -> None:
    assert locate("bundled") in bundled_checkpoints()


@pytest.mark.parametrize("path", bundled_checkpoints(), ids=lambda path: path.stem)
def test_every_bundled_checkpoint_can_be_read_and_has_a_card_of_its_own(path: Path) -> None:
    weights = read_weights(path)
    assert weights.card["tensors_sha256"] == weights.digest


@pytest.mark.parametrize("path", bundled_checkpoints(), ids=lambda path: path.stem)
def test_a_bundled_checkpoint_is_as_good_as_its_card_says(path: Path) -> None:
    weights = read_weights(path)
    recipe = weights.card["recipe"]
    sums = SampleSpec(
        recipe["architecture"]["n_digits"], recipe["validation_sums"], recipe["validation_sums_seed"]
    ).draw()
    parameters = {name: torch.from_numpy(tensor) for name, tensor in weights.tensors.items()}
    _, accuracy = evaluate(parameters, torch.from_numpy(sums.tokens), weights.architecture.layout)
    # Another processor may round a near tie the other way.
    assert accuracy == pytest.approx(weights.card["validation_accuracy"], abs=1e-4)


def test_the_default_adds_well_and_reads_like_the_write_up_s() -> None:
    lab = Lab(locate("bundled"))
    assert lab.card["validation_accuracy"] >= 0.9995
    verdicts = {claim.name: claim.holds for claim in unembedding.chapter(lab).claims}
    for name in ("few-rows", "one-frequency", "two-singular-values", "digits-on-a-circle"):
        assert verdicts[name], name


def test_bundled_checkpoints_are_different_models() -> None:
    digests = [read_weights(path).digest for path in bundled_checkpoints()]
    assert len(set(digests)) == len(digests)


def test_the_write_up_s_checkpoint_is_the_one_that_is_downloaded(arena_checkpoint: Path) -> None:
    content = arena_checkpoint.read_bytes()
    assert len(content) == ARENA.size
    assert hashlib.sha256(content).hexdigest() == ARENA.sha256


def test_a_kept_copy_of_the_write_up_s_checkpoint_is_found_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"a stand-in"
    published = PublishedCheckpoint("http://127.0.0.1:9/", hashlib.sha256(content).hexdigest(), 10, "stand-in.pt")
    monkeypatch.setattr(checkpoints, "ARENA", published)
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path))
    kept = tmp_path / "checkpoints" / "stand-in.pt"
    kept.parent.mkdir()
    kept.write_bytes(content)
    assert locate("arena") == kept


@pytest.mark.parametrize("name", ["model.pt", "./arena", "./bundled", "some folder/Arena", "/absolute.pt"])
def test_every_other_name_is_a_path(name: str) -> None:
    assert locate(name) == Path(name)


def test_the_cache_is_where_the_user_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert not cache_folder().exists()


def test_a_cache_that_can_be_no_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMINT_CACHE", str(tmp_path / ("x" * 300)))
    with pytest.raises(InputError, match=r"SUMINT_CACHE: .* cannot be a folder .*name another"):
        cache_folder()


@pytest.mark.parametrize("chosen", [None, ""])
def test_the_cache_is_the_user_s_own_otherwise(chosen: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUMINT_CACHE", raising=False)
    if chosen is not None:
        monkeypatch.setenv("SUMINT_CACHE", chosen)
    assert cache_folder().is_absolute()
    assert "sumint" in cache_folder().parts
