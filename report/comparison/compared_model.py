"""A model as a report publishes it: what a comparison reads of it, from a site or just after its measurement.

Both forms are the same few files: the facts of the model, its claims, and the data of some figures and tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from report.comparison.published_data import COMPARED
from report.comparison.published_site import CLAIMS, DATA, claims_from_json
from report.content.chapter import Chapter, Figure, Table
from report.content.claims.record import ClaimRecord, record_of, to_json
from report.errors import UnreadableError
from report.figures.data_format import json_file
from report.figures.export import figure_data, table_data
from report.publishing.model_facts import MODEL, ModelFacts, facts_from_json, model_facts, model_file
from sumint.analyses.performance.performance import Performance, performance
from sumint.errors import InputError
from sumint.lab import Lab

FILES = (MODEL, CLAIMS, *(f"{DATA}{name}.json" for name in COMPARED))
"""The files of a report that a comparison reads."""


@dataclass(frozen=True)
class ComparedModel:
    """What a report publishes of its model, as far as it is compared."""

    facts: ModelFacts | None
    """None if the site is of an earlier version, which did not publish them."""
    claims: Mapping[str, ClaimRecord]
    """Every claim by its key, in reading order."""
    data: Mapping[str, Any]
    """The data of the figures and tables that are compared, by chapter and name; some may be missing."""

    @property
    def digest(self) -> str:
        """A digest of everything that is compared."""
        return hashlib.sha256(repr(self).encode(errors="replace")).hexdigest()

    @property
    def n_counted(self) -> tuple[int, int]:
        """How many claims hold, and how many were checked and count."""
        counted = [claim.holds for claim in self.claims.values() if claim.is_counted]
        return sum(counted), len(counted)

    @classmethod
    def read(cls, json_of: Callable[[str], Any]) -> ComparedModel:
        """Read a model from the files of a report.

        Args:
            json_of: returns the value in one of `FILES`, or raises an `UnreadableError`.

        Raises:
            UnreadableError: if the claims cannot be read; everything else may be missing.
        """
        claims = claims_from_json(json_of(CLAIMS))
        facts, data = None, {}
        with suppress(UnreadableError, ValueError):
            facts = facts_from_json(json_of(MODEL))
        for name in COMPARED:
            with suppress(UnreadableError):
                data[name] = json_of(f"{DATA}{name}.json")
        return cls(facts, claims, data)


def files_of_model(lab: Lab, chapters: Mapping[str, Chapter]) -> dict[str, bytes]:
    """The files that a comparison reads, of a model that has been measured: `chapters` are those of its report."""
    claims = [
        to_json(record_of(claim, stem, lambda _: ""))
        for stem, chapter in chapters.items()
        for claim in chapter.claims
    ]
    facts = model_facts(lab, chapters.get("every-sum"), _performance(lab))
    files = {MODEL: model_file(facts), CLAIMS: json.dumps(claims).encode()}
    for name in COMPARED:
        stem, _, content_name = name.partition("/")
        chapter = chapters.get(stem)
        for content in () if chapter is None else (*chapter.figures, *chapter.tables):
            if content.name == content_name and isinstance(content, Figure):
                files[f"{DATA}{name}.json"] = json_file(figure_data(name, content))
            elif content.name == content_name and isinstance(content, Table):
                files[f"{DATA}{name}.json"] = json_file(table_data(name, content))
    return files


def from_files(files: Mapping[str, bytes]) -> ComparedModel:
    """The model that these files describe."""

    def json_of(path: str) -> Any:
        if path not in files:
            raise UnreadableError(path, "is missing")
        return json.loads(files[path])

    return ComparedModel.read(json_of)


def _performance(lab: Lab) -> Performance | None:
    """The performance on the sample; None if it could not be measured, which the first chapter reports."""
    try:
        return lab.run(performance)
    except InputError:
        raise
    except Exception:
        return None
