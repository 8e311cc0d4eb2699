"""`python -m sumint verify`: a network on every sum there is, told in a few lines."""

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

SHOWN = 5
"""Of the wrong sums."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command and its options."""
    verify = commands.add_parser(
        "verify",
        help="check a model on every sum there is",
        description=(
            "Ask a model for every sum of two numbers that it can read, 25,000,000 with four digits, and count "
            "what it says wrong. Finished portions are kept: interrupted, the same command goes on."
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
        help="how many digits the model must have; else it is an error",
    )
    verify.add_argument("--device", default="auto", choices=DEVICES, help="where to compute")
    verify.add_argument(
        "--cluster", default="", metavar="ADDRESS", help="let the workers of the Dask scheduler there compute"
    )
    verify.add_argument("--json", action="store_true", help="print everything that was counted as JSON instead")
    verify.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Verify; the exit code is 1 if any sum is wrong."""
    from tqdm import tqdm

    from sumint.analyses.performance.every_sum import every_sum
    from sumint.checkpoints.locate import locate
    from sumint.exhaustive.options import Conditions, under
    from sumint.lab import Lab
    from sumint.machine.device import choose_device
    from sumint.store.folder import cache_folder
    from sumint.store.results import ResultStore

    store = ResultStore(cache_folder() / "results")
    lab = Lab(locate(options.weights), device=choose_device(options.device), store=store)
    n_digits = lab.weights.architecture.n_digits
    if options.digits not in (None, n_digits):
        raise InputError(f"--digits {options.digits}: {lab.weights_path} adds numbers of {n_digits} digits")
    started = time.perf_counter()
    with tqdm(total=lab.layout.n_sums, unit="sum", unit_scale=True, disable=None) as bar:

        def show(done: int, _: int) -> None:
            if bar.n == 0:
                bar.initial = done  # of an earlier run, for the rate
            bar.update(done - bar.n)

        try:
            with under(Conditions(cluster=options.cluster, on_progress=show)):
                tally = lab.examine(every_sum)
        except KeyboardInterrupt:
            bar.close()
            print("interrupted; the same command goes on from what is done", file=sys.stderr)
            return 130
    if options.json:
        print(json.dumps(as_json(tally), indent=1))
    else:
        reused = lab.runs[-1].state == "reused"
        print(in_words(tally, lab.weights_path, None if reused else time.perf_counter() - started))
    return 1 if tally.n_wrong else 0


def in_words(tally: Tally, weights: Path, seconds: float | None) -> str:
    """The tally in words; `seconds` is what it took, if it was not kept from an earlier run."""
    from sumint.exhaustive.tally import LISTED

    n_digits = tally.layout.n_digits
    lines = [
        f"{weights}",
        f"{tally.n_sums:,} sums, {tally.n_wrong:,} wrong ({tally.n_wrong / tally.n_sums:.4%})"
        + (" (known from an earlier run)" if seconds is None else f" in {seconds:.1f} s"),
        f"mean cross-entropy {tally.loss.mean():.5f} nats; {tally.n_doubtful:,} close calls, decided in double "
        "precision",
    ]
    for digit, wrong in enumerate(tally.wrong_digits):
        a, b = tally.least_sum[digit]
        lines.append(
            f"  C{digit}  {wrong:>10,} wrong   least margin {tally.least_margin[digit]:+.3f}, at "
            f"{a:0{n_digits}}+{b:0{n_digits}}"
        )
    for (a, b), predicted, margin in zip(
        tally.listed[:SHOWN], tally.listed_said, tally.listed_margin, strict=False
    ):
        right = f"{a + b:0{n_digits}}"
        answer = "".join(VOCABULARY[token] for token in predicted)
        lines.append(f"  {a:0{n_digits}}+{b:0{n_digits}}={right}, it says {answer} ({margin:+.3f})")
    if tally.n_wrong > SHOWN:
        lines.append(f"  … and {tally.n_wrong - SHOWN:,} more; --json lists up to {LISTED:,}")
    return "\n".join(lines)


def as_json(tally: Tally) -> dict[str, Any]:
    """Everything that was counted, as plain lists and numbers."""
    plain = {field.name: getattr(tally, field.name) for field in fields(tally)}
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in plain.items()}
