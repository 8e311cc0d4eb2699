"""`python -m sumint train`: trains a model by the write-up's recipe and writes a checkpoint with its card."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import INTERRUPTED, Command
from sumint.errors import InputError
from sumint.limits import MAX_EPOCHS, MAX_HEADS, MAX_WIDTH, MIN_WIDTH, SUPPORTED_DIGITS
from sumint.machine.device import Device

MAX_SEED = 2**63 - 1
"""The largest seed that PyTorch's generators accept."""

FALL = 20
"""The first learning rate divided by the last, in the write-up's recipe."""


def _without_nan(rate: float) -> float:
    """The rate itself; a `typer.BadParameter` if it is NaN, which typer finds in every range."""
    if math.isnan(rate):
        raise typer.BadParameter("'nan' is not a number.")
    return rate


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "train",
        cls=Command,
        short_help="Train a model by the write-up's recipe.",
        help=(
            "Train a two-layer, attention-only transformer to add, by the recipe of ARENA's September 2023 "
            "challenge. The best epoch is written to OUT with a card (same name, ending .json) that holds the "
            "recipe and the history. After an interruption, the same command resumes and reaches the same result."
        ),
        epilog=(
            "examples:\n\n\b\n"
            "  python -m sumint train --seed 7 --out model.safetensors\n"
            "  python -m sumint train --init-seed 7 --order-seed 8 --epochs 300"
        ),
    )(run)


def run(
    *,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, metavar="SEED", help="Sets both of the next two, unless given.")
    ] = 0,
    init_seed: Annotated[
        int | None, typer.Option(min=0, max=MAX_SEED, metavar="SEED", help="Sets the initial weights only.")
    ] = None,
    order_seed: Annotated[
        int | None,
        typer.Option(min=0, max=MAX_SEED, metavar="SEED", help="Sets the order of the training sums only."),
    ] = None,
    epochs: Annotated[
        int, typer.Option(min=1, max=MAX_EPOCHS, metavar="N", help="Passes over the 100,000 training sums.")
    ] = 100,
    digits: Annotated[
        int,
        typer.Option(min=SUPPORTED_DIGITS[0], max=SUPPORTED_DIGITS[-1], metavar="N", help="Digits of an operand."),
    ] = 4,
    heads: Annotated[
        int, typer.Option(min=1, max=MAX_HEADS, metavar="N", help="Heads in each of the two layers.")
    ] = 3,
    d_model: Annotated[
        int, typer.Option(min=MIN_WIDTH, max=MAX_WIDTH, metavar="N", help="Dimensions of the residual stream.")
    ] = 48,
    d_head: Annotated[int, typer.Option(min=1, max=MAX_WIDTH, metavar="N", help="Dimensions of a head.")] = 24,
    lr: Annotated[
        float,
        typer.Option(
            min=1e-6,
            max=1.0,
            callback=_without_nan,
            metavar="RATE",
            help="The learning rate of the first epoch; it falls linearly to a twentieth.",
        ),
    ] = 2e-3,
    device: Annotated[Device, typer.Option(help="The device that computes.")] = "auto",
    out: Annotated[Path, typer.Option(metavar="FILE", help="The checkpoint file to write.")] = Path(
        "model.safetensors"
    ),
) -> int:
    """Train, write the checkpoint with its card, and return the exit code."""
    if out.suffix != ".safetensors":
        raise InputError(f"--out {out}: the name of a checkpoint must end in .safetensors")
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: {out.parent} is not a directory; create it, or choose another place")
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise InputError(f"--out {out}: no permission to write to {out.parent}; choose another place")

    from sumint.checkpoints.files import Architecture, card_path, write_weights
    from sumint.machine.device import choose_device
    from sumint.machine.progress_bar import ProgressBar
    from sumint.training.train import TrainingConfig, TrainingHistory, train, training_card

    config = TrainingConfig(
        Architecture(digits, heads, d_model, d_head),
        seed if init_seed is None else init_seed,
        seed if order_seed is None else order_seed,
        epochs,
        first_learning_rate=lr,
        last_learning_rate=lr / FALL,
    )
    state_path = out.with_suffix(".training")
    if state_path.exists():
        print(f"resuming from {state_path}", file=sys.stderr)
    else:
        for path in (out, card_path(out)):
            if os.path.lexists(path):
                raise InputError(f"--out {out}: {path} exists already; choose another name, or remove it")

    try:
        with ProgressBar(config.epochs, description=config.seeds, unit="epochs", has_log=True) as bar:

            def show_progress(history: TrainingHistory) -> None:
                bar.show(
                    len(history.training_loss),
                    f"loss {history.validation_loss[-1]:.4f}, accuracy {history.validation_accuracy[-1]:.5f}, "
                    f"best {max(history.validation_accuracy):.5f}",
                )

            tensors, history = train(
                config, device=choose_device(device), state_path=state_path, on_epoch=show_progress
            )
    except KeyboardInterrupt:
        outcome = (
            f"the same command resumes from {state_path}"
            if state_path.exists()
            else "no epoch is complete, so nothing is saved"
        )
        print(f"interrupted; {outcome}", file=sys.stderr)
        return INTERRUPTED
    write_weights(out, tensors, training_card(config, history))
    state_path.unlink(missing_ok=True)
    best = history.best_epoch
    print(
        f"{out}: epoch {best + 1} of {config.epochs}, "
        f"accuracy {history.validation_accuracy[best]:.5f} on the validation digits"
    )
    return 0
