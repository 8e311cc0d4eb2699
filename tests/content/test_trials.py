"""Every claim about a carry can be tried on the live model, or there is a reason why not."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from report.chapters import carries, circuit, every_sum, how_it_adds, how_it_carries, predicted_errors
from report.content.claims.claim import Claim
from report.content.live import address
from report.content.live.trials import Trials
from report.content.sections import make_chapter
from sumint.lab import Lab
from sumint.task.column_states import column_states, same_states
from sumint.task.sums import Layout, uniform_sums

CHAPTERS = (carries, how_it_carries, how_it_adds, circuit, every_sum, predicted_errors)
NOT_TRIED = {
    "published-carry-counts": "counts sums; no network is involved",
    "circuit-suffices": "keeps edges to single digits, and the page changes whole sites",
    "circuit-is-needed": "the same",
    "training-controls-fail": "is about how well training fits",
    "few-sites-together": "every route of this checkpoint has a carry site",
    "no-subspace-where-no-site": "the same",
    "second-dimension-adds-little": "the same",
    "sum-on-a-circle": "decomposes what layer 0 writes over all pairs of digits",
    "layer-0-identity": "the same",
    "push-and-pull": "the same",
    "layer-0-from-weights": "the same",
    "first-products-are-needed": "removes parts of what layer 0 writes, which no site holds alone",
    "products-are-not-enough": "the same",
    "nearly-every-sum": "counts all sums",
    "published-accuracy": "the same",
    "sample-misses": "the same",
    "errors-are-clustered": "the same",
    "order-of-large-operands": "compares two sums, without an intervention",
    "order-of-operands": "the same",
    "free-generation": "feeds back predicted digits, and the page's tokens are the right ones",
}


@pytest.mark.parametrize("module", CHAPTERS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_claim_can_be_tried_or_there_is_a_reason_why_not(arena_lab: Lab, module: ModuleType) -> None:
    chapter = make_chapter(arena_lab, module.PLAN)
    assert chapter.claims
    without = {claim.name for claim in chapter.claims if not claim.trial}
    assert without <= set(NOT_TRIED)
    for claim in chapter.claims:
        assert claim.name not in NOT_TRIED or not claim.trial
        assert not claim.trial or claim.trial.startswith("live-model.html?sum=")


def test_claims_with_interventions_of_their_own_have_links_of_their_own(arena_lab: Lab) -> None:
    trials = {
        content.name: content.trial
        for section in how_it_carries.PLAN.sections
        for content in section(arena_lab)
        if isinstance(content, Claim)
    }
    own = ("carry-sites", "carry-nowhere-else", "others-together", "carry-turns-attention", "carry-direction")
    own += (
        "carry-vector",
        "carry-threshold",
        "carry-direction-beats-random",
        "layer-1-turns",
        "bank-of-constants",
    )
    assert len({trials[name] for name in own}) == len(own)


def test_trials_are_made_once_and_what_they_request_is_recorded_each_time(arena_lab: Lab) -> None:
    lab = Lab(arena_lab.weights_path, store=arena_lab.store)
    with lab.recording() as first:
        trials = Trials.of(lab)
    with lab.recording() as second:
        assert Trials.of(lab) is trials
    assert {name.split()[0] for name in first} >= {"carry_sites", "live_model", "trial_pairs"}
    assert second == first


def test_a_network_too_large_for_a_page_has_no_links(arena_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "MOST_PARAMETERS", 10)
    trials = Trials.of(Lab(arena_lab.weights_path, store=arena_lab.store))
    assert trials.patch_site() == trials.dose() == trials.other_sum() == trials.a_sum() == ""


def test_a_sum_with_the_same_states_has_other_digits_of_the_training_range() -> None:
    sums = uniform_sums(Layout(4), 200, seed=1)
    other = same_states(sums, seed=2)
    np.testing.assert_array_equal(column_states(other), column_states(sums))
    assert (other.a != sums.a).mean() > 0.9
