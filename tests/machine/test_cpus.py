"""Threads and worker processes follow the limits of the container, on a made tree of its control groups."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from sumint.machine import cpus

GIGABYTE = 2**30
HAS = 16


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The control group of this process, /outer/inner, on a machine of sixteen processors."""
    folder = tmp_path / "cgroup" / "outer" / "inner"
    folder.mkdir(parents=True)
    (tmp_path / "membership").write_text("1:cpu:/other\n0::/outer/inner\n")
    monkeypatch.setattr(cpus, "CONTROL_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(cpus, "MEMBERSHIP", tmp_path / "membership")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(HAS)), raising=False)
    return folder


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000\n", HAS),
        ("200000 100000\n", 2),
        ("150000 100000\n", 2),
        ("50000 100000\n", 1),
        ("9900000 100000\n", HAS),
        ("0 100000\n", 1),
        ("200000 0\n", HAS),
        ("nonsense\n", HAS),
        ("", HAS),
    ],
)
def test_the_number_of_processors_follows_the_quota(group: Path, quota: str, expected: int) -> None:
    (group / "cpu.max").write_text(quota)
    assert cpus.n_processors() == expected


def test_the_narrowest_group_around_a_process_counts(group: Path) -> None:
    (group / "cpu.max").write_text("800000 100000\n")
    (group.parent / "cpu.max").write_text("300000 100000\n")
    (group.parent.parent / "cpu.max").write_text("max 100000\n")
    assert cpus.n_processors() == 3


def test_the_root_of_a_container_s_own_tree_is_its_group(group: Path) -> None:
    cpus.MEMBERSHIP.write_text("0::/\n")
    (group.parent.parent / "cpu.max").write_text("400000 100000\n")
    assert cpus.n_processors() == 4


def test_processors_that_a_process_is_bound_to_count_as_well(group: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (group / "cpu.max").write_text("800000 100000\n")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5}, raising=False)
    assert cpus.n_processors() == 2


@pytest.mark.parametrize("text", ["1:cpu:/only version 1\n", "", "0::/../../outside\n", "\xff"])
def test_without_groups_of_version_2_the_machine_counts(group: Path, text: str) -> None:
    assert group
    cpus.MEMBERSHIP.write_bytes(text.encode("latin-1"))
    assert cpus.n_processors() == HAS
    assert cpus.memory_limit() == math.inf


@pytest.mark.parametrize(
    ("limit", "n_jobs", "expected"),
    [("max\n", 5, 5), (f"{3 * GIGABYTE}\n", 5, 3), (f"{GIGABYTE // 2}\n", 5, 1), ("max\n", 100, HAS), ("x", 2, 2)],
)
def test_the_number_of_workers_follows_the_memory(group: Path, limit: str, n_jobs: int, expected: int) -> None:
    (group / "memory.max").write_text(limit)
    assert cpus.n_workers(n_jobs, GIGABYTE) == expected


def test_libraries_compute_on_one_thread_unless_the_user_has_chosen_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    cpus.limit_threads()
    assert os.environ["OMP_NUM_THREADS"] == "3"
    monkeypatch.delenv("OMP_NUM_THREADS")
    cpus.limit_threads()
    assert os.environ["OMP_NUM_THREADS"] == "1"
