"""The comparison of two published sites: which claims and which numbers of figures differ, and by how much.

The provenance of the two sites is reported, but it does not count as a difference: two sites with the same numbers
from different commits are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.comparison.json_diff import DataChange, NumberChange, data_change, is_beyond
from report.comparison.published_site import LARGEST_DATA, PublishedSite
from report.content.claims.record import ClaimRecord
from report.content.safe_text import plain
from report.errors import SiteError, UnreadableError

BUILD_FIELDS = {"Built": "built", "Host": "host", "System": "system"}
"""The fields of `build.json` that are compared, by label; `provenance.json` contains the other provenance."""


@dataclass(frozen=True)
class ClaimChange:
    """A claim that differs between the two sites."""

    old: ClaimRecord
    new: ClaimRecord
    numbers: tuple[NumberChange, ...]
    """The numbers that changed, by name, the largest relative change first."""
    changed_fields: tuple[str, ...]
    """Which of the fields statement, criterion and kind changed."""

    @property
    def verdict_changed(self) -> bool:
        """Whether the verdict differs."""
        return self.old.state != self.new.state

    @property
    def size(self) -> float:
        """The largest relative change of the claim's numbers; 0 if none changed."""
        return max((number.relative for number in self.numbers), default=0.0)


@dataclass(frozen=True)
class Comparison:
    """The differences between two sites."""

    old: str
    new: str
    """The folders of the two sites."""
    tolerance: float
    """The relative change up to which numbers count as equal."""
    provenance: tuple[tuple[str, str, str], ...]
    """The entries of the provenance that differ: a label and both texts."""
    n_claims: int
    """The number of claims that are in both sites."""
    claims: tuple[ClaimChange, ...]
    """The claims that changed, the largest change first."""
    claims_only: tuple[tuple[ClaimRecord, ...], tuple[ClaimRecord, ...]]
    """The claims that are only in the old site, and those that are only in the new site."""
    n_data: int
    """The number of figures and tables that are in both sites."""
    data: tuple[DataChange, ...]
    """The figures and tables that changed, the largest change first."""
    data_only: tuple[tuple[str, ...], tuple[str, ...]]
    """The figures and tables that are only in the old site, and those that are only in the new site."""

    @property
    def verdicts(self) -> tuple[ClaimChange, ...]:
        """The claims whose verdict changed."""
        return tuple(claim for claim in self.claims if claim.verdict_changed)

    @property
    def differs(self) -> bool:
        """Whether anything except the provenance differs."""
        return bool(self.claims or any(self.claims_only) or self.data or any(self.data_only))


def compare(old: Path, new: Path, tolerance: float = 0.0) -> Comparison:
    """Compare the sites in two folders; relative changes of numbers up to `tolerance` do not count.

    Raises:
        SiteError: if a folder does not contain a site of this report, or the claims of a site cannot be read.
    """
    sites = (PublishedSite(old), PublishedSite(new))
    old_claims, new_claims = (_claims(site) for site in sites)
    common = [key for key in old_claims if key in new_claims]
    changes = [_claim_change(old_claims[key], new_claims[key], tolerance) for key in common]
    names = [name for name in sites[0].data if name in sites[1].data]
    data = [_data_change(name, *sites, tolerance) for name in names]
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
        len(names),
        tuple(sorted((change for change in data if change.differs), key=lambda change: change.size, reverse=True)),
        (
            tuple(name for name in sites[0].data if name not in sites[1].data),
            tuple(name for name in sites[1].data if name not in sites[0].data),
        ),
    )


def _claims(site: PublishedSite) -> Mapping[str, ClaimRecord]:
    try:
        return site.claims()
    except UnreadableError as error:
        raise SiteError(
            f"{plain(str(site.folder))}: {error}; run `python -m report check` to list all errors of the site"
        ) from None


def _provenance(old: PublishedSite, new: PublishedSite) -> Iterator[tuple[str, str, str]]:
    provenances = [{**_provenance_of(site), **_build_fields(site)} for site in (old, new)]
    for label in dict.fromkeys((*provenances[0], *provenances[1])):
        texts = [provenance.get(label, "") for provenance in provenances]
        if texts[0] != texts[1]:
            yield label, texts[0], texts[1]


def _provenance_of(site: PublishedSite) -> dict[str, str]:
    """The provenance of a site by label; one entry that states why, if the site does not record it."""
    try:
        return site.provenance()
    except UnreadableError as error:
        return {"Provenance": f"not recorded: {error}"}


def _build_fields(site: PublishedSite) -> dict[str, str]:
    """When and where the site was built, as recorded in `build.json`."""
    try:
        build = site.build()
    except UnreadableError:
        return {}
    fields = {label: build.get(field) for label, field in BUILD_FIELDS.items()}
    return {label: plain(text) for label, text in fields.items() if isinstance(text, str)}


def _claim_change(old: ClaimRecord, new: ClaimRecord, tolerance: float) -> ClaimChange | None:
    numbers = [
        NumberChange(name, old.numbers.get(name), new.numbers.get(name))
        for name in dict.fromkeys((*old.numbers, *new.numbers))
    ]
    changes = [number for number in numbers if is_beyond(number.old, number.new, tolerance)]
    changes.sort(key=lambda number: -number.relative)
    changed_fields = [
        field for field in ("statement", "criterion", "kind") if getattr(old, field) != getattr(new, field)
    ]
    # The text of the value follows from the numbers if there are any, so with a tolerance only the numbers count.
    value_changed = old.value != new.value and not (tolerance and numbers)
    if not (changes or changed_fields or value_changed or old.state != new.state):
        return None
    return ClaimChange(old, new, tuple(changes), tuple(changed_fields))


def _data_change(name: str, old: PublishedSite, new: PublishedSite, tolerance: float) -> DataChange:
    contents = []
    for site in (old, new):
        try:
            contents.append(site.json(site.data[name], LARGEST_DATA))
        except UnreadableError as error:
            return DataChange(name, 0, 0, notes=(f"in {plain(str(site.folder))} the file {error.what}",))
    return data_change(name, contents[0], contents[1], tolerance)
