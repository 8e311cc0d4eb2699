"""A published site that is read back from disk, where anybody may have changed it.

No content of the site is trusted. Its files are those that a walk through the folder finds; a path in its manifest
or in a link is only looked up among them, so that none leads out of the folder. Symbolic links are not followed,
and only regular files are opened. A file that is too large, nested too deeply, not JSON, or not in the expected
form raises an `UnreadableError` with a message of one line.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from report.content.claims.record import ClaimRecord, RecordError, from_json
from report.content.safe_text import one_line, plain
from report.errors import SiteError, UnreadableError
from report.publishing.folder.contents import is_kept, is_of_the_system
from report.publishing.publish import GENERATOR, MANIFEST, PROVENANCE, RECORD

CLAIMS = "claims.json"
OPENING = "index.html"
DATA = "data/"
UNLISTED = (MANIFEST, RECORD)
"""The files that may be in a site's folder without being in its manifest."""

LARGEST_RECORD = 4 * 2**20
"""The maximum size of the manifest, the claims or a page in bytes; the largest in practice have some 10⁵."""
LARGEST_DATA = 64 * 2**20
"""The maximum size of one figure's data in bytes; the largest in practice have some 10⁶."""


class PublishedSite:
    """A folder with a complete or damaged site of this report."""

    def __init__(self, folder: Path) -> None:
        """List the files of a site.

        Raises:
            SiteError: if the folder does not exist, cannot be read, or does not contain a site of this report.
        """
        self.folder = folder
        self.files: dict[str, Path] = {}
        """Every regular file, by its path in the site."""
        self.irregular: dict[str, str] = {}
        """A complaint about each entry that is neither a regular file nor a readable folder, by its path."""
        name = plain(str(folder))
        try:
            if not folder.exists():
                raise SiteError(f"{name} does not exist; give the folder of a built site")
            if not folder.is_dir():
                raise SiteError(f"{name} is not a folder; give the folder of a built site")
            for path, entry, complaint in _walk(folder):
                if complaint:
                    self.irregular[path] = complaint
                else:
                    self.files[path] = Path(entry)
        except OSError as error:
            raise SiteError(f"{name} cannot be read ({error.strerror or error})") from None
        except ValueError as error:  # a name with a null character
            raise SiteError(f"{name} cannot be read ({error})") from None
        if not self._is_ours():
            raise SiteError(f"{name} does not contain a site of this report; give the folder of a built site")

    def read(self, path: str, at_most: int = LARGEST_RECORD) -> bytes:
        """The content of one of the site's files; an `UnreadableError` if it is missing or too large."""
        self._check_exists(path)
        try:
            with self.files[path].open("rb") as file:
                content = file.read(at_most + 1)
        except OSError as error:
            raise UnreadableError(path, f"cannot be read ({error.strerror or error})") from None
        if len(content) > at_most:
            raise UnreadableError(path, f"expected at most {at_most:,} bytes, found more")
        return content

    def json(self, path: str, at_most: int = LARGEST_RECORD) -> Any:
        """The value in a JSON file; an `UnreadableError` if the file cannot be read or parsed."""
        try:
            return json.loads(self.read(path, at_most), parse_constant=_refuse_constant)
        except RecursionError:
            raise UnreadableError(path, "is nested too deeply") from None
        except ValueError as error:
            raise UnreadableError(path, f"is not valid JSON ({plain(str(error))})") from None

    def digest(self, path: str) -> str:
        """The sha256 of a file, in hexadecimal digits; an `UnreadableError` if it cannot be read."""
        self._check_exists(path)
        try:
            with self.files[path].open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UnreadableError(path, f"cannot be read ({error.strerror or error})") from None

    def manifest(self) -> dict[str, str]:
        """The sha256 of every file that the manifest lists, by path.

        Raises:
            UnreadableError: if the manifest cannot be read, or does not list files with their sha256.
        """
        manifest = self.json(MANIFEST)
        files = manifest.get("files") if isinstance(manifest, dict) else None
        if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
            raise UnreadableError(MANIFEST, "expected `files` to map paths to their sha256")
        return files

    @property
    def has_fingerprint(self) -> bool:
        """Whether the manifest contains a fingerprint; older sites have neither that nor a `build.json`."""
        try:
            manifest = self.json(MANIFEST)
        except UnreadableError:
            return False
        return isinstance(manifest, dict) and "inputs" in manifest

    def claims(self) -> dict[str, ClaimRecord]:
        """Every claim by its key, in the order of the site.

        Raises:
            UnreadableError: if `claims.json` cannot be read, or is not in the expected form.
        """
        return claims_from_json(self.json(CLAIMS))

    def build(self) -> dict[str, Any]:
        """The content of `build.json`; an `UnreadableError` if it is not a JSON object."""
        record = self.json(RECORD)
        if not isinstance(record, dict):
            raise UnreadableError(RECORD, "expected an object that describes the build")
        return record

    def provenance(self) -> dict[str, str]:
        """The provenance of the site, as texts by label.

        Raises:
            UnreadableError: if `provenance.json` is missing, as in sites of earlier versions, or cannot be read,
            or
                is not in the expected form.
        """
        provenance = self.json(PROVENANCE)
        if not isinstance(provenance, dict) or not all(isinstance(text, str) for text in provenance.values()):
            raise UnreadableError(PROVENANCE, "expected an object that maps labels to texts")
        return {plain(label): plain(text) for label, text in provenance.items()}

    @property
    def model_name(self) -> str:
        """The name of the site's model: from its provenance, else from the record of its build or its folder."""
        try:
            if name := self.provenance().get("Weights", "").partition(", tensors sha256 ")[0]:
                return name
        except UnreadableError:
            pass
        return one_line(self._recorded_weights.get("name", "")) or plain(self.folder.absolute().name)

    @property
    def recorded_digest(self) -> str:
        """The sha256 of the model's tensors, as the build recorded it; empty if it did not."""
        return self._recorded_weights.get("tensors_sha256", "")

    @property
    def _recorded_weights(self) -> Mapping[str, str]:
        """The texts that `build.json` has about the weights; none if it cannot be read."""
        try:
            weights = self.build().get("weights")
        except UnreadableError:
            return {}
        texts = weights.items() if isinstance(weights, dict) else ()
        return {field: text for field, text in texts if isinstance(text, str)}

    @cached_property
    def data(self) -> dict[str, str]:
        """The paths of the JSON files with the data of figures and tables, by `chapter/name`.

        The dictionary of columns beside the chapters' folders has no such data.
        """
        return {
            path.removeprefix(DATA).removesuffix(".json"): path
            for path in sorted(self.files)
            if path.startswith(DATA) and path.endswith(".json") and "/" in path.removeprefix(DATA)
        }

    def _check_exists(self, path: str) -> None:
        if path not in self.files:
            raise UnreadableError(path, self.irregular.get(path, "is missing"))

    def _is_ours(self) -> bool:
        """Whether the folder contains a site of this report, judged by its manifest or, without one, its files."""
        try:
            manifest = self.json(MANIFEST)
        except UnreadableError:
            return {OPENING, CLAIMS} <= self.files.keys()
        return isinstance(manifest, dict) and manifest.get("generator") == GENERATOR


def claims_from_json(values: Any) -> dict[str, ClaimRecord]:
    """Every claim in the content of `claims.json`, by its key.

    Raises:
        UnreadableError: if the content is not in the expected form.
    """
    if not isinstance(values, list):
        raise UnreadableError(CLAIMS, "expected a list of claims")
    if any(isinstance(value, dict) and "name" in value and "check" not in value for value in values):
        raise UnreadableError(CLAIMS, "was written by an earlier version of this tool; build the site again")
    claims: dict[str, ClaimRecord] = {}
    for number, value in enumerate(values, start=1):
        claim = _claim(value, f"claim {number}")
        if claim.key in claims:
            raise UnreadableError(CLAIMS, f"expected unique names, found two claims {plain(claim.key)}")
        claims[claim.key] = claim
    return claims


def _walk(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The entries below a folder, except folders and what is kept there: relative path, full path, a complaint."""
    folders = [("", str(folder))]
    while folders:  # a loop rather than recursion, since folders can be nested deeper than the recursion limit
        prefix, current = folders.pop()
        try:
            entries = sorted(os.scandir(current), key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise
            yield prefix.removesuffix("/"), current, f"cannot be read ({error.strerror or error})"
            continue
        for entry in entries:
            path = prefix + entry.name
            if is_kept(path) or is_of_the_system(entry.name):
                continue
            if entry.is_symlink():
                yield path, entry.path, "is a symbolic link"
            elif entry.is_dir(follow_symlinks=False):
                folders.append((f"{path}/", entry.path))
            else:
                is_regular = entry.is_file(follow_symlinks=False)
                yield path, entry.path, "" if is_regular else "is not a regular file"


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"it contains {constant}")


def _claim(value: Any, place: str) -> ClaimRecord:
    try:
        return from_json(value)
    except RecordError as error:
        raise UnreadableError(CLAIMS, f"{place}: {plain(str(error))}") from None


def is_number(value: object) -> bool:
    """Whether a value from JSON is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_float(number: float) -> float:
    """A number from JSON as a float; an integer that is too large becomes infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
