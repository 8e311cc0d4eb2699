"""The git checkout of the running code: its commit, its address on the web, and the source of analyses."""

from __future__ import annotations

import inspect
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from report.paths import ROOT


@dataclass(frozen=True)
class SourceCode:
    """The source code of an analysis."""

    name: str
    path: str
    code: str
    url: str | None
    """A link to the source at the commit that was run; None if the repository has no known address."""


class Repository:
    """The git checkout of the running code, if it is in one."""

    @cached_property
    def commit(self) -> str | None:
        """The full hash of the commit; None outside a checkout."""
        top = self._git("rev-parse", "--show-toplevel")
        return self._git("rev-parse", "HEAD") if top and Path(top) == ROOT else None

    @cached_property
    def year(self) -> int | None:
        """The year of `SOURCE_DATE_EPOCH` if it is set, else the year of the commit; None if neither is known."""
        if epoch := os.environ.get("SOURCE_DATE_EPOCH", ""):
            return time.gmtime(int(epoch)).tm_year if epoch.isdecimal() else None
        date = self._git("log", "-1", "--format=%cs") if self.commit else None
        return int(date[:4]) if date else None

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
        """A link to a line of a file at the commit; None if the address or the commit is unknown."""
        if self.address is None or self.commit is None:
            return None
        return f"{self.address}/blob/{self.commit}/{path}#L{line}"

    def source_code(self, function: Callable[..., Any]) -> SourceCode:
        """The source of a function, for the page that shows what it measured."""
        function = inspect.unwrap(function)
        path, code, first_line = _source(function)
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
                ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=10
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return process.stdout.strip()


@cache
def _source(function: Callable[..., Any]) -> tuple[str, str, int]:
    """The file of a function relative to the checkout, its source, and the line on which it begins."""
    lines, first_line = inspect.getsourcelines(function)
    path = Path(inspect.getfile(function)).resolve()
    # A chapter from outside is named by its folder and file.
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else Path(*path.parts[-2:])
    return shown.as_posix(), "".join(lines), first_line
