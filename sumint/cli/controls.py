"""`python -m sumint controls`: makes networks that have not learnt to add, on which claims are checked, too."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sumint.cli.application import INTERRUPTED, Command
from sumint.errors import InputError


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "controls",
        cls=Command,
        short_help="Make the null and control networks.",
        help=(
            "Make the null and control networks that come with the project: untrained, with permuted weights, "
            "trained on permuted labels or without carries, and after 1 and 11 epochs. Those that are in OUT "
            "already are left as they are."
        ),
    )(run)


def run(
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder to write the checkpoints into.")],
) -> int:
    """Make what is missing, and return the exit code."""
    if not out.is_dir():
        raise InputError(f"--out {out}: is not a directory; create it, or choose another place")

    from sumint.checkpoints.files import read_weights, write_weights
    from sumint.checkpoints.locate import locate
    from sumint.machine.progress_bar import ProgressBar
    from sumint.training.config import TrainingHistory
    from sumint.training.controls import CONTROLS, LABELS, NULLS, control_network

    bundled = read_weights(locate("bundled"))
    for name in (*NULLS, *CONTROLS):
        path = out / f"{name}.safetensors"
        if path.exists():
            print(f"{path} exists already")
            continue
        _, n_epochs = LABELS.get(name, ("", 1))
        try:
            with ProgressBar(n_epochs, description=name, unit="epochs", has_log=True) as bar:

                def show_progress(history: TrainingHistory, bar: ProgressBar = bar) -> None:
                    bar.show(len(history.training_loss), f"accuracy {history.validation_accuracy[-1]:.5f}")

                tensors, card = control_network(name, bundled, show_progress)
        except KeyboardInterrupt:
            print("interrupted; the same command makes what is missing", file=sys.stderr)
            return INTERRUPTED
        write_weights(path, tensors, card)
        print(path)
    return 0
