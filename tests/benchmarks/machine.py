"""A description of the machine and of the libraries on which benchmarks ran."""

from __future__ import annotations

import platform
from importlib.metadata import version
from pathlib import Path

import torch

from sumint.machine.cpus import n_processors


def machine() -> str:
    """The processor, what the rate of the engine depends on, and the versions that matter."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "numba"))
    vectors = f"vector instructions: {torch.backends.cpu.get_cpu_capability()}"
    return f"{_processor()}, cores: {n_processors()}, {vectors}, Python {platform.python_version()}, {versions}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
