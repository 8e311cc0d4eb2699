import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const PARTS = ["words", "query", "ranking", "spelling", "passages", "answer"];
const { searchIn, searchRanking, searchPassages } = load(...PARTS.map((part) => `lib/search-${part}`));
const { entriesOf } = searchRanking;
const { patternsOf, snippetOf, passagesOf } = searchPassages;

const PAGES = [
  ["carries.html", "Carries"],
  ["ablation.html", "Ablation"],
];
const entry = (kind, title, text = "", keywords = "", rows = "") => [0, kind, "", title, text, keywords, rows];
const ask = (entries, query, synonyms = {}) => searchIn({ pages: PAGES, entries, synonyms })(query);
const titles = (entries, query, synonyms) => {
  const { kind, results } = ask(entries, query, synonyms);
  return kind === "found" ? results.map((result) => result.entry.title) : [];
};
const finds = (query, text) => titles([entry("Text", "It", text)], query).length === 1;
const patternsFor = (query) => patternsOf(ask([], query).terms);

test("an entry has its page's title, its address from the page that is read, its keywords and its rows", () => {
  const entries = [
    [0, "Page", "", "Carries", "What?"],
    [0, "Table", "sums", "Sums", "Some.", "addition, all sums", "1\t2\n3\t4"],
  ];
  assert.deepEqual(
    entriesOf({ pages: PAGES, entries, synonyms: {} }, "../").map(({ page, address, keywords, rows }) => ({
      page,
      address,
      keywords,
      rows,
    })),
    [
      { page: "Carries", address: "../carries.html", keywords: [], rows: [] },
      { page: "Carries", address: "../carries.html#sums", keywords: ["addition", "all sum"], rows: ["1 · 2", "3 · 4"] },
    ],
  );
});

test("every word of the query must be in the title or the text", () => {
  const entries = [entry("Claim", "Heads write", "the carry"), entry("Claim", "Heads read", "the digit")];
  assert.deepEqual(titles(entries, "heads carry"), ["Heads write"]);
  assert.deepEqual(titles(entries, "  heads  "), ["Heads write", "Heads read"]);
  assert.deepEqual(titles(entries, "heads nothing"), []);
  assert.deepEqual(titles(entries, "  "), []);
});

test("a title is ranked above a caption or statement, and these above a text", () => {
  const entries = [
    entry("Text", "Passage", "the carry"),
    entry("Claim", "A claim", "measured with a carry"),
    entry("Claim", "The carry of every column is held"),
    entry("Figure", "Gram", "of a carry"),
    entry("Figure", "Carry sites of some heads"),
    entry("Page", "Carry"),
  ];
  const expected = [
    "Carry",
    "Carry sites of some heads",
    "Gram",
    "The carry of every column is held",
    "A claim",
    "Passage",
  ];
  assert.deepEqual(titles(entries, "carry"), expected);
});

test("among equals the kind decides, and what was not checked or is not shown comes last", () => {
  const kinds = ["Absent figure", "Unchecked claim", "Text", "Claim", "Figure", "Section", "Page"];
  const { results } = ask(
    kinds.map((kind) => entry(kind, "Carry", "carry")),
    "carry",
  );
  assert.deepEqual(
    results.slice(0, 5).map((result) => result.entry.kind),
    ["Page", "Section", "Figure", "Claim", "Text"],
  );
});

test("a whole word is ranked above the beginning of one, and that above the middle", () => {
  const entries = [
    entry("Claim", "Predigitised"),
    entry("Claim", "Digitised"),
    entry("Claim", "A digit"),
    entry("Claim", "The digit"),
  ];
  assert.deepEqual(titles(entries, "digit"), ["A digit", "The digit", "Digitised", "Predigitised"]);
});

test("the page whose title is the query comes before one whose title only contains it", () => {
  const entries = [entry("Page", "How it carries"), entry("Page", "Carries")];
  assert.deepEqual(titles(entries, "carry"), ["Carries", "How it carries"]);
});

test("a word is found in the singular and plural and in both spellings, a short one not in the middle", () => {
  for (const [query, text] of [
    ["carry", "two carries"],
    ["carries", "a carry"],
    ["heads", "a head"],
    ["DIGIT", "two digits"],
    ["normalized", "it is normalised"],
    ["embedding", "the unembedding"],
  ]) {
    assert.ok(finds(query, text), `${query} in ${text}`);
  }
  assert.ok(!finds("ad", "a head"));
  assert.ok(!finds("loss", "lo"));
  assert.ok(!finds("bus", "bu"));
});

test("a name of one or two capitals is found as a whole word in capitals", () => {
  assert.ok(finds("OV", "the OV circuit"));
  assert.ok(!finds("OV", "over it, or ov"));
  assert.ok(finds("ov", "over it"));
  assert.ok(finds("H0", "by H0.1"));
  assert.ok(!finds("C0", "in C01"));
  assert.ok(finds("W_U", "of WU⊤WU"));
  assert.ok(!finds("W_E", "as we see"));
});

test("a number is found as a whole, with or without commas", () => {
  assert.ok(finds("4721", "4,721 sums"));
  assert.ok(finds("5.6", "Figure 5.6."));
  assert.ok(finds("1", "column 1."));
  assert.ok(!finds("1", "Figure 10.1, H0.1 or 1.5"));
  assert.ok(finds("450", "4505"));
  assert.ok(!finds("505", "4505"));
});

test("words that are next to each other are ranked above the same words elsewhere", () => {
  const entries = [entry("Claim", "A site of one carry is held"), entry("Claim", "It is one carry site of five")];
  assert.deepEqual(titles(entries, "carry site"), ["It is one carry site of five", "A site of one carry is held"]);
  const table = [entry("Table", "Routes", "", "", "column 2 → C1\t1\tC0\ncolumn 1 → C0\t2\tC1")];
  assert.equal(ask(table, "column 1 → C0").results[0].row, "column 1 → C0 · 2 · C1");
});

test("typed quotes and hyphens find the typographic ones, and signs are no pattern", () => {
  assert.ok(finds("digit's", "the digit’s logits"));
  assert.ok(finds("write-up", "the write‑up"));
  assert.ok(finds("look-ahead", "to look ahead"));
  assert.ok(finds("cross entropy", "the cross-entropy"));
  assert.ok(finds("-1", "minus −1"));
  assert.ok(finds("W_U[0]", "of W_U[0] and"));
  assert.ok(finds("(a", "f(a)"));
  assert.ok(!finds("a.b", "acb"));
  assert.ok(!finds("[.*", "text"));
});

test("words in quotes are found as they are, next to each other", () => {
  assert.ok(finds('"carry site"', "the carry site"));
  assert.ok(finds("“carry site", "the Carry site"));
  assert.ok(!finds('"carry site"', "the carry sites"));
  assert.ok(!finds('"carry site"', "the site of a carry"));
  assert.ok(finds('heads "carry site"', "the carry site of heads"));
  assert.deepEqual(titles([entry("Text", "It", "text")], '""'), []);
});

test("a term of the field finds the report's words for it, after what contains the term itself", () => {
  const entries = [entry("Claim", "It is patched"), entry("Claim", "By causal tracing"), entry("Claim", "Other")];
  const synonyms = { patch: ["causal tracing"] };
  assert.deepEqual(titles(entries, "Causal Tracing", synonyms), ["By causal tracing", "It is patched"]);
  assert.deepEqual(titles(entries, "causal-tracing", synonyms), ["By causal tracing", "It is patched"]);
  assert.deepEqual(titles(entries, "tracing", synonyms), ["By causal tracing"]);
});

test("a keyword leads to its entry first, and only as a whole", () => {
  const entries = [
    entry("Page", "Path"),
    entry("Figure", "Inputs", "", "path patching"),
    entry("Figure", "Patching a path"),
  ];
  assert.deepEqual(titles(entries, "path patching"), ["Inputs", "Patching a path"]);
  assert.ok(!titles(entries, "path").includes("Inputs"));
});

test("what is in one row of a table finds the table, with the row", () => {
  const rows = "H0.1 at B3\t92%\n4505\t4095\tmissing";
  const entries = [entry("Table", "Sums", "Wrong ones.", "", rows)];
  for (const query of ["4505+4095", "4505 + 4095", "4505", "wrong 4095 missing"]) {
    assert.equal(ask(entries, query).results[0].row, "4505 · 4095 · missing", query);
  }
  assert.equal(ask(entries, "H0.1").results[0].row, "H0.1 at B3 · 92%");
  assert.equal(ask(entries, "wrong").results[0].row, "");
  assert.deepEqual(titles(entries, "H0.1 4505"), []);
});

test("where nothing matches, one edit of a word of five letters or more is made up for", () => {
  const entries = [entry("Page", "Unembedding", "", "grokking"), entry("Claim", "The carry of heads")];
  for (const [typed, meant] of [
    ["unembeding", "unembedding"],
    ["unemmbedding", "unembedding"],
    ["unembadding", "unembedding"],
    ["unembdeding", "unembedding"],
    ["griokking", "grokking"],
    ["carrry heads", "carry heads"],
  ]) {
    const { kind, query } = ask(entries, typed);
    assert.deepEqual([kind, query], ["corrected", meant], typed);
  }
  assert.equal(ask(entries, "haeds unembeddin").kind, "closest");
  assert.equal(ask(entries, "haed").results.length, 0);
  assert.equal(ask(entries, "unambading").results.length, 0);
  assert.equal(ask(entries, '"unembeding"').kind, "closest");
  assert.equal(ask(entries, "unembedding").kind, "found");
});

test("where nothing matches at all, the pages that contain most of the words are offered, but no glossary", () => {
  const entries = [
    [0, "Page", "", "Carries"],
    [0, "Text", "", "Carries", "a site"],
    [1, "Page", "", "Ablation", "of a site or head"],
  ];
  const { kind, results } = ask(entries, "head site banana");
  assert.equal(kind, "closest");
  assert.deepEqual(
    results.map((result) => result.entry.title),
    ["Ablation", "Carries"],
  );
  assert.deepEqual(ask(entries, "banana").results, []);
  const glossary = [
    [1, "Page", "", "Ablation"],
    [1, "Term", "", "site", "of a head"],
  ];
  assert.deepEqual(
    ask([...entries.slice(0, 2), ...glossary], "site banana").results.map((result) => result.entry.title),
    ["Carries"],
  );
});

test("a snippet is around the first word that was found, between whole words", () => {
  const text = `${"before ".repeat(20)}carry ${"after ".repeat(60)}`;
  const snippet = snippetOf(text, patternsFor("carry"));
  assert.match(snippet, /^… before .*carry after .* …$/);
  assert.ok(snippet.length < 200);
  assert.equal(snippetOf("short carry", patternsFor("carry")), "short carry");
  assert.match(snippetOf(text, patternsFor("absent")), /^before/);
});

test("a text is divided at all words that were found, and is whole when joined", () => {
  const passages = passagesOf("Carries: a carry in C2, not c2", patternsFor("carry C2 carries"));
  assert.deepEqual(
    passages.filter(({ isMatch }) => isMatch).map(({ text }) => text),
    ["Carries", "carry", "C2"],
  );
  assert.equal(passages.map(({ text }) => text).join(""), "Carries: a carry in C2, not c2");
});
