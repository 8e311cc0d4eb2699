"""The comparison of two published sites: which claims and which numbers of figures differ, and by how much.

The provenance of the two sites is reported, but it does not count as a difference: two sites with the same numbers
from different commits are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.comparison.claim_change import ClaimChange, claim_change
from report.comparison.json_diff import DataChange, data_change
from report.comparison.names import distinct_names
from report.comparison.published_site import LARGEST_DATA, PublishedSite
from report.content.claims.record import ClaimRecord
from report.content.safe_text import plain
from report.errors import SiteError, UnreadableError

BUILD_FIELDS = {"Built": "built", "Host": "host", "System": "system"}
"""The fields of `build.json` that are compared, by label; `provenance.json` contains the other provenance."""


@dataclass(frozen=True)
class Side:
    """One of the two sites."""

    name: str
    """The name of its model, with that of the site's folder if both models have the same."""
    folder: Path
    pages: frozenset[str]
    """The file names of its pages."""


@dataclass(frozen=True)
class Comparison:
    """The differences between two sites."""

    sides: tuple[Side, Side]
    """The old site and the new one."""
    tolerance: float
    """The relative change up to which numbers count as equal."""
    provenance: tuple[tuple[str, str, str], ...]
    """The entries of the provenance that differ: a label and both texts."""
    n_claims: int
    """The number of claims that are in both sites."""
    n_checked: int
    """The number of those that have a verdict in both."""
    claims: tuple[ClaimChange, ...]
    """The claims that changed, the largest change first."""
    claims_only: tuple[tuple[ClaimRecord, ...], tuple[ClaimRecord, ...]]
    """The claims that are only in the old site, and those that are only in the new site."""
    compares_data: bool
    """Whether figures and tables were compared."""
    n_data: int
    """The number of figures and tables that are in both sites."""
    data: tuple[DataChange, ...]
    """The figures and tables that changed, the largest change first."""
    data_only: tuple[tuple[str, ...], tuple[str, ...]]
    """The figures and tables that are only in the old site, and those that are only in the new site."""

    @property
    def verdicts(self) -> tuple[ClaimChange, ...]:
        """The claims that hold in one site and do not hold in the other; those near their limit last."""
        found = [claim for claim in self.claims if claim.verdict_changed]
        return tuple(sorted(found, key=lambda claim: claim.old.is_near or claim.new.is_near))

    @property
    def one_sided(self) -> tuple[ClaimChange, ...]:
        """The claims whose state differs, without a verdict in both sites; those of the write-up last."""
        found = [claim for claim in self.claims if claim.is_one_sided]
        return tuple(sorted(found, key=lambda claim: claim.old.kind == "published"))

    @property
    def values(self) -> tuple[ClaimChange, ...]:
        """The claims with the same verdict, or none, whose values or texts differ."""
        return tuple(claim for claim in self.claims if not (claim.verdict_changed or claim.is_one_sided))

    @property
    def differs(self) -> bool:
        """Whether anything except the provenance differs."""
        return bool(self.claims or any(self.claims_only) or self.data or any(self.data_only))


def compare(old: Path, new: Path, tolerance: float = 0.0, *, claims_only: bool = False) -> Comparison:
    """Compare the sites in two folders; relative changes of numbers up to `tolerance` do not count.

    With `claims_only`, figures and tables are not compared.

    Raises:
        SiteError: if a folder does not contain a site of this report, or the claims of a site cannot be read.
    """
    sites = (PublishedSite(old), PublishedSite(new))
    old_claims, new_claims = (_claims(site) for site in sites)
    common = [key for key in old_claims if key in new_claims]
    changes = [claim_change(old_claims[key], new_claims[key], tolerance) for key in common]
    old_data, new_data = ({}, {}) if claims_only else (site.data for site in sites)
    names = [name for name in old_data if name in new_data]
    data = [_data_change(name, *sites, tolerance) for name in names]
    return Comparison(
        _sides(*sites),
        tolerance,
        tuple(_provenance(*sites)),
        len(common),
        sum(old_claims[key].was_checked and new_claims[key].was_checked for key in common),
        tuple(sorted((change for change in changes if change), key=lambda change: -change.size)),
        (
            tuple(claim for key, claim in old_claims.items() if key not in new_claims),
            tuple(claim for key, claim in new_claims.items() if key not in old_claims),
        ),
        not claims_only,
        len(names),
        tuple(sorted((change for change in data if change.differs), key=lambda change: change.size, reverse=True)),
        (
            tuple(name for name in old_data if name not in new_data),
            tuple(name for name in new_data if name not in old_data),
        ),
    )


def _sides(old: PublishedSite, new: PublishedSite) -> tuple[Side, Side]:
    names = distinct_names(
        (old.model_name, new.model_name),
        *(tuple(plain(path(site.folder)) for site in (old, new)) for path in (_folder_name, str)),
    )
    first, second = (
        Side(name, site.folder, frozenset(path for path in site.files if path.endswith(".html")))
        for name, site in zip(names, (old, new), strict=True)
    )
    return first, second


def _folder_name(folder: Path) -> str:
    return folder.absolute().name


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


def _data_change(name: str, old: PublishedSite, new: PublishedSite, tolerance: float) -> DataChange:
    contents = []
    for site in (old, new):
        try:
            contents.append(site.json(site.data[name], LARGEST_DATA))
        except UnreadableError as error:
            return DataChange(name, 0, 0, notes=(f"in {plain(str(site.folder))} the file {error.what}",))
    return data_change(name, contents[0], contents[1], tolerance)
