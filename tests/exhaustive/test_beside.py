"""All sums tallied in another process: the same bytes as in this one, whatever happens to that process."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sumint.checkpoints.files import Architecture, Weights, write_weights
from sumint.exhaustive.beside import tally_beside
from sumint.exhaustive.options import Options
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.tally import Tally
from sumint.store.results import Store
from tests.shared import started, wait_for_end

SMALL = Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4)


def bytes_of(tally: Tally) -> dict[str, bytes]:
    return {field.name: np.asarray(getattr(tally, field.name)).tobytes() for field in fields(tally)}


@pytest.fixture
def weights(untrained: Callable[..., Weights]) -> Weights:
    return untrained(SMALL)


@pytest.fixture
def checkpoint(weights: Weights, tmp_path: Path) -> Path:
    write_weights(tmp_path / "model.safetensors", dict(weights.tensors), {})
    return tmp_path / "model.safetensors"


def test_it_is_the_tally_of_this_process(weights: Weights, checkpoint: Path, tmp_path: Path) -> None:
    progress: list[tuple[int, int]] = []
    with tally_beside(checkpoint, weights.digest, Store(tmp_path / "store")) as beside:
        options = Options(beside=beside, on_progress=lambda *numbers: progress.append(numbers))
        tally = tally_all(weights, options)
        assert not beside.is_working_on(weights)
        assert bytes_of(tally_all(weights, options)) == bytes_of(tally)
    assert bytes_of(tally) == bytes_of(tally_all(weights, Options()))
    n_sums = weights.architecture.layout.n_sums
    assert progress[0] == (0, n_sums)
    assert progress[-1] == (n_sums, n_sums)
    assert any((tmp_path / "store").glob("shard/*"))
    assert not multiprocessing.active_children()


def test_other_weights_are_tallied_here(
    weights: Weights, checkpoint: Path, untrained: Callable[..., Weights]
) -> None:
    other = untrained(SMALL, scale=1.1)
    with tally_beside(checkpoint, weights.digest, Store(None)) as beside:
        assert not beside.is_working_on(other)
        assert bytes_of(tally_all(other, Options(beside=beside))) == bytes_of(tally_all(other, Options()))


def test_what_an_ended_process_has_not_finished_is_tallied_here(weights: Weights, checkpoint: Path) -> None:
    with tally_beside(checkpoint, weights.digest, Store(None)) as beside:
        for process in multiprocessing.active_children():
            process.kill()
        tally = tally_all(weights, Options(beside=beside))
    assert bytes_of(tally) == bytes_of(tally_all(weights, Options()))


def test_a_file_that_has_changed_is_not_tallied(
    weights: Weights, checkpoint: Path, untrained: Callable[..., Weights]
) -> None:
    write_weights(checkpoint, dict(untrained(SMALL, scale=1.1).tensors), {})
    with tally_beside(checkpoint, weights.digest, Store(None)) as beside:
        assert beside.tally(weights, lambda *_: None) is None


def test_nothing_is_waited_for_if_the_context_ends(weights: Weights, checkpoint: Path) -> None:
    with pytest.raises(KeyboardInterrupt), tally_beside(checkpoint, weights.digest, Store(None)):
        raise KeyboardInterrupt
    assert not multiprocessing.active_children()


KILLED = """
import signal, time
from sumint.checkpoints.files import read_weights
from sumint.checkpoints.locate import locate
from sumint.exhaustive.beside import tally_beside
from sumint.store.results import Store
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a process in the background ignores it
    checkpoint = locate("bundled")
    with tally_beside(checkpoint, read_weights(checkpoint).digest, Store(None)):
        import multiprocessing
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        time.sleep(3600)
"""


@pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system has no /proc, in which processes are found"
)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda by: by.name)
def test_it_ends_with_the_process_that_waits_for_it(tmp_path: Path, by: signal.Signals) -> None:
    with started(tmp_path, KILLED) as parent:
        assert parent.stdout is not None
        children = [int(process) for process in parent.stdout.readline().split()]
        assert len(children) == 1
        parent.send_signal(by)
        parent.wait(30)
    wait_for_end(children)
