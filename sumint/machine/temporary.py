"""A folder for temporary files, also where none can be written."""

from __future__ import annotations

import os
import tempfile


def have_temporary_folder() -> None:
    """Let libraries that ask for the folder for temporary files as they are imported get an answer.

    On a system without any folder that can be written, Python has none, and importing PyTorch would fail. What is
    then written to the working directory fails where it is needed, with a message.
    """
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        tempfile.tempdir = os.getcwd()  # noqa: PTH109 — the very text that Python itself would have
