"""Cyclic garbage is collected less often, but it is collected."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from sumint.machine.collector import THRESHOLDS, collect_rarely


@pytest.fixture(autouse=True)
def usual_thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


class Node:
    def __init__(self) -> None:
        self.itself = self


def test_garbage_is_collected_once_there_is_enough_of_it() -> None:
    collect_rarely()
    first = weakref.ref(Node())
    for _ in range(1000):
        Node()
    assert first() is not None
    for _ in range(2 * THRESHOLDS[0]):
        Node()
    assert first() is None


def test_nothing_is_looked_at_as_a_process_ends() -> None:
    script = """
import atexit, gc
from sumint.machine.collector import collect_rarely
atexit.register(lambda: print(gc.get_freeze_count() > 1000, len(gc.get_objects())))
collect_rarely()
print(gc.get_freeze_count())
"""
    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    at_start, is_frozen, n_left = process.stdout.split()
    assert (at_start, is_frozen) == ("0", "True")
    assert int(n_left) < 100
