"""The network on every sum there is: no sample, and no shortcut by symmetry, since the network has none."""
