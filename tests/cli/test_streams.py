"""Commands whose output is closed early or cannot encode every character."""

import codecs
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from sumint.cli.streams import readable

ROOT = Path(__file__).parents[2]


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


ENTRY_POINTS = {
    "python -m report": [sys.executable, "-m", "report"],
    "sumint-report": [sys.executable, "-c", "import sys, report.__main__ as it; it.run()"],
}


def shell(command: list[str], rest: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a shell, with redirections as someone types them."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {rest}', "bash", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
    )


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437"])
def test_a_console_of_any_encoding_shows_text_that_can_be_read(
    tiny_site: Path, entry_point: str, encoding: str
) -> None:
    other = tiny_site.parent / "other"
    if not other.exists():
        shutil.copytree(tiny_site, other, ignore=shutil.ignore_patterns("ablation"))
    command = [*ENTRY_POINTS[entry_point], "diff", str(tiny_site), str(other)]
    finished = subprocess.run(
        command, cwd=ROOT, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}
    )
    assert finished.returncode == 1
    assert finished.stderr == b""
    assert finished.stdout.decode(encoding).count("?") == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.5 → 0.6, 1–2", "0.5 -> 0.6, 1-2"),
        ("“holds” ≥ 90% × 3", '"holds" >= 90% x 3'),
        ("10⁻⁷ ± ½…", "10-7 +/- 1/2..."),
        ("Gödel, naïve", "Godel, naive"),
        ("данные", "??????"),
    ],
)
def test_characters_that_an_encoding_lacks_are_written_in_ascii(text: str, expected: str) -> None:
    codecs.register_error("readable", readable)
    assert text.encode("ascii", "readable").decode() == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_behind_the_output_is_named(tiny_site: Path) -> None:
    for command in (["report", "check", str(tiny_site)], ["report", "--help"], ["sumint", "--version"]):
        finished = shell([sys.executable, "-m", *command], "> /dev/full")
        assert finished.returncode == 1, command
        assert finished.stderr == "error: the output cannot be written (No space left on device)\n"


@pytest.mark.skipif(os.name == "nt", reason="streams are closed in another way there")
@pytest.mark.parametrize("rest", [">&-", "2>&-", "<&-", ">&- 2>&- <&-", "2> /dev/full"])
def test_closed_and_full_streams_change_neither_the_result_nor_the_exit_code(tiny_site: Path, rest: str) -> None:
    good = shell([sys.executable, "-m", "report", "check", str(tiny_site)], rest)
    assert good.returncode == 0
    assert "Traceback" not in good.stderr
    assert ("OK" in good.stdout) == (">&-" not in rest.replace("2>&-", ""))
    bad = shell([sys.executable, "-m", "report", "check", "nothing-there"], rest)
    assert bad.returncode == 2


@pytest.mark.parametrize("columns", ["1", "20", "79", "500", "x", ""])
def test_no_terminal_is_too_narrow_or_too_plain(tiny_site: Path, columns: str) -> None:
    finished = shell(
        [*ENTRY_POINTS["python -m report"], "check", str(tiny_site)], "", COLUMNS=columns, TERM="dumb"
    )
    assert finished.returncode == 0
    assert "\x1b" not in finished.stdout
