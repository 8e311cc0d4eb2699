"""The compiled kernel: evaluates the network on many sums at once with SIMD instructions, through numba."""
