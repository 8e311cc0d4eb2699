"""A text is Markdown with formulas and values, and an error in it is reported with its line."""

from collections.abc import Mapping
from typing import Any

import pytest
from markupsafe import Markup

from report.errors import TextError
from report.pages.text.markdown import Text, caption


def html(source: str, values: Mapping[str, Any] | None = None, **functions: str) -> str:
    shows = {name: (lambda _, shown=shown: Markup(shown)) for name, shown in functions.items()}
    return str(Text.read(source, "text.md").html(values or {}, shows, functions.keys(), ["taken"]).html)


def test_a_value_is_printed_in_its_format() -> None:
    assert html("It is {{ share | percent(2) }} right.", {"share": 0.9998}) == "<p>It is 99.98% right.</p>"


@pytest.mark.parametrize(
    "value", ["</script><b>", "*not emphasis*", "$x$ {{ other }}", "[a](javascript:b)", "# head"]
)
def test_a_value_never_becomes_markup(value: str) -> None:
    escaped = Markup.escape(value)
    assert html("Its name is {{ name }}.", {"name": value}) == f"<p>Its name is {escaped}.</p>"


def test_html_in_a_text_is_text() -> None:
    assert "<b" not in html('A <b onclick="x()">bold</b> word\n\n<div>\n\nblock\n\n</div>')
    assert "<b>" not in caption("Of <b>it</b>", "figure gram")


def test_formulas_become_mathml() -> None:
    assert (
        html("An $x_1 < 2$.") == "<p>An <math><msub><mi>x</mi><mn>1</mn></msub><mo>&lt;</mo><mn>2</mn></math>.</p>"
    )
    assert 'display="block"' in html("$$\n\\frac{a_1 * b_2 * c}{d}\n$$")


def test_markdown_leaves_formulas_alone() -> None:
    assert "<em>" not in html("Both $a_i * b_j$ and $c_i * d_j$ and $x_i y_i$.")


def test_code_is_left_as_it_stands() -> None:
    assert html("`{{ x }} $y$`") == "<p><code>{{ x }} $y$</code></p>"
    assert "<math" not in html("```python\nprint('$x$ {{ y }}')\n```")


def test_a_dollar_sign_can_be_written() -> None:
    assert html(r"It costs \$5.") == "<p>It costs $5.</p>"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (r"$\frac{1$", "formula"),
        (r"$\nosuchcommand$", "nosuchcommand"),
        ("{{ nosuchvalue }}", "'nosuchvalue' is undefined"),
        ("{{ loss.nosuchpart }}", "no attribute 'nosuchpart'"),
        ("{{ loss | nosuchformat }}", "nosuchformat"),
        ("{{ name | count }}", "must be real number, not str"),
        ("{{ loss..x }}", "expected name"),
        ("{{ loss + 1 }}", "contains logic"),
        ("{{ loss if name else 2 }}", "contains logic"),
        ("{{ nosuchfunction('x') }}", "expected a call of figure"),
        ("{{ figure(name) }}", "a name in quotes"),
        ("{% if loss %}", "expected a value"),
        ("{{ loss", "expected a value"),
        ("It costs $5.", "expected a value"),
        ("${{ loss }}$", "cannot contain a value"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(source: str, problem: str) -> None:
    with pytest.raises(TextError) as raised:
        html(f"# Title\n\nA paragraph\nwith {source}", {"loss": 0.1, "name": "it"}, figure="")
    assert str(raised.value).startswith("text.md:4: ")
    assert problem in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_figure_stands_between_paragraphs() -> None:
    written = html('Before.\n{{ figure("gram") }}\nAfter.\n\n{{ figure("gram") }}', figure="<figure></figure>")
    assert written == "<p>Before.</p>\n<figure></figure>\n<p>After.</p>\n<figure></figure>"


def test_what_a_text_shows_is_known_before_it_is_shown() -> None:
    text = Text.read('One.\n\n{{ figure("a") }}\n\n{{ claim("b") }}', "text.md")
    assert [(call.function, call.name, call.place) for call in text.calls()] == [
        ("figure", "a", "text.md:3"),
        ("claim", "b", "text.md:5"),
    ]


def test_headings_make_contents_with_anchors_that_are_free() -> None:
    prose = Text.read("## On $W_U$ and more\n\n## Taken\n\n### Below", "text.md").html({}, {}, (), ["taken"])
    assert [heading.anchor for heading in prose.headings] == ["on-and-more", "taken-section"]
    assert "<math>" in prose.headings[0].title


def test_braces_in_a_caption_are_braces() -> None:
    assert caption("A set {{ x }} and {% y %} of *it*, $x$, $5", "figure gram").startswith(
        "A set {{ x }} and {% y %} of <em>it</em>, <math>"
    )


def test_a_bad_formula_in_a_caption_names_the_figure() -> None:
    with pytest.raises(TextError, match="figure gram: the formula"):
        caption(r"$\left($", "figure gram")
