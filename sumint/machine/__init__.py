"""The machine: its devices, processors and files."""
