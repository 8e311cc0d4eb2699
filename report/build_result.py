"""What a build returns: the claims, the failures and the files of the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.content.claims.claim import Claim
from report.content.failures import Failure
from report.content.formats import counted
from report.figures.plotlyjs import PlotlyJs

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class BuildResult:
    """A summary of a build."""

    site: Path | None
    """The folder of the site, if there is one."""
    single_file: Path | None
    """The report in one file, if there is one."""
    n_files: int
    n_bytes: int
    claims: Mapping[str, Claim]
    """All claims by their addresses: the page and the anchor."""
    plotlyjs: PlotlyJs
    single_file_bytes: int
    """The size of the report in one file, in bytes; 0 if no single file was requested."""
    failures: tuple[Failure, ...]
    """What failed; the pages show the messages in place of the missing content."""
    figure_states: Mapping[str, str]
    """For each page with figures, whether they were drawn or reused."""
    is_in_place: bool = False
    """Whether the files of the site were replaced one by one, since its folder could not be exchanged."""
    has_outdated_outcomes: bool = False
    """Whether the outcomes on the bundled seeds and null networks were measured with other code than this."""
    comparison: str = ""
    """How many claims have another verdict on the model that this one is compared with; empty if there is none."""

    @property
    def checked_claims(self) -> tuple[Claim, ...]:
        """The claims that were checked on this checkpoint and that another might not fulfil."""
        return tuple(claim for claim in self.claims.values() if claim.is_counted)

    @property
    def n_published_unchecked(self) -> int:
        """The number of claims that the write-up makes about its own checkpoint, if this is another one."""
        return sum(claim.kind == "published" and not claim.was_checked for claim in self.claims.values())

    @property
    def path(self) -> Path | None:
        """The page to open: the opening page of the site, or the single file."""
        return self.single_file if self.site is None else self.site / "index.html"

    @property
    def summary(self) -> str:
        """How many claims hold, and what failed, in a sentence."""
        n_holding = sum(claim.holds for claim in self.checked_claims)
        failed = f", {counted(len(self.failures), 'failure')}" if self.failures else ""
        outdated = "; the outcomes on other networks are outdated" if self.has_outdated_outcomes else ""
        return f"{n_holding} of {len(self.checked_claims)} claims hold on this checkpoint{failed}{outdated}"

    def to_frame(self) -> pd.DataFrame:
        """The claims as a data frame: the address, the true sentence, the state and the measured value of each."""
        import pandas as pd

        rows = [
            (address, claim.sentence, claim.state, claim.check.value) for address, claim in self.claims.items()
        ]
        return pd.DataFrame(rows, columns=["address", "sentence", "state", "value"]).set_index("address")

    def show(self, page: str = "index.html", *, height: int = 800) -> Any:
        """A page of the report as the output of a notebook's cell.

        Args:
            page: the page, or the address of a claim, such as `ablation.html#constant-queries`.
            height: the height of the frame in CSS pixels.

        Raises:
            ValueError: if there is no such page.
            RuntimeError: if IPython is not installed, as it is where notebooks run.
        """
        try:
            from IPython.display import IFrame
        except ModuleNotFoundError:
            raise RuntimeError(
                f"a page is shown in a notebook, which needs IPython; open {self.path} in a browser"
            ) from None

        file, _, anchor = page.partition("#")
        if self.site is None:
            shown, place = self.single_file, f"#{file.removesuffix('.html')}"
        else:
            shown, place = self.site / file, f"#{anchor}" if anchor else ""
        if shown is None or not shown.is_file():
            pages = () if self.site is None else sorted(path.name for path in self.site.glob("*.html"))
            raise ValueError(f"there is no page {file!r}; there are {', '.join(pages)}")
        return IFrame(f"{_address(shown)}{place}", width="100%", height=height)

    def __repr__(self) -> str:
        return f"BuildResult({self.path}: {self.summary})"

    def _repr_html_(self) -> str:
        path = self.path
        if path is None:
            return f"<p>{escape(self.summary)}</p>"
        link = f'<a href="{escape(_address(path))}" target="_blank">{escape(str(path))}</a>'
        return f"<p>{link}: {escape(self.summary)}</p>"


def _address(path: Path) -> str:
    """The address of a file in a notebook, which finds files from its own folder."""
    path = path.resolve()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_uri()
