"""How many sums the kernel evaluates side by side, which depends on the processor."""

from __future__ import annotations

from numba.core.codegen import get_host_cpu_features

MAX_WIDTH = 16
"""The largest `WIDTH`, and a multiple of every other."""

WIDTH = MAX_WIDTH if "+avx512f" in get_host_cpu_features().split(",") else MAX_WIDTH // 2
"""The number of lanes of a vector.

A vector fits one register: AVX-512 has 32 registers of 16 lanes, AVX2 has 16 of 8. The kernel computes with up to
eight vectors at a time; if each took two registers of AVX2, none would be left for other operands.
"""
