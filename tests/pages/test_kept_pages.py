"""A page that an earlier build made is used again if nothing that it shows has changed, and only then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from report.chapters import ablation, carries, open_questions, the_task, unembedding
from report.content.chapter import Chapter
from report.content.claims.checks import not_applicable
from report.content.sections import measure
from report.outline import plans
from report.pages import site as site_module
from report.pages.drawings import Drawings, draw
from report.pages.renderer import Renderer
from report.pages.site import Site
from report.project.identity import Identity
from report.project.settings import Settings
from report.publishing.repository import Repository
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.store.results import Store

OUTLINE = (the_task, unembedding, ablation, carries, open_questions)
STEMS = ("the-task", "unembedding", "ablation", "carries", "open-questions")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights) -> Lab:
    folder = tmp_path_factory.mktemp("kept")
    write_weights(folder / "tiny.safetensors", tiny_weights.tensors, {})
    lab = Lab(folder / "tiny.safetensors", store=Store(folder / "store"))
    Reported(lab).site().files()
    return lab


class Reported:
    """All of which a site is made, of which a test changes something."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.outline: Sequence[ModuleType] = OUTLINE
        self.chapters: Mapping[str, Chapter] = measure(lab, plans(OUTLINE))
        self.repository = Repository()
        self.base_url = ""
        self.settings = Settings()

    def site(self) -> Site:
        drawings: Drawings = draw(self.lab, self.chapters, self.outline, self.settings.identity)
        return Site(self.lab, self.chapters, drawings, self.repository, self.base_url, self.outline, self.settings)

    def replace_claim(self, stem: str, **fields: object) -> None:
        """Replace fields of a chapter's first claim."""
        first, *others = self.chapters[stem].claims
        chapter = replace(self.chapters[stem], claims=(replace(first, **fields), *others))
        self.chapters = {**self.chapters, stem: chapter}


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stems of the chapters whose pages are rendered, in this order."""
    stems: list[str] = []
    render = Renderer.chapter_page

    def chapter_page(self: Renderer, manuscript) -> str:
        stems.append(manuscript.stem)
        return render(self, manuscript)

    monkeypatch.setattr(Renderer, "chapter_page", chapter_page)
    return stems


def test_nothing_is_rendered_again_if_nothing_has_changed(lab: Lab, rendered: list[str]) -> None:
    kept = Reported(lab).site().files()
    assert rendered == []
    lab_without_store = Lab(lab.weights_path)
    assert kept == Reported(lab_without_store).site().files()
    assert rendered == [*STEMS]


def edited(monkeypatch: pytest.MonkeyPatch, module, sentence: str) -> None:
    """Add a sentence to the text of a module."""
    text_of = site_module.text_of

    def with_sentence(one) -> tuple[str, Path]:
        text, path = text_of(one)
        return (f"{text}\n\n{sentence}\n" if one is module else text), path

    monkeypatch.setattr(site_module, "text_of", with_sentence)


def test_a_sentence_renders_one_page_again(lab: Lab, rendered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    edited(monkeypatch, ablation, "One sentence more.")
    files = Reported(lab).site().files()
    assert rendered == ["ablation"]
    assert b"One sentence more." in files["ablation.html"]
    assert b"One sentence more." in files["assets/search-index.js"]


def no_commit(reported: Reported) -> None:
    reported.repository.__dict__["commit"] = None


def other_address(reported: Reported) -> None:
    reported.repository.__dict__["address"] = "https://example.org/code"


def other_base_url(reported: Reported) -> None:
    reported.base_url = "https://example.org/report"


def other_title(reported: Reported) -> None:
    reported.settings = Settings(identity=Identity(title="Adding"))


def other_order(reported: Reported) -> None:
    reported.outline = (the_task, ablation, unembedding, carries, open_questions)
    reported.chapters = measure(reported.lab, plans(reported.outline))


def fewer_chapters(reported: Reported) -> None:
    reported.outline = (the_task, ablation)
    reported.chapters = measure(reported.lab, plans(reported.outline))


def other_title_of_a_chapter(reported: Reported) -> None:
    task = replace(reported.chapters["the-task"], title="What it does")
    reported.chapters = {**reported.chapters, "the-task": task}


def other_statement(reported: Reported) -> None:
    reported.replace_claim("unembedding", statement="Something else.")


def other_outcome(reported: Reported) -> None:
    reported.replace_claim("unembedding", check=not_applicable("It is another model."))


CHANGES: Mapping[str, tuple[Callable[[Reported], None], tuple[str, ...]]] = {
    "no commit": (no_commit, STEMS),
    "address of the code": (other_address, STEMS),
    "base address": (other_base_url, STEMS),
    "title": (other_title, STEMS),
    "order": (other_order, ("the-task", "ablation", "unembedding", "carries", "open-questions")),
    "fewer chapters": (fewer_chapters, ("the-task", "ablation")),
    "title of a chapter": (other_title_of_a_chapter, STEMS),
    "statement": (other_statement, STEMS),
    "outcome": (other_outcome, STEMS),
}


@pytest.mark.parametrize(("change", "again"), CHANGES.values(), ids=CHANGES)
def test_a_change_that_pages_show_renders_them_again(
    lab: Lab, rendered: list[str], change: Callable[[Reported], None], again: tuple[str, ...]
) -> None:
    """With the pages of the earlier build at hand, the files are those of a build without them."""
    reported = Reported(lab)
    change(reported)
    with_kept = reported.site().files()
    assert tuple(rendered) == again
    reported.lab = Lab(lab.weights_path)
    assert with_kept == reported.site().files()


@pytest.mark.parametrize("is_dirty", [False, True])
def test_a_commit_is_stated_without_rendering_a_page_again(
    lab: Lab, rendered: list[str], monkeypatch: pytest.MonkeyPatch, is_dirty: bool
) -> None:
    monkeypatch.setattr(Repository, "address", "https://example.org/code")
    for commit in ("0" * 40, "1" * 40):
        rendered.clear()
        reported = Reported(lab)
        reported.repository.__dict__ |= {"commit": commit, "is_dirty": is_dirty}
        files = reported.site().files()
        pages = {path: content.decode() for path, content in files.items() if path.endswith(".html")}
        stated = f"commit {commit[:12]}{' with uncommitted changes' if is_dirty else ''}</bdi>"
        assert all(stated in page for page in pages.values())
        assert f'<a href="https://example.org/code/blob/{commit}/sumint/' in pages["unembedding.html"]
        assert not any("\N{OBJECT REPLACEMENT CHARACTER}" in page for page in pages.values())
    assert rendered == []
    reported.lab = Lab(lab.weights_path)
    assert files == reported.site().files()


@pytest.mark.parametrize("can_add", [True, False])
def test_pages_of_finished_chapters_are_rendered_while_others_are_made(
    can_add: bool, lab: Lab, rendered: list[str]
) -> None:
    """All but those that ask for the outcome of a claim of an unfinished chapter; the files are the same.

    If that chapter turns out to be left out, all pages state why, and are rendered again.
    """
    reported = Reported(Lab(lab.weights_path))
    reported.chapters = measure(reported.lab, plans(OUTLINE), leave_out=not can_add)
    assert bool(reported.chapters["carries"].left_out) is not can_add
    drawings = draw(reported.lab, reported.chapters, OUTLINE)
    finished = {stem: chapter for stem, chapter in reported.chapters.items() if stem != "carries"}
    begun = Site(
        reported.lab,
        finished,
        Drawings(reported.lab, finished, OUTLINE, rendered=drawings),
        reported.repository,
        outline=OUTLINE,
    )
    early = set(begun.finished_pages)
    assert {"the-task"} <= early < set(finished)
    whole = Site(reported.lab, reported.chapters, drawings, reported.repository, outline=OUTLINE, begun=begun)
    rendered.clear()
    files = whole.files()
    assert set(rendered) == set(STEMS) - (early if can_add else set())
    assert files == reported.site().files()


def test_the_outcomes_on_other_networks_are_part_of_a_page(
    lab: Lab, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = site_module.shipped_outcomes()
    fewer = replace(outcomes, networks=outcomes.networks[:-1])
    monkeypatch.setattr(site_module, "shipped_outcomes", lambda: fewer)
    Reported(lab).site().files()
    assert rendered == [*STEMS]


def test_a_page_with_a_failure_is_not_kept(lab: Lab, rendered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from report.figures import cache

    monkeypatch.setattr(cache, "files_of", lambda *_: 1 / 0)
    store = Store(lab.weights_path.parent / "another store")
    for _ in range(2):
        reported = Reported(Lab(lab.weights_path, store=store))
        reported.site().files()
    assert rendered.count("unembedding") == 2
    monkeypatch.undo()
    files = Reported(Lab(lab.weights_path, store=store)).site().files()
    assert b"ZeroDivisionError" not in files["unembedding.html"]
