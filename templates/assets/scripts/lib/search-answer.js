// @ts-check
// The answer to a query: what matches; where nothing does, what matches the query without its misspellings; and where
// that is nothing either, the chapters that come closest.
"use strict";
{
  const { vocabularyOf, read } = sumint.searchQuery;
  const { entriesOf, find, closestPages } = sumint.searchRanking;
  const { countWords, corrected } = sumint.searchSpelling;

  const CHAPTERS = 3;

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

      const separate = read(likely.replace(/["“”]/g, " "), vocabulary);
      return { kind: "closest", query, terms: separate, results: closestPages(entries, separate, CHAPTERS) };
    };
  };

  sumint.searchIn = searchIn;
}
