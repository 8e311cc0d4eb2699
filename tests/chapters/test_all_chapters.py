"""Every chapter can be made on any checkpoint of the supported family."""

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from report.chapters import the_task
from report.chapters.other_seeds import CLAIMS as CLAIMS_ON_SEEDS
from report.content.chapter import Absent, Chapter, Figure, stem_of
from report.content.component import Component
from report.content.declared import declared_claims
from report.content.sections import make_chapter, measure
from report.outline import OUTLINE, plans
from report.pages.site import text_of
from report.pipeline import build
from sumint.checkpoints.files import Architecture, write_weights
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.training.config import TrainingConfig, TrainingHistory
from sumint.training.train import initial_parameters, train, training_card
from tests.shared import made_once

STEMS = [*map(stem_of, OUTLINE)]

# An untrained model is wrong on nearly every sum: of four digits that would be millions to list.
THREE_DIGITS = Architecture(n_digits=3)
ONE_HEAD = Architecture(n_digits=2, n_heads=1, d_model=16, d_head=8)
TWO_HEADS = Architecture(n_digits=3, n_heads=2, d_model=20, d_head=6)
FIVE_DIGITS = Architecture(n_digits=5, n_heads=4, d_model=32, d_head=8)
NOTHING_TO_MEASURE = {
    *("few-sites-together", "no-subspace-where-no-site", "second-dimension-adds-little"),
    *(claim.name for claim in CLAIMS_ON_SEEDS),
}
"""On the write-up's checkpoint a single site serves each route; and here it is compared with no other."""
A_LITTLE: dict[str, Any] = {"epochs": 3, "training_sums": 2560, "validation_sums": 100, "batch_size": 64}


def named(shape: Architecture) -> str:
    return f"{shape.n_digits}-digits-{shape.n_heads}-heads"


def untrained(path: Path, shape: Architecture) -> None:
    parameters = initial_parameters(shape, seed=1)
    card = {"name": "untrained", "history": vars(TrainingHistory([2.3, 2.1], [2.2, 2.0], [0.1, 0.2]))}
    write_weights(path, {name: tensor.numpy() for name, tensor in parameters.items()}, card)


def trained_a_little(path: Path, shape: Architecture) -> None:
    config = TrainingConfig(shape, **A_LITTLE)
    weights, history = train(config)
    write_weights(path, weights, training_card(config, history))


@pytest.fixture(
    scope="module",
    params=[
        (untrained, ONE_HEAD),
        pytest.param((trained_a_little, ONE_HEAD), marks=pytest.mark.nightly),
        (trained_a_little, TWO_HEADS),
        pytest.param((untrained, THREE_DIGITS), marks=pytest.mark.nightly),
        pytest.param((untrained, FIVE_DIGITS), marks=pytest.mark.nightly),
    ],
    ids=lambda made: f"{made[0].__name__}-{named(made[1])}",
)
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    write, shape = request.param

    def lab_in(folder: Path) -> Lab:
        return Lab(folder / "weights.safetensors", store=Store(folder / "results"))

    def make(folder: Path) -> None:
        write(folder / "weights.safetensors", shape)
        measure(lab_in(folder), plans(), leave_out=False)

    return lab_in(made_once(tmp_path_factory, f"{write.__name__}-{named(shape)}", make))


@pytest.fixture(scope="module")
def chapters(lab: Lab) -> dict[str, Chapter]:
    """Every chapter on the weights of one shape, by stem, those on how a model adds as well."""
    return measure(lab, plans(), leave_out=False)


@pytest.mark.parametrize("stem", STEMS)
def test_a_chapter_is_complete_on_weights_of_any_shape(stem: str, chapters: dict[str, Chapter]) -> None:
    chapter = chapters[stem]
    assert chapter.failures == ()
    assert chapter.title
    assert chapter.question.endswith("?")
    for figure in chapter.figures:
        if isinstance(figure, Figure | Component):
            assert figure.caption.endswith(".")
            assert figure.alt.endswith("."), figure.alt
    for claim in chapter.claims:
        assert claim.statement.endswith(".")
        assert claim.state != "failed"
        assert claim.check.value
        assert claim.check.criterion or claim.state == "not-applicable"
        assert claim.otherwise.endswith(".") or claim.kind == "published", f"{claim.name} has no `otherwise`"
        assert not claim.does_not_hold or "{" not in claim.sentence


@pytest.mark.parametrize("stem", STEMS)
def test_a_chapter_makes_every_claim_that_it_declares(stem: str, chapters: dict[str, Chapter]) -> None:
    declared = declared_claims(plans()[stem])
    assert {claim.name for claim in chapters[stem].claims} == declared.keys()
    assert set(plans()[stem].findings) <= declared.keys()


def test_what_cannot_add_is_not_told_how_it_adds(lab: Lab, chapters: dict[str, Chapter]) -> None:
    made = measure(lab, plans())
    left_out = {stem for stem, plan in plans().items() if plan.needs_addition}
    assert left_out == {"carries", "how-it-carries", "how-it-adds", "circuit", "predicted-errors"}
    assert {stem for stem, chapter in made.items() if chapter.left_out} == left_out
    for stem in left_out:
        chapter = made[stem]
        assert re.match(r"This model cannot add: it gets [\d,]+ of .* sums right \([\d.]+%\)\.", chapter.left_out)
        assert {claim.state for claim in chapter.claims} == {"not-applicable"}
        assert {claim.check.reason for claim in chapter.claims} == {chapter.left_out}
        assert {claim.name for claim in chapter.claims} == {claim.name for claim in chapters[stem].claims}
        assert (chapter.figures, chapter.tables) == ((), ())


def test_a_report_is_built_on_weights_of_any_shape(lab: Lab, tmp_path: Path) -> None:
    built = build(lab, tmp_path / "site")
    assert built.n_published_unchecked > 0
    pages = {path.name for path in (tmp_path / "site").glob("*.html")}
    assert {"index.html", *(f"{stem_of(module)}.html" for module in OUTLINE)} <= pages


@pytest.mark.parametrize("stem", STEMS)
def test_names_are_unique_on_a_page(stem: str, chapters: dict[str, Chapter]) -> None:
    chapter = chapters[stem]
    names = [thing.name for thing in (*chapter.figures, *chapter.tables, *chapter.claims)]
    anchors = [name for name in names if names.count(name) > 1]
    kinds = [(type(thing), thing.name) for thing in (*chapter.figures, *chapter.tables, *chapter.claims)]
    assert len(set(kinds)) == len(kinds), anchors


CORRECTED_FIGURES = {
    "carries": {"layer-1-attention", "qkv-ablation-by-carry"},
    "layer-0-attention": {"qk-circuit", "qk-position"},
    "direct-logit-attribution": {"components", "paths", "path-phases", "path-directions"},
}
"""The figures that the write-up computes otherwise than this report does."""


@pytest.mark.parametrize("stem", STEMS)
def test_a_figure_opens_on_its_corrected_version(stem: str, chapters: dict[str, Chapter]) -> None:
    figures = [figure for figure in chapters[stem].figures if isinstance(figure, Figure | Component)]
    options = {
        figure.name: [option for control in figure.controls for option in control.options] for figure in figures
    }
    both = {name for name, names in options.items() if any("as published" in option for option in names)}
    assert both == CORRECTED_FIGURES.get(stem, set())
    for figure in figures:
        for control in figure.controls:
            assert "as published" not in control.options[0]
            assert "as published" not in control.options
            assert "corrected" not in control.options[1:]


@pytest.mark.parametrize("stem", STEMS)
def test_claims_of_the_write_up_are_not_checked_on_other_weights(stem: str, chapters: dict[str, Chapter]) -> None:
    published = [claim for claim in chapters[stem].claims if claim.kind == "published"]
    assert {claim.state for claim in published} <= {"not-applicable"}


@pytest.mark.parametrize("module", OUTLINE, ids=stem_of)
def test_a_text_holds_no_measured_number(module: ModuleType) -> None:
    text, _ = text_of(module)
    # Layers and digits of the decimal system have no other names; the digits stand with an article.
    names = r"\b[A-Z]\d\b|\b[Ll]ayer[ -]\d|\b[Aa] \d\b|\b0 or 1\b"
    left_out = rf"\[@[^\]]*\]|\]\([^)]*\)|\$\$.+?\$\$|\$.+?\$|\{{\{{.+?\}}\}}|\{{%.+?%\}}|{names}"
    prose = re.sub(left_out, "", text, flags=re.DOTALL)
    assert not re.findall(r"\d+", prose)


def test_no_two_claims_of_the_report_have_one_name() -> None:
    names = [name for plan in plans().values() for name in declared_claims(plan)]
    assert len(names) == len(set(names)) > 80


def test_a_claim_follows_from_one_that_exists_and_from_none_that_follows_from_it() -> None:
    follows = {
        name: function.follows for plan in plans().values() for name, function in declared_claims(plan).items()
    }
    assert sum(map(bool, follows.values())) > 5
    for name in follows:
        causes = [name]
        while cause := follows[causes[-1]]:
            assert cause not in causes
            assert cause in follows, f"{causes[-1]} follows from {cause}, which is no claim"
            causes.append(cause)


def test_without_a_record_of_the_training_there_is_no_curve(tmp_path: Path) -> None:
    path = tmp_path / "bare.safetensors"
    architecture = Architecture(n_digits=2, n_heads=1, d_model=16, d_head=8)
    write_weights(path, {name: tensor.numpy() for name, tensor in initial_parameters(architecture, 0).items()}, {})
    chapter = make_chapter(Lab(path), the_task.PLAN)
    assert [figure.name for figure in chapter.figures if isinstance(figure, Absent)] == ["training-curve"]


@pytest.mark.parametrize("stem", STEMS)
def test_every_claim_holds_on_the_write_up_s_checkpoint(stem: str, arena_chapters: dict[str, Chapter]) -> None:
    claims = arena_chapters[stem].claims
    failing = {claim.name: claim.check.value for claim in claims if claim.does_not_hold}
    assert failing == {}
    assert {claim.name for claim in claims if not claim.was_checked} <= NOTHING_TO_MEASURE
