"""The history on a card is used only if it is valid."""

import pytest

from sumint.training.config import TrainingConfig, TrainingHistory

GOOD = {"training_loss": [2.0, 1.0], "validation_loss": [2.1, 1.1], "validation_accuracy": [0.2, 0.4]}


def test_a_valid_history_is_read_unchanged() -> None:
    assert TrainingHistory.from_card({"history": GOOD}) == TrainingHistory(**GOOD)


@pytest.mark.parametrize(
    "invalid",
    [
        {"validation_accuracy": [0.2, 1.7]},
        {"validation_accuracy": [-0.1, 0.4]},
        {"training_loss": [-2.0, 1.0]},
        {"validation_loss": [float("nan"), 1.0]},
        {"validation_loss": [1.0]},
        {"validation_loss": []},
        {"training_loss": ["2.0", 1.0]},
        {"training_loss": [True, 1.0]},
        {"training_loss": None},
    ],
    ids=str,
)
def test_an_invalid_history_is_ignored(invalid: dict) -> None:
    assert TrainingHistory.from_card({"history": {**GOOD, **invalid}}) is None


@pytest.mark.parametrize("card", [{}, {"history": None}, {"history": [1, 2]}, {"history": {}}])
def test_a_card_without_a_history_has_none(card: dict) -> None:
    assert TrainingHistory.from_card(card) is None


def test_the_best_epoch_is_the_first_with_the_highest_accuracy() -> None:
    assert TrainingHistory([1.0] * 3, [1.0] * 3, [0.5, 0.9, 0.9]).best_epoch == 1


def test_the_defaults_are_the_write_up_s_recipe() -> None:
    recipe = TrainingConfig()
    assert (recipe.epochs, recipe.batch_size, recipe.training_sums, recipe.validation_sums) == (
        100,
        512,
        100_000,
        5_000,
    )
    assert (recipe.learning_rate(0), recipe.learning_rate(99)) == pytest.approx((2e-3, 1e-4))
