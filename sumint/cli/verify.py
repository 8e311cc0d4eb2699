"""`python -m sumint verify`: evaluates a model on every sum and prints a summary."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sumint.errors import InputError
from sumint.machine.device import DEVICES
from sumint.task.sums import SUPPORTED_DIGITS, VOCABULARY

if TYPE_CHECKING:
    from sumint.exhaustive.tally import Tally

N_EXAMPLES = 5
"""How many wrong sums the summary lists."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options to the parser."""
    verify = commands.add_parser(
        "verify",
        help="check a model on every sum there is",
        description=(
            "Evaluate a model on every sum of two numbers that it can read, 25,000,000 with four digits, and "
            "count the errors. Finished portions are stored: after an interruption, the same command resumes."
        ),
    )
    verify.add_argument(
        "--weights",
        default="bundled",
        metavar="WHICH",
        help="bundled (the default), arena, or the path of a checkpoint, as for python -m report build",
    )
    verify.add_argument(
        "--digits",
        type=int,
        choices=SUPPORTED_DIGITS,
        help="the number of digits that the model must have, otherwise the command fails",
    )
    verify.add_argument("--device", default="auto", choices=DEVICES, help="device that computes")
    verify.add_argument(
        "--cluster", default="", metavar="ADDRESS", help="compute on the workers of the Dask scheduler at ADDRESS"
    )
    verify.add_argument("--json", action="store_true", help="print all counts as JSON instead of a summary")
    verify.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify a model and return the exit code, which is 1 if any sum is wrong."""
    from tqdm import tqdm

    from sumint.analyses.performance.every_sum import every_sum
    from sumint.checkpoints.locate import locate
    from sumint.exhaustive.options import Options, use_options
    from sumint.lab import Lab
    from sumint.machine.device import choose_device
    from sumint.store.results import Store

    store = Store.of_user()
    lab = Lab(locate(options.weights), device=choose_device(options.device), store=store)
    n_digits = lab.weights.architecture.n_digits
    if options.digits not in (None, n_digits):
        raise InputError(
            f"--digits {options.digits}: {lab.weights_path} adds numbers of {n_digits} digits; "
            "give its number of digits, or another checkpoint with --weights"
        )
    started = time.perf_counter()
    with tqdm(total=lab.layout.n_sums, unit="sum", unit_scale=True, disable=None) as bar:

        def show_progress(n_done: int, _: int) -> None:
            if bar.n == 0:
                bar.initial = n_done  # the rate excludes the sums of an earlier run
            bar.update(n_done - bar.n)

        try:
            with use_options(Options(cluster=options.cluster, on_progress=show_progress)):
                tally = lab.examine(every_sum)
        except KeyboardInterrupt:
            bar.close()
            print("interrupted; the same command resumes from the finished portions", file=sys.stderr)
            return 130
    if options.json:
        print(json.dumps(as_json(tally), indent=1))
    else:
        reused = lab.runs[-1].state == "reused"
        print(summary(tally, lab.weights_path, None if reused else time.perf_counter() - started))
    return 1 if tally.n_wrong else 0


def summary(tally: Tally, weights: Path, seconds: float | None) -> str:
    """A summary of the tally as text; `seconds` is the duration, or None for the result of an earlier run."""
    from sumint.exhaustive.tally import MAX_LISTED

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


def as_json(tally: Tally) -> dict[str, Any]:
    """The fields of a tally as lists and numbers."""
    values = {field.name: getattr(tally, field.name) for field in fields(tally)}
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in values.items()}
