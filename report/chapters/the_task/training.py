"""How the model was trained: where the weights come from, and the loss and accuracy by epoch."""

from __future__ import annotations

from report.content.chapter import Absent, Figure
from report.content.formats import percent
from report.content.safe_text import card_text
from report.figures import charts
from sumint.checkpoints.locate import ARENA_DIGEST
from sumint.lab import Lab
from sumint.training.config import TrainingHistory


def training_origin(lab: Lab) -> str:
    """Return the sentence on how the checkpoint was trained, from its card."""
    if lab.weights.digest == ARENA_DIGEST:
        return "This is the write-up’s checkpoint, trained by ARENA; its file holds no record of the training."
    return card_text(
        lab.card,
        "origin",
        ("Nothing is recorded of its training; an `origin` in the JSON file beside the checkpoint stands here."),
    )


def training_curve_figure(lab: Lab) -> Figure | Absent:
    """Return the loss and the share of wrong validation digits by epoch; absent without a training record."""
    name, title = "training-curve", "Loss and accuracy by epoch"
    if lab.history is None:
        reason = (
            "The history on the card cannot be drawn: it needs `training_loss`, `validation_loss` and "
            "`validation_accuracy`, lists of one number for each epoch."
            if "history" in lab.card
            else "The checkpoint’s card holds no history of its training."
        )
        return Absent(name, title, reason)
    history = lab.history
    epochs = tuple(range(1, len(history.training_loss) + 1))
    best = history.best_epoch
    return Figure(
        name,
        title,
        charts.stacked_lines(
            epochs,
            {
                "loss (nats)": {"training": history.training_loss, "validation": history.validation_loss},
                "validation digits wrong": {"validation": [1 - right for right in history.validation_accuracy]},
            },
            x_title="epoch",
            logarithmic=True,
            shares=("validation digits wrong",),
        ),
        caption=(
            "Cross-entropy in nats, and share of validation digits wrong, by epoch, on logarithmic scales. The "
            f"best epoch, {best + 1} of {len(epochs)}, was kept: {percent(history.validation_accuracy[best], 3)} "
            "right."
        ),
        alt="Lines over the epochs: training loss, validation loss, and the share of wrong digits.",
        source=TrainingHistory,
        height=460,
    )
