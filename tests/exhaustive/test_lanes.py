"""What is stored and merged does not depend on the number of lanes, which differs between processors."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from sumint.checkpoints.files import Architecture, Weights, write_weights
from sumint.exhaustive.circuits import circuits_of
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.tiles import Tile
from sumint.exhaustive.options import Options
from sumint.exhaustive.predictions import Predictions
from sumint.exhaustive.run import tally_all
from sumint.exhaustive.shards import Network, tally_tile
from sumint.store.results import Store
from sumint.task.sums import Layout

ROOT = Path(__file__).parents[2]

WITH_OTHER_LANES = """
import sys
from pathlib import Path
from sumint.exhaustive.kernel import lanes
lanes.WIDTH = int(sys.argv[1])
from sumint.checkpoints.files import read_weights
from sumint.exhaustive.options import Options
from sumint.exhaustive.run import tally_all
from sumint.store.results import Store
tally_all(read_weights(Path(sys.argv[2])), Options(store=Store(Path(sys.argv[3]))))
"""


def test_processors_with_other_lanes_share_a_store_and_give_the_same_bytes(
    untrained: Callable[..., Weights], tmp_path: Path
) -> None:
    weights = untrained(Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4))
    write_weights(tmp_path / "model.safetensors", dict(weights.tensors), {})
    other = {8: 16, 16: 8}[WIDTH]
    command = [
        sys.executable,
        "-c",
        WITH_OTHER_LANES,
        str(other),
        tmp_path / "model.safetensors",
        tmp_path / "store",
    ]
    subprocess.run(command, cwd=ROOT, check=True)
    progress: list[int] = []
    options = Options(store=Store(tmp_path / "store"), on_progress=lambda n_done, _: progress.append(n_done))
    theirs, ours = tally_all(weights, options), tally_all(weights, Options())
    assert progress == [weights.architecture.layout.n_sums]
    assert theirs.n_wrong > 0
    for field in fields(ours):
        of_theirs, of_ours = np.asarray(getattr(theirs, field.name)), np.asarray(getattr(ours, field.name))
        assert of_theirs.tobytes() == of_ours.tobytes(), field.name


def test_of_sums_with_the_same_margin_the_first_is_named(
    untrained: Callable[..., Weights], monkeypatch: pytest.MonkeyPatch
) -> None:
    def predict_tile(*_: object) -> Predictions:
        """The sum 0 + 1 is in the first lane, and 0 + 100 in the second."""
        margin = np.full((3, 100, 100, WIDTH), 9, np.float32)
        margin[:, 0, 1, 0] = margin[:, 0, 0, 1] = 5
        ones = np.ones_like(margin)
        return Predictions(margin, ones, ones, ones, margin)

    network = Network(circuits_of(untrained(Architecture(n_digits=3, n_heads=1, d_model=8, d_head=4))))
    monkeypatch.setattr(Network, "predict_tile", predict_tile)
    tally = tally_tile(network, Tile(Layout(3), 0))
    assert tally.least_margin.tolist() == [5, 5, 5]
    assert tally.least_sum.tolist() == [[0, 1]] * 3
