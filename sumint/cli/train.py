"""`python -m sumint train`: trains a model by the write-up's recipe and writes a checkpoint with its card."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sumint.checkpoints.files import MAX_HEADS
from sumint.errors import InputError
from sumint.machine.device import DEVICES
from sumint.task.sums import SUPPORTED_DIGITS
from sumint.training.config import MAX_EPOCHS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options to the parser."""
    train = commands.add_parser(
        "train",
        help="train a model by the write-up's recipe",
        description=(
            "Train a two-layer, attention-only transformer to add, by the recipe of ARENA's September 2023 "
            "challenge. The best epoch is written to OUT with a card (same name, ending .json) that holds the "
            "recipe and the history. After an interruption, the same command resumes and reaches the same result."
        ),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    train.add_argument("--seed", type=_seed, default=0, help="sets both of the next two, unless they are given")
    for name, target in (
        ("--init-seed", "the initial weights"),
        ("--order-seed", "the order of the training sums"),
    ):
        help_text = f"sets {target} only"
        train.add_argument(name, type=_seed, metavar="SEED", default=argparse.SUPPRESS, help=help_text)
    train.add_argument("--epochs", type=_epochs, default=100, help="passes over the 100,000 training sums")
    train.add_argument("--digits", type=int, default=4, choices=SUPPORTED_DIGITS, help="digits of an operand")
    train.add_argument("--heads", type=_heads, default=3, help="heads in each of the two layers")
    train.add_argument("--device", default="auto", choices=DEVICES, help="device that computes")
    train.add_argument("--out", type=Path, default=Path("model.safetensors"), help="checkpoint file to write")
    train.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Train, write the checkpoint with its card, and return the exit code."""
    if options.out.suffix != ".safetensors":
        raise InputError(f"--out {options.out}: the name of a checkpoint must end in .safetensors")
    if not options.out.parent.is_dir():
        raise InputError(
            f"--out {options.out}: {options.out.parent} is not a directory; create it, or choose another place"
        )

    from tqdm import tqdm

    from sumint.checkpoints.files import Architecture, card_path, write_weights
    from sumint.machine.device import choose_device
    from sumint.training.train import TrainingConfig, TrainingHistory, train, training_card

    architecture = Architecture(n_digits=options.digits, n_heads=options.heads)
    init_seed, order_seed = (getattr(options, name, options.seed) for name in ("init_seed", "order_seed"))
    config = TrainingConfig(architecture, init_seed, order_seed, options.epochs)
    state_path = options.out.with_suffix(".training")
    if state_path.exists():
        print(f"resuming from {state_path}", file=sys.stderr)
    else:
        for path in (options.out, card_path(options.out)):
            if os.path.lexists(path):
                raise InputError(f"--out {options.out}: {path} exists already; choose another name, or remove it")
    with tqdm(total=config.epochs, desc=config.seeds, unit="epoch") as bar:

        def show_progress(history: TrainingHistory) -> None:
            bar.set_postfix(
                loss=f"{history.validation_loss[-1]:.4f}",
                accuracy=f"{history.validation_accuracy[-1]:.5f}",
                best=f"{max(history.validation_accuracy):.5f}",
                refresh=False,
            )
            if bar.n == 0:
                bar.initial = len(history.training_loss) - 1  # the rate excludes the epochs of an earlier run
            bar.update(len(history.training_loss) - bar.n)

        try:
            tensors, history = train(
                config, device=choose_device(options.device), state_path=state_path, on_epoch=show_progress
            )
        except KeyboardInterrupt:
            bar.close()
            outcome = (
                f"the same command resumes from {state_path}"
                if state_path.exists()
                else "no epoch is complete, so nothing is saved"
            )
            print(f"interrupted; {outcome}", file=sys.stderr)
            return 130
    write_weights(options.out, tensors, training_card(config, history))
    state_path.unlink(missing_ok=True)
    best = history.best_epoch
    print(
        f"{options.out}: epoch {best + 1} of {config.epochs}, "
        f"accuracy {history.validation_accuracy[best]:.5f} on the validation digits"
    )
    return 0


def _epochs(text: str) -> int:
    return _from_1_to(MAX_EPOCHS, text)


def _heads(text: str) -> int:
    return _from_1_to(MAX_HEADS, text)


def _from_1_to(maximum: int, text: str) -> int:
    if not _is_whole(text) or not 1 <= int(text) <= maximum:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {maximum:,}, found {text[:40]!r}")
    return int(text)


def _seed(text: str) -> int:
    if not _is_whole(text) or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2⁶³ − 1, found {text[:40]!r}")
    return int(text)


def _is_whole(text: str) -> bool:
    # `int` rejects texts of thousands of digits.
    return text.isdecimal() and len(text) < 100
