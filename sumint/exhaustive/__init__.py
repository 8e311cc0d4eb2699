"""Evaluates the network on every sum of its task, without sampling and without a symmetry argument."""
