"""A command whose terminal is closed, or that gets SIGTERM, leaves no process behind, and training resumes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sumint.checkpoints.files import Weights, read_weights, write_weights
from tests.shared import ROOT

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="this system has no /proc, in which processes are found"
)

TRAINING = ("train", "--digits", "2", "--heads", "1", "--d-model", "8", "--d-head", "4", "--epochs", "2", "--out")


@contextmanager
def in_terminal(module: str, *arguments: str, cache: Path) -> Iterator[tuple[int, int]]:
    """A command in a terminal of its own: the process, which leads a session, and the terminal's other end."""
    import pty

    process, terminal = pty.fork()
    if process == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored
        os.chdir(ROOT)
        os.environ["SUMINT_CACHE"] = str(cache)
        os.execv(sys.executable, [sys.executable, "-m", module, *arguments])
    try:
        yield process, terminal
    finally:
        for left in session(process):
            os.kill(left, signal.SIGKILL)
        os.waitpid(process, 0)


def session(leader: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of_session = status.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(of_session) == leader and state != "Z":
            found.append(int(status.parent.name))
    return found


def all_of(terminal: int) -> str:
    """Everything that is printed to a terminal until the command in it has ended."""
    content = b""
    with contextlib.suppress(OSError):  # Linux reports the end as an error
        while more := os.read(terminal, 100_000):
            content += more
    return content.decode()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def end(process: int, terminal: int, how: str) -> None:
    """End a command and wait until no process of its session is left."""
    if how == "closed terminal":
        os.close(terminal)
    else:
        os.kill(process, signal.SIGTERM)
    wait_until(lambda: not session(process))
    if how != "closed terminal":
        os.close(terminal)


ENDS = pytest.mark.parametrize("how", ["closed terminal", "SIGTERM"])


@ENDS
def test_a_training_that_was_ended_resumes(tmp_path: Path, how: str) -> None:
    state, model = tmp_path / "model.training", tmp_path / "model.safetensors"
    with in_terminal("sumint", *TRAINING, str(model), cache=tmp_path / "cache") as (process, terminal):
        wait_until(state.exists)
        end(process, terminal, how)
    assert {path.name for path in tmp_path.iterdir()} - {"cache"} == {"model.training"}
    with in_terminal("sumint", *TRAINING, str(model), cache=tmp_path / "cache") as (process, terminal):
        shown = all_of(terminal)
        os.close(terminal)
    assert f"resuming from {state}" in shown
    assert "epoch 1 of 2, accuracy" in shown or "epoch 2 of 2, accuracy" in shown
    assert read_weights(model).architecture.n_digits == 2
    assert not state.exists()


@ENDS
@pytest.mark.parametrize("command", ["verify", "build"])
def test_a_command_that_was_ended_leaves_no_process(
    tmp_path: Path, tiny_weights: Weights, command: str, how: str
) -> None:
    checkpoint = tmp_path / "model.safetensors"
    write_weights(checkpoint, tiny_weights.tensors, {})
    site = ("--site", str(tmp_path / "site")) if command == "build" else ()
    module = "report" if command == "build" else "sumint"
    cache = tmp_path / "cache"
    with in_terminal(module, command, "--weights", str(checkpoint), *site, cache=cache) as (process, terminal):
        wait_until(lambda: any(cache.glob("results/*")))
        end(process, terminal, how)
    assert not (tmp_path / "site").exists()
