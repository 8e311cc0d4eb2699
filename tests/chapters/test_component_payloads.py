"""The payloads of the chapters' components contain what was measured, and their data files the same numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from report.chapters.direct_logit_attribution.clouds import CloudsPayload, cloud_figure
from report.chapters.direct_logit_attribution.versions import VERSIONS
from report.chapters.layer_0_attention.patterns import AttentionPayload, patterns_figure
from report.content.component import Component
from report.figures.component_files import component_data
from sumint.analyses.attention.attention_patterns import attention_patterns
from sumint.analyses.attribution.path_attribution import path_attribution
from sumint.checkpoints.files import Weights, write_weights
from sumint.lab import Lab
from sumint.task.sums import VOCABULARY


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, tiny_weights: Weights) -> Lab:
    """A lab on untrained weights of two digits and two heads."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    write_weights(path, tiny_weights.tensors, {})
    return Lab(path)


def traces(component: Component, *choices: str) -> Mapping[str, Any]:
    """The traces of one view in the data files, by panel and name."""
    views = {tuple(view["choices"]): view for view in component_data("it", component)["views"]}
    return {f"{trace.get('panel', '')} {trace['name']}".strip(): trace for trace in views[choices]["traces"]}


def test_the_attention_component_has_every_head_of_every_example(lab: Lab) -> None:
    measured = lab.run(attention_patterns)
    component = patterns_figure(measured)
    assert [options for (options,) in component.payloads] == list(measured.labels)
    for example, payload in enumerate(component.payloads.values()):
        assert isinstance(payload, AttentionPayload)
        assert [head.name for head in payload.heads] == ["H0.0", "H0.1", "H1.0", "H1.1"]
        assert [position.token for position in payload.positions] == [
            VOCABULARY[token] for token in measured.tokens[example]
        ]
        for head in payload.heads:
            np.testing.assert_allclose(head.weights.sum(axis=1), 1, rtol=1e-5)
        shown = traces(component, measured.labels[example], "1")
        np.testing.assert_allclose(shown["H1.1"]["z"], measured.patterns[example, 1, 1], rtol=1e-6)
        assert shown["H1.1"]["x"][0] == f"A0 {payload.positions[0].token}"


def test_the_clouds_have_every_path_but_the_constant_one_in_both_versions(lab: Lab) -> None:
    measured = lab.run(path_attribution)
    component = cloud_figure(measured)
    for (version, reading), payload in zip(VERSIONS.items(), component.payloads.values(), strict=True):
        assert isinstance(payload, CloudsPayload)
        assert sorted(path.name for path in payload.paths) == sorted(measured.paths[1:])
        assert payload.routes == ("direct", "through 1.0", "through 1.1")
        path = next(path for path in payload.paths if path.name == "0.1 → 1.0")
        assert (path.origin, path.route) == ("0.1", "through 1.0")
        waves = measured.waves[reading, measured.paths.index("0.1 → 1.0")]
        phasors = path.magnitudes.numbers * np.exp(1j * path.phases.numbers)
        np.testing.assert_allclose(phasors, waves, rtol=1e-4, atol=1e-5)
        shown = traces(component, version, "through 1.0")["0.1 → 1.0 C1"]
        np.testing.assert_allclose(shown["r"], path.magnitudes.numbers[1], rtol=1e-6)
