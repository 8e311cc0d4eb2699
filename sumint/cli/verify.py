"""`python -m sumint verify`: evaluates a model on every sum and prints a summary."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sumint.cli.application import INTERRUPTED, Command
from sumint.errors import InputError
from sumint.limits import SUPPORTED_DIGITS
from sumint.machine.device import Device

if TYPE_CHECKING:
    from sumint.exhaustive.tally import Tally

N_EXAMPLES = 5
"""How many wrong sums the summary lists."""


def add(application: typer.Typer) -> None:
    """Add the command and its options to the application."""
    application.command(
        "verify",
        cls=Command,
        short_help="Check a model on every sum there is.",
        help=(
            "Evaluate a model on every sum of two numbers that it can read, 25,000,000 with four digits, and "
            "count the errors. Finished portions are stored: after an interruption, the same command resumes."
        ),
        epilog=(
            "examples:\n\n\b\n"
            "  python -m sumint verify --weights model.safetensors\n"
            "  python -m sumint verify --weights arena --json\n\n"
            "exit codes: 0 no sum is wrong; 1 a sum is wrong; 2 bad input"
        ),
    )(run)


def run(
    *,
    weights: Annotated[
        str,
        typer.Option(
            metavar="WHICH", help="bundled, arena, or the path of a checkpoint, as for python -m report build."
        ),
    ] = "bundled",
    digits: Annotated[
        int | None,
        typer.Option(
            min=SUPPORTED_DIGITS[0],
            max=SUPPORTED_DIGITS[-1],
            metavar="N",
            help="The number of digits that the model must have; otherwise the command fails.",
        ),
    ] = None,
    device: Annotated[Device, typer.Option(help="The device that computes.")] = "auto",
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Compute on the workers of the Dask scheduler at ADDRESS.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all counts as JSON instead of a summary.")
    ] = False,
) -> int:
    """Verify a model and return the exit code, which is 1 if any sum is wrong."""
    from sumint.analyses.performance.every_sum import every_sum
    from sumint.checkpoints.locate import locate
    from sumint.exhaustive.options import Options, use_options
    from sumint.lab import Lab
    from sumint.machine.device import choose_device
    from sumint.machine.progress_bar import ProgressBar
    from sumint.store.results import Store

    lab = Lab(locate(weights), device=choose_device(device), store=Store.of_user())
    n_digits = lab.weights.architecture.n_digits
    if digits not in (None, n_digits):
        raise InputError(
            f"--digits {digits}: {lab.weights_path} adds numbers of {n_digits} digits; "
            "give its number of digits, or another checkpoint with --weights"
        )
    started = time.perf_counter()
    try:
        with ProgressBar(lab.layout.n_sums, unit="sums") as bar:
            options = Options(cluster=cluster, on_progress=lambda n_done, _: bar.show(n_done))
            with use_options(options):
                tally = lab.examine(every_sum)
    except KeyboardInterrupt:
        print("interrupted; the same command resumes from the finished portions", file=sys.stderr)
        return INTERRUPTED
    if as_json:
        print(json.dumps(counts_of(tally), indent=1))
    else:
        reused = lab.runs[-1].state == "reused"
        print(summary(tally, lab.weights_path, None if reused else time.perf_counter() - started))
    return 1 if tally.n_wrong else 0


def summary(tally: Tally, weights: Path, seconds: float | None) -> str:
    """A summary of the tally as text; `seconds` is the duration, or None for the result of an earlier run."""
    from sumint.exhaustive.tally import MAX_LISTED
    from sumint.task.sums import VOCABULARY

    n_digits = tally.layout.n_digits
    lines = [
        f"{weights}",
        f"{tally.n_sums:,} sums, {tally.n_wrong:,} wrong ({tally.n_wrong / tally.n_sums:.4%})"
        + (" (result of an earlier run)" if seconds is None else f" in {seconds:.1f} s"),
        f"mean cross-entropy {tally.loss.mean():.5f} nats; {tally.n_doubtful:,} sums with small margins, computed "
        "again in double precision",
    ]
    for digit, wrong in enumerate(tally.wrong_digits):
        a, b = tally.least_sum[digit]
        lines.append(
            f"  C{digit}  {wrong:>10,} wrong   least margin {tally.least_margin[digit]:+.3f}, for "
            f"{a:0{n_digits}}+{b:0{n_digits}}"
        )
    for (a, b), predicted, margin in zip(
        tally.listed_sums[:N_EXAMPLES], tally.listed_predictions, tally.listed_margin, strict=False
    ):
        correct = f"{a + b:0{n_digits}}"
        answer = "".join(VOCABULARY[token] for token in predicted)
        lines.append(f"  {a:0{n_digits}}+{b:0{n_digits}}={correct}, predicted {answer} ({margin:+.3f})")
    if tally.n_wrong > N_EXAMPLES:
        lines.append(f"  … and {tally.n_wrong - N_EXAMPLES:,} more; --json lists up to {MAX_LISTED:,}")
    return "\n".join(lines)


def counts_of(tally: Tally) -> dict[str, Any]:
    """The fields of a tally as lists and numbers."""
    values = {field.name: getattr(tally, field.name) for field in fields(tally)}
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in values.items()}
