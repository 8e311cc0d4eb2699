"""A result is reused if and only if none of its inputs has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from jaxtyping import Float

from report.cli.logs import log_to
from sumint.store.keys import Key, versions
from sumint.store.results import Store


@dataclass(frozen=True)
class Part:
    name: str
    values: Float[np.ndarray, " value"]


@dataclass(frozen=True)
class Measured:
    matrix: Float[np.ndarray, "row column"]
    share: float
    count: int
    name: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    rest: Part | None = None
    pair: tuple[int, Part] | None = None


MEASURED = Measured(np.arange(6, dtype=np.float32).reshape(2, 3), 0.5, 7, "für 1 < 2", ("a", "b"))
KEY = Key("measured", {"weights": "abc", "settings": {"count": 5}})


def test_a_saved_result_is_loaded_unchanged(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(KEY, MEASURED)
    loaded = store.load(KEY, Measured)
    assert loaded is not None
    np.testing.assert_array_equal(loaded.matrix, MEASURED.matrix)
    assert loaded.matrix.dtype == np.float32
    assert (loaded.share, loaded.count, loaded.name, loaded.labels) == (0.5, 7, "für 1 < 2", ("a", "b"))
    assert type(loaded.count) is int


def test_dataclasses_within_dataclasses_are_loaded_as_what_they_are(tmp_path: Path) -> None:
    parts = tuple(Part(name, np.array([1.5, np.nan])) for name in "ab")
    Store(tmp_path).save(KEY, replace(MEASURED, parts=parts, rest=parts[0], pair=(3, parts[1])))
    loaded = Store(tmp_path).load(KEY, Measured)
    assert loaded is not None
    assert loaded.rest is not None
    assert loaded.pair is not None
    assert [part.name for part in (*loaded.parts, loaded.rest, loaded.pair[1])] == ["a", "b", "a", "b"]
    assert type(loaded.pair) is tuple
    np.testing.assert_array_equal(loaded.parts[1].values, parts[1].values)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1)])
@pytest.mark.parametrize("dtype", [np.bool_, np.int64, np.complex64, "<U3"])
def test_arrays_of_any_shape_and_type_are_loaded_as_they_were_and_can_be_written(
    shape: tuple[int, int], dtype: type | str, tmp_path: Path
) -> None:
    part = Part("a", np.zeros(shape, dtype))
    Store(tmp_path).save(KEY, part)
    loaded = Store(tmp_path).load(KEY, Part)
    assert loaded is not None
    assert (loaded.values.shape, loaded.values.dtype) == (shape, np.dtype(dtype))
    np.testing.assert_array_equal(loaded.values, part.values)
    loaded.values[...] = loaded.values


def test_an_array_with_named_fields_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"Part\.values: a result must hold only arrays"):
        Store(tmp_path).save(KEY, Part("a", np.zeros(2, [("x", "f4"), ("y", "i4")])))


@pytest.mark.parametrize(("value", "kind"), [(b"\x00bytes", bytes), ({"a/b.html": b"<p>", "c": b""}, dict)])
def test_bytes_and_files_are_loaded_as_they_were(value: object, kind: type, tmp_path: Path) -> None:
    made = []

    def make() -> object:
        made.append(value)
        return value

    for _ in range(2):
        assert Store(tmp_path).remember("it", {"n": 1}, make, kind) == value
    assert len(made) == 1


def test_a_value_of_another_type_is_made_again_with_a_warning(tmp_path: Path, caplog) -> None:
    store = Store(tmp_path)
    store.save(KEY, b"not an archive")
    assert store.load(KEY, Measured) is None
    assert "is damaged" in caplog.text
    store.save(KEY, Part("a", np.zeros(2)))
    assert store.load(KEY, Measured) is None


def test_the_order_of_a_dictionary_is_no_part_of_a_key_and_its_keys_may_be_of_several_types() -> None:
    settings = {2: "two", "one": 1, "part": Part("a", np.ones(2))}
    forwards, backwards = (
        Key("measured", {"settings": dict(items)}) for items in (settings.items(), reversed(settings.items()))
    )
    assert forwards.text == backwards.text
    assert forwards.digest != Key("measured", {"settings": {**settings, 2: "three"}}).digest


def test_what_json_has_no_form_for_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="a value of type set cannot be part of a key"):
        _ = Key("measured", {"settings": {"heads": {1, 2}}}).text


def test_another_key_finds_nothing(tmp_path: Path) -> None:
    Store(tmp_path).save(KEY, MEASURED)
    other = Key("measured", {"weights": "abc", "settings": {"count": 6}})
    assert Store(tmp_path).load(other, Measured) is None


def test_the_reason_compares_with_results_of_the_same_settings_also_if_these_are_arrays(tmp_path: Path) -> None:
    store = Store(tmp_path)
    settings = {"sums": np.arange(6).reshape(3, 2), "part": Part("a", np.ones(2)), "sites": ((1, 2), (3, 4))}
    store.save(Key("measured", {"weights": "abc", "settings": settings}), MEASURED)
    assert store.reason(Key("measured", {"weights": "other", "settings": settings})) == "weights abc → other"
    other = {**settings, "sums": np.arange(6, 12).reshape(3, 2)}
    assert store.reason(Key("measured", {"weights": "abc", "settings": other})) == "never measured before"


def test_a_store_without_a_folder_stores_nothing() -> None:
    store = Store(None)
    store.save(KEY, MEASURED)
    assert store.load(KEY, Measured) is None


def damage_by_truncating(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def damage_by_emptying(path: Path) -> None:
    path.write_bytes(b"")


def damage_by_replacing(path: Path) -> None:
    Store(path.parent.parent).save(Key("measured", {"weights": "other"}), MEASURED)
    foreign = next(file for file in path.parent.iterdir() if file != path)
    foreign.replace(path)


@pytest.mark.parametrize("damage", [damage_by_truncating, damage_by_emptying, damage_by_replacing])
def test_a_damaged_result_is_ignored_with_a_warning(damage, tmp_path: Path, caplog) -> None:
    store = Store(tmp_path)
    store.save(KEY, MEASURED)
    damage(next(tmp_path.rglob("*.stored")))
    with caplog.at_level(logging.WARNING):
        assert store.load(KEY, Measured) is None
    assert "is made again" in caplog.text


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save(KEY, MEASURED)
    path = next(tmp_path.rglob("*.stored"))
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
        assert store.load(KEY, Measured) is None


def test_a_store_that_cannot_be_written_is_not_an_error(tmp_path: Path, caplog) -> None:
    (tmp_path / "file").write_text("in the way of the folder")
    Store(tmp_path / "file").save(KEY, MEASURED)
    Store(tmp_path / "file").save(Key("another", {}), MEASURED)
    assert caplog.text.count("cannot be stored") == 1


def test_a_folder_without_permissions_is_not_an_error(
    tmp_path: Path, caplog, ordinary_user: Callable[[], AbstractContextManager[None]]
) -> None:
    store = Store(tmp_path / "closed")
    store.save(KEY, MEASURED)
    (tmp_path / "closed").chmod(0o000)
    with ordinary_user():
        for _ in range(2):
            assert store.load(KEY, Measured) is None
            store.save(KEY, MEASURED)
        log_to(tmp_path / "closed" / "folder")
        log_to(tmp_path / "closed")
        logging.getLogger().warning("printed on the terminal only")
    log_to(None)
    (tmp_path / "closed").chmod(0o700)
    assert caplog.text.count("cannot be read") == caplog.text.count("cannot be stored") == 1


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    Store(tmp_path).save(KEY, MEASURED)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".stored"]


def test_an_object_that_is_not_a_result_is_refused(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Wrong:
        content: dict[str, int]

    with pytest.raises(TypeError, match=r"Wrong\.content: a result must hold only arrays, numbers, strings"):
        Store(tmp_path).save(KEY, Wrong({"a": 1}))


def test_the_versions_of_all_libraries_are_in_the_key() -> None:
    assert set(versions()) == {"python", "torch", "transformer_lens", "numpy", "numba"}
