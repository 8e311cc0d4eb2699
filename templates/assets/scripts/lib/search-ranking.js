// @ts-check
// What a search finds: the entries with all words of a query, and the best first.
"use strict";
{
  const BEFORE = 50;
  const SNIPPET = 190;
  // The rank of an entry among those that contain the same words: a name is ranked above a mention.
  /** @type {Record<string, number>} */
  const WORTH = { Page: 6, Section: 4, Figure: 3, Table: 3, Claim: 2, Text: 0 };
  const IN_TITLE = 8;
  const WHOLE_WORD = 2;

  /** @type {SearchRanking["entriesOf"]} */
  const entriesOf = ({ pages, entries }, root) =>
    entries.map(([page, kind, anchor, title, text]) => {
      const [address, pageTitle] = pages[page];
      return { kind, title, text, page: pageTitle, address: root + address + (anchor && `#${anchor}`) };
    });

  // A word matches at the beginning of words, in the singular or plural; a straight quote or a hyphen matches the
  // typographic ones, too.
  const escaped = (/** @type {string} */ word) =>
    word
      .replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")
      .replace(/['’]/g, "['’]")
      .replace(/[-‑–−]/g, "[-‑–−]");
  const inAnyNumber = (/** @type {string} */ word) => {
    if (word.length < 4) return word;
    if (/(y|ies?)$/i.test(word)) return word.replace(/(y|ies?)$/i, "(?:y|ies?)");
    return word.replace(/([^s])s$/i, "$1s?");
  };
  const patternOf = (/** @type {string} */ word) =>
    new RegExp(`${/^\w/.test(word) ? "\\b" : ""}${inAnyNumber(escaped(word))}`, "gi");
  const wholeWord = (/** @type {RegExp} */ pattern) => new RegExp(`${pattern.source}(?!\\w)`, "i");

  /** @type {SearchRanking["patternsOf"]} */
  const patternsOf = (query) => query.split(/\s+/).filter(Boolean).map(patternOf);

  /** @type {(entry: SearchEntry, patterns: RegExp[]) => number} */
  const scoreOf = (entry, patterns) => {
    let score = WORTH[entry.kind];
    for (const pattern of patterns) {
      const inTitle = entry.title.search(pattern) >= 0;
      if (!inTitle && entry.text.search(pattern) < 0) return 0;
      const where = inTitle ? entry.title : entry.text;
      score += 1 + (inTitle ? IN_TITLE : 0) + (wholeWord(pattern).test(where) ? WHOLE_WORD : 0);
    }
    return score;
  };

  /** @type {SearchRanking["find"]} */
  const find = (entries, patterns) =>
    entries
      .map((entry) => ({ entry, score: scoreOf(entry, patterns) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .map(({ entry }) => entry);

  /** @type {SearchRanking["snippetOf"]} */
  const snippetOf = (text, patterns) => {
    const first = Math.min(...patterns.map((pattern) => text.search(pattern)).filter((place) => place >= 0));
    const start = Number.isFinite(first) && first > BEFORE ? text.indexOf(" ", first - BEFORE) + 1 : 0;
    const end = text.length - start > SNIPPET ? text.lastIndexOf(" ", start + SNIPPET) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  };

  /** @type {SearchRanking["passagesOf"]} */
  const passagesOf = (text, patterns) => {
    const any = new RegExp(patterns.map(({ source }) => source).join("|"), "gi");
    const passages = [];
    let end = 0;
    for (const match of text.matchAll(any)) {
      passages.push({ text: text.slice(end, match.index), isMatch: false }, { text: match[0], isMatch: true });
      end = match.index + match[0].length;
    }
    return [...passages, { text: text.slice(end), isMatch: false }];
  };

  sumint.searchRanking = { entriesOf, patternsOf, find, snippetOf, passagesOf };
}
