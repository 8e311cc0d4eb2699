"""Formulas, expressions and blocks are shown in every place of a text, and code is left as it is written."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from report.errors import TextError
from report.pages.text.markdown import Prose, Text, caption

X = "<math><mi>x</mi></math>"
BLOCK = "<figure></figure>"


def prose(source: str, **values: object) -> Prose:
    show = {"figure": lambda name: Markup(BLOCK)}
    return Text.read(source, "text.md").html({"n": 0.25, "name": "a|b", **values}, show, ["figure"], [])


def html(source: str, **values: object) -> str:
    return str(prose(source, **values).html)


def error_of(source: str) -> str:
    with pytest.raises(TextError) as raised:
        html(source)
    return str(raised.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("`$x$`", "<code>$x$</code>"),
        ("`{{ n }}`", "<code>{{ n }}</code>"),
        ("``a ` {{ n }} $x$``", "<code>a ` {{ n }} $x$</code>"),
        ("`$` costs `$`", "<code>$</code> costs <code>$</code>"),
        ("`{%` and `{{`", "<code>{%</code> and <code>{{</code>"),
        ("`one\n$x$ two`", "<code>one\n$x$ two</code>"),
        (r"\`{{ n }}\`", "`0.25`"),
        (r"\\`{{ n }}`", r"\<code>{{ n }}</code>"),
        ("a ` tick and {{ n }}", "a ` tick and 0.25"),
    ],
)
def test_a_code_span_is_left_as_it_is_written(source: str, expected: str) -> None:
    assert html(source) == f"<p>{expected}</p>"


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_fenced_code_is_left_as_it_is_written(fence: str) -> None:
    code = "$x$ {{ n }}\n\n{% if %} $5 `"
    assert html(f"{fence}python\n{code}\n{fence}\n\n{{{{ n }}}}") == (
        f'<pre><code class="language-python">{code}\n</code></pre>\n<p>0.25</p>'
    )


def test_a_tick_pairs_with_no_tick_of_another_paragraph_or_item() -> None:
    assert html("One ` tick.\n\nTwo {{ n }} ` ticks.") == "<p>One ` tick.</p>\n<p>Two 0.25 ` ticks.</p>"
    assert html("- one `\n- {{ n }} `") == "<ul>\n<li>one `</li>\n<li>0.25 `</li>\n</ul>"


def test_an_error_after_code_names_its_own_line() -> None:
    assert error_of("```\n{{ x }}\n```\n\n`$5`\n$5").startswith("text.md:6: expected a value")
    assert error_of("`a\nb`\n\n| a | b |\n|--|--|\n| {{ x }} | |").startswith(
        "text.md:6: {{ x }}: 'x' is undefined"
    )


@pytest.mark.parametrize(
    "source", ["One.\n\n    {{ n }}", "One.\n\n    $x$", "- one\n\n        $x$", '\n\n    {{ figure("a") }}']
)
def test_a_formula_or_value_in_indented_code_is_an_error(source: str) -> None:
    assert error_of(source).startswith("text.md:3: ")
    assert "stands in code; indent it less" in error_of(source)


def test_pipes_do_not_divide_a_cell_of_a_table() -> None:
    table = "| $|x|$ | {{ n | percent(0) }} |\n|---|---|\n| `{{ n }}` | {{ name }} |\n| \\$ | $x$ |"
    written = html(table)
    cells = written.replace("<td>", "<th>").replace("</td>", "</th>").split("<th>")[1:]
    assert [cell.split("</th>")[0] for cell in cells][1:] == ["25%", "<code>{{ n }}</code>", "a|b", "$", X]
    assert "<mo" in cells[0]


def test_lists_contain_formulas_and_values() -> None:
    assert html("- $x$\n- {{ n }}\n    1. `$x$`") == (
        f"<ul>\n<li>{X}</li>\n<li>0.25<ol>\n<li><code>$x$</code></li>\n</ol>\n</li>\n</ul>"
    )


def test_a_heading_contains_formulas_and_values_but_its_anchor_does_not() -> None:
    (heading,) = prose("## The $x$ of {{ name }} and `$y$`", name="<b>").headings
    assert heading.anchor == "the-of-and-y"
    assert heading.title == f"The {X} of &lt;b&gt; and <code>$y$</code>"


def test_links_contain_formulas_and_values() -> None:
    assert html("[$x$ and {{ name }}](one.html)") == f'<p><a href="one.html">{X} and a|b</a></p>'
    assert html("[one](one.html#{{ name }})", name='"><b>') == (
        '<p><a href="one.html#&#34;&gt;&lt;b&gt;">one</a></p>'
    )
    assert html("*{{ n }}* **$x$** _{{ n }}_") == (f"<p><em>0.25</em> <strong>{X}</strong> <em>0.25</em></p>")


def test_a_formula_may_look_like_markdown() -> None:
    written = html("Before\n\n$$\na\n\n> b \\\\\n- c * d * e\n=\n$$\n\nafter")
    assert written.count("<p>") == 3
    assert not any(tag in written for tag in ("<h1", "<h2", "<em>", "<li>", "<blockquote>"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{{ figure("a") }}', BLOCK),
        ('One {{ figure("a") }} two', f"<p>One</p>\n{BLOCK}\n<p>two</p>"),
        ('{{ figure("a") }} {{ figure("b") }}', f"{BLOCK}\n{BLOCK}"),
        ('> {{ figure("a") }} one', f"<blockquote>\n{BLOCK}\n<p>one</p>\n</blockquote>"),
        ('- one\n\n    {{ figure("a") }}', f"<ul>\n<li>\n<p>one</p>\n{BLOCK}\n</li>\n</ul>"),
        ('- one {{ figure("a") }} two', f"<ul>\n<li>one {BLOCK} two</li>\n</ul>"),
        ('*one {{ figure("a") }} two*', f"<p>*one</p>\n{BLOCK}\n<p>two*</p>"),
        ('$x$ {{ figure("a") }} {{ n }}', f"<p>{X}</p>\n{BLOCK}\n<p>0.25</p>"),
    ],
)
def test_a_block_is_never_inside_a_paragraph(source: str, expected: str) -> None:
    assert html(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('The "$x$", "{{ n }}".', f"The &ldquo;{X}&rdquo;, &ldquo;0.25&rdquo;."),
        ("The $x$'s and '{{ n }}'", f"The {X}&rsquo;s and &lsquo;0.25&rsquo;"),
        ('&nbsp;"one"', "&nbsp;&ldquo;one&rdquo;"),
    ],
)
def test_quotation_marks_beside_a_piece_open_and_close(source: str, expected: str) -> None:
    assert html(source) == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    "source", ["<piece 0>", "<?piece 0?>", "\x02wzxhzdk:0\x03", "\x02klzzwxh:0000\x03", "\ue000"]
)
def test_no_text_can_name_another_piece(source: str) -> None:
    assert html(f"{{{{ n }}}} and {source} `{source}` [a](b '{source}')").count("0.25") == 1
    assert X not in caption(source, "figure gram")


def test_a_value_that_looks_like_a_mark_is_a_value() -> None:
    assert html("{{ name }} {{ n }}", name=Markup("<piece 1>")) == "<p><piece 1> 0.25</p>"


def test_a_text_is_rendered_again_with_other_values() -> None:
    text = Text.read("{{ n }} of $x$", "text.md")
    assert [str(text.html({"n": n}, {}, [], []).html) for n in (1, 2)] == [f"<p>{n} of {X}</p>" for n in (1, 2)]
