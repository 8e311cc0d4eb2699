"""What can go wrong in telling it, for the person at the keyboard."""

from pathlib import Path


class ReportError(Exception):
    """Something that the user can mend. The message says what was wrong, where, and what to do."""

    exit_code = 1


class TextError(ReportError):
    """A text names what does not exist, or holds a formula that is none; `file:line` opens the message."""


class SiteError(ReportError):
    """The site cannot be published, or would hold a dead link."""

    exit_code = 2


class StrictError(ReportError):
    """With `--strict`: something that failed, or a claim that does not hold on the weights at hand."""


class BundleError(ReportError):
    """The report's own plotly.js cannot be made on this machine."""

    exit_code = 2


class UnreadableError(ReportError):
    """A file of a published site is missing or damaged, or says what no site of this report says."""

    exit_code = 2

    def __init__(self, path: str, what: str) -> None:
        """`path` is the file's in the site, `what` says what is wrong with it."""
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what


class ServeError(ReportError):
    """The preview cannot start: nothing to serve, a port that is taken, options that do not go together."""

    exit_code = 2


def shortened(path: Path) -> str:
    """A path as it is said in a message: from the working folder, if it is in there."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
