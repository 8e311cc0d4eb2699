"""Commands whose output is closed early or cannot encode every character."""

import os
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name == "nt", reason="pipes behave differently there")
def test_a_closed_output_ends_a_command_without_a_message(
    start: Callable[..., AbstractContextManager[subprocess.Popen[str]]],
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start("report", "cache", stdout=writing) as process:
        os.close(writing)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 141
    assert errors == ""


def test_a_character_that_the_output_cannot_encode_is_a_question_mark(
    tmp_path: Path, start: Callable[..., AbstractContextManager[subprocess.Popen[str]]]
) -> None:
    folder = tmp_path / "мои данные"
    environment = {**os.environ, "SUMINT_CACHE": str(folder), "PYTHONIOENCODING": "ascii"}
    with start("report", "cache", env=environment) as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert output == f"{tmp_path}/{'?' * 3} {'?' * 6}: 0.0 MB\n"
