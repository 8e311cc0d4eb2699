"""Where a report comes from: weights, probe, what computed it, and the code; for the foot of every page."""

from __future__ import annotations

import inspect
import os
import subprocess
import time
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from report.render import SourceCode
from sumint.cache import versions
from sumint.card import card_text
from sumint.checkpoints import ARENA_DIGEST
from sumint.lab import Lab

_ROOT = Path(__file__).resolve().parent.parent


class Repository:
    """The checkout that the running code lies in, if it lies in one."""

    @cached_property
    def commit(self) -> str | None:
        """The commit's full hash; None outside a checkout."""
        top = self._git("rev-parse", "--show-toplevel")
        return self._git("rev-parse", "HEAD") if top and Path(top) == _ROOT else None

    @cached_property
    def year(self) -> int | None:
        """The year of the commit, or of `SOURCE_DATE_EPOCH` where that is set; None if neither is known."""
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
        """Where the repository is read on the web, if its remote says so."""
        remote = self._git("remote", "get-url", "origin") or ""
        remote = remote.removesuffix(".git").replace("git@github.com:", "https://github.com/")
        return remote if remote.startswith("https://github.com/") and "@" not in remote else None

    def link(self, path: str, line: int) -> str | None:
        """A link to a line of a file as it was at the commit."""
        if self.address is None or self.commit is None:
            return None
        return f"{self.address}/blob/{self.commit}/{path}#L{line}"

    def source_code(self, function: Callable[..., Any]) -> SourceCode:
        """A function's source, for the page that shows what it measured."""
        measured_by = inspect.unwrap(function)
        lines, first_line = inspect.getsourcelines(measured_by)
        path = Path(inspect.getfile(measured_by)).resolve().relative_to(_ROOT).as_posix()
        return SourceCode(name=function.__name__, path=path, code="".join(lines), url=self.link(path, first_line))

    def _git(self, *arguments: str) -> str | None:
        try:
            finished = subprocess.run(
                ["git", "-C", str(_ROOT), *arguments], capture_output=True, text=True, check=True, timeout=10
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return finished.stdout.strip()


def provenance(lab: Lab, repository: Repository) -> dict[str, str]:
    """What made this report, as label and text; the same for the same inputs."""
    checkpoint, probe = lab.checkpoint, lab.probe
    used = versions()
    code = version("sumint")
    if repository.commit is not None:
        changed = " with uncommitted changes" if repository.is_dirty else ""
        code = f"{code}, commit {repository.commit[:12]}{changed}"
    return {
        "Weights": f"{_name_of(lab)}, tensors sha256 {checkpoint.digest[:16]}…",
        "Probe": f"{probe.size:,} sums of {probe.n_digits} digits, seed {probe.seed}",
        "Measured on": f"{lab.device}, {lab.dtype}",
        "With": (
            f"Python {used['python']}, PyTorch {used['torch']}, "
            f"transformer_lens {used['transformer_lens']}, NumPy {used['numpy']}"
        ),
        "Code": f"sumint {code}",
    }


def _name_of(lab: Lab) -> str:
    published = lab.checkpoint.digest == ARENA_DIGEST
    return "the write-up's checkpoint" if published else card_text(lab.card, "name", lab.weights_path.name)
