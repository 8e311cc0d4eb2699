"""Commands whose output is read in part, or cannot show every letter."""

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name == "nt", reason="pipes end otherwise there")
def test_an_output_that_nobody_reads_ends_a_command_in_silence(
    start: Callable[..., AbstractContextManager[subprocess.Popen[str]]],
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start("report", "cache", stdout=writing) as process:
        os.close(writing)
        _, complaints = process.communicate(timeout=60)
    assert process.returncode == 141
    assert complaints == ""


def test_a_letter_that_the_output_lacks_is_a_question_mark(
    tmp_path: Path, start: Callable[..., AbstractContextManager[subprocess.Popen[str]]]
) -> None:
    folder = tmp_path / "мои данные"
    environment = {**os.environ, "SUMINT_CACHE": str(folder), "PYTHONIOENCODING": "ascii"}
    with start("report", "cache", env=environment) as process:
        run_chapter, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (0, "")
    assert run_chapter == f"{tmp_path}/{'?' * 3} {'?' * 6}: 0.0 MB\n"
