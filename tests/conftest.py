"""What many tests need: small untrained weights, the write-up's checkpoint, a process, a user without rights."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

# Before torch is imported, and for the processes that tests start: the models are too small for threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import hypothesis
import jaxtyping
import pytest

# The types of arguments and results are checked as the tests run, axes of arrays included; but not of what numba
# compiles, which takes functions as they are written. Before anything of sumint is imported.
ROOT = Path(__file__).parent.parent
CHECKED = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted(ROOT.glob("sumint/**/*.py"))
    if "from sumint.exhaustive.kernel.jit import" not in path.read_text(encoding="utf-8")
]
jaxtyping.install_import_hook([name for name in CHECKED if not name.endswith("__")], "beartype.beartype")

from sumint.checkpoints.files import Architecture, Weights, write_weights  # noqa: E402 — see above
from sumint.lab import Lab  # noqa: E402
from sumint.store.results import Store  # noqa: E402
from tests.shared import build_afresh, made_once  # noqa: E402

# Compiled code is shared by all processes that tests start, whatever other cache they have.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Store.of_user().folder))

# Processes that tests start keep the modules that they compile: each would compile all of them again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples in every run; no deadline, since a slow machine is not a defect.
hypothesis.settings.register_profile("sumint", derandomize=True, deadline=None)
hypothesis.settings.load_profile("sumint")


@pytest.fixture(scope="session")
def arena_checkpoint() -> Path:
    """The write-up's own checkpoint, which is not shipped with the project."""
    path = os.environ.get("SUMINT_ARENA_CHECKPOINT")
    if not path:
        pytest.skip("SUMINT_ARENA_CHECKPOINT does not name the write-up's sum_model.pt")
    return Path(path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run tests of single results of the write-up's checkpoint last, when its chapters have been measured."""

    def is_of_single_results(item: pytest.Item) -> bool:
        fixtures = getattr(item, "fixturenames", ())
        return "arena_lab" in fixtures and "arena_chapters" not in fixtures

    items.sort(key=is_of_single_results)


@pytest.fixture(scope="session")
def arena_lab(arena_checkpoint: Path) -> Lab:
    """The lab of the write-up's checkpoint, which shares the results of its chapters with all tests."""
    return Lab(arena_checkpoint, store=Store.of_user())


@pytest.fixture(scope="session")
def arena_chapters(arena_lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every chapter on the write-up's checkpoint, by stem, from results that the user's store keeps."""
    from report.content.sections import measure
    from report.outline import plans

    def chapters() -> dict[str, Any]:
        return measure(arena_lab, plans())

    made_once(tmp_path_factory, "arena", lambda _: chapters())
    return chapters()


@pytest.fixture(scope="session")
def tiny_weights() -> Weights:
    """Untrained weights of a small model; biases and layer norms are moved, so that ignoring them shows."""
    import torch

    from sumint.training.train import initial_parameters

    architecture = Architecture(n_digits=2, n_heads=2, d_model=12, d_head=5)
    generator = torch.Generator().manual_seed(1)
    tensors = {
        name: (tensor + 0.1 * torch.randn(tensor.shape, generator=generator)).numpy()
        for name, tensor in initial_parameters(architecture, seed=0).items()
    }
    return Weights(architecture, tensors)


@pytest.fixture(scope="session")
def tiny_build(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights) -> Path:
    """A folder with the site of the tiny weights and the cache folder of its build."""

    def make(folder: Path) -> None:
        write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {"name": "tiny"})
        build_afresh(folder / "tiny.safetensors", folder / "site", cache=folder / "cache", hash_seed="1")

    return made_once(tmp_path_factory, "tiny", make)


@pytest.fixture(scope="session")
def tiny_site(tiny_build: Path) -> Path:
    """The site of the tiny weights, of which every result was measured."""
    return tiny_build / "site"


@pytest.fixture(scope="session")
def tiny_cache(tiny_build: Path) -> Path:
    """A cache folder with everything that a build on the tiny weights keeps; to be copied, not used."""
    return tiny_build / "cache"


@pytest.fixture
def filled_cache(
    tmp_path_factory: pytest.TempPathFactory, tiny_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A cache folder of the test's own, in which a build on the tiny weights finds everything."""
    folder = tmp_path_factory.mktemp("filled") / "cache"
    shutil.copytree(tiny_cache, folder, copy_function=os.link)
    monkeypatch.setenv("SUMINT_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def start() -> Callable[..., AbstractContextManager[subprocess.Popen[str]]]:
    """One of the project's commands as a process, as from a terminal; it ends with the block that it is for."""

    @contextlib.contextmanager
    def started(*arguments: str, **settings: Any) -> Iterator[subprocess.Popen[str]]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        # Tests that run in the background are born deaf to Ctrl-C, and so would be their children.
        hears = {} if sys.platform == "win32" else {"preexec_fn": hear_interrupts}
        command = [sys.executable, "-m", *arguments]
        with subprocess.Popen(command, **{"cwd": ROOT, **pipes, **hears, **settings}) as process:
            try:
                yield process
            finally:
                process.kill()

    def hear_interrupts() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return started


@pytest.fixture
def ordinary_user() -> Callable[[], AbstractContextManager[None]]:
    """A context in which file permissions count, even where the tests run as root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has no such permissions")

    @contextlib.contextmanager
    def without_root() -> Iterator[None]:
        before = os.geteuid()
        if before == 0:
            os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(before)

    return without_root
