"""The model that a report is compared with: a checkpoint, which is measured, or a site that was built from one."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from report.comparison.compared_model import FILES, ComparedModel, files_of_model, from_files
from report.comparison.published_site import CLAIMS, LARGEST_DATA, PublishedSite
from report.content.chapter import ChapterPlan
from report.content.safe_text import plain
from report.content.sections import measure
from report.errors import SiteError, UnreadableError
from report.project.settings import NAMED_CHECKPOINTS
from report.publishing.provenance import name_of
from sumint.checkpoints.card import card_path
from sumint.checkpoints.files import Weights
from sumint.checkpoints.locate import locate
from sumint.checkpoints.remote import is_address
from sumint.lab import Lab
from sumint.store.keys import Key, versions
from sumint.store.sources import NoSourceError, sources_of


class OtherCheckpoint:
    """A checkpoint, measured as that of the report is."""

    def __init__(self, path: Path) -> None:
        """Read the checkpoint.

        Raises:
            InputError: if the file is not a checkpoint of the supported family.
        """
        self.path = path
        lab = Lab(path)
        self.name = name_of(lab)
        self.file = plain(path.name)
        self.weights: Weights | None = lab.weights
        self.digest = lab.weights.digest

    @property
    def watched_files(self) -> tuple[Path, ...]:
        """The files in which an edit changes the comparison: the tensors, and the possible places of the card."""
        path = self.path.absolute()
        return (path, card_path(path), card_path(path.resolve()))

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the comparison depends on."""
        card = card_path(self.path)
        return {"file": self.path.name, "weights": self.digest, "card": card if card.exists() else None}

    def model(self, lab: Lab, plans: Mapping[str, ChapterPlan]) -> tuple[ComparedModel, tuple[str, ...]]:
        """The checkpoint as a report on it would publish it, and what failed, measured as `lab` measures its own.

        Args:
            plans: the chapters whose claims are compared, by stem.
        """
        key = self._key(lab, plans)
        files = None if key is None else lab.store.load(key, dict)
        failures: tuple[str, ...] = ()
        if files is None:
            other = Lab(self.path, device=lab.device, dtype=lab.dtype, store=lab.store, before_run=lab.before_run)
            chapters = measure(other, plans)
            files = files_of_model(other, chapters)
            failures = tuple(
                dict.fromkeys(str(failure) for chapter in chapters.values() for failure in chapter.failures)
            )
            if key is not None and not failures:
                lab.store.save(key, files)
        return from_files(files), failures

    def _key(self, lab: Lab, plans: Mapping[str, ChapterPlan]) -> Key | None:
        """The key under which the files are stored; None if code that makes them has no source file."""
        modules = dict.fromkeys(module for plan in plans.values() for module in plan.modules)
        try:
            sources = sources_of("report.comparison.compared_model", "report.content.sections", *modules)
        except NoSourceError:
            return None
        return Key(
            "compared-model",
            {
                **self.inputs,
                "chapters": list(plans),
                "sources": sources,
                "device": lab.device,
                "dtype": lab.dtype,
                "versions": versions(),
            },
        )


class OtherSite:
    """A built site, from whose files the comparison is read."""

    def __init__(self, folder: Path) -> None:
        """Read the site.

        Raises:
            SiteError: if the folder does not contain a site of this report, or its claims cannot be read.
        """
        self._site = PublishedSite(folder)
        self.file = plain(folder.absolute().name)
        self.weights: Weights | None = None
        self.name = self._site.model_name
        try:
            self._model = ComparedModel.read(lambda path: self._site.json(path, LARGEST_DATA))
        except UnreadableError as error:
            raise SiteError(f"{plain(str(folder))}: {error}") from None
        self.digest = self._model.facts.tensors_sha256 if self._model.facts else self._site.recorded_digest

    @property
    def watched_files(self) -> tuple[Path, ...]:
        """The file that changes with every build of the site."""
        return (self._site.folder.absolute() / CLAIMS,)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What the comparison depends on."""
        digests = {path: self._site.digest(path) for path in FILES if path in self._site.files}
        return {"file": self.file, "name": self.name, **digests}

    def model(self, lab: Lab, plans: Mapping[str, ChapterPlan]) -> tuple[ComparedModel, tuple[str, ...]]:  # noqa: ARG002
        """The model of the site; nothing fails."""
        return self._model, ()


OtherModel = OtherCheckpoint | OtherSite


def open_other(name: str) -> OtherModel:
    """The model that `--compare` means: `bundled`, `arena`, an address, the path of a checkpoint, or a site.

    Raises:
        SiteError: if there is no such file, or the folder does not contain a site of this report.
        InputError: if the file is not a checkpoint of the supported family, or cannot be downloaded.
    """
    if name in NAMED_CHECKPOINTS or is_address(name):
        return OtherCheckpoint(locate(name))
    path = Path(name)
    if path.is_dir():
        return OtherSite(path)
    if not path.exists():
        similar = get_close_matches(name, NAMED_CHECKPOINTS, n=1)
        hint = (
            f"did you mean {similar[0]}?"
            if similar
            else "give a checkpoint, the folder of a site, bundled or arena"
        )
        raise SiteError(f"--compare: there is no file or folder {plain(name)}; {hint}")
    return OtherCheckpoint(path)


def other_than(lab: Lab, name: str) -> OtherModel | None:
    """The model of this name, with which that of the lab is compared; None if the name is empty.

    Raises:
        SiteError: as `open_other` does, or if it is the lab's own model.
        InputError: as `open_other` does.
    """
    if not name:
        return None
    other = open_other(name)
    check_is_another(lab, other)  # before the long measurements
    return other


def check_is_another(lab: Lab, other: OtherModel) -> None:
    """Raise a `SiteError` if the other model is the lab's own: a comparison would show every number twice."""
    if other.digest == lab.weights.digest:
        raise SiteError(
            f"--compare: {other.name} is the model of this report itself, with the same tensors; give another one "
            "(`python -m report diff` compares two sites of one model)"
        )
