"""`choose_device` checks that a device exists before anything is computed on it."""

import subprocess
import sys

import pytest
import torch

from sumint.errors import InputError
from sumint.machine.device import choose_device


def test_the_cpu_is_always_available() -> None:
    assert choose_device("cpu") == "cpu"


def test_auto_means_an_nvidia_gpu_if_there_is_one_and_otherwise_the_cpu() -> None:
    assert choose_device("auto") == choose_device() == ("cuda" if torch.cuda.is_available() else "cpu")


def test_an_unknown_device_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="--device tpu: unknown device; choose one of auto, cpu, cuda, mps"):
        choose_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_is_refused_if_there_is_none() -> None:
    with pytest.raises(InputError, match=r"--device cuda: .*; use --device cpu$"):
        choose_device("cuda")


@pytest.mark.skipif(torch.backends.mps.is_available(), reason="this machine has an Apple GPU")
def test_mps_is_refused_if_there_is_none() -> None:
    with pytest.raises(InputError, match=r"--device mps: .*; use --device cpu$"):
        choose_device("mps")


def test_choosing_the_cpu_does_not_import_torch() -> None:
    code = (
        "import sys, sumint.machine.device as device; device.choose_device('cpu'); print('torch' in sys.modules)"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "False"
