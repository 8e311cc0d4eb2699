"""The kernel says of every sum what transformer_lens does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.exhaustive.circuits import Circuits, circuits_of
from sumint.exhaustive.gpu import Batched
from sumint.exhaustive.kernel.simd import WIDTH
from sumint.exhaustive.kernel.tables import LOW, n_high, n_low, tables_of
from sumint.exhaustive.kernel.tiles import Tile, n_pairs, verdicts_on
from sumint.exhaustive.predictions import Verdicts, verdicts_from
from sumint.exhaustive.reference import answer_logits
from sumint.model.load import Model, bridge_names, build_model, load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec, Sums, all_sums

WITHIN = 2e-4
"""How far single precision may be from double, in logits of some tens."""

Untrained = Callable[..., Weights]

SHAPES = [
    Architecture(n_digits=2, n_heads=1, d_model=12, d_head=5),
    Architecture(n_digits=2, n_heads=3),
    Architecture(n_digits=3, n_heads=2, d_model=13, d_head=7),
    Architecture(n_digits=4, n_heads=4, d_model=8, d_head=8),
    Architecture(n_digits=5, n_heads=2, d_model=16, d_head=3),
    Architecture(n_digits=6, n_heads=1, d_model=20, d_head=10),
]


def name_of(shape: Architecture) -> str:
    return f"{shape.n_digits} digits, {shape.n_heads} heads of {shape.d_head}, {shape.d_model}"


def unprocessed(weights: Weights) -> Model:
    """The network as it was trained, in double precision: processing it would round."""
    model = build_model(weights.architecture, dtype="float64")
    state = {name: torch.from_numpy(array) for name, array in bridge_names(weights.tensors).items()}
    model.load_state_dict(state, strict=True)
    return model.eval()


def logits_of(model: Model, sums: Sums) -> np.ndarray:
    with torch.inference_mode():
        return model(tokens_for(model, sums))[:, sums.layout.predicting].double().numpy()


def said_of(circuits: Circuits, sums: Sums) -> Verdicts:
    """What the kernel says of single sums, each looked up in its tile: [sum, digit]."""
    layout, tables = circuits.layout, tables_of(circuits)
    (high_a, low_a), (high_b, low_b) = np.divmod(sums.a, LOW), np.divmod(sums.b, LOW)
    tile, lane = np.divmod(high_a * n_high(layout) + high_b, WIDTH)
    found = Verdicts(*(np.empty((len(sums), layout.n_digits)) for _ in Verdicts._fields))
    for number in np.unique(tile):
        verdicts = verdicts_on(tables, Tile(layout, int(number) * WIDTH))
        here = np.flatnonzero(tile == number)
        for array, all_of_tile in zip(found, verdicts, strict=True):
            array[here] = all_of_tile[:, low_a[here], low_b[here], lane[here]].T
    return found


def assert_said(found: Verdicts, sums: Sums, logits: np.ndarray) -> None:
    """That the kernel says [sum, digit] what the logits [sum, digit, token] do."""
    assert_close(found, verdicts_from(logits, sums.answer_digits))
    predicted = np.take_along_axis(logits, found.predicted.astype(int)[..., None], axis=-1)[..., 0]
    assert (logits.max(axis=-1) - predicted).max() < WITHIN


def assert_close(found: Verdicts, expected: Verdicts) -> None:
    for name in ("margin", "loss", "probability", "lead"):
        assert np.abs(getattr(found, name) - getattr(expected, name)).max() < WITHIN, name
    is_clear = expected.lead > WITHIN
    assert np.array_equal(found.predicted[is_clear], expected.predicted[is_clear])


def test_the_verdicts_are_what_the_words_say() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]))
    found = verdicts_from(logits, np.array([0, 2, 0]))
    assert np.allclose(found.margin, np.log([0.7 / 0.2, 0.3 / 0.6, 0.25 / 0.5]))
    assert np.allclose(found.loss, -np.log([0.7, 0.3, 0.25]))
    assert np.allclose(found.probability, [0.7, 0.3, 0.25])
    assert found.predicted.tolist() == [0, 1, 2]
    assert np.allclose(found.lead, np.log([0.7 / 0.2, 0.6 / 0.3, 0.5 / 0.25]))


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_the_tables_hold_what_transformer_lens_computes(shape: Architecture, untrained: Untrained) -> None:
    weights = untrained(shape)
    sums = SampleSpec(shape.n_digits, size=50).draw()
    found = answer_logits(circuits_of(weights), sums.tokens)
    assert np.allclose(found, logits_of(unprocessed(weights), sums), atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_the_kernel_computes_what_the_tables_hold(shape: Architecture, untrained: Untrained) -> None:
    circuits = circuits_of(untrained(shape))
    layout = shape.layout
    tiles = [Tile(layout, 0), Tile(layout, (n_pairs(layout) - 1) // WIDTH * WIDTH)]
    chosen = np.random.default_rng(0)
    for tile in tiles:
        low_a, low_b = chosen.integers(0, n_low(layout), (2, 100))
        lane = chosen.integers(0, tile.n_lanes, 100)
        sums = tile.operands(low_a, low_b, lane)
        found = Verdicts(*(array[:, low_a, low_b, lane].T for array in verdicts_on(tables_of(circuits), tile)))
        assert_said(found, sums, answer_logits(circuits, sums.tokens))


@pytest.mark.parametrize("shape", SHAPES[:4], ids=name_of)
def test_torch_computes_what_the_kernel_does(shape: Architecture, untrained: Untrained) -> None:
    circuits, tile = circuits_of(untrained(shape)), Tile(shape.layout, 0)
    by_torch = Batched(circuits, "cpu").verdicts_on(tile)
    assert_close(by_torch, verdicts_on(tables_of(circuits), tile))


@pytest.mark.parametrize("n_digits", [2, 3])
def test_every_single_sum_is_as_in_a_plain_forward_pass(n_digits: int, untrained: Untrained) -> None:
    weights = untrained(Architecture(n_digits=n_digits))
    circuits, model = circuits_of(weights), load_model(weights)
    sums = all_sums(Layout(n_digits))
    expected = np.concatenate([logits_of(model, sums[i : i + 5000]) for i in range(0, len(sums), 5000)])
    assert_said(said_of(circuits, sums), sums, expected)


def test_hard_and_random_sums_of_the_write_ups_model_are_as_in_double_precision(arena_checkpoint: Path) -> None:
    weights = read_weights(arena_checkpoint)
    model = load_model(weights, dtype="float64")
    random = SampleSpec(4, size=200, seed=7).draw()
    near_carries = Sums(random.layout, random.a % 4000, 3999 - random.a % 4000 + np.arange(200) % 3 * 10)
    circuits = circuits_of(weights)
    tiles = np.random.default_rng(0).integers(0, 50, 3)
    for sums in (random, near_carries):
        sums = sums[np.isin(sums.a // LOW % 50, tiles)]
        assert len(sums) > 5
        assert_said(said_of(circuits, sums), sums, logits_of(model, sums))


def test_all_tiles_together_are_all_sums_once() -> None:
    layout = Layout(3)
    seen = np.zeros((layout.operand_limit, layout.operand_limit), dtype=int)
    for first in range(0, n_pairs(layout), WIDTH):
        tile = Tile(layout, first)
        places = np.indices((n_low(layout), n_low(layout), tile.n_lanes)).reshape(3, -1)
        sums = tile.operands(*places)
        np.add.at(seen, (sums.a, sums.b), 1)
    assert (seen == 1).all()
