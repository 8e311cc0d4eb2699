"""The examples of the documentation run: those of docs/python.md, and the notebook."""

import doctest
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / "docs" / "python.md"
NOTEBOOK = ROOT / "docs" / "your_model.ipynb"
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_examples_of_the_python_documentation_give_what_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PYTHON.read_text(encoding="utf-8")
    outside = re.sub(r"```pycon\n(.*?)```", lambda match: "\n" * match[0].count("\n"), text, flags=re.DOTALL)
    assert ">>>" not in outside
    parser, runner, names = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=OPTIONS), {}
    complaints: list[str] = []
    n_run = 0
    for block in re.finditer(r"```pycon\n(.*?)```", text, flags=re.DOTALL):
        line = text[: block.start(1)].count("\n")
        example = parser.get_doctest(block[1], names, PYTHON.name, str(PYTHON), line)
        n_run += runner.run(example, out=complaints.append, clear_globs=False).attempted
        names = example.globs
    assert not complaints, "\n".join(complaints)
    assert n_run > 20


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The cells of the notebook, after all but the one that installs the project were run."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    first, *others = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert "%pip install" in first.source
    notebook.cells = others
    folder = tmp_path_factory.mktemp("notebook")
    resources = {"metadata": {"path": folder}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    return notebook.cells


def kinds_of(cell: Any) -> set[str]:
    return {kind for output in cell.outputs for kind in output.get("data", {})}


def test_the_notebook_runs_and_shows_tables_a_chart_and_the_report(executed: list[Any]) -> None:
    shown = set().union(*map(kinds_of, executed))
    assert {"text/html", "application/vnd.plotly.v1+json"} <= shown
    assert "ablation.html" in str(executed[-1].outputs)
    assert not [output for cell in executed for output in cell.outputs if output.output_type == "error"]


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    assert not [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")]
