"""`python -m sumint`: train a model of this family, and check one on every sum."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sumint.checkpoints.files import MOST_HEADS
from sumint.cli import verify
from sumint.cli.streams import run_main
from sumint.errors import InputError
from sumint.machine.device import DEVICES
from sumint.task.sums import SUPPORTED_DIGITS
from sumint.training.config import MOST_EPOCHS


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 a sum is wrong, 2 bad input, 130 interrupted."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except InputError as error:
        print(f"error: {' '.join(str(error).splitlines())}", file=sys.stderr)  # a path may hold a line break
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sumint", description="Work with transformers that add two numbers."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser(
        "train",
        help="train a model by the write-up's recipe",
        description=(
            "Train a two-layer, attention-only transformer to add, by the recipe of ARENA's September 2023 "
            "challenge. The best epoch is written to OUT with a card (its stem, .json) that holds the recipe and "
            "the history. Interrupted, the same command goes on where it stopped, to the same result."
        ),
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    train.add_argument("--seed", type=_seed, default=0, help="sets both of the next two, unless they are given")
    for name, what in (("--init-seed", "the initial weights"), ("--order-seed", "the order of the training sums")):
        train.add_argument(name, type=_seed, metavar="SEED", default=argparse.SUPPRESS, help=f"sets {what} alone")
    train.add_argument("--epochs", type=_epochs, default=100, help="passes over the 100,000 training sums")
    train.add_argument("--digits", type=int, default=4, choices=SUPPORTED_DIGITS, help="digits of an operand")
    train.add_argument("--heads", type=_heads, default=3, help="heads in each of the two layers")
    train.add_argument("--device", default="auto", choices=DEVICES, help="where to compute")
    train.add_argument("--out", type=Path, default=Path("model.safetensors"), help="the checkpoint to write")
    train.set_defaults(run=_train)
    verify.add(commands)
    return parser


def _epochs(text: str) -> int:
    return _from_1_to(MOST_EPOCHS, text)


def _heads(text: str) -> int:
    return _from_1_to(MOST_HEADS, text)


def _from_1_to(most: int, text: str) -> int:
    if not _is_whole(text) or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from 1 to {most:,}")
    return int(text)


def _seed(text: str) -> int:
    if not _is_whole(text) or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from 0 to 2⁶³ − 1")
    return int(text)


def _is_whole(text: str) -> bool:
    # Python refuses to make a number of thousands of digits.
    return text.isdecimal() and len(text) < 100


def _train(options: argparse.Namespace) -> int:
    if options.out.suffix != ".safetensors":
        raise InputError(f"--out {options.out}: a checkpoint's name ends in .safetensors")
    if not options.out.parent.is_dir():
        raise InputError(f"--out {options.out}: {options.out.parent} is not a directory")

    from tqdm import tqdm

    from sumint.checkpoints.files import Architecture, card_path, write_weights
    from sumint.machine.device import choose_device
    from sumint.training.train import TrainingConfig, TrainingHistory, train, training_card

    architecture = Architecture(n_digits=options.digits, n_heads=options.heads)
    init_seed, order_seed = (getattr(options, name, options.seed) for name in ("init_seed", "order_seed"))
    config = TrainingConfig(architecture, init_seed, order_seed, options.epochs)
    state_path = options.out.with_suffix(".training")
    if state_path.exists():
        print(f"going on from {state_path}", file=sys.stderr)
    else:
        for written in (options.out, card_path(options.out)):
            if os.path.lexists(written):
                raise InputError(f"--out {options.out}: {written} exists already; name another file, or remove it")
    with tqdm(total=config.epochs, desc=config.seeds, unit="epoch") as bar:

        def show(history: TrainingHistory) -> None:
            bar.set_postfix(
                loss=f"{history.validation_loss[-1]:.4f}",
                accuracy=f"{history.validation_accuracy[-1]:.5f}",
                best=f"{max(history.validation_accuracy):.5f}",
                refresh=False,
            )
            if bar.n == 0:
                bar.initial = len(history.training_loss) - 1  # epochs of an earlier run, for the rate
            bar.update(len(history.training_loss) - bar.n)

        try:
            tensors, history = train(
                config, device=choose_device(options.device), state_path=state_path, on_epoch=show
            )
        except KeyboardInterrupt:
            bar.close()
            rest = (
                f"the same command goes on from {state_path}" if state_path.exists() else "no epoch was done yet"
            )
            print(f"interrupted; {rest}", file=sys.stderr)
            return 130
    write_weights(options.out, tensors, training_card(config, history))
    state_path.unlink(missing_ok=True)
    best = history.best_epoch
    print(
        f"{options.out}: epoch {best + 1} of {config.epochs}, "
        f"{history.validation_accuracy[best]:.5f} of the validation digits right"
    )
    return 0


if __name__ == "__main__":
    sys.exit(run_main(main))
