"""The time of a build from nothing, of parts of it and after each kind of edit, beside that of the imports alone.

Every build is a process, as a user starts it, on a copy of the code, so that the code can be edited. The builds
are timed in turn, so that all are affected by the same noise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measurement import Measurement, compared, in_turn, seconds_of
from tests.benchmarks.memory import peak_memory_of
from tests.shared import ROOT

COPIED = ("report", "sumint", "templates")
IMPORTS = "import torch, transformer_lens"
MIRRORED = (
    "the-task,unembedding,ablation,layer-0-attention,direct-logit-attribution,layer-1-ov,carries,open-questions"
)
"""The chapters that repeat the write-up's own measurements."""
EDITS = {
    "after an edit of a sentence": ("report/chapters/carries/text.md", "One sentence more."),
    "after an edit of a sentence on the longest page": ("report/chapters/how_it_carries/text.md", "One more."),
    "after an edit of a figure": ("report/chapters/carries/figures.py", "EDITED = True"),
    "after an edit of an analysis": ("sumint/analyses/carrying/carry_counts.py", "EDITED = True"),
}
"""The edits by name: a file, and what is written at its end."""
TWO_TILES = """
import sys
from pathlib import Path
from time import perf_counter
from sumint.checkpoints.files import read_weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.tiles import Tile
from sumint.exhaustive.shards import Network, tally_tile

weights = read_weights(Path(sys.argv[1]))
network, tile = Network(circuits_of(weights)), Tile(weights.architecture.layout, 0)
times = [perf_counter()]
for _ in range(2):
    tally_tile(network, tile)
    times.append(perf_counter())
print(times[1] - times[0] - (times[2] - times[1]))
"""
"""Counts the same sums twice, and prints how much longer the first time took, which includes the compilation."""


def measure(checkpoint: Path, rounds: int) -> list[Measurement]:
    """Seconds of the imports alone, of builds and of compiling; the memory in MB of a build of everything."""
    with tempfile.TemporaryDirectory() as folder:
        place = _Place(Path(folder), checkpoint)
        place.build()  # compiles the modules of the copy to bytecode
        found = in_turn(
            {
                IMPORTS: lambda: place.run(sys.executable, "-c", IMPORTS),
                "a build of the write-up’s own chapters, nothing stored": lambda: place.afresh(
                    "--chapters", MIRRORED
                ),
                "a build of everything, nothing stored": place.afresh,
                "compiling the engine of all sums": place.compiled,
                "a build with nothing changed": place.build,
                "a build after a commit": place.committed,
                **{f"a build {name}": lambda name=name: place.edited(*EDITS[name]) for name in EDITS},
            },
            rounds,
        )
        peak = Measurement("memory of a build of everything, nothing stored", "MB", (place.peak_memory(),))
    return [*compared(found, IMPORTS, "s"), peak]


class _Place:
    """A copy of the code with a site and a cache folder of its own."""

    def __init__(self, folder: Path, checkpoint: Path) -> None:
        self._code, self._cache, self._site = folder / "code", folder / "cache", folder / "site"
        self._checkpoint = checkpoint
        for name in COPIED:
            shutil.copytree(ROOT / name, self._code / name, ignore=shutil.ignore_patterns("__pycache__"))
        self._command = (
            *(sys.executable, "-m", "report", "build", "--weights", str(checkpoint)),
            *("--site", str(self._site)),
        )
        self._environment = {**os.environ, "SUMINT_CACHE": str(self._cache), "PYTHONPATH": str(self._code)}
        (self._code / ".gitignore").write_text("__pycache__/\n", encoding="utf-8")
        self._n_commits = 0
        self.run("git", "init", "-q")
        self._commit()

    def _commit(self) -> None:
        """Commit the copy, a git checkout as that in which its user works: pages state the commit."""
        self._n_commits += 1
        (self._code / "commits.txt").write_text(f"{self._n_commits}\n", encoding="utf-8")
        self.run("git", "add", ".")
        identity = ("-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost")
        self.run("git", *identity, "commit", "-q", "-m", "The code")

    def run(self, *command: str) -> float:
        """The seconds that a command takes."""
        return seconds_of(
            lambda: subprocess.run(command, check=True, capture_output=True, env=self._environment, cwd=self._code)
        )

    def build(self, *options: str) -> float:
        """The seconds of a build."""
        return self.run(*self._command, *options)

    def afresh(self, *options: str) -> float:
        """The seconds of a build with nothing stored and no site."""
        self._forget()
        return self.build(*options)

    def compiled(self) -> float:
        """The seconds that compiling the engine takes, in a process that finds no compiled code."""
        with tempfile.TemporaryDirectory() as without_code:
            process = subprocess.run(
                (sys.executable, "-c", TWO_TILES, self._checkpoint),
                check=True,
                capture_output=True,
                env={**self._environment, "NUMBA_CACHE_DIR": without_code},
                cwd=self._code,
            )
        return float(process.stdout)

    def committed(self) -> float:
        """The seconds of a build after a commit of a file that no page shows."""
        self._commit()
        return self.build()

    def peak_memory(self) -> float:
        """The memory in MB that a build with nothing stored takes at its peak."""
        self._forget()
        return peak_memory_of(self._command, env=self._environment, cwd=self._code)

    def _forget(self) -> None:
        """Remove the site and all that is stored."""
        shutil.rmtree(self._cache, ignore_errors=True)
        shutil.rmtree(self._site, ignore_errors=True)

    def edited(self, path: str, line: str) -> float:
        """The seconds of a build after an edit, which is then taken back."""
        file = self._code / path
        original = file.read_text(encoding="utf-8")
        file.write_text(f"{original}\n{line}\n", encoding="utf-8")
        try:
            return self.build()
        finally:
            file.write_text(original, encoding="utf-8")
            self.build()
