// @ts-check
// Corrects words of a query that the report does not contain, if one edit turns them into a word of the report.
"use strict";
{
  const CORRECTED_FROM = 5; // letters
  const LETTERS = /\p{L}+/gu;

  /** @type {SearchSpelling["countWords"]} */
  const countWords = (texts) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const text of texts) {
      for (const [word] of text.toLowerCase().matchAll(LETTERS)) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return counts;
  };

  // Whether one insertion, deletion or substitution of a letter, or an exchange of two neighbours, makes both words equal.
  /** @type {SearchSpelling["isOneEdit"]} */
  const isOneEdit = (one, other) => {
    if (one.length > other.length) return isOneEdit(other, one);
    let start = 0;
    while (start < one.length && one[start] === other[start]) start++;
    if (other.length === one.length + 1) return one.slice(start) === other.slice(start + 1);
    if (other.length !== one.length || start === one.length) return false;
    if (one.slice(start + 1) === other.slice(start + 1)) return true;
    const isExchanged = one[start] === other[start + 1] && one[start + 1] === other[start];
    return isExchanged && one.slice(start + 2) === other.slice(start + 2);
  };

  // The word with the same first letter, and of these the most frequent one.
  /** @type {(word: string, counts: Map<string, number>) => string | null} */
  const correctionOf = (word, counts) => {
    const typed = word.toLowerCase();
    /** @type {string | null} */
    let best = null;
    let most = 0;
    for (const [known, count] of counts) {
      if (known.includes(typed)) return null; // the word is no mistake
      if (Math.abs(known.length - typed.length) > 1 || !isOneEdit(typed, known)) continue;
      const worth = count + (known[0] === typed[0] ? 1e6 : 0);
      if (worth > most) [best, most] = [known, worth];
    }
    return best;
  };

  /** @type {SearchSpelling["corrected"]} */
  const corrected = (query, counts) => {
    if (/["“”]/.test(query)) return query; // quotes ask for exactly these words
    return query.replace(LETTERS, (word) =>
      word.length < CORRECTED_FROM ? word : (correctionOf(word, counts) ?? word),
    );
  };

  sumint.searchSpelling = { countWords, isOneEdit, corrected };
}
