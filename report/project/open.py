"""Opens the folder of a report."""

from __future__ import annotations

from pathlib import Path

from report.paths import chapter_names
from report.project.settings import Settings, read_settings


def settings_in(folder: Path | None) -> Settings:
    """The settings of the report in a folder; without a folder those of the project's own report.

    Raises:
        SettingsError: if there is no report in the folder, or its settings are wrong.
    """
    return Settings() if folder is None else read_settings(folder, chapter_names())
