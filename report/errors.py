"""Errors of the report that the user can fix, each with its exit code."""

from pathlib import Path


class ReportError(Exception):
    """An error that the user can fix; the message states what is wrong, where, and what to do."""

    exit_code = 1


class TextError(ReportError):
    """A text uses a name that does not exist, or has an invalid formula; the message begins with `file:line`."""


class SiteError(ReportError):
    """The site cannot be published, or it would contain a dead link."""

    exit_code = 2


class StrictError(ReportError):
    """With `--strict`: something failed, or a claim does not hold on this checkpoint."""


class BundleError(ReportError):
    """The report's own bundle of plotly.js cannot be made on this machine."""

    exit_code = 2


class UnreadableError(ReportError):
    """A file of a published site is missing or damaged, or its content is not in the expected form."""

    exit_code = 2

    def __init__(self, path: str, what: str) -> None:
        """Name the file by its `path` in the site, and state in `what` what is wrong with it."""
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what


class SettingsError(ReportError):
    """The folder of a report has no `report.toml`, or its settings, its chapters or its texts are wrong."""

    exit_code = 2


class VariableError(ReportError):
    """An environment variable has a value that cannot be used."""

    exit_code = 2


class ServeError(ReportError):
    """The preview cannot start: there is nothing to serve, the port is in use, or options exclude each other."""

    exit_code = 2


def shortened(path: Path) -> str:
    """The path for a message: relative to the working folder if it lies in it, with visible characters alone."""
    text = str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
