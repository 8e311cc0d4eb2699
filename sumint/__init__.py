"""Measurements of a two-layer, attention-only transformer that adds two numbers.

    lab = sumint.load("bundled")            # or "arena", or the path of a checkpoint
    lab.model, lab.weights, lab.sample      # in transformer_lens; the tensors; the sums that are looked at
    lab.run("head_ablation")                # an analysis by its name, or any function of a model and sums
    sumint.analyses.table()                 # what there is

Nothing in this package depends on `report`, which presents the results.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sumint.results.result import Result

if TYPE_CHECKING:
    from sumint.lab import Lab
    from sumint.task.sums import SampleSpec

__all__ = ["Result", "load"]


def load(
    checkpoint: str | Path = "bundled",
    *,
    device: str = "auto",
    dtype: str = "float32",
    sample: SampleSpec | None = None,
) -> Lab:
    """The lab on a checkpoint, which shares its stored results with `python -m report build`.

    Args:
        checkpoint: `"bundled"`, `"arena"` (the write-up's, downloaded once), or the path of a file.
        device: `"cpu"`, `"cuda"`, `"mps"`, or `"auto"`: a CUDA GPU if there is one, else the CPU.
        dtype: the precision of the model, as PyTorch names it.
        sample: the sums that analyses look at; by default the write-up's 1,000.

    Raises:
        InputError: if the checkpoint cannot be found or read, or there is no such device.
        ValueError: if there is no such precision.
    """
    # Imported here, so that importing the package takes no time.
    from sumint.checkpoints.locate import locate, siblings
    from sumint.lab import Lab
    from sumint.machine.device import DTYPES, choose_device
    from sumint.store.results import Store

    if dtype not in DTYPES:
        raise ValueError(f"dtype={dtype!r}: expected one of {', '.join(DTYPES)}")
    path = checkpoint if isinstance(checkpoint, Path) else locate(checkpoint)
    store = Store.of_user()
    return Lab(path, device=choose_device(device), dtype=dtype, sample_spec=sample, store=store, others=siblings)


def __getattr__(name: str) -> Any:
    """`Lab` and the subpackages, imported when they are first used."""
    if name == "Lab":
        return import_module("sumint.lab").Lab
    if name == "load_model":
        raise AttributeError('sumint has no load_model; the model of a checkpoint: sumint.load("model.pt").model')
    if name == "analyses":
        return import_module("sumint.analyses")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
