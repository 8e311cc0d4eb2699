"""How a model is trained: the recipe and the history of its epochs, as they stand on a checkpoint's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from sumint.checkpoints.files import Architecture

MOST_EPOCHS = 10_000
"""The card of so long a training is about as large as any card may be."""


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe; the defaults are the write-up's."""

    architecture: Architecture = field(default_factory=Architecture)
    init_seed: int = 0
    """Of the initial weights."""
    order_seed: int = 0
    """Of the order in which each epoch sees the sums."""
    epochs: int = 100
    training_sums: int = 100_000
    training_sums_seed: int = 42
    validation_sums: int = 5_000
    validation_sums_seed: int = 43
    batch_size: int = 512
    first_learning_rate: float = 2e-3
    last_learning_rate: float = 1e-4
    weight_decay: float = 1e-3
    """The L2 penalty that Adam adds to the gradient, not the decoupled decay of AdamW."""

    @property
    def seeds(self) -> str:
        """Both seeds as text: "seed 4" where they are the same."""
        if self.init_seed == self.order_seed:
            return f"seed {self.init_seed}"
        return f"init seed {self.init_seed}, order seed {self.order_seed}"

    def learning_rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0: linear from the first to the last."""
        progress = epoch / max(1, self.epochs - 1)
        return self.first_learning_rate + progress * (self.last_learning_rate - self.first_learning_rate)


@dataclass
class TrainingHistory:
    """What each epoch came to; all lists are as long as the training has gone."""

    training_loss: list[float] = field(default_factory=list)
    """Mean cross-entropy per answer digit over the epoch, in nats."""
    validation_loss: list[float] = field(default_factory=list)
    validation_accuracy: list[float] = field(default_factory=list)
    """Share of answer digits whose largest logit is the right one."""

    @property
    def best_epoch(self) -> int:
        """The first of the epochs with the highest validation accuracy, counted from 0."""
        return self.validation_accuracy.index(max(self.validation_accuracy))

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> TrainingHistory | None:
        """The history on a checkpoint's card; None if the card has none, or one that makes no sense."""
        recorded = card.get("history")
        if not isinstance(recorded, Mapping):
            return None
        columns = [recorded.get(column.name) for column in fields(cls)]
        if not all(isinstance(column, list) and column and all(map(_is_number, column)) for column in columns):
            return None
        history = cls(*([float(value) for value in column] for column in columns if column))
        return history if history._makes_sense() else None

    def _makes_sense(self) -> bool:
        losses = self.training_loss + self.validation_loss
        return (
            len(self.training_loss) == len(self.validation_loss) == len(self.validation_accuracy)
            and min(losses) >= 0
            and 0 <= min(self.validation_accuracy) <= max(self.validation_accuracy) <= 1
        )


LARGEST = 1e300
"""What a training could have measured is far below this."""


def _is_number(value: object) -> bool:
    # A comparison takes whole numbers of any size, and no number is not a number.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
