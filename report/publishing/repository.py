"""The git checkout of the running code: its commit, its address on the web, and the source of analyses."""

from __future__ import annotations

import inspect
import logging
import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from report.content.safe_text import plain
from report.errors import VariableError
from report.paths import ROOT
from sumint.machine.files import first_line


@dataclass(frozen=True)
class SourceCode:
    """The source code of an analysis."""

    name: str
    path: str
    code: str
    url: str | None
    """A link to the source at `COMMIT`; None if the repository has no known address."""


COMMIT = "\N{OBJECT REPLACEMENT CHARACTER}commit"
"""What stands for the commit in the address of a source; see `publishing.provenance`."""

EPOCH = "SOURCE_DATE_EPOCH"
"""The environment variable by which distributions fix the date of what is built."""

OF_A_REPOSITORY = {
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_QUARANTINE_PATH", "GIT_CEILING_DIRECTORIES"),
    *("GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
}
"""The variables that git sets for hooks and aliases, or that name a repository in another way."""

log = logging.getLogger(__name__)


class Repository:
    """The git checkout of the running code, if it is in one."""

    _complaint = "it is not installed"
    """Why git failed last."""

    @cached_property
    def commit(self) -> str | None:
        """The full hash of the commit; None outside a checkout, and with a warning if git cannot read this one."""
        top, _, commit = (self._git("rev-parse", "--show-toplevel", "HEAD") or "").rpartition("\n")
        commit = commit if top and Path(top).resolve() == ROOT else None
        if commit is None and (ROOT / ".git").exists():
            _warn_once(self._complaint)
        return commit

    @cached_property
    def year(self) -> int | None:
        """The year of `SOURCE_DATE_EPOCH` if it is set, else the year of the commit; None if neither is known.

        Raises:
            ReportError: if the variable is not a number of seconds.
        """
        if epoch := os.environ.get(EPOCH, "").strip():
            return _year_of(epoch)
        date = self._git("log", "-1", "--format=%cs") if self.commit else None
        return int(date[:4]) if date else None

    def check(self) -> None:
        """Raise a `ReportError` if the environment names an impossible date, which is needed only at the end."""
        _ = self.year

    @cached_property
    def is_dirty(self) -> bool:
        """Whether tracked files differ from the commit."""
        return bool(self._git("status", "--porcelain", "--untracked-files=no"))

    @cached_property
    def address(self) -> str | None:
        """The address of the repository on GitHub; None if its remote is elsewhere."""
        remote = self._git("remote", "get-url", "origin") or ""
        remote = remote.removesuffix(".git").replace("git@github.com:", "https://github.com/")
        return remote if remote.startswith("https://github.com/") and "@" not in remote else None

    def link(self, path: str, line: int) -> str | None:
        """A link to a line of a file at `COMMIT`; None if the address or the commit is unknown."""
        if self.address is None or self.commit is None:
            return None
        return f"{self.address}/blob/{COMMIT}/{path}#L{line}"

    def source_code(self, function: Callable[..., Any]) -> SourceCode:
        """The source of a function, for the page that shows what it measured."""
        function = inspect.unwrap(function)
        path = path_of(function)
        code, first_line = _source(function)
        is_ours = Path(inspect.getfile(function)).resolve().is_relative_to(ROOT)
        url = self.link(path, first_line) if is_ours else None
        return SourceCode(name=function.__name__, path=path, code=code, url=url)

    def ignore(self, folder: Path) -> bool:
        """Leave a folder inside the checkout out of git, unless git ignores it already or tracks files in it.

        It is listed in the checkout's own `info/exclude`, which is never committed. Returns whether that was done.
        """
        folder = folder.resolve()
        if self.commit is None or not folder.is_relative_to(ROOT) or folder == ROOT:
            return False
        path = folder.relative_to(ROOT).as_posix()
        is_ignored = self._git("check-ignore", "--quiet", f"{path}/") is not None
        exclude = self._git("rev-parse", "--git-path", "info/exclude")
        if is_ignored or exclude is None or self._git("ls-files", "--", path):
            return False
        file = ROOT / exclude
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = file.read_text(encoding="utf-8") if file.exists() else ""
            file.write_text(f"{lines.rstrip()}\n/{path}/\n".lstrip(), encoding="utf-8")
        except OSError:
            return False
        return True

    def _git(self, *arguments: str) -> str | None:
        """The output of a git command; None if it fails."""
        try:
            process = subprocess.run(
                ["git", *_options(), "-C", str(ROOT), *arguments],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=10,
                env=_environment(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            self._complaint = first_line(error)
            return None
        if process.returncode:
            self._complaint = first_line(ValueError(process.stderr or "no message"))
            return None
        return process.stdout.strip()


def _options() -> list[str]:
    """The options of every git command.

    The code of this checkout is running already, so its owner is trusted, whoever it is. No program that its
    settings name is started, and no lock is taken: a commit may be in progress.
    """
    return ["--no-optional-locks", "-c", f"safe.directory={ROOT}", "-c", "core.fsmonitor=false"]


@cache
def _warn_once(reason: str) -> None:
    """Log the warning the first time only."""
    log.warning("git cannot read this checkout (%s); pages name no commit", reason)


def _environment() -> dict[str, str]:
    """The environment without the variables by which git, which runs hooks, names another repository."""
    return {name: value for name, value in os.environ.items() if name not in OF_A_REPOSITORY}


def _year_of(epoch: str) -> int:
    """The year of a number of seconds since 1970.

    Raises:
        ReportError: if it is none.
    """
    try:
        if not re.fullmatch(r"-?[0-9]+", epoch):
            raise ValueError
        return datetime.fromtimestamp(int(epoch), UTC).year
    except (ValueError, OverflowError, OSError):
        raise VariableError(
            f"{EPOCH}: expected a number of seconds since 1970, such as 1764460800, found {plain(epoch, 40)}"
        ) from None


@cache
def path_of(function: Callable[..., Any]) -> str:
    """The path of the file of a function, relative to the checkout."""
    path = Path(inspect.getfile(inspect.unwrap(function))).resolve()
    # A chapter from outside is named by its folder and file.
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(*path.parts[-2:])
    return shown.as_posix()


@cache
def _source(function: Callable[..., Any]) -> tuple[str, int]:
    """The source of a function, and the line on which it begins."""
    lines, first_line = inspect.getsourcelines(function)
    return "".join(lines), first_line
