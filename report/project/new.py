"""Makes the folder of a new report, from the templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from report.errors import SettingsError, shortened
from report.paths import TEMPLATES
from report.project.settings import FILE

FILES = {
    FILE: "report.toml",
    "introduction.md": "introduction.md",
    "conclusions.md": "conclusions.md",
    "chapters/example.py": "chapters/example.py",
    "chapters/example.md": "chapters/example.md",
    ".github/workflows/pages.yml": "workflows/pages.yml",
    ".gitignore": "gitignore",
}
"""The templates of the files of a new report."""

IGNORED = {".git", ".gitignore", "README.md", "LICENSE", ".DS_Store"}
"""What a new repository may contain already."""


def make_report(folder: Path, chapters: Sequence[str], requirement: str) -> list[Path]:
    """Write the files of a new report, and return their paths.

    Args:
        chapters: the names of the package's chapters, in their order.
        requirement: what pip installs to have this package, for the workflow.

    Raises:
        SettingsError: if files lie in the folder, or it cannot be written; nothing is overwritten.
    """
    place = shortened(folder)
    if folder.exists() and not folder.is_dir():
        raise SettingsError(f"{place}: is a file; name a folder that is empty or does not exist")
    found = sorted(path.name for path in folder.iterdir() if path.name not in IGNORED) if folder.is_dir() else []
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        raise SettingsError(f"{place}: holds {found[0]}{more}; name a folder that is empty or does not exist")
    listed = "\n".join(f'    "{name}",' for name in chapters)
    written = []
    for name, template in FILES.items():
        path = folder / name
        if path.exists():
            continue
        text = (TEMPLATES / "new-report" / template).read_text(encoding="utf-8")
        text = text.replace("CHAPTERS", listed).replace("REQUIREMENT", requirement)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"{shortened(path)}: cannot be written ({error.strerror})") from None
        written.append(path)
    return written
