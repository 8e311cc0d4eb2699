"""A file that a command writes where the user says: new, or one that it wrote before, and nothing else.

Each kind of file holds a mark of its own, by which it is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from report.content.safe_text import plain
from report.errors import SiteError
from sumint.machine.files import write_whole


@dataclass(frozen=True)
class OutputFile:
    """One kind of such files."""

    option: str
    """The option that names it."""
    is_no: str
    """What is said of a file that is another's: "is no report in a single file"."""
    example: str
    mark: str
    """What every file of this kind holds, and no other."""

    def check(self, path: Path) -> None:
        """Raise a `SiteError` unless such a file may be written to `path`."""
        shown = plain(str(path))
        try:
            if path.is_dir():
                example = plain(str(path / self.example))
                raise SiteError(f"{shown}: is a folder; {self.option} names a file, such as {example}")
            if not path.parent.is_dir():
                raise SiteError(f"{shown}: there is no folder {plain(str(path.parent))}")
            if path.is_symlink() and not path.exists():
                raise SiteError(f"{shown}: is a link that leads nowhere; remove it or name another file")
            # A pipe would be waited for.
            if path.exists() and not (path.is_file() and self.mark.encode() in path.read_bytes()):
                raise SiteError(f"{shown}: {self.is_no}; move it away or name another")
        except OSError as error:
            raise SiteError(f"{shown}: cannot be looked into ({error.strerror or error})") from None
        except (RuntimeError, ValueError) as error:  # links in a circle; a path with a zero byte
            raise SiteError(f"{shown}: is no path of a file ({error})") from None

    def write(self, content: bytes, path: Path) -> None:
        """Write such a file, whole or not at all.

        Raises:
            SiteError: if `path` is anything but new or an earlier such file.
            InputError: if it cannot be written. What was there is then as it was.
        """
        self.check(path)  # once more: it may have changed since the command began
        write_whole(path, content)
