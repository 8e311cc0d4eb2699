"""A static-site generator: it turns measured results into chapters of text, figures and claims.

built = report.build("model.safetensors", site="my-site")    # as `python -m report build`
built.claims, built.failures, built.show()
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from report.build_result import BuildResult
    from sumint.lab import Lab

__all__ = ["build"]


def build(
    checkpoint: Lab | str | Path | None = None,
    *,
    folder: str | Path | None = None,
    site: str | Path | None = None,
    single_file: str | Path | None = None,
    chapters: Sequence[str] = (),
    compare: str | Path | None = None,
    base_url: str | None = None,
    strict: bool = False,
    on_step: Callable[[str], None] = lambda name: None,
) -> BuildResult:
    """Measure a checkpoint and publish the report on it; what was measured before is reused.

    Args:
        checkpoint: a lab, `"bundled"`, `"arena"`, or the path or address of a checkpoint; by default that of the
            report in `folder`, or the bundled one.
        folder: the folder of a report of your own, with a `report.toml`; the arguments override its settings.
        site: the folder to publish to; by default that of the settings, unless `single_file` is given.
        single_file: the file to write the whole report to.
        chapters: the names of some chapters, to build these alone; one's own by the name of its file.
        compare: another checkpoint or a built site, with which a chapter compares the model.
        base_url: the address of the site on the web.
        strict: whether nothing is published if anything fails or a claim does not hold.
        on_step: called with the name of each step as it begins; `print` shows the progress.

    Returns:
        What was built: its claims, its files, and what failed.

    Raises:
        InputError: if the checkpoint cannot be read.
        ReportError: if a setting is wrong, a text or a link is broken, or the site cannot be written; with
            `strict`, also if anything fails or a claim does not hold.
    """
    from report.notebook.build import build_report  # not imported with the package, which would take a second

    return build_report(
        checkpoint,
        folder=None if folder is None else Path(folder),
        site=None if site is None else Path(site),
        single_file=None if single_file is None else Path(single_file),
        chapters=chapters,
        compare=None if compare is None else str(compare),
        base_url=base_url,
        strict=strict,
        on_step=on_step,
    )
