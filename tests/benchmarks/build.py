"""How long a build takes, with nothing kept and with everything kept, beside the heavy imports alone.

    python -m tests.benchmarks.build [CHECKPOINT]

Every build is a process of its own, as a user starts it. The three are timed in turn, so that they meet the same
noise; medians and the ratio to the imports are printed.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
IMPORTS = [sys.executable, "-c", "import torch, transformer_lens"]


def main() -> None:
    weights = sys.argv[1] if len(sys.argv) > 1 else "bundled"
    with tempfile.TemporaryDirectory() as folder:
        cache, site = Path(folder, "cache"), Path(folder, "site")
        build = [sys.executable, "-m", "report", "build", "--weights", weights, "--site", str(site)]
        seconds: dict[str, list[float]] = {"imports alone": [], "nothing kept": [], "nothing to measure": []}
        for _ in range(ROUNDS):
            shutil.rmtree(cache, ignore_errors=True)
            seconds["imports alone"].append(time_of(IMPORTS, cache))
            seconds["nothing kept"].append(time_of(build, cache))
            seconds["nothing to measure"].append(time_of(build, cache))
    imports = statistics.median(seconds["imports alone"])
    print(f"seconds, median of {ROUNDS} rounds in turn")
    for name, times in seconds.items():
        median = statistics.median(times)
        spread = f"{min(times):.2f} to {max(times):.2f}"
        print(f"  {name:20} {median:6.2f}  ({spread}; {median / imports:.2f} × the imports)")


def time_of(command: list[str], cache: Path) -> float:
    started = time.perf_counter()
    environment = {**os.environ, "SUMINT_CACHE": str(cache)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
