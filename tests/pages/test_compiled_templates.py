"""Templates are compiled once in all builds, and again if their text or the stored code changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from report.pages.text.compiled_templates import CompiledTemplates
from sumint.store.results import Store


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "templates" / "page.html"
    path.parent.mkdir()
    path.write_text("{{ word }}!", encoding="utf-8")
    return path


class Compiler(Environment):
    """An environment that counts how often it compiles."""

    n_compiled = 0

    def compile(self, *arguments: object, **named: object) -> object:  # type: ignore[override]
        self.n_compiled += 1
        return super().compile(*arguments, **named)  # type: ignore[call-overload]


def rendered(template: Path, store: Store) -> tuple[str, int]:
    """The page, and how often the template had to be compiled for it."""
    compiler = Compiler(
        loader=FileSystemLoader(template.parent), autoescape=True, bytecode_cache=CompiledTemplates(store)
    )
    return compiler.get_template(template.name).render(word="<so>"), compiler.n_compiled


def test_a_template_is_compiled_once(template: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    assert rendered(template, store) == ("&lt;so&gt;!", 1)
    assert rendered(template, store) == ("&lt;so&gt;!", 0)


def test_another_text_is_compiled(template: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    rendered(template, store)
    template.write_text("{{ word }}?", encoding="utf-8")
    assert rendered(template, store) == ("&lt;so&gt;?", 1)


def test_damaged_code_is_compiled_again_with_a_warning(
    template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path / "store")
    rendered(template, store)
    (stored,) = (tmp_path / "store").rglob("*.stored")
    stored.write_bytes(stored.read_bytes()[:-20])
    assert rendered(template, store) == ("&lt;so&gt;!", 1)
    assert "is damaged" in caplog.text


def test_without_a_store_it_is_compiled_each_time(template: Path) -> None:
    assert [rendered(template, Store(None)), rendered(template, Store(None))] == [("&lt;so&gt;!", 1)] * 2
