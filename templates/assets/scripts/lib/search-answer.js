// @ts-check
// The answer to a query: what matches; where nothing does, what matches the query without its misspellings; and where
// that is nothing either, the chapters that come closest.
"use strict";
{
  const { vocabularyOf, read } = sumint.searchQuery;
  const { entriesOf, find, closestPages } = sumint.searchRanking;
  const { countWords, corrected } = sumint.searchSpelling;

  const PAGES = 3;
  // Words that are on every page do not make one closer to a query than another.
  const EVERYWHERE = new Set(
    "a an and are as at by do does for how in is it of on or the to what which with".split(" "),
  );

  /** @type {MakeSearch} */
  const searchIn = (index, root = "") => {
    const entries = entriesOf(index, root);
    const keywords = entries.flatMap((entry) => entry.keywords);
    const vocabulary = vocabularyOf(index.synonyms, keywords);
    /** @type {Map<string, number> | null} */
    let counts = null;
    const words = () => [...vocabulary.keys(), ...entries.flatMap(({ title, text }) => [title, text])];

    return (query) => {
      const terms = read(query, vocabulary);
      const answer = { query, terms, results: terms.length ? find(entries, terms) : [] };
      if (answer.results.length || !terms.length) return { kind: "found", ...answer };

      counts ??= countWords(words());
      const likely = corrected(query, counts);
      const likelyTerms = read(likely, vocabulary);
      const results = likely === query ? [] : find(entries, likelyTerms);
      if (results.length) return { kind: "corrected", query: likely, terms: likelyTerms, results };

      const single = read(likely.replace(/["“”]/g, " "), vocabulary).filter(({ name }) => !EVERYWHERE.has(name));
      return { kind: "closest", query, terms: single, results: closestPages(entries, single, PAGES) };
    };
  };

  sumint.searchIn = searchIn;
}
