"""The entries of the search index, and the addresses of its results."""

import json
from pathlib import Path

from report.content.chapter import Absent, Chapter, Figure, Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.figures import charts
from report.pages.manuscript import Manuscript
from report.pages.search_index import SearchEntry, entries_of, plain, search_index


def measured() -> None:
    """A stand-in for an analysis."""


def checked() -> Check:
    """The check of the claim."""
    return all_of(at_least(0.5, {"*two* of three": 2 / 3}, ""))


PLOT = charts.heatmap([[1.0]], x="a", y="b", x_title="digit", y_title="row", quantity="entry")
CHAPTER = Chapter(
    "Unembedding",
    "What is written?",
    values={"n": 3},
    figures=(Figure("gram", "Gram", PLOT, "Of $W_U$.", "One cell.", measured), Absent("past", "Past", "*Lost*.")),
    tables=(
        Table("sums", "Sums", {"sum": [5]}, "Some.", measured),
        Table("sparse", "How sparse", {"share": [0.5]}, "Of both.", measured),
        Absent("none", "None", "*Lost*, too."),
    ),
    claims=(
        Claim("sparse", "It is *sparse*.", checked(), measured, checked),
        Claim("theirs", "It is *theirs*.", not_applicable("Of *another*."), measured, checked, "published"),
    ),
)
TEXT = """There are {{ n }} of them.

{{ figure("gram") }}

After it.

## A *section* of $x_1$

{{ claim("sparse") }} {{ claim("theirs") }}

- one
- two

### Within

{{ table("sums") }} {{ figure("past") }} {{ table("sparse") }} {{ table("none") }}
"""


def manuscript(text: str = TEXT) -> Manuscript:
    return Manuscript.read("unembedding", 2, CHAPTER, text, Path("unembedding.md"))


def test_everything_on_a_page_is_found_in_reading_order() -> None:
    assert entries_of(manuscript()) == [
        SearchEntry("Page", "", "Unembedding", "What is written?"),
        SearchEntry("Text", "", "Unembedding", "There are 3 of them."),
        SearchEntry("Figure", "gram", "Figure 2.1 Gram", "Of WU."),
        SearchEntry("Text", "gram", "Unembedding", "After it."),
        SearchEntry("Section", "a-section-of", "A section of x1"),
        SearchEntry("Claim", "sparse", "It is sparse.", "sparse. Holds. Measured: 66.7% (two of three)."),
        SearchEntry("Text", "sparse", "A section of x1", "one two"),
        SearchEntry("Section", "within", "Within"),
        SearchEntry("Table", "sums", "Table 2.1 Sums", "Some. sum"),
        SearchEntry("Figure", "past", "Figure 2.2 Past", "Not shown. Lost."),
        SearchEntry("Table", "table-sparse", "Table 2.2 How sparse", "Of both. share"),
        SearchEntry("Table", "none", "Table 2.3 None", "Not shown. Lost, too."),
    ]


def test_what_is_not_known_of_a_claim_is_told_as_it_is() -> None:
    found = {}
    for check in (Check(error="no $x_1 or <b>"), not_applicable("Of *another*.")):
        one = Claim("it", "It is.", check, measured, checked)
        chapter = Chapter("It", "What?", claims=(one,))
        read = Manuscript.read("it", 1, chapter, '{{ claim("it") }}', Path("it.md"))
        found[check.state] = entries_of(read)[-1].text
    assert found == {
        "failed": "it. Failed. Why not: no $x_1 or <b>.",
        "not-applicable": "it. Not applicable. Why not: Of another.",
    }


def test_a_section_is_found_with_the_text_that_opens_it() -> None:
    only_text = Manuscript.read("it", 1, Chapter("It", "What?"), "## One\n\nFirst.\n\nSecond.", Path("it.md"))
    assert entries_of(only_text)[1:] == [SearchEntry("Section", "one", "One", "First. Second.")]


def test_the_index_is_a_script_that_registers_the_same_every_time() -> None:
    script = search_index([manuscript()]).decode()
    assert script.startswith("sumint.registerSearchIndex({")
    index = json.loads(script.removeprefix("sumint.registerSearchIndex(").removesuffix(");\n"))
    assert index["pages"] == [["unembedding.html", "Unembedding"]]
    assert [0, "Figure", "gram", "Figure 2.1 Gram", "Of WU."] in index["entries"]
    assert script == search_index([manuscript()]).decode()


def test_words_are_plain_and_keep_apart() -> None:
    html = '<p>f\N{FUNCTION APPLICATION}(x) &lt; <em>one</em></p><p>two<a class="headerlink" href="#x">#</a></p>'
    assert plain(html) == "f(x) < one two"
