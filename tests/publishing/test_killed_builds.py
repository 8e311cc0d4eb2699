"""A killed build leaves the complete old site or the complete new one, and the next build removes leftovers."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from report.publishing.publish import publish
from sumint.checkpoints.files import Weights, write_weights
from tests.shared import files_in

AT_NIGHT = pytest.param(100, marks=pytest.mark.nightly)
"""The number of builds, or of publications, that are killed nightly."""
ROOT = Path(__file__).parent.parent.parent
PUBLISH = """
import sys
from pathlib import Path
from report.publishing.publish import publish

old, new = ({f"data/{number:03}.json": b"[%d]" % version * 4000 for number in range(60)} for version in (1, 2))
folder = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for files in (old, new):
        publish({**files, "index.html": b"<p>here</p>"}, folder)
"""
"""A script that publishes two sites in turn, repeatedly."""


def whole(folder: Path) -> bool:
    """Whether the site is completely one of the two."""
    files = files_in(folder)
    versions = {content[1:2] for path, content in files.items() if path.startswith("data/")}
    sizes = {len(content) for path, content in files.items() if path.startswith("data/")}
    return len(versions) == 1 and sizes == {3 * 4000} and len(files) == 60 + 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two folders may not change places in one step")
@pytest.mark.parametrize("n_killed", [10, AT_NIGHT])
def test_a_build_killed_while_it_publishes_leaves_a_whole_site(n_killed: int, tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish({"index.html": b"<p>here</p>", **{f"data/{n:03}.json": b"[1]" * 4000 for n in range(60)}}, site)
    delays = random.Random(0)
    for _ in range(n_killed):
        command = [sys.executable, "-c", PUBLISH, str(site)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as publishing:
            assert publishing.stdout is not None
            assert publishing.stdout.readline() == b"ready\n"
            time.sleep(delays.uniform(0, 0.1))
            os.kill(publishing.pid, signal.SIGKILL)
        assert whole(site)
    publish({"index.html": b"<p>new</p>"}, site)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


BUILD = """
import json, os, random, signal, sys, time
from pathlib import Path

from report.pipeline import build
from report.publishing.publish import is_up_to_date
from sumint.store.results import Store
from sumint.lab import Lab

n_killed, site, cache, *checkpoints = int(sys.argv[1]), *map(Path, sys.argv[2:])


def run(checkpoint):
    build(Lab(checkpoint, store=Store(cache)), site)


for checkpoint in checkpoints:
    run(checkpoint)
    started = time.monotonic()
    run(checkpoint)
    takes = time.monotonic() - started

delays = random.Random(0)
published = 0
for number in range(n_killed):
    child = os.fork()
    if not child:
        run(checkpoints[number % len(checkpoints)])
        os._exit(0)
    time.sleep(delays.uniform(0, 1.2 * takes))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    published += os.WIFEXITED(status)
    manifest = json.loads((site / "manifest.json").read_bytes())
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert is_up_to_date(site, manifest["inputs"])
    assert files == {"manifest.json", "build.json", *manifest["files"]}
run(checkpoints[0])
cards = (checkpoint.with_suffix(".json") for checkpoint in checkpoints)
assert set(site.parent.iterdir()) == {site, *checkpoints, *cards}
print(n_killed - published, "killed")
"""
"""A script that builds the report on two checkpoints in turn, and kills each build at a random moment.

The checkpoints have the same tensors and different names, so that every page differs and nothing is measured.
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere two folders may not change places in one step")
@pytest.mark.parametrize("n_killed", [AT_NIGHT])
def test_a_whole_build_killed_at_any_moment_leaves_a_whole_site(
    n_killed: int, tmp_path: Path, tiny_weights: Weights, filled_cache: Path
) -> None:
    checkpoints = [tmp_path / "one.safetensors", tmp_path / "other.safetensors"]
    for path in checkpoints:
        write_weights(path, tiny_weights.tensors, {"name": path.stem})
    command = [
        sys.executable,
        "-c",
        BUILD,
        str(n_killed),
        *map(str, (tmp_path / "site", filled_cache / "results", *checkpoints)),
    ]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout.split()[0]) > n_killed // 3
