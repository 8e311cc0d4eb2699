"""The time of a build after each kind of edit, compared with that of the imports alone.

    python -m tests.benchmarks.build [CHECKPOINT] [ROUNDS]

For a build without a cache, the share of the chapters on how the model carries and adds and the time without the
other seeds are printed, too. Every build is a separate process, as a user starts it, on a copy of the code, so
that the code can be edited. The builds are timed in turn, so that all are affected by the same noise; medians and
the ratio to the imports are printed.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sumint.checkpoints.locate import locate

ROUNDS = 5
CARRIES_AND_ADDS = {
    *("carry_sites", "joint_sites", "needed_sites", "carry_readout", "look_ahead", "carry_in_layer_1"),
    *(
        "constant_bank",
        "other_sites",
        "carry_turn",
        "carry_direction",
        "digit_sum_circle",
        "soft_carry",
        "worked_example",
    ),
    "minimal_circuit",
}
"""The analyses of the chapters on how the model carries and adds."""
MEASURED = re.compile(r"^(\w+)(?:\(.*\))?\s+measured\s+([\d.]+) s", re.MULTILINE)
"""A line of a verbose build with the time of an analysis."""
ROOT = Path(__file__).parent.parent.parent
COPIED = ("report", "sumint", "templates")
IMPORTS = [sys.executable, "-c", "import torch, transformer_lens"]
EDITS = {
    "a sentence edited": (
        "report/chapters/carries/text.md",
        "Two things the figure does not show.",
        "Two things.",
    ),
    "a figure edited": ("report/chapters/carries/figures.py", "height=280", "height=290"),
    "an analysis edited": ("sumint/analyses/carrying/carry_counts.py", '"""', '"""Again. '),
}
"""The edits by name: a file, the text that is replaced, and its replacement."""


def main() -> None:
    weights = str(locate(sys.argv[1] if len(sys.argv) > 1 else "bundled").resolve())
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else ROUNDS
    seconds: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        code, cache, site = Path(folder, "code"), Path(folder, "cache"), Path(folder, "site")
        for name in COPIED:
            shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
        build = [sys.executable, "-m", "report", "build", "--weights", weights, "--site", str(site)]

        def timed(name: str, command: list[str]) -> str:
            took, output = ran(command, code, cache)
            seconds.setdefault(name, []).append(took)
            return output

        ran(build, code, cache)  # compiles the copy
        for _ in range(rounds):
            shutil.rmtree(cache)
            shutil.rmtree(site)
            timed("imports alone", IMPORTS)
            output = timed("nothing kept, no other seeds", [*build, "--no-seeds", "--verbose"])
            of_them = sum(float(took) for name, took in MEASURED.findall(output) if name in CARRIES_AND_ADDS)
            seconds.setdefault("of it, how it carries and adds", []).append(of_them)
            shutil.rmtree(cache)
            shutil.rmtree(site)
            timed("nothing kept", build)
            timed("nothing changed", build)
            for name, (path, old, new) in EDITS.items():
                original = (code / path).read_text(encoding="utf-8")
                assert old in original
                (code / path).write_text(original.replace(old, new, 1), encoding="utf-8")
                timed(name, build)
                (code / path).write_text(original, encoding="utf-8")
                ran(build, code, cache)
    imports = statistics.median(seconds["imports alone"])
    print(f"seconds, median of {rounds} rounds in turn")
    for name, times in seconds.items():
        median = statistics.median(times)
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"  {name:30} {median:6.2f}  ({spread}; {median / imports:.2f} × the imports)")


def ran(command: list[str], code: Path, cache: Path) -> tuple[float, str]:
    """The time that a command took, and its output."""
    started = time.perf_counter()
    environment = {**os.environ, "SUMINT_CACHE": str(cache), "PYTHONPATH": str(code)}
    finished = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, cwd=code)
    return time.perf_counter() - started, finished.stdout


if __name__ == "__main__":
    main()
