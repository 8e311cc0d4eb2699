"""An error in an author's own code is one line with its type, file and line, and the old site stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from report.publishing.publish import publish
from sumint.checkpoints.files import Weights, write_weights

ROOT = Path(__file__).parent.parent.parent
CHAPTER = "report/chapters/ablation/__init__.py"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights) -> Path:
    """A copy of the code with a checkpoint and a published site."""
    folder = tmp_path_factory.mktemp("code")
    for name in ("report", "sumint", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {})
    publish({"index.html": b"the old site"}, folder / "site")
    return folder


@pytest.mark.parametrize(
    ("path", "old", "new", "message"),
    [
        (CHAPTER, "def heads(lab", "def heads(lab lab", "SyntaxError: invalid syntax"),
        (
            CHAPTER,
            "import head_figures, qkv_figure\n",
            "import head_figures, maps\n",
            "ImportError: cannot import name 'maps' from 'report.chapters.ablation.figures' "
            "({folder}/report/chapters/ablation/figures.py)",
        ),
        (CHAPTER, "PLAN = ", "PLAN = 1 / 0 and ", "ZeroDivisionError: division by zero"),
    ],
    ids=["syntax", "import", "module"],
)
def test_a_chapter_that_cannot_be_imported_is_one_line(
    path: str, old: str, new: str, message: str, copy: Path
) -> None:
    file = copy / path
    source = file.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new, 1), encoding="utf-8")
    try:
        finished = subprocess.run(
            [sys.executable, "-m", "report", "build", "--weights", "tiny.safetensors", "--device", "cpu"],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "SUMINT_CACHE": str(copy / "cache")},
            capture_output=True,
            text=True,
        )
    finally:
        file.write_text(source, encoding="utf-8")
    assert finished.returncode == 1
    place = f"{CHAPTER}:{source[: source.index(old)].count(chr(10)) + 1}"
    assert finished.stderr == f"error: {message.format(folder=copy)} ({place})\n"
    assert (copy / "site" / "index.html").read_bytes() == b"the old site"
