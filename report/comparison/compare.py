"""Two published sites, compared: which claims, which figures' numbers differ, and by how much.

What the two were made from is told, but is no difference: the same numbers from another commit are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.comparison.json_diff import DataChange, NumberChange, data_change, is_beyond
from report.comparison.published_site import LARGEST_DATA, PublishedClaim, PublishedSite
from report.content.safe_text import plain
from report.errors import SiteError, UnreadableError

OF_BUILD = {"Built": "built", "Host": "host", "System": "system"}
"""What is told of `build.json`, where it differs; the foot of a page says the rest."""


@dataclass(frozen=True)
class ClaimChange:
    """A claim that both sites make, and not alike."""

    old: PublishedClaim
    new: PublishedClaim
    numbers: tuple[NumberChange, ...]
    """By their names in the claim, the largest relative change first."""
    reworded: tuple[str, ...]
    """Which of its statement, criterion and kind are others."""

    @property
    def verdict_changed(self) -> bool:
        return self.old.holds is not self.new.holds

    @property
    def size(self) -> float:
        """The largest relative change of its numbers; 0 if none changed."""
        return max((number.relative for number in self.numbers), default=0.0)


@dataclass(frozen=True)
class Comparison:
    """What differs between two sites."""

    old: str
    new: str
    """What the two are called: their folders."""
    tolerance: float
    provenance: tuple[tuple[str, str, str], ...]
    """What the two say of where they come from and is not the same: a label and both texts."""
    n_claims: int
    """How many claims both make."""
    claims: tuple[ClaimChange, ...]
    """Those that changed, the largest change first."""
    claims_only: tuple[tuple[PublishedClaim, ...], tuple[PublishedClaim, ...]]
    """Those that only the old one and only the new one makes."""
    n_data: int
    """How many figures and tables both have."""
    data: tuple[DataChange, ...]
    """Those that changed, the largest change first."""
    data_only: tuple[tuple[str, ...], tuple[str, ...]]
    """Those that only the old one and only the new one has."""

    @property
    def verdicts(self) -> tuple[ClaimChange, ...]:
        """The claims whose verdict changed."""
        return tuple(claim for claim in self.claims if claim.verdict_changed)

    @property
    def differs(self) -> bool:
        """Whether anything differs but where the two come from."""
        return bool(self.claims or any(self.claims_only) or self.data or any(self.data_only))


def compare(old: Path, new: Path, tolerance: float = 0.0) -> Comparison:
    """What differs between the sites in two folders; relative changes up to `tolerance` do not count.

    Raises:
        SiteError: if one of the folders holds no site of this report, or none whose claims can be read.
    """
    sites = (PublishedSite(old), PublishedSite(new))
    old_claims, new_claims = (_claims(site) for site in sites)
    common = [key for key in old_claims if key in new_claims]
    changes = [_claim_change(old_claims[key], new_claims[key], tolerance) for key in common]
    shown = [name for name in sites[0].data if name in sites[1].data]
    data = [_data_change(name, *sites, tolerance) for name in shown]
    return Comparison(
        plain(str(old)),
        plain(str(new)),
        tolerance,
        tuple(_provenance(*sites)),
        len(common),
        tuple(sorted((change for change in changes if change), key=lambda change: -change.size)),
        (
            tuple(claim for key, claim in old_claims.items() if key not in new_claims),
            tuple(claim for key, claim in new_claims.items() if key not in old_claims),
        ),
        len(shown),
        tuple(sorted((change for change in data if change.differs), key=lambda change: change.size, reverse=True)),
        (
            tuple(name for name in sites[0].data if name not in sites[1].data),
            tuple(name for name in sites[1].data if name not in sites[0].data),
        ),
    )


def _claims(site: PublishedSite) -> Mapping[str, PublishedClaim]:
    try:
        return site.claims()
    except UnreadableError as error:
        raise SiteError(
            f"{plain(str(site.folder))}: {error}; `python -m report check` lists all that is wrong with it"
        ) from None


def _provenance(old: PublishedSite, new: PublishedSite) -> Iterator[tuple[str, str, str]]:
    run_chapter = [{**site.provenance(), **_of_build(site)} for site in (old, new)]
    for label in dict.fromkeys((*run_chapter[0], *run_chapter[1])):
        texts = [one.get(label, "") for one in run_chapter]
        if texts[0] != texts[1]:
            yield label, texts[0], texts[1]


def _of_build(site: PublishedSite) -> dict[str, str]:
    """What `build.json` says of when and where the site was built."""
    try:
        build = site.build()
    except UnreadableError:
        return {}
    predicted = {label: build.get(field) for label, field in OF_BUILD.items()}
    return {label: plain(text) for label, text in predicted.items() if isinstance(text, str)}


def _claim_change(old: PublishedClaim, new: PublishedClaim, tolerance: float) -> ClaimChange | None:
    numbers = [
        NumberChange(name, old.numbers.get(name), new.numbers.get(name))
        for name in dict.fromkeys((*old.numbers, *new.numbers))
    ]
    changed = [number for number in numbers if is_beyond(number.old, number.new, tolerance)]
    changed.sort(key=lambda number: -number.relative)
    reworded = [
        field for field in ("statement", "criterion", "kind") if getattr(old, field) != getattr(new, field)
    ]
    # The value in words follows from the numbers, where there are any, so that the tolerance is theirs.
    other_words = old.value != new.value and not (tolerance and numbers)
    if not (changed or reworded or other_words or old.holds is not new.holds):
        return None
    return ClaimChange(old, new, tuple(changed), tuple(reworded))


def _data_change(name: str, old: PublishedSite, new: PublishedSite, tolerance: float) -> DataChange:
    contents = []
    for site in (old, new):
        try:
            contents.append(site.json(site.data[name], LARGEST_DATA))
        except UnreadableError as error:
            return DataChange(name, 0, 0, notes=(f"in {plain(str(site.folder))} the file {error.what}",))
    return data_change(name, contents[0], contents[1], tolerance)
