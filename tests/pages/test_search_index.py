"""The entries of the search index, and the addresses of its results."""

import json
from pathlib import Path

from report.content.chapter import Absent, Chapter, Figure, Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.figures import charts
from report.pages.manuscript import Manuscript
from report.pages.rendered_page import PageContents
from report.pages.search.entries import ROWS_UP_TO, SearchEntry, entries_of, plain
from report.pages.search.index import search_index
from report.pages.search.terms import KEYWORDS, SYNONYMS


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
        SearchEntry("Table", "sums", "Table 2.1 Sums", "Some. sum", "5"),
        SearchEntry("Absent figure", "past", "Figure 2.2 Past", "Not shown. Lost."),
        SearchEntry("Table", "table-sparse", "Table 2.2 How sparse", "Of both. share", "0.5"),
        SearchEntry("Absent table", "none", "Table 2.3 None", "Not shown. Lost, too."),
    ]


def test_what_is_not_known_of_a_claim_is_told_as_it_is() -> None:
    found, kinds = {}, {}
    for check in (Check(error="no $x_1 or <b>"), not_applicable("Of *another*.")):
        one = Claim("it", "It is.", check, measured, checked)
        chapter = Chapter("It", "What?", claims=(one,))
        read = Manuscript.read("it", 1, chapter, '{{ claim("it") }}', Path("it.md"))
        entry = entries_of(read)[-1]
        found[check.state], kinds[check.state] = entry.text, entry.kind
    assert found == {
        "failed": "it. Failed. Why not: no $x_1 or <b>.",
        "not-applicable": "it. Not applicable. Why not: Of another.",
    }
    assert kinds == {"failed": "Claim", "not-applicable": "Unchecked claim"}


def entry_of(table: Table) -> SearchEntry:
    """The entry of a table."""
    chapter = Chapter("It", "What?", tables=(table,))
    return entries_of(Manuscript.read("it", 1, chapter, '{{ table("it") }}', Path("it.md")))[-1]


def test_the_rows_of_a_table_are_in_the_index_as_they_are_written() -> None:
    columns = {"head": ["H0.1", "H0.2"], "share": [0.5, 0.25]}
    table = Table("it", "It", columns, "", measured, formats={"share": "{:.0%}".format})
    assert entry_of(table).rows == "H0.1\t50%\nH0.2\t25%"


def test_of_a_long_table_only_the_columns_that_identify_a_row_are_in_the_index() -> None:
    n_rows = ROWS_UP_TO + 1
    columns = {"a": list(range(n_rows)), "margin": [0.5] * n_rows}
    table = Table("it", "It", columns, "", measured, page_length=12, identifying_columns=("a",))
    assert entry_of(table).kind == "Long table"
    assert entry_of(table).rows.splitlines() == [str(row) for row in range(ROWS_UP_TO)]
    assert entry_of(Table("it", "It", columns, "", measured, page_length=12)).rows == ""


def test_a_section_is_found_with_the_text_that_opens_it() -> None:
    only_text = Manuscript.read("it", 1, Chapter("It", "What?"), "## One\n\nFirst.\n\nSecond.", Path("it.md"))
    assert entries_of(only_text)[1:] == [SearchEntry("Section", "one", "One", "First. Second.")]


def test_the_index_is_a_script_that_registers_the_same_every_time() -> None:
    pages = [PageContents.of(manuscript()).searched]
    script = search_index(pages).decode()
    assert script.startswith("sumint.registerSearchIndex({")
    index = json.loads(script.removeprefix("sumint.registerSearchIndex(").removesuffix(");\n"))
    assert index["pages"] == [["unembedding.html", "Unembedding"]]
    gram = next(entry for entry in index["entries"] if entry[1:3] == ["Figure", "gram"])
    assert gram == [0, "Figure", "gram", "Figure 2.1 Gram", "Of WU.", ", ".join(KEYWORDS["unembedding#gram"])]
    assert [0, "Section", "within", "Within"] in index["entries"]
    assert index["synonyms"]["singular"] == list(SYNONYMS["singular"])
    assert script == search_index(pages).decode()


def test_words_are_plain_and_keep_apart() -> None:
    html = '<p>f\N{FUNCTION APPLICATION}(x) &lt; <em>one</em></p><p>two<a class="headerlink" href="#x">#</a></p>'
    assert plain(html) == "f(x) < one two"
