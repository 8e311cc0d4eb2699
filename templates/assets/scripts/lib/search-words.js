// @ts-check
// The patterns of words: how a word that a reader types is found in a text of the report.
"use strict";
{
  const IN_THE_MIDDLE_FROM = 4; // letters: a shorter word is in the middle of too many others
  const HYPHENS = "-‑–−";

  // A straight quote or a hyphen matches the typographic ones, an underscore is a subscript, and the signs of a sum also
  // stand for the border between two cells of a table.
  const escaped = (/** @type {string} */ word) =>
    word
      .replace(/[\\^$.*?()[\]{}|/]/g, "\\$&")
      .replace(/['’]/g, "['’]")
      .replace(/[+=]/g, "(?:\\$&|\\s·\\s)")
      .replace(/_/g, "_?")
      .replace(/(?<=\w)[-‑–−](?=[a-z])/gi, " ")
      .replace(/[-‑–−]/g, `[${HYPHENS}]`)
      .replace(/ +/g, `[${HYPHENS}\\s]+`);

  // A word matches in the singular and plural, and in the spellings with s and z.
  const inAnyForm = (/** @type {string} */ word) => {
    if (word.length < 4) return word;
    const inBothSpellings = word.replace(/i[sz](?=e|i|a)/gi, "i[sz]");
    if (/(y|ies?)$/i.test(word)) return inBothSpellings.replace(/(y|ies?)$/i, "(?:y|ies?)");
    return inBothSpellings.replace(/([^s])s$/i, "$1s?");
  };

  // A number is not found in the middle of another one, and with or without commas between its thousands.
  const isNumber = (/** @type {string} */ word) => /^\d+(\.\d+)?$/.test(word);
  const withCommas = (/** @type {string} */ number) => number.replace(/(?<=^\d+)(?=(\d{3})+$)/g, ",?");

  // A name such as OV, H0, C1 or W_U, as opposed to the beginning of a word.
  const isSymbol = (/** @type {string} */ word) => /^[A-Z](_[A-Z0-9]+|[A-Z0-9]?)$/.test(word);

  /** @type {SearchWords["patternOf"]} */
  const patternOf = (word, isExact = false) => {
    if (isNumber(word)) {
      const number = `(?<![\\w.])${withCommas(escaped(word))}`;
      const whole = new RegExp(`${number}(?!\\w|\\.\\d)`);
      return isExact || word.length === 1 ? [whole] : [whole, new RegExp(number)];
    }
    const source = isExact || isSymbol(word) ? escaped(word) : inAnyForm(escaped(word));
    const before = /^\w/.test(word) ? "(?<!\\w)" : "";
    const after = /\w$/.test(word) ? `${isExact || isSymbol(word) ? "" : "s?"}(?!\\w)` : "";
    const flags = isSymbol(word) ? "" : "i";
    const whole = new RegExp(before + source + after, flags);
    if (isExact || isSymbol(word)) return [whole];
    const beginning = new RegExp(before + source, flags);
    if (word.length < IN_THE_MIDDLE_FROM || !/^\p{L}+$/u.test(word)) return [whole, beginning];
    return [whole, beginning, new RegExp(source, flags)];
  };

  // Names are compared without regard to case, hyphens and number.
  /** @type {SearchWords["nameOf"]} */
  const nameOf = (text) =>
    text
      .toLowerCase()
      .split(/[\s\-‑–−]+/)
      .map((word) => (word.length > 3 ? word.replace(/([^s])s$/, "$1") : word))
      .filter(Boolean)
      .join(" ");

  sumint.searchWords = { patternOf, nameOf };
}
