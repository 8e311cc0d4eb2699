"""Output files that a command writes to a path given by the user, without overwriting any other file.

Each kind of output file contains a mark, by which the command recognises a file that it wrote before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from report.content.safe_text import plain
from report.errors import SiteError
from sumint.machine.files import write_atomically


@dataclass(frozen=True)
class OutputFile:
    """One kind of output file."""

    option: str
    """The command-line option that gives the path."""
    example: str
    """An example of a file name, for messages."""
    mark: str
    """A text that every file of this kind contains, and no other file."""

    def check(self, path: Path) -> None:
        """Raise a `SiteError` unless the file may be written to `path`: a new file, or one written before."""
        name = plain(str(path))
        try:
            if path.is_dir():
                example = plain(str(path / self.example))
                raise SiteError(f"{name} is a folder; {self.option} takes a file, such as {example}")
            if not path.parent.is_dir():
                raise SiteError(f"{name}: the folder {plain(str(path.parent))} does not exist; create it first")
            if path.is_symlink() and not path.exists():
                raise SiteError(f"{name} is a broken link; remove it, or choose another file")
            # The file type is checked first, since reading a pipe would block.
            if path.exists() and not (path.is_file() and self.mark.encode() in path.read_bytes()):
                raise SiteError(
                    f"{name} exists and was not written by {self.option}; move it, or choose another file"
                )
        except OSError as error:
            raise SiteError(f"{name} cannot be read ({error.strerror or error})") from None
        except (RuntimeError, ValueError) as error:  # a cycle of links; a path with a null byte
            raise SiteError(f"{name} is not a valid path of a file ({error})") from None

    def write(self, content: bytes, path: Path) -> None:
        """Write the file atomically.

        Raises:
            SiteError: if `path` is neither new nor a file of this kind.
            InputError: if the file cannot be written; an earlier file is then unchanged.
        """
        self.check(path)  # again, since it may have changed since the command started
        write_atomically(path, content)
