"""The workflows are valid, and what they run builds and checks a site."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from report.project.new import make_report
from sumint.checkpoints.files import Weights, write_weights
from tests.javascript.test_scripts import HERE, ROOT, run, tools  # noqa: F401 — a fixture

WORKFLOWS = (
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    ROOT / "templates/new-report/workflows/pages.yml",
)
NIGHTLY = ROOT / ".github" / "workflows" / "nightly.yml"
UNKNOWN = 'undefined variable "vars"'
"""The finding of this version of actionlint on the variables of a repository, which are younger than it."""


def test_actionlint_finds_nothing_in_the_workflows(tools: Path) -> None:  # noqa: F811
    found = run(HERE / "workflows.mjs", tools, *WORKFLOWS).splitlines()
    assert [line for line in found if UNKNOWN not in line] == []


def test_actionlint_finds_a_mistake(tools: Path, tmp_path: Path) -> None:  # noqa: F811
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(WORKFLOWS[0].read_text().replace("runs-on:", "run-on:", 1))
    assert "run-on" in run(HERE / "workflows.mjs", tools, wrong)


def steps_of(workflow: Path) -> dict[str, dict[str, Any]]:
    """The steps of a workflow's first job that run something, by name."""
    (job, *_) = yaml.safe_load(workflow.read_text())["jobs"].values()
    return {step["name"]: step for step in job["steps"] if "run" in step}


def run_step(step: dict[str, Any], folder: Path, **variables: str) -> str:
    """What a step's commands write in a folder; the expressions of GitHub are replaced by these variables."""
    script = step["run"].replace("${{ steps.pages.outputs.base_url }}", variables.get("BASE_URL", ""))
    assert "${{" not in script
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        **{name: variables.get(name, "") for name in step.get("env", {})},
    }
    finished = subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_every_night_enters_the_history_of_the_benchmarks_also_if_a_ratio_is_worse() -> None:
    steps = yaml.safe_load(NIGHTLY.read_text())["jobs"]["benchmarks"]["steps"]
    uses = [step.get("uses", "").partition("@")[0] for step in steps]
    (run_of_all,) = (place for place, step in enumerate(steps) if "tests.benchmarks" in step.get("run", ""))
    restore, save = uses.index("actions/cache/restore"), uses.index("actions/cache/save")
    assert restore < run_of_all < save
    assert "actions/cache" not in uses  # which saves nothing if a step fails
    assert steps[save]["if"] == "always()"
    assert {name: steps[restore]["with"][name] for name in ("path", "key")} == steps[save]["with"]
    assert f"--history {steps[save]['with']['path']}/" in steps[run_of_all]["run"]
    key, prefix = steps[save]["with"]["key"], steps[restore]["with"]["restore-keys"]
    assert key.startswith(prefix)
    # A cache is written once: each run has its own key, and each time that it is repeated.
    assert all(of_run in key for of_run in ("github.run_id", "github.run_attempt"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="the workflows run in bash")
def test_the_step_of_the_benchmarks_fails_if_the_command_does(tmp_path: Path) -> None:
    steps = yaml.safe_load(NIGHTLY.read_text())["jobs"]["benchmarks"]["steps"]
    (step,) = (step for step in steps if "tests.benchmarks" in step.get("run", ""))
    assert step["shell"] == "bash"
    python = tmp_path / "python"
    summary = tmp_path / "summary.md"
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    for code in (0, 1):
        python.write_text(f"#!/bin/sh\necho a table\nexit {code}\n")
        python.chmod(0o755)
        bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]  # as GitHub runs this shell
        assert subprocess.run(bash, cwd=tmp_path, env=environment, capture_output=True).returncode == code
        assert summary.read_text() == "a table\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="the workflows run in bash")
def test_the_steps_that_publish_build_and_check_a_site_on_the_model_of_the_variables(
    tmp_path: Path, tiny_weights: Weights
) -> None:
    write_weights(tmp_path / "mine.safetensors", tiny_weights.tensors, {"name": "mine"})
    steps = steps_of(ROOT / ".github" / "workflows" / "pages.yml")
    (build,) = (step for name, step in steps.items() if name.startswith("Build"))
    (check,) = (step for name, step in steps.items() if name.startswith("The site"))
    run_step(build, tmp_path, WEIGHTS="mine.safetensors", STRICT="false", BASE_URL="https://example.org/report")
    assert "OK" in run_step(check, tmp_path)
    assert (
        '<link rel="canonical" href="https://example.org/report/">' in (tmp_path / "site/index.html").read_text()
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="the workflows run in bash")
def test_the_workflow_of_a_new_report_builds_and_checks_it(tmp_path: Path, tiny_weights: Weights) -> None:
    make_report(tmp_path / "mine", ("the-task",), "sumint")
    folder = tmp_path / "mine"
    write_weights(folder / "model.safetensors", tiny_weights.tensors, {"name": "mine"})
    settings = (folder / "report.toml").read_text()
    (folder / "report.toml").write_text(settings.replace('weights = "bundled"', 'weights = "model.safetensors"'))
    steps = steps_of(folder / ".github" / "workflows" / "pages.yml")
    assert steps["Install"]["run"] == 'python -m pip install "sumint"'
    run_step(steps["Build"], folder, BASE_URL="https://example.org")
    assert "OK" in run_step(steps["The site that is published stands whole"], folder)
