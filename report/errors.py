"""What can go wrong in telling it, for the person at the keyboard."""


class ReportError(Exception):
    """Something that the user can mend. The message says what was wrong, where, and what to do."""

    exit_code = 1


class TextError(ReportError):
    """A text names what does not exist, or holds a formula that is none; `file:line` opens the message."""


class SiteError(ReportError):
    """The site cannot be published, or would hold a dead link."""

    exit_code = 2


class StrictError(ReportError):
    """With `--strict`, a claim that does not hold on the weights at hand."""


class BundleError(ReportError):
    """The report's own plotly.js cannot be made on this machine."""

    exit_code = 2
