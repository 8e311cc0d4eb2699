"""Which device measures: chosen by name, checked before anything is computed on it."""

from __future__ import annotations

from ctypes.util import find_library

from sumint.errors import InputError

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str = "auto") -> str:
    """The kind of device to use: `cpu`, `cuda` or `mps`. `auto` takes an NVIDIA GPU if there is one, else the CPU.

    `auto` never takes `mps`: Apple's GPUs have no float64 and gain nothing on a model this small.

    Raises:
        InputError: if the device is unknown, or this machine or this build of PyTorch has none.
    """
    # Without importing torch where that can be: a build with nothing to measure never needs it.
    if name == "cpu" or (name == "auto" and not _has_nvidia_driver()):
        return "cpu"
    if name not in DEVICES:
        raise InputError(f"--device {name}: unknown; one of {', '.join(DEVICES)}")
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    available = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
    if not available:
        raise InputError(
            f"--device {name}: PyTorch {torch.__version__} finds no such device here; use --device cpu"
        )
    return name


def _has_nvidia_driver() -> bool:
    return any(find_library(library) for library in ("cuda", "nvcuda"))
