"""Chooses the compute device by name, and checks that it exists before anything is computed."""

from __future__ import annotations

from typing import Literal, get_args

from sumint.errors import InputError

Device = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[str, ...] = get_args(Device)
DTYPES = ("float32", "float64", "bfloat16", "float16")
"""The precisions in which a model can run, as PyTorch names them."""


def choose_device(name: str = "auto") -> str:
    """The device to use, `cpu`, `cuda` or `mps`; `auto` means an NVIDIA GPU if there is one, otherwise the CPU.

    `auto` never means `mps`: Apple's GPUs lack float64 and are not faster on a model this small.

    Raises:
        InputError: if the name is unknown, or this machine or this build of PyTorch lacks the device.
    """
    # Avoid importing torch if possible: a build that measures nothing does not need it.
    if name == "cpu" or (name == "auto" and not _has_nvidia_driver()):
        return "cpu"
    if name not in DEVICES:
        raise InputError(f"--device {name}: unknown device; choose one of {', '.join(DEVICES)}")
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    available = torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()
    if not available:
        raise InputError(
            f"--device {name}: PyTorch {torch.__version__} finds no such device on this machine; use --device cpu"
        )
    return name


def _has_nvidia_driver() -> bool:
    import ctypes  # slow to import, and the help of a command does not need it

    for library in ("libcuda.so.1", "nvcuda.dll"):
        try:
            ctypes.CDLL(library)
        except OSError:
            continue
        return True
    return False
