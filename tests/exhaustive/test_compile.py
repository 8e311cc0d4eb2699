"""The kernel that is compiled in advance is the one that an exhaustive run calls."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from sumint.checkpoints.files import Architecture, Weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.compile import compile_kernel
from sumint.exhaustive.kernel.counting import count_clear
from sumint.exhaustive.kernel.sweep import evaluate
from sumint.exhaustive.kernel.tiles import Tile
from sumint.exhaustive.shards import Network, tally_tile

ROOT = Path(__file__).parents[2]


def test_a_run_compiles_nothing_more(untrained: Callable[..., Weights]) -> None:
    compile_kernel()
    for shape in (Architecture(n_digits=2, n_heads=1, d_model=12, d_head=5), Architecture(n_digits=3, n_heads=2)):
        tally_tile(Network(circuits_of(untrained(shape))), Tile(shape.layout, 0))
    assert len(evaluate.signatures) == len(count_clear.signatures) == 1


def test_it_is_imported_without_torch() -> None:
    program = "import sys; import sumint.exhaustive.kernel.compile; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
