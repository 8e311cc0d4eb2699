"""The kernel, which exists compiled alone, runs under the settings with which others debug their own code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("setting", ["NUMBA_DISABLE_JIT=1", "NUMBA_BOUNDSCHECK=1", "PYTHONOPTIMIZE=2"])
def test_every_sum_is_counted_under_a_debugger_s_settings(tiny_build: Path, tmp_path: Path, setting: str) -> None:
    name, value = setting.split("=")
    environment = {**os.environ, name: value, "SUMINT_CACHE": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path)}
    finished = subprocess.run(
        [sys.executable, "-m", "sumint", "verify", "--weights", tiny_build / "tiny.safetensors"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1, finished.stderr  # an untrained model, whose sums are wrong
    assert "Traceback" not in finished.stderr
