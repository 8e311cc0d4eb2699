"""Is a published site whole? Everything that is wrong with it, found without changing anything.

A build publishes nothing that is broken, but a site lives on: it is copied, served, edited by hand. Here it is
held to what it says of itself: to its manifest, to its own links, and to its claims.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from report.comparison.published_site import OWN, PublishedSite
from report.content.safe_text import plain
from report.errors import UnreadableError
from report.publishing.links import dead_links
from report.publishing.publish import RECORD

Kind = Literal[
    "unreadable files",
    "missing files",
    "changed files",
    "files that are not in the manifest",
    "what is no plain file",
    "dead links and missing parts of pages",
    "claims that do not hold",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What can be wrong, in the order in which it is told."""
CLAIMS_FAIL: Kind = "claims that do not hold"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a site."""

    kind: Kind
    where: str
    """The file, or the claim."""
    what: str

    def __str__(self) -> str:
        return f"{plain(self.where)}: {plain(self.what)}"


def check(folder: Path) -> list[Finding]:
    """Everything that is wrong with the site in a folder, by kind; empty if it stands whole.

    Raises:
        SiteError: if the folder is none, or holds no site of this report.
    """
    site = PublishedSite(folder)
    found = [*_records(site), *_files(site), *_strange(site), *_links(site), *_claims(site)]
    return sorted(found, key=lambda finding: KINDS.index(finding.kind))


def _records(site: PublishedSite) -> Iterator[Finding]:
    """What is wrong with the files in which the site speaks of itself."""
    records = [site.manifest, site.claims]
    if RECORD in site.files or RECORD in site.strange or site.names_its_inputs:
        records.append(site.build)
    for read in records:
        try:
            read()
        except UnreadableError as error:
            yield Finding("unreadable files", error.path, error.what)


def _files(site: PublishedSite) -> Iterator[Finding]:
    """Where the folder is not what the manifest lists."""
    try:
        listed = site.manifest()
    except UnreadableError:
        return
    for path, digest in listed.items():
        if path in site.files:
            try:
                if site.digest(path) != digest:
                    yield Finding("changed files", path, "is not what was published: its sha256 differs")
            except UnreadableError as error:
                yield Finding("changed files", path, error.what)
        elif path not in site.strange:
            yield Finding("missing files", path, "is in the manifest, but not in the folder")
    for path in site.files:
        if path not in listed and path not in OWN:
            yield Finding("files that are not in the manifest", path, "is in the folder, but not in the manifest")


def _strange(site: PublishedSite) -> Iterator[Finding]:
    for path, complaint in site.strange.items():
        yield Finding("what is no plain file", path, f"{complaint}; a site has none")


def _links(site: PublishedSite) -> Iterator[Finding]:
    files: dict[str, bytes | None] = dict.fromkeys((*site.files, *site.strange))
    for path in site.files:
        if path.endswith(".html"):
            try:
                files[path] = site.read(path)
            except UnreadableError as error:
                yield Finding("unreadable files", path, error.what)
    for page, complaint in dead_links(files):
        yield Finding("dead links and missing parts of pages", page, complaint)


def _claims(site: PublishedSite) -> Iterator[Finding]:
    try:
        claims = site.claims().values()
    except UnreadableError:
        return
    for claim in claims:
        if claim.holds is False:
            yield Finding(CLAIMS_FAIL, claim.key, f"{claim.value} (criterion: {claim.criterion})")
