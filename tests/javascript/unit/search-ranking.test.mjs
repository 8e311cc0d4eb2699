import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { entriesOf, patternsOf, find, snippetOf, passagesOf } = load("lib/search-ranking").searchRanking;

const entry = (kind, title, text = "") => ({ kind, title, text, page: "Carries", address: "carries.html" });
const titles = (entries, query) => find(entries, patternsOf(query)).map(({ title }) => title);
const finds = (query, text) => titles([entry("Text", "It", text)], query).length === 1;

test("an entry has its page's title and an address with its anchor, from the page that is read", () => {
  const pages = [["carries.html", "Carries"]];
  const entries = [
    [0, "Page", "", "Carries", "What?"],
    [0, "Figure", "gram", "Gram", "Of W."],
  ];
  assert.deepEqual(
    entriesOf({ pages, entries }, "../").map(({ page, address }) => [page, address]),
    [
      ["Carries", "../carries.html"],
      ["Carries", "../carries.html#gram"],
    ],
  );
});

test("every word of the query must be in the title or the text", () => {
  const entries = [entry("Claim", "Heads write", "the carry"), entry("Claim", "Heads read", "the digit")];
  assert.deepEqual(titles(entries, "heads carry"), ["Heads write"]);
  assert.deepEqual(titles(entries, "  heads  "), ["Heads write", "Heads read"]);
  assert.deepEqual(titles(entries, "heads nothing"), []);
});

test("a name is ranked above a mention, and a page above a figure of that name", () => {
  const entries = [
    entry("Text", "Elsewhere", "the carry"),
    entry("Figure", "Carry sites"),
    entry("Page", "Carry"),
    entry("Claim", "Sites", "hold the carry"),
  ];
  assert.deepEqual(titles(entries, "carry"), ["Carry", "Carry sites", "Sites", "Elsewhere"]);
});

test("a word in a title is worth more than one in a text; among equals the kind decides", () => {
  const claims = [entry("Claim", "Other", "carry"), entry("Claim", "Carry")];
  assert.deepEqual(titles(claims, "carry"), ["Carry", "Other"]);
  const kinds = ["Text", "Claim", "Figure", "Section", "Page"];
  const found = find(
    kinds.map((kind) => entry(kind, "Carry")),
    patternsOf("carry"),
  );
  assert.deepEqual(
    found.map(({ kind }) => kind),
    kinds.toReversed(),
  );
});

test("a whole word is ranked above the beginning of one; equals keep the order of the pages", () => {
  const entries = [entry("Claim", "Digitised"), entry("Claim", "A digit"), entry("Claim", "The digit")];
  assert.deepEqual(titles(entries, "digit"), ["A digit", "The digit", "Digitised"]);
});

test("a word is found in the singular and in the plural, and only at the beginning of words", () => {
  for (const [query, text] of [
    ["carry", "two carries"],
    ["carries", "a carry"],
    ["heads", "a head"],
    ["head", "two heads"],
    ["DIGIT", "two digits"],
  ]) {
    assert.ok(finds(query, text), `${query} in ${text}`);
  }
  assert.ok(!finds("ad", "a head"));
  assert.ok(!finds("loss", "lo"));
  assert.ok(!finds("bus", "bu"));
});

test("typed quotes and hyphens find the typographic ones, and signs are no pattern", () => {
  assert.ok(finds("digit's", "the digit’s logits"));
  assert.ok(finds("write-up", "the write‑up"));
  assert.ok(finds("-1", "minus −1"));
  assert.ok(finds("W_U[0]", "of W_U[0] and"));
  assert.ok(finds("(a", "f(a)"));
  assert.ok(!finds("a.b", "acb"));
});

test("a misspelled word finds nothing", () => {
  assert.deepEqual(titles([entry("Page", "Unembedding")], "unembeding"), []);
});

test("a snippet is around the first word that was found, between whole words", () => {
  const text = `${"before ".repeat(20)}carry ${"after ".repeat(60)}`;
  const snippet = snippetOf(text, patternsOf("carry"));
  assert.match(snippet, /^… before .*carry after .* …$/);
  assert.ok(snippet.length < 200);
  assert.equal(snippetOf("short carry", patternsOf("carry")), "short carry");
  assert.match(snippetOf(text, patternsOf("absent")), /^before/);
});

test("a text is divided at all words that were found, and is whole when joined", () => {
  const passages = passagesOf("Carries: a carry in C2", patternsOf("carry c2"));
  assert.deepEqual(
    passages.filter(({ isMatch }) => isMatch).map(({ text }) => text),
    ["Carries", "carry", "C2"],
  );
  assert.equal(passages.map(({ text }) => text).join(""), "Carries: a carry in C2");
});
