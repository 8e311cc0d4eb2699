// @ts-check
// What a search finds: the entries with all terms of a query, and the best first.
"use strict";
{
  // Where a term is found counts more than how much of a word it is; what it means, less than where it is.
  const TITLE = 40;
  const STATEMENT = 20;
  const TEXT = 10;
  const ROW = 8;
  const FORMS = [6, 3, 0]; // a whole word, the beginning of a word, the middle of a word
  const KEYWORD = 60;
  const SYNONYM = -12;
  const WHOLE = 4;
  const ADJACENT = 10;
  const NAME_OF_ROW = 15; // at the beginning of a row

  // Among equals the kind of the entry decides; what was not checked or is not shown comes after all others.
  const LAST = -1000;
  /** @type {Record<string, { worth: number, title: number, text: number }>} */
  const KINDS = {
    Page: { worth: 6, title: TITLE, text: STATEMENT },
    Section: { worth: 4, title: TITLE, text: TEXT },
    Figure: { worth: 3, title: TITLE, text: STATEMENT },
    Table: { worth: 3, title: TITLE, text: STATEMENT },
    "Long table": { worth: 3, title: TITLE, text: STATEMENT },
    Claim: { worth: 2, title: STATEMENT, text: TEXT },
    Term: { worth: 1, title: TITLE, text: STATEMENT }, // of the glossary
    Reference: { worth: 0, title: STATEMENT, text: TEXT },
    Text: { worth: 0, title: ROW, text: TEXT }, // its title is the heading above it
    "Unchecked claim": { worth: LAST, title: STATEMENT, text: TEXT },
    "Absent figure": { worth: LAST, title: TITLE, text: STATEMENT },
    "Absent table": { worth: LAST, title: TITLE, text: STATEMENT },
  };

  // A score, or null where a pattern does not match.
  const inText = (/** @type {string} */ text, /** @type {RegExp[]} */ pattern, /** @type {number} */ level) => {
    const form = pattern.findIndex((expression) => expression.test(text));
    return form < 0 ? null : level + FORMS[form];
  };
  const larger = (/** @type {number | null} */ one, /** @type {number | null} */ other) =>
    one === null || other === null ? (one ?? other) : Math.max(one, other);

  // The mean over the patterns of an option, all of which have to match somewhere in the entry.
  /** @type {(option: SearchOption, score: (pattern: RegExp[]) => number | null) => number | null} */
  const scoreOfOption = ({ patterns, isSynonym }, score) => {
    let total = 0;
    for (const pattern of patterns) {
      const found = score(pattern);
      if (found === null) return null;
      total += found;
    }
    return total / patterns.length + (isSynonym ? SYNONYM : 0);
  };
  /** @type {(term: SearchTerm, score: (pattern: RegExp[]) => number | null) => number | null} */
  const scoreOfTerm = ({ options }, score) =>
    options.reduce((best, option) => larger(best, scoreOfOption(option, score)), /** @type {number | null} */ (null));

  /** @type {(entry: SearchEntry, term: SearchTerm) => number | null} */
  const scoreInEntry = (entry, term) => {
    if (entry.keywords.includes(term.name)) return KEYWORD;
    const { title, text } = KINDS[entry.kind];
    return scoreOfTerm(term, (pattern) =>
      larger(inText(entry.title, pattern, title), inText(entry.text, pattern, text)),
    );
  };

  // How much of a title or row the query is, so that "carries" finds the page of this name first.
  /** @type {(text: string, terms: SearchTerm[]) => number} */
  const shareOf = (text, terms) => {
    const patterns = terms.flatMap(({ options }) => options[0].patterns);
    const isWhole = patterns.every((pattern) => pattern[0].test(text));
    return isWhole ? Math.min(1, patterns.length / text.split(/\s+/).length) : 0;
  };

  // The words of a query next to each other, as typed.
  /** @type {(terms: SearchTerm[]) => RegExp} */
  const adjacentWords = (terms) => {
    const patterns = terms.flatMap(({ options }) => options[0].patterns);
    const sources = patterns.map(([whole, beginning = whole]) => beginning.source);
    return new RegExp(sources.join("\\w*[-‑–−\\s·]+"), "i");
  };

  /** @type {(entry: SearchEntry, terms: SearchTerm[], adjacent: RegExp) => SearchResult | null} */
  const resultOf = (entry, terms, adjacent) => {
    const scores = terms.map((term) => scoreInEntry(entry, term));
    const missing = terms.filter((_, place) => scores[place] === null);
    let row = "";
    if (missing.length) {
      // What is neither in the title nor in the text has to be in one row.
      const isMissingIn = (/** @type {string} */ text) =>
        missing.some((term) => scoreOfTerm(term, (pattern) => inText(text, pattern, ROW)) === null);
      if (!entry.rows.length || isMissingIn(entry.rows.join("\n"))) return null;
      const rows = entry.rows.filter((candidate) => !isMissingIn(candidate));
      row = rows.find((candidate) => adjacent.test(candidate)) ?? rows[0] ?? "";
      if (!row) return null;
    }
    const inRow = (/** @type {RegExp[]} */ pattern) => inText(row, pattern, ROW);
    const all = terms.map((term, place) => scores[place] ?? scoreOfTerm(term, inRow) ?? 0);
    const mean = all.reduce((total, score) => total + score, 0) / all.length;
    const bonuses = [
      [entry.title, entry.text, row].some((text) => adjacent.test(text)) ? ADJACENT : 0,
      row.search(adjacent) === 0 ? NAME_OF_ROW : 0,
      WHOLE * shareOf(row || entry.title, terms),
    ];
    return { entry, row, score: bonuses.reduce((total, bonus) => total + bonus, mean + KINDS[entry.kind].worth) };
  };

  /** @type {SearchRanking["entriesOf"]} */
  const entriesOf = ({ pages, entries }, root) =>
    entries.map(([page, kind, anchor, title, text = "", keywords = "", rows = ""]) => {
      const [file, pageTitle] = pages[page];
      return {
        kind,
        title,
        text,
        page: pageTitle,
        address: root + file + (anchor && `#${anchor}`),
        keywords: keywords ? keywords.split(", ").map(sumint.searchWords.nameOf) : [],
        rows: rows ? rows.split("\n").map((row) => row.replaceAll("\t", " · ")) : [],
      };
    });

  /** @type {SearchRanking["find"]} */
  const find = (entries, terms) => {
    const adjacent = adjacentWords(terms);
    return entries
      .map((entry) => resultOf(entry, terms, adjacent))
      .filter((result) => result !== null)
      .sort((one, other) => other.score - one.score);
  };

  // The glossary and the references mention what every chapter is about.
  const isListed = (/** @type {SearchEntry} */ { kind }) => kind === "Term" || kind === "Reference";

  /** @type {SearchRanking["closestPages"]} */
  const closestPages = (entries, terms, count) => {
    const pages = entries
      .filter(({ kind }) => kind === "Page")
      .map((entry) => {
        const onPage = entries.filter((other) => other.page === entry.page && !isListed(other));
        const scores = terms.map((term) => find(onPage, [term])[0]?.score ?? 0);
        return { entry, row: "", score: scores.reduce((total, score) => total + Math.max(0, score), 0) };
      });
    return pages
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .slice(0, count);
  };

  sumint.searchRanking = { entriesOf, find, closestPages };
}
