"""The check of a published site: everything that is wrong with it, found without changing it.

A build publishes no broken site, but a site can be copied incompletely or edited later. The check compares the
site with its own manifest, and it checks its links and its claims.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from report.comparison.published_site import LARGEST_DATA, UNLISTED, PublishedSite
from report.content.claims.states import LABELS
from report.content.formats import counted
from report.content.safe_text import plain
from report.errors import UnreadableError
from report.publishing.links import dead_links
from report.publishing.publish import PROVENANCE, RECORD
from sumint.machine.line_endings import with_line_feeds

Kind = Literal[
    "unreadable files",
    "missing files",
    "changed files",
    "files whose line endings were converted",
    "files that are not in the manifest",
    "not regular files",
    "dead links and missing parts of pages",
    "claims whose verdict does not follow from their numbers",
    "claims that do not hold",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The kinds of finding, in the order in which they are listed."""
CLAIMS_FAIL: Kind = "claims that do not hold"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a site."""

    kind: Kind
    where: str
    """The file or the claim."""
    what: str
    """What is wrong with it."""

    def __str__(self) -> str:
        return f"{plain(self.where)}: {plain(self.what)}"


def check(folder: Path) -> list[Finding]:
    """Everything that is wrong with the site in a folder, by kind; empty if nothing is.

    Raises:
        SiteError: if the folder does not exist, or does not contain a site of this report.
    """
    site = PublishedSite(folder)
    findings = [*_records(site), *_files(site), *_irregular(site), *_links(site), *_claims(site)]
    return sorted(findings, key=lambda finding: KINDS.index(finding.kind))


def _records(site: PublishedSite) -> Iterator[Finding]:
    """What is wrong with the manifest, the claims, the provenance and the record of the build."""
    records = [site.manifest, site.claims]
    if RECORD in site.files or RECORD in site.irregular or site.has_fingerprint:
        records.append(site.build)
    if PROVENANCE in site.files or PROVENANCE in site.irregular:
        records.append(site.provenance)
    for read in records:
        try:
            read()
        except UnreadableError as error:
            yield Finding("unreadable files", error.path, error.what)


def _files(site: PublishedSite) -> Iterator[Finding]:
    """The differences between the files in the folder and the manifest."""
    try:
        listed = site.manifest()
    except UnreadableError:
        return
    converted = []
    for path, digest in listed.items():
        if path in site.files:
            try:
                if site.digest(path) != digest:
                    if _is_converted(site, path, digest):
                        converted.append(path)
                    else:
                        yield Finding("changed files", path, "was changed after publishing: its sha256 differs")
            except UnreadableError as error:
                yield Finding("changed files", path, error.what)
        elif path not in site.irregular:
            yield Finding("missing files", path, "is in the manifest, but not in the folder")
    if converted:
        more = f" and {counted(len(converted) - 1, 'other file')}" * (len(converted) > 1)
        what = (
            "converted after publishing, by git or an upload of text; copy the site's files as they are (binary)"
        )
        yield Finding("files whose line endings were converted", f"{converted[0]}{more}", what)
    for path in site.files:
        if path not in listed and path not in UNLISTED:
            yield Finding("files that are not in the manifest", path, "is in the folder, but not in the manifest")


def _is_converted(site: PublishedSite, path: str, digest: str) -> bool:
    """Whether a file is the one that was published, but for its line endings."""
    content = site.read(path, at_most=LARGEST_DATA)
    return hashlib.sha256(with_line_feeds(content)).hexdigest() == digest


def _irregular(site: PublishedSite) -> Iterator[Finding]:
    for path, complaint in site.irregular.items():
        yield Finding("not regular files", path, f"{complaint}; a site contains regular files only")


def _links(site: PublishedSite) -> Iterator[Finding]:
    files: dict[str, bytes | None] = dict.fromkeys((*site.files, *site.irregular))
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
        if claim.state != claim.check.state:
            derived = LABELS[claim.check.state]
            what = f"states “{LABELS[claim.state]}”, but its numbers give “{derived}”"
            yield Finding("claims whose verdict does not follow from their numbers", claim.key, what)
        elif claim.does_not_hold:
            yield Finding(CLAIMS_FAIL, claim.key, f"{claim.value} (criterion: {claim.criterion})")
