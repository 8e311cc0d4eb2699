// @ts-check
// The terms of a query: phrases in quotes, terms of the field that have synonyms in the report, and other words.
"use strict";
{
  const { patternOf, nameOf } = sumint.searchWords;

  // A phrase in quotes, or a word; the numbers of a sum may be typed with spaces around its signs.
  const PARTS = /["“”]([^"“”]*)(?:["“”]|$)|[^\s"“”]+/g;
  const withoutSpaces = (/** @type {string} */ query) => query.replace(/(?<=\d)\s*([+=])\s*(?=\d)/g, "$1");

  /** @type {SearchQuery["vocabularyOf"]} */
  const vocabularyOf = (synonyms, keywords) => {
    /** @type {Map<string, string[]>} */
    const vocabulary = new Map(keywords.map((keyword) => [nameOf(keyword), []]));
    for (const [word, typed] of Object.entries(synonyms)) {
      for (const name of typed.map(nameOf)) vocabulary.set(name, [...(vocabulary.get(name) ?? []), word]);
    }
    return vocabulary;
  };

  /** @type {(words: string[], vocabulary: Map<string, string[]>) => SearchTerm} */
  const termOf = (words, vocabulary) => {
    const name = nameOf(words.join(" "));
    const synonyms = (vocabulary.get(name) ?? []).map((word) => ({ patterns: [patternOf(word)], isSynonym: true }));
    return { name, options: [{ patterns: words.map((word) => patternOf(word)), isSynonym: false }, ...synonyms] };
  };

  /** @type {(phrase: string) => SearchTerm} */
  const exactTerm = (phrase) => ({
    name: nameOf(phrase),
    options: [{ patterns: [patternOf(phrase.trim().replace(/\s+/g, " "), true)], isSynonym: false }],
  });

  // The longest terms of the field first, so that "direct logit attribution" is one term.
  /** @type {(words: string[], vocabulary: Map<string, string[]>) => SearchTerm[]} */
  const termsOf = (words, vocabulary) => {
    const terms = [];
    for (let start = 0; start < words.length; ) {
      let end = words.length;
      while (end > start + 1 && !vocabulary.has(nameOf(words.slice(start, end).join(" ")))) end--;
      terms.push(termOf(words.slice(start, end), vocabulary));
      start = end;
    }
    return terms;
  };

  /** @type {SearchQuery["read"]} */
  const read = (query, vocabulary) => {
    /** @type {SearchTerm[]} */
    const terms = [];
    /** @type {string[]} */
    let words = [];
    for (const [part, phrase] of withoutSpaces(query).matchAll(PARTS)) {
      if (phrase === undefined) {
        words.push(part);
        continue;
      }
      terms.push(...termsOf(words, vocabulary));
      words = [];
      if (phrase.trim()) terms.push(exactTerm(phrase));
    }
    return [...terms, ...termsOf(words, vocabulary)];
  };

  sumint.searchQuery = { vocabularyOf, read };
}
