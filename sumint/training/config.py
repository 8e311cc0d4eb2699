"""The recipe of a training and the history of its epochs, as they are recorded on a checkpoint's card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from sumint.checkpoints.files import Architecture

Labels = Literal["sums", "permuted sums", "column sums"]
"""What a model is trained to answer.

- `sums`: the sum of the operands, as in the write-up's recipe.
- `permuted sums`: the sum of two other operands of the training set, always the same.
- `column sums`: each column's sum modulo ten, without carries.
"""


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe of a training; the defaults are the write-up's."""

    architecture: Architecture = field(default_factory=Architecture)
    init_seed: int = 0
    """The seed of the initial weights."""
    order_seed: int = 0
    """The seed of the order of the sums in each epoch."""
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
    labels: Labels = "sums"
    """What the model is trained to answer."""

    @property
    def seeds(self) -> str:
        """Both seeds as text: "seed 4" if they are equal."""
        if self.init_seed == self.order_seed:
            return f"seed {self.init_seed}"
        return f"init seed {self.init_seed}, order seed {self.order_seed}"

    @property
    def differences(self) -> str:
        """How the recipe differs from the write-up's, seeds and epochs aside, as text; empty if it does not."""
        ours, theirs = self.architecture, Architecture()
        listed = [
            f"{own} {one if own == 1 else several}"
            for own, usual, one, several in (
                (ours.n_digits, theirs.n_digits, "digit", "digits"),
                (ours.n_heads, theirs.n_heads, "head", "heads"),
                (ours.d_model, theirs.d_model, "dimension", "dimensions of the residual stream"),
                (ours.d_head, theirs.d_head, "dimension of a head", "dimensions of a head"),
            )
            if own != usual
        ]
        if self.first_learning_rate != TrainingConfig().first_learning_rate:
            listed.append(f"a learning rate of {self.first_learning_rate:g}")
        return ", ".join(listed)

    @property
    def name(self) -> str:
        """The name of the model: its seeds, and how its recipe differs from the write-up's."""
        return ", ".join(filter(None, (self.seeds, self.differences)))

    def learning_rate(self, epoch: int) -> float:
        """The learning rate of an epoch, counted from 0, which falls linearly from the first to the last."""
        progress = epoch / max(1, self.epochs - 1)
        return self.first_learning_rate + progress * (self.last_learning_rate - self.first_learning_rate)


@dataclass
class TrainingHistory:
    """The losses and the accuracy after each epoch; each list has one entry per finished epoch."""

    training_loss: list[float] = field(default_factory=list)
    """Mean cross-entropy per answer digit over the epoch, in nats."""
    validation_loss: list[float] = field(default_factory=list)
    """Mean cross-entropy per answer digit on the validation sums, in nats."""
    validation_accuracy: list[float] = field(default_factory=list)
    """Share of answer digits on the validation sums that are predicted correctly."""

    @property
    def best_epoch(self) -> int:
        """The first epoch with the highest validation accuracy, counted from 0."""
        return self.validation_accuracy.index(max(self.validation_accuracy))

    @classmethod
    def from_card(cls, card: Mapping[str, Any]) -> TrainingHistory | None:
        """The history on a checkpoint's card, or None if the card has none or an invalid one."""
        values = card.get("history")
        if not isinstance(values, Mapping):
            return None
        columns = [values.get(column.name) for column in fields(cls)]
        if not all(isinstance(column, list) and column and all(map(_is_number, column)) for column in columns):
            return None
        history = cls(*([float(value) for value in column] for column in columns if column))
        return history if history._is_valid() else None

    def _is_valid(self) -> bool:
        losses = self.training_loss + self.validation_loss
        return (
            len(self.training_loss) == len(self.validation_loss) == len(self.validation_accuracy)
            and min(losses) >= 0
            and 0 <= min(self.validation_accuracy) <= max(self.validation_accuracy) <= 1
        )


_MAX_NUMBER = 1e300
"""A bound far above any number that a training can measure."""


def _is_number(value: object) -> bool:
    # The comparison accepts integers of any size and is false for NaN.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _MAX_NUMBER
