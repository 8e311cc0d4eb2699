"""Checkpoint files: found, downloaded, read without running anything in them, and written."""
