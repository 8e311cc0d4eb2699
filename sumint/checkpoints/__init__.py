"""Locates, downloads, reads and writes checkpoint files, without executing anything in them."""
