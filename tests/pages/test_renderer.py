"""A page shows all content of its chapter once, and measured values cannot inject markup."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from report.content.chapter import Absent, Chapter, Figure, Table
from report.content.claims.checks import Check, all_of, at_least, not_applicable
from report.content.claims.claim import Claim
from report.content.component import Component, Matrix, Part
from report.errors import TextError
from report.figures import charts
from report.figures.export import files_of
from report.pages.assets import CHAPTER_STYLES, STYLES, TEMPLATES
from report.pages.manuscript import Manuscript
from report.pages.rendered_page import PageContents
from report.pages.renderer import Entry, Renderer, SourceCode
from report.publishing.links import check_links

HOSTILE = "</script><b onclick=x()>"
ENTRIES = (
    Entry("the-task", "The task", "What is asked?"),
    Entry("unembedding", "Unembedding", "What is written?"),
)


def measured() -> None:
    """A stand-in for an analysis."""


MATRIX = charts.heatmap([[1.0, -2.0]], x="ab", y="c", x_title="digit", y_title="row", quantity="entry")
FIGURE = Figure("gram", f"Gram {HOSTILE}", MATRIX, caption="Of $W_U$.", alt=HOSTILE, source=measured)
SWITCHED = Figure("both", "Both", {HOSTILE: MATRIX, "two": MATRIX}, "Both.", "Both", measured, control=HOSTILE)
TABLE = Table("sums", "Sums", {HOSTILE: [HOSTILE]}, HOSTILE, measured)


def checked(value: float = 0.9) -> Check:
    """The check that a value is at least $1/2$."""
    return all_of(at_least(0.5, {HOSTILE: value}, "{bound}, or $1/2$"), note=HOSTILE)


CLAIM = Claim("sparse", "It is *sparse*.", checked(), measured, checked, otherwise="It is dense.")
REASON = "They are about another checkpoint."
THEIRS = Claim("theirs", "H0.1 is *the* head.", not_applicable(REASON), measured, checked, kind="published")
CHAPTER = Chapter(
    "Unembedding",
    "What is written?",
    values={"name": HOSTILE},
    figures=(FIGURE, SWITCHED, Absent("history", "History", "No record.")),
    tables=(TABLE,),
    claims=(CLAIM,),
)
TEXT = """Of {{ name }}.

{{ figure("gram") }}

## A section

{{ figure("both") }}

{{ figure("history") }}

{{ table("sums") }}

{{ claim("sparse") }}
"""


def source_code(_: object) -> SourceCode:
    return SourceCode("measured", "sumint/analyses/it.py", f'def measured() -> None:\n    "{HOSTILE}"\n', None)


def renderer(base_url: str = "") -> Renderer:
    return Renderer(ENTRIES, {"Weights": HOSTILE}, source_code, base_url)


def manuscript(chapter: Chapter = CHAPTER, text: str = TEXT) -> Manuscript:
    return Manuscript.read("unembedding", 2, chapter, text, Path("unembedding.md"))


def page(chapter: Chapter = CHAPTER, text: str = TEXT) -> str:
    return renderer().chapter_page(manuscript(chapter, text))


def index(chapter: Chapter = CHAPTER, base_url: str = "") -> str:
    overview = Chapter("The report", "Does it hold?", values={"n": 3})
    opening = Manuscript.read("index", 0, overview, "There are {{ n }}.", Path("overview.md"))
    chapters = {"the-task": CHAPTER, "unembedding": chapter}
    return renderer(base_url).index_page(opening, chapters, "@misc{it}\n")


def claims_page(chapter: Chapter = CHAPTER) -> str:
    return renderer().claims_page({"the-task": Chapter("The task", "What?"), "unembedding": chapter})


def figures_page() -> str:
    return renderer().figures_page([PageContents.of(manuscript())])


PAGES = {
    "chapter": page(),
    "index": index(),
    "claims": claims_page(),
    "figures": figures_page(),
    "glossary": renderer().glossary_page([PageContents.of(manuscript())]),
    "references": renderer().references_page([PageContents.of(manuscript())]),
    "not found": renderer().not_found_page(),
}
every_page = pytest.mark.parametrize("html", PAGES.values(), ids=list(PAGES))


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@every_page
def test_the_content_security_policy_comes_first(html: str) -> None:
    head = html.split("<head>", 1)[1].lstrip()
    assert head.startswith(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'self';"
    )


@every_page
def test_no_page_runs_a_script_of_its_own(html: str) -> None:
    assert not re.search(r"<script(?! src=)", html)
    assert not [name for _, attributes in Tags(html).tags for name in attributes if name.startswith("on")]


@every_page
def test_nothing_is_asked_of_another_site(html: str) -> None:
    asking = {"script": "src", "link": "href", "img": "src", "iframe": "src"}
    sources = [attributes[asking[tag]] for tag, attributes in Tags(html).tags if tag in asking]
    assert sources
    assert not [source for source in sources if source is None or ":" in source]


@every_page
def test_what_is_measured_never_becomes_markup(html: str) -> None:
    assert HOSTILE not in html
    assert "onclick" not in {name for _, attributes in Tags(html).tags for name in attributes}


def test_every_link_leads_somewhere() -> None:
    files = dict(renderer().assets())
    for shown in (*CHAPTER.figures, *CHAPTER.tables):
        files |= files_of("unembedding", shown)
    task = Manuscript.read("the-task", 1, Chapter("The task", "What?"), "Text.", Path("the_task.md"))
    pages = {
        "the-task.html": renderer().chapter_page(task),
        "unembedding.html": page(),
        "index.html": index(),
        "claims.html": claims_page(),
        "figures.html": figures_page(),
        "glossary.html": PAGES["glossary"],
        "references.html": PAGES["references"],
        "404.html": renderer().not_found_page(),
    }
    others = {"claims.json": b"", "data/columns.json": b"", "cite.bib": b"", "references.bib": b""}
    check_links({**files, **others, **{name: html.encode() for name, html in pages.items()}})


def test_an_anchor_is_given_once() -> None:
    anchors = [attributes["id"] for _, attributes in Tags(page()).tags if "id" in attributes]
    assert len(set(anchors)) == len(anchors)
    assert {"gram", "both", "history", "sums", "sparse", "a-section"} <= set(anchors)


def test_figures_and_tables_are_numbered_in_reading_order() -> None:
    assert re.findall(r">((?:Figure|Table) [\d.]+)<", page()) == [
        "Figure 2.1",
        "Figure 2.2",
        "Figure 2.3",
        "Table 2.1",
    ]


def test_a_claim_says_in_words_whether_it_holds() -> None:
    def shown(check: Check) -> str:
        return page(replace(CHAPTER, claims=(replace(CLAIM, check=check),)))

    assert ">Holds:<" in shown(checked())
    assert "It is dense." not in shown(checked())
    failing = shown(checked(0.1))
    assert ">Does not hold; instead:<" in failing
    assert failing.index("It is dense.") < failing.index("It is <em>sparse</em>. (Does not hold.)")
    near = shown(all_of(at_least(0.5, 0.49, "", n=100)))
    assert "(Does not hold, but the limit is within the interval.)" in near
    assert "(≥\N{NO-BREAK SPACE}50%, near)" in near
    absent = shown(not_applicable("There is *none*."))
    assert ">Not applicable:<" in absent
    assert "There is <em>none</em>." in absent
    assert "<dt>Criterion</dt>" not in absent
    assert "It is dense." not in absent


@pytest.mark.parametrize("message", ["no $x_1 or {{ y }}", "a *b* c", HOSTILE, "$\\frac$ and $\\nothing{$"])
def test_the_error_of_a_claim_that_failed_is_shown_as_it_is(message: str) -> None:
    failed = replace(CHAPTER, claims=(replace(CLAIM, check=Check(error=f"the analysis it: {message}")),))
    for html in (page(failed), claims_page(failed)):
        assert ">Failed:<" in html
        assert f"the analysis it: {escape(message, quote=False)}" in unescape_quotes(html)
        assert "<dt>Criterion</dt>" not in html


def unescape_quotes(html: str) -> str:
    """HTML with the quotation marks that a template escapes."""
    return html.replace("&#34;", '"').replace("&#39;", "'")


def test_a_chapter_that_is_left_out_shows_why_and_folds_its_claims() -> None:
    left_out = Chapter("Unembedding", "What?", claims=(CLAIM, THEIRS), left_out="This model *cannot* add.")
    html = page(left_out, TEXT)
    assert "This model <em>cannot</em> add. This chapter describes how a model adds" in html
    assert "2 claims that do not apply to this checkpoint" in html
    assert 'id="gram"' not in html
    assert '<li id="sparse">' in html


def test_claims_that_do_not_hold_are_listed_on_the_opening_page_by_cause() -> None:
    cause = replace(CLAIM, name="cause", check=checked(0.1), otherwise="It is *dense*.")
    follows = replace(CLAIM, name="follows", check=checked(0.2), otherwise="It follows.", follows="cause")
    near = replace(CLAIM, name="near", check=all_of(at_least(0.5, 0.49, "", n=100)))
    html = index(replace(CHAPTER, claims=(follows, cause, CLAIM, near)))
    (section,) = re.findall(r'<section class="found failing".*?</section>', html, re.DOTALL)
    assert re.findall(r'href="unembedding.html#(\w+)"', section) == ["cause", "follows", "near"]
    assert re.search(r"It is <em>dense</em>\..*<ul.*It follows\..*</ul>", section, re.DOTALL)
    assert section.count("near: the limit is within the interval") == 1
    assert 'class="found failing"' not in index()


@dataclass(frozen=True)
class Payload:
    """A payload with one number."""

    values: np.ndarray

    def parts(self) -> Mapping[str, Part]:
        return {"values": Part([Matrix([HOSTILE], ["a"], self.values, "", "", "")])}


def test_a_component_names_its_script_has_its_controls_and_no_chart_to_save() -> None:
    payload = Payload(np.ones((1, 1)))
    component = Component(
        "both", "Both", {HOSTILE: payload, "two": payload}, "Both.", HOSTILE, measured, "attention", "Part", "Sum"
    )
    html = page(replace(CHAPTER, figures=(FIGURE, component, *CHAPTER.figures[2:])))
    scripts = {attributes.get("id"): attributes.get("data-component") for _, attributes in Tags(html).tags}
    assert scripts["both"] == "attention"
    assert scripts["gram"] is None
    assert 'name="both.1"' in html
    assert HOSTILE not in html
    assert 'href="data/unembedding/both.json"' in html
    assert page().count('value="plotly"') == html.count('value="plotly"') + 1


def test_the_page_of_figures_has_the_numbers_of_the_chapters() -> None:
    numbers = re.findall(r'href="#(\w+)"[^>]*>((?:Figure|Table) [\d.]+)<', page())
    listed = re.findall(r'<th scope="row">(.+?)</th>\s*<td><a href="unembedding.html#(\w+)"', figures_page())
    assert [(name, number) for number, name in listed] == numbers
    assert len(listed) == len(CHAPTER.figures) + len(CHAPTER.tables)


def test_the_page_of_figures_leads_to_the_data_of_those_that_are_shown() -> None:
    html = figures_page()
    assert 'href="data/unembedding/gram.json"' in html
    assert 'href="data/unembedding/sums.json"' in html
    assert 'href="data/unembedding/sums.csv"' in html
    assert "data/unembedding/gram.csv" not in html
    assert 'href="data/columns.json"' in html
    assert "data/unembedding/history" not in html


def test_the_page_of_claims_has_a_row_with_state_kind_value_and_margin_that_leads_to_the_claim() -> None:
    html = claims_page().replace("<wbr>", "")
    for part in (">Holds:<", ">finding<", ">90.0%<", "(≥\N{NO-BREAK SPACE}50%)", ">+80%<", 'data-margin="0.8'):
        assert part in html
    assert 'href="unembedding.html#sparse"' in html
    assert re.findall(r"<span>(\d+ \w+|All \d+)", html) == ["All 1", "1 hold", "0 do", "0 not"]
    assert "chosen after measuring the write-up’s checkpoint" in html
    assert "It is dense." not in html
    assert "It is dense." in claims_page(replace(CHAPTER, claims=(replace(CLAIM, check=checked(0.1)),)))


WITH_THEIRS = replace(CHAPTER, claims=(THEIRS, CLAIM))
TEXT_WITH_THEIRS = TEXT.replace("## A section", '{{ claim("theirs") }}\n\n## A section')


def test_claims_about_another_checkpoint_are_sentences_in_one_closed_section_at_the_end() -> None:
    flow, folded = page(WITH_THEIRS, TEXT_WITH_THEIRS).split('<details class="folded">')
    assert "theirs" not in flow
    assert 'class="claim claim--holds" id="sparse"' in flow
    assert re.search(r'<li id="theirs">H0.1 is <em>the</em> head.</li>', folded)
    assert folded.count(REASON) == 1
    assert "<summary>1 claim that does not apply to this checkpoint</summary>" in folded


def test_claims_about_another_checkpoint_stand_in_their_place_if_they_were_checked() -> None:
    asked = replace(WITH_THEIRS, claims=(replace(THEIRS, check=checked(0.1)), CLAIM))
    html = page(asked, TEXT_WITH_THEIRS)
    assert '<details class="folded">' not in html
    assert html.index('class="claim claim--fails" id="theirs"') < html.index('id="a-section"')


def test_other_claims_that_are_not_applicable_keep_their_place() -> None:
    html = page(replace(CHAPTER, claims=(replace(CLAIM, check=not_applicable(REASON)),)))
    assert '<details class="folded">' not in html
    assert 'class="claim claim--open" id="sparse"' in html


def test_the_page_of_claims_does_not_count_claims_about_another_checkpoint() -> None:
    counted, folded = claims_page(WITH_THEIRS).split('<details class="folded">')
    assert re.findall(r"<span>(\d+ \w+|All \d+)", counted) == ["All 1", "1 hold", "0 do", "0 not"]
    assert "theirs" not in counted
    assert 'href="unembedding.html#theirs"' in folded
    both_checked = replace(WITH_THEIRS, claims=(replace(THEIRS, check=checked(0.1)), CLAIM))
    assert "<span>All 2<" in claims_page(both_checked)


def test_the_index_does_not_count_claims_about_another_checkpoint() -> None:
    overview = Chapter("The report", "Does it hold?")
    opening = Manuscript.read("index", 0, overview, "Text.", Path("overview.md"))
    html = renderer().index_page(opening, {"the-task": CHAPTER, "unembedding": WITH_THEIRS}, "")
    assert re.findall(r"\d of \d claims hold", html) == ["1 of 1 claims hold", "1 of 1 claims hold"]
    assert "Left out: 1 claim about the write-up’s own checkpoint." in html


def test_every_page_leads_to_the_next() -> None:
    following = {name: re.findall(r'href="([^"]+)" rel="(\w+)"', html) for name, html in PAGES.items()}
    assert following["chapter"] == [("the-task.html", "prev"), ("claims.html", "next")]
    assert following["claims"] == [("unembedding.html", "prev"), ("figures.html", "next")]
    assert following["figures"] == [("claims.html", "prev"), ("glossary.html", "next")]
    assert following["references"] == [("glossary.html", "prev")]


def test_a_page_has_no_address_of_its_own_where_none_is_known() -> None:
    assert "og:image" not in index()
    assert "canonical" not in index()
    assert '<meta property="og:title"' in index()


def test_a_page_names_its_address_and_its_picture_where_the_site_s_is_known() -> None:
    html = index(base_url="https://example.org/it")
    assert '<link rel="canonical" href="https://example.org/it/">' in html
    assert 'content="https://example.org/it/assets/share.png"' in html


def test_what_is_not_found_leads_on_from_any_depth_where_the_site_s_address_is_known() -> None:
    links = Tags(renderer("https://example.org/it").not_found_page()).tags
    addresses = [value for _, attributes in links for name, value in attributes.items() if name in ("href", "src")]
    assert len(addresses) > 10
    assert not [address for address in addresses if address and not address.startswith(("https://", "#"))]


@pytest.mark.parametrize("name", ['figure("gram")', 'table("sums")', 'claim("sparse")', 'figure("history")'])
def test_what_the_text_never_shows_is_an_error(name: str) -> None:
    with pytest.raises(TextError, match=re.escape(f"does not show {name.replace('(', ' ').rstrip(')')}")):
        page(text=TEXT.replace(f"{{{{ {name} }}}}", ""))


def test_what_the_text_shows_twice_is_an_error() -> None:
    with pytest.raises(TextError, match=r'^unembedding.md:\d+: figure "gram" is shown twice'):
        page(text=TEXT + '\n{{ figure("gram") }}\n')


def test_what_the_chapter_does_not_hold_is_an_error() -> None:
    with pytest.raises(TextError, match=r'^unembedding.md:1: the chapter has no figure "gran"; it has gram, both'):
        page(text='{{ figure("gran") }}')


def test_a_figure_has_its_numbers_as_a_table() -> None:
    gram = page().split('id="gram"', 1)[1].split("</figure>", 1)[0]
    assert re.findall(r"<td>(.*?)</td>", gram) == ["1.000", "−2.000"]


def test_the_index_counts_the_claims_that_hold() -> None:
    assert re.findall(r"\d of \d claims hold", index()) == ["1 of 1 claims hold", "1 of 1 claims hold"]


def test_two_runs_write_the_same_page() -> None:
    assert page() == page()
    assert index() == index()
    assert claims_page() == claims_page()
    assert renderer().assets() == renderer().assets()


def test_the_shared_files_are_there_and_licensed() -> None:
    assets = renderer().assets()
    for sheet in ("assets/fonts.css", "assets/chapters.css"):
        assert b"data:font/woff2;base64," in assets[sheet]
        assert b'url("' not in assets[sheet]
    assert b"Open Font License" in assets["assets/fonts/report-math-OFL.txt"]
    assert len(assets["assets/fonts.css"]) < 95_000


def test_no_page_needs_what_is_not_shipped() -> None:
    named = set(re.findall(r'(?:src|href)="(assets/[^"]+)"', page()))
    assert named <= renderer().assets().keys()


def test_templates_hold_no_colours() -> None:
    for path in (*TEMPLATES.glob("*/*.html"), *TEMPLATES.glob("assets/styles/*.css")):
        assert not re.search(r"#[0-9a-f]{3,8}\b(?!\")|rgba?\(", path.read_text(encoding="utf-8")), path.name


def test_every_style_sheet_is_part_of_the_site_s() -> None:
    assert {path.stem for path in TEMPLATES.glob("assets/styles/*.css")} == {*STYLES, *CHAPTER_STYLES}


def test_every_page_of_a_model_that_cannot_add_says_so_first() -> None:
    of_such_a_model = Renderer(ENTRIES, {}, source_code, cannot_add="This model *cannot* add.")
    notice = '<p class="notice">This model <em>cannot</em> add.</p>'
    for html in (
        of_such_a_model.chapter_page(manuscript()),
        of_such_a_model.figures_page([PageContents.of(manuscript())]),
    ):
        assert html.split('<main id="main" tabindex="-1">', 1)[1].lstrip().startswith(notice)
    assert 'class="notice"' not in page()
