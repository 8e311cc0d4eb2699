"""Line endings, which a checkout or an upload may have converted."""

from __future__ import annotations

from pathlib import Path


def read_source(path: Path) -> bytes:
    """The content of a text file of the project with the line endings that it was committed with.

    A checkout on Windows can convert them. What is made from the files, and their digests, are the same anywhere.
    """
    return with_line_feeds(path.read_bytes())


def with_line_feeds(content: bytes) -> bytes:
    """A text with every line ending as a line feed, as browsers read it."""
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
