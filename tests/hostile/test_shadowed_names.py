"""The installed command is the report's own, also where the folder has modules of the same names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

INSTALLED = Path(sys.executable).parent
SHADOWS = ("report.py", "sumint.py", "templates.py", "typer.py", "rich.py", "numpy.py", "json.py")


@pytest.mark.parametrize("script", ["sumint-report", "sumint"])
def test_an_installed_command_is_not_shadowed_by_files_of_the_folder(tmp_path: Path, script: str) -> None:
    if not (INSTALLED / script).exists():
        pytest.skip(f"{script} is not installed beside this Python")
    for name in SHADOWS:
        (tmp_path / name).write_text("raise SystemExit('a file of the user ran')\n")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for arguments in (
        ["--version"],
        ["--help"],
        ["check", "nothing"] if script == "sumint-report" else ["train", "-h"],
    ):
        finished = subprocess.run(
            [INSTALLED / script, *arguments], cwd=tmp_path, capture_output=True, text=True, env=environment
        )
        assert "a file of the user ran" not in finished.stdout + finished.stderr
        assert finished.returncode == (2 if "nothing" in arguments else 0), finished.stderr


def test_the_documentation_names_the_command_that_cannot_be_shadowed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    assert "`report.py`" in text
    assert "`sumint-report`" in text
