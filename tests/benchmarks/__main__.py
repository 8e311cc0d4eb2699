"""All benchmarks in one run: a table of medians, ranges and ratios.

    python -m tests.benchmarks [NAME ...] [--weights WHICH] [--rounds N] [--fill] [--history FILE]

Without a name, all of them. `--fill` writes the table into docs/measured.md. `--history` compares the ratios with
those of earlier runs and adds this one; the exit code is 1 if one is worse by more than a fifth and by more than
earlier runs differ. The module `history` states the rule.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

# As the command lines do; before torch is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from sumint.checkpoints.locate import locate
from tests.benchmarks import analyses, build, every_sum, page_load, training_step
from tests.benchmarks.history import N_NEEDED, append, not_judged, worse
from tests.benchmarks.machine import machine
from tests.benchmarks.table import fill, table

BENCHMARKS = {
    "training-step": training_step.measure,
    "every-sum": every_sum.measure,
    "analyses": analyses.measure,
    "build": build.measure,
    "page-load": page_load.measure,
}
DOCUMENT = Path(__file__).parents[2] / "docs/measured.md"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; by default all")
    parser.add_argument("--weights", default="bundled", help="as for python -m report build")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--fill", action="store_true", help=f"write the table into {DOCUMENT.name}")
    parser.add_argument("--history", type=Path, help="a file of earlier runs, to compare with and to add to")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - BENCHMARKS.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    checkpoint, found = locate(chosen.weights).resolve(), []
    for name in chosen.names or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += BENCHMARKS[name](checkpoint, chosen.rounds)
    text = table(found, machine(), chosen.rounds)
    print(text)
    if chosen.fill:
        fill(DOCUMENT, text)
    if chosen.history is None:
        return 0
    slower, too_new = worse(found, chosen.history), not_judged(found, chosen.history)
    append(found, chosen.history, datetime.now(UTC).isoformat(timespec="seconds"), machine())
    if too_new:
        print(f"Not judged, for fewer than {N_NEEDED} earlier runs measured it: {'; '.join(too_new)}")
    for sentence in slower:
        print(sentence)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
