"""The outcomes of claims on other networks are shipped as they were measured, and no finding holds on a null."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import report.seeds.outcomes
import report.seeds.run
from report.chapters import every_sum
from report.content.claims.states import HOLDING, State
from report.content.declared import declared_claims
from report.content.sections import measure
from report.outline import COMPARED, plans
from report.seeds.outcomes import (
    FILE,
    Network,
    NetworkKind,
    Outcomes,
    code_digest,
    elsewhere,
    shipped_outcomes,
    write_outcomes,
)
from report.seeds.result import SeedSummary, Verdict
from report.seeds.run import LEFT_OUT, LEFT_OUT_OF_NULLS, summaries_of
from sumint.__main__ import main
from sumint.analyses.ablation.circuit_ablation import circuit_ablation
from sumint.analyses.adding.predicted_errors import predicted_errors
from sumint.analyses.performance.free_generation import free_generation
from sumint.analyses.performance.swapped_operands import swapped_operands
from sumint.checkpoints.files import Architecture, Weights, read_weights, write_weights
from sumint.checkpoints.locate import CONTROLS as CONTROLS_FOLDER
from sumint.checkpoints.locate import bundled_checkpoints, digest_on_card
from sumint.cli.application import INTERRUPTED
from sumint.errors import InputError
from sumint.exhaustive.symbolic import symbolic_agreement
from sumint.lab import Lab
from sumint.store.results import Store
from sumint.training.config import TrainingConfig
from sumint.training.controls import CONTROLS, NULLS, SEED, untrained

PLANS = plans(COMPARED)
NEED_WHAT_IS_LEFT_OUT = {symbolic_agreement, free_generation, swapped_operands, predicted_errors, circuit_ablation}
"""The analyses that read the tally of every sum, or the sites that a long search finds."""
FINDINGS = {
    name: function
    for plan in PLANS.values()
    for name, function in declared_claims(plan).items()
    if function.kind == "finding"
}


@pytest.fixture(scope="module")
def shipped() -> Outcomes:
    return shipped_outcomes()


def test_no_finding_holds_on_a_network_that_cannot_add(shipped: Outcomes) -> None:
    nulls = shipped.of_kind("null")
    assert {network.summary.name for network in nulls} == {name.replace("-", " ") for name in NULLS}
    holding = [
        (network.summary.name, verdict.name)
        for network in nulls
        for verdict in network.summary.verdicts
        if verdict.state in HOLDING
    ]
    assert holding == []


def test_no_finding_about_every_sum_holds_on_untrained_weights(tmp_path: Path, tiny_weights: Weights) -> None:
    write_weights(tmp_path / "tiny.safetensors", tiny_weights.tensors, {})
    chapter = measure(Lab(tmp_path / "tiny.safetensors"), {"every-sum": every_sum.PLAN})["every-sum"]
    states = {claim.name: claim.state for claim in chapter.claims if claim.kind == "finding"}
    assert len(states) > 5
    assert not set(HOLDING) & {*states.values()}, states


def test_a_null_gets_hardly_a_digit_right_and_a_seed_nearly_all(shipped: Outcomes) -> None:
    accuracies = {
        kind: [network.summary.digit_accuracy for network in shipped.of_kind(kind)] for kind in ("null", "seed")
    }
    assert all(accuracy is not None and accuracy < 0.5 for accuracy in accuracies["null"])
    assert all(accuracy is not None and accuracy > 0.95 for accuracy in accuracies["seed"])


def test_the_outcomes_are_of_every_network_that_comes_with_the_project(shipped: Outcomes) -> None:
    assert [network.digest for network in shipped.of_kind("seed")] == [*map(digest_on_card, bundled_checkpoints())]
    others = {network.summary.name: network.digest for network in shipped.networks if network.kind != "seed"}
    assert others == {
        name.replace("-", " "): read_weights(CONTROLS_FOLDER / f"{name}.safetensors").digest
        for name in (*NULLS, *CONTROLS)
    }


def states(summary: SeedSummary) -> Mapping[str, State]:
    """The outcome of every finding that was checked, by name."""
    return {verdict.name: verdict.state for verdict in summary.verdicts}


def test_the_untrained_network_made_again_is_the_one_that_was_measured(shipped: Outcomes) -> None:
    config = TrainingConfig(init_seed=SEED, order_seed=SEED)
    summary = shipped.summary_of(Weights(Architecture(), untrained(config)).digest)
    assert summary is not None
    assert summary.name == "untrained"
    another = Weights(Architecture(), untrained(replace(config, init_seed=SEED + 1)))
    assert shipped.summary_of(another.digest) is None


def test_two_seeds_measured_again_have_the_outcomes_that_are_shipped(shipped: Outcomes) -> None:
    two = bundled_checkpoints()[1:3]
    for path, again in zip(two, summaries_of(two, Store.of_user(), PLANS), strict=True):
        kept = shipped.summary_of(read_weights(path).digest)
        assert kept is not None
        assert states(again) == states(kept)
        assert again.sites == kept.sites
        for one, shipped_one in zip(again.verdicts, kept.verdicts, strict=True):
            # Another processor rounds differently, in the last digit that is shown.
            assert numbers_in(one.value) == pytest.approx(numbers_in(shipped_one.value), rel=0.02, abs=0.11), one


def numbers_in(text: str) -> list[float]:
    """The numbers in a text that is shown, which has a minus sign and commas between thousands."""
    return [float(one.replace(",", "")) for one in re.findall(r"-?\d[\d,]*(?:\.\d+)?", text.replace("−", "-"))]


@pytest.mark.nightly
def test_every_network_measured_again_has_the_outcomes_that_are_shipped(shipped: Outcomes) -> None:
    paths = [*bundled_checkpoints(), *sorted(CONTROLS_FOLDER.glob("*.safetensors"))]
    for network, again in zip(shipped.networks, summaries_of(paths, Store(None), PLANS), strict=True):
        assert states(again).items() <= states(network.summary).items()


def test_every_network_was_asked_of_every_finding_but_those_that_take_too_long(shipped: Outcomes) -> None:
    for network in shipped.networks:
        names = Counter(verdict.name for verdict in network.summary.verdicts)
        assert max(names.values()) == 1
        assert names.keys() <= FINDINGS.keys()
        missing = FINDINGS.keys() - names.keys()
        left_out = LEFT_OUT if network.kind == "seed" else LEFT_OUT_OF_NULLS
        assert {FINDINGS[name].analysis for name in missing} <= {*left_out, *NEED_WHAT_IS_LEFT_OUT}, (
            network.summary.name
        )
        assert network.summary.failures == ()
        assert not [verdict for verdict in network.summary.verdicts if verdict.state == "failed"]


def network(kind: NetworkKind, name: str, epochs: int | None = 100, **states: State) -> Network:
    verdicts = tuple(Verdict("one", claim.replace("_", "-"), state, "") for claim, state in states.items())
    return Network(kind, f"digest of {name}", SeedSummary(name, epochs, None, 0.5, 6, 0, ("H0.1 at =",), verdicts))


OUTCOMES = Outcomes(
    "code",
    (
        network("seed", "seed 0", it="holds", other="fails"),
        network("seed", "seed 1", it="near-holds", other="not-measured"),
        network("seed", "seed 2", it="near-fails", other="not-applicable"),
        network("seed", "seed 3", it="not-applicable", other="holds"),
        network("seed", "seed 0, 300 epochs", 300, it="holds", other="holds"),
        network("null", "untrained", None, it="fails", other="not-applicable"),
        network("null", "permuted labels", it="near-fails", other="fails"),
        network("control", "epoch 1", 100, it="holds"),
    ),
)


def test_seeds_trained_alike_are_counted_and_others_are_not() -> None:
    found = elsewhere(OUTCOMES, "it")
    assert found is not None
    assert (found.n_holding, found.n_checked, found.n_seeds) == (2, 3, 4)
    assert found.is_general
    assert found.on_seeds == "Holds on 2 of the 4 bundled seeds (it could not be checked on 1): general."
    assert found.on_nulls == "On networks that cannot add: does not hold (untrained, permuted labels)."
    assert found.on_controls == "Controls: holds (epoch 1)."


def test_a_claim_that_holds_on_less_than_half_of_the_seeds_is_not_general() -> None:
    found = elsewhere(OUTCOMES, "other")
    assert found is not None
    assert (found.n_holding, found.n_checked, found.n_seeds) == (1, 2, 4)
    expected = (
        "Holds on 1 of the 4 bundled seeds (it could not be checked on 2): not general, which takes half of them."
    )
    assert found.on_seeds == expected
    assert (
        found.on_nulls
        == "On networks that cannot add: not applicable (untrained); does not hold (permuted labels)."
    )
    all_checked = Outcomes("", tuple(network("seed", f"seed {n}", it="fails") for n in range(2)))
    assert (found := elsewhere(all_checked, "it")) is not None
    assert found.on_seeds == "Holds on 0 of the 2 bundled seeds: not general, which takes half of them."


def test_a_claim_that_was_asked_of_no_network_has_no_outcomes_elsewhere() -> None:
    assert elsewhere(OUTCOMES, "never-asked") is None
    assert elsewhere(Outcomes("", ()), "it") is None
    assert OUTCOMES.states_of("never-asked") == {}


def test_the_states_of_a_claim_are_told_by_the_network() -> None:
    assert OUTCOMES.states_of("other") == {
        "seed 0": "fails",
        "seed 1": "not-measured",
        "seed 2": "not-applicable",
        "seed 3": "holds",
        "seed 0, 300 epochs": "holds",
        "untrained": "not-applicable",
        "permuted labels": "fails",
    }
    assert OUTCOMES.summary_of("digest of seed 3") == OUTCOMES.networks[3].summary


def test_outcomes_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.json"
    assert shipped_outcomes(file) == Outcomes("", ())
    write_outcomes(OUTCOMES, file)
    assert shipped_outcomes(file) == OUTCOMES
    assert len(file.read_text(encoding="utf-8").splitlines()) > 100, "a change of one verdict shows as one line"


def test_the_shipped_file_is_as_it_would_be_written_again(shipped: Outcomes, tmp_path: Path) -> None:
    write_outcomes(shipped, tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == FILE.read_bytes()


def test_the_code_of_the_outcomes_includes_the_sections_that_pass_results_to_claims(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sources = {module: code for plan in PLANS.values() for module in plan.modules for code in ["as it is"]}
    monkeypatch.setattr(
        report.seeds.outcomes, "sources_of", lambda *names: {one: sources.get(one) for one in names}
    )
    before = code_digest(PLANS)
    for module in sources:
        sources[module] = "edited"
        assert code_digest(PLANS) != before, module
        sources[module] = "as it is"


def test_the_code_of_the_outcomes_is_that_of_the_chapters_that_were_asked() -> None:
    assert code_digest(PLANS) == code_digest(dict(reversed(PLANS.items())))
    assert code_digest({stem: plan for stem, plan in PLANS.items() if stem != "how-it-carries"}) != code_digest(
        PLANS
    )


@pytest.fixture
def renew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, Path]]:
    """A function that runs `sumint seeds --renew` with made-up summaries: its exit code and the file."""
    file = tmp_path / "outcomes.json"

    def run(summaries_of: Callable[..., Any]) -> tuple[int, Path]:
        monkeypatch.setattr(report.seeds.run, "summaries_of", summaries_of)
        monkeypatch.setattr(
            report.seeds.outcomes, "write_outcomes", lambda outcomes: write_outcomes(outcomes, file)
        )
        monkeypatch.setattr(report.seeds.outcomes, "shipped_outcomes", cache(lambda: shipped_outcomes(file)))
        return main(["seeds", "--renew"]), file

    return run


def made_up(paths: Sequence[Path], *failures: str) -> list[SeedSummary]:
    one = network("seed", "", it="holds").summary
    return [replace(one, name=path.stem, failures=failures) for path in paths]


def test_a_renewal_writes_the_outcomes_on_every_network(
    renew: Callable[..., tuple[int, Path]], shipped: Outcomes, capsys: pytest.CaptureFixture[str]
) -> None:
    code, file = renew(lambda paths, *_, **__: made_up(paths))
    assert code == 0
    written = shipped_outcomes(file)
    assert written.code == code_digest(PLANS)
    assert sorted((one.kind, one.digest) for one in written.networks) == sorted(
        (one.kind, one.digest) for one in shipped.networks
    )
    printed = capsys.readouterr().out
    assert re.search(r"^untrained +null +1 +1$", printed, re.MULTILINE)
    assert printed.endswith(f"{FILE}\n")


def test_a_renewal_in_which_something_failed_writes_nothing(
    renew: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    code, file = renew(lambda paths, *_, **__: made_up(paths, "the analysis it: ValueError: no"))
    assert code == 1
    assert not file.exists()
    assert capsys.readouterr().err == "error: the outcomes were not written, since something failed\n"


def test_an_interrupted_renewal_says_how_it_resumes(
    renew: Callable[..., tuple[int, Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: Any, **__: Any) -> list[SeedSummary]:
        raise KeyboardInterrupt

    code, file = renew(interrupted)
    assert code == INTERRUPTED
    assert not file.exists()
    assert capsys.readouterr().err == "interrupted; the same command measures what is missing\n"


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (BrokenProcessPool("a process was terminated"), 1, "error: BrokenProcessPool: a process was terminated"),
        (InputError("seed-0.safetensors: no checkpoint"), 2, "error: seed-0.safetensors: no checkpoint"),
    ],
)
def test_an_error_of_a_renewal_is_one_line(
    error: Exception,
    code: int,
    message: str,
    renew: Callable[..., tuple[int, Path]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: Any, **__: Any) -> list[SeedSummary]:
        raise error

    assert renew(fail)[0] == code
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize(
    "content", ['{"code": "abc", "net', '{"code": "abc"}', '{"code": "", "networks": [1]}', "[]"]
)
def test_damaged_outcomes_are_bad_input_and_name_the_file(content: str, tmp_path: Path) -> None:
    file = tmp_path / "outcomes.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=f"{re.escape(str(file))}: is damaged .*`python -m sumint seeds --renew`"):
        shipped_outcomes(file)


def test_outcomes_that_cannot_be_written_are_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "no-such-folder" / "outcomes.json"
    with pytest.raises(InputError, match=re.escape(f"{file}: cannot be written")):
        write_outcomes(OUTCOMES, file)


def test_the_shipped_outcomes_are_listed_for_every_network(
    shipped: Outcomes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seeds"]) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    listed = {name: (kind, int(n_holding), int(n)) for row in rows for name, kind, n_holding, n in row_of(row)}
    assert listed == {
        one.summary.name: (
            one.kind,
            sum(verdict.state in HOLDING for verdict in one.summary.verdicts),
            sum(verdict.holds is not None for verdict in one.summary.verdicts),
        )
        for one in shipped.networks
    }


def row_of(line: str) -> list[tuple[str, ...]]:
    """The cells of a line of the table; none if the line is not a row."""
    return re.findall(r"^(.+?) +(seed|null|control) +(\d+) +(\d+)$", line)


@pytest.mark.parametrize("is_outdated", [False, True])
def test_it_is_stated_whether_the_listed_outcomes_are_outdated(
    is_outdated: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = replace(OUTCOMES, code="another" if is_outdated else code_digest(PLANS))
    monkeypatch.setattr(report.seeds.outcomes, "shipped_outcomes", lambda: outcomes)
    assert main(["seeds"]) == 0
    outdated = "measured with earlier code; `python -m sumint seeds --renew` measures them again"
    assert (outdated in capsys.readouterr().out) == is_outdated


def test_the_file_is_json_without_numbers_that_json_has_not() -> None:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    assert json.loads(FILE.read_bytes(), parse_constant=refuse)
