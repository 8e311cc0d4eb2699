"""Access to the machine: its compute devices, processors and files."""
