"""The kernel predicts for every sum what transformer_lens predicts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from sumint.checkpoints.files import Architecture, Weights, read_weights
from sumint.exhaustive.circuits import Circuits, circuits_of
from sumint.exhaustive.gpu import TorchKernel
from sumint.exhaustive.kernel.lanes import WIDTH
from sumint.exhaustive.kernel.memory import LOW, n_high, n_low, tables_of
from sumint.exhaustive.kernel.tiles import Tile, n_pairs, predict_tile
from sumint.exhaustive.predictions import Predictions, predictions_from
from sumint.exhaustive.reference import answer_logits
from sumint.model.load import Model, bridge_state, build_model, load_model, tokens_for
from sumint.task.sums import Layout, SampleSpec, Sums, all_sums

TOLERANCE = 2e-4
"""The largest difference between single and double precision, for logits of some tens."""

Untrained = Callable[..., Weights]

SHAPES = [
    Architecture(n_digits=2, n_heads=1, d_model=12, d_head=5),
    Architecture(n_digits=2, n_heads=3),
    Architecture(n_digits=3, n_heads=2, d_model=13, d_head=7),
    Architecture(n_digits=4, n_heads=4, d_model=8, d_head=8),
    Architecture(n_digits=5, n_heads=2, d_model=16, d_head=3),
    Architecture(n_digits=6, n_heads=1, d_model=20, d_head=10),
]


at_night = partial(pytest.param, marks=pytest.mark.nightly)


def name_of(shape: Architecture) -> str:
    return f"{shape.n_digits} digits, {shape.n_heads} heads of {shape.d_head}, {shape.d_model}"


def unprocessed(weights: Weights) -> Model:
    """The unprocessed network in double precision; processing would round in single precision."""
    model = build_model(weights.architecture, dtype="float64")
    model.load_state_dict(bridge_state(weights, model), strict=True)
    return model.eval()


def logits_of(model: Model, sums: Sums) -> np.ndarray:
    with torch.inference_mode():
        return model(tokens_for(model, sums))[:, sums.layout.predicting].double().numpy()


def predictions_of(circuits: Circuits, sums: Sums) -> Predictions:
    """The kernel's predictions [sum, digit] for single sums, each read from its tile."""
    layout, tables = circuits.layout, tables_of(circuits)
    (high_a, low_a), (high_b, low_b) = np.divmod(sums.a, LOW), np.divmod(sums.b, LOW)
    tile, lane = np.divmod(high_a * n_high(layout) + high_b, WIDTH)
    predictions = Predictions(*(np.empty((len(sums), layout.n_digits)) for _ in Predictions._fields))
    for number in np.unique(tile):
        of_tile = predict_tile(tables, Tile(layout, int(number) * WIDTH))
        here = np.flatnonzero(tile == number)
        for array, tile_array in zip(predictions, of_tile, strict=True):
            array[here] = tile_array[:, low_a[here], low_b[here], lane[here]].T
    return predictions


def assert_predictions(actual: Predictions, sums: Sums, logits: np.ndarray) -> None:
    """Assert that the kernel's predictions [sum, digit] are those of the logits [sum, digit, token]."""
    assert_close(actual, predictions_from(logits, sums.answer_digits))
    predicted = np.take_along_axis(logits, actual.predicted.astype(int)[..., None], axis=-1)[..., 0]
    assert (logits.max(axis=-1) - predicted).max() < TOLERANCE


def assert_close(actual: Predictions, expected: Predictions) -> None:
    for name in ("margin", "loss", "probability", "lead"):
        assert np.abs(getattr(actual, name) - getattr(expected, name)).max() < TOLERANCE, name
    is_clear = expected.lead > TOLERANCE
    assert np.array_equal(actual.predicted[is_clear], expected.predicted[is_clear])


def test_predictions_are_computed_from_logits_as_documented() -> None:
    logits = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.25, 0.25, 0.5]]))
    predictions = predictions_from(logits, np.array([0, 2, 0]))
    assert np.allclose(predictions.margin, np.log([0.7 / 0.2, 0.3 / 0.6, 0.25 / 0.5]))
    assert np.allclose(predictions.loss, -np.log([0.7, 0.3, 0.25]))
    assert np.allclose(predictions.probability, [0.7, 0.3, 0.25])
    assert predictions.predicted.tolist() == [0, 1, 2]
    assert np.allclose(predictions.lead, np.log([0.7 / 0.2, 0.6 / 0.3, 0.5 / 0.25]))


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_the_reference_equals_transformer_lens(shape: Architecture, untrained: Untrained) -> None:
    weights = untrained(shape)
    sums = SampleSpec(shape.n_digits, size=50).draw()
    logits = answer_logits(circuits_of(weights), sums.tokens)
    assert np.allclose(logits, logits_of(unprocessed(weights), sums), atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES, ids=name_of)
def test_the_kernel_equals_the_reference(shape: Architecture, untrained: Untrained) -> None:
    circuits = circuits_of(untrained(shape))
    layout = shape.layout
    tiles = [Tile(layout, 0), Tile(layout, (n_pairs(layout) - 1) // WIDTH * WIDTH)]
    random = np.random.default_rng(0)
    for tile in tiles:
        low_a, low_b = random.integers(0, n_low(layout), (2, 100))
        lane = random.integers(0, tile.n_lanes, 100)
        sums = tile.operands(low_a, low_b, lane)
        of_tile = predict_tile(tables_of(circuits), tile)
        predictions = Predictions(*(array[:, low_a, low_b, lane].T for array in of_tile))
        assert_predictions(predictions, sums, answer_logits(circuits, sums.tokens))


@pytest.mark.parametrize("shape", [SHAPES[0], SHAPES[2], at_night(SHAPES[1]), at_night(SHAPES[3])], ids=name_of)
def test_torch_equals_the_kernel(shape: Architecture, untrained: Untrained) -> None:
    circuits, tile = circuits_of(untrained(shape)), Tile(shape.layout, 0)
    by_torch = TorchKernel(circuits, "cpu").predict_tile(tile)
    assert_close(by_torch, predict_tile(tables_of(circuits), tile))


@pytest.mark.parametrize("n_digits", [2, at_night(3)])
def test_every_single_sum_equals_the_forward_pass(n_digits: int, untrained: Untrained) -> None:
    weights = untrained(Architecture(n_digits=n_digits))
    circuits, model = circuits_of(weights), load_model(weights)
    sums = all_sums(Layout(n_digits))
    expected = np.concatenate([logits_of(model, sums[i : i + 5000]) for i in range(0, len(sums), 5000)])
    assert_predictions(predictions_of(circuits, sums), sums, expected)


def test_hard_and_random_sums_of_the_write_ups_model_equal_double_precision(arena_checkpoint: Path) -> None:
    weights = read_weights(arena_checkpoint)
    model = load_model(weights, dtype="float64")
    random = SampleSpec(4, size=200, seed=7).draw()
    near_carries = Sums(random.layout, random.a % 4000, 3999 - random.a % 4000 + np.arange(200) % 3 * 10)
    circuits = circuits_of(weights)
    tiles = np.random.default_rng(0).integers(0, 50, 3)
    for sums in (random, near_carries):
        sums = sums[np.isin(sums.a // LOW % 50, tiles)]
        assert len(sums) > 5
        assert_predictions(predictions_of(circuits, sums), sums, logits_of(model, sums))


def test_all_tiles_together_hold_every_sum_once() -> None:
    layout = Layout(3)
    counts = np.zeros((layout.operand_limit, layout.operand_limit), dtype=int)
    for first in range(0, n_pairs(layout), WIDTH):
        tile = Tile(layout, first)
        places = np.indices((n_low(layout), n_low(layout), tile.n_lanes)).reshape(3, -1)
        sums = tile.operands(*places)
        np.add.at(counts, (sums.a, sums.b), 1)
    assert (counts == 1).all()
