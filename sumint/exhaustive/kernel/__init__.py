"""The network on many sums at once, compiled by numba."""
