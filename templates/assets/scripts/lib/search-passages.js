// @ts-check
// What is shown of a text that was found: a part of it, divided at the words of the query.
"use strict";
{
  const BEFORE = 50;
  const SNIPPET = 190;

  /** @type {(text: string, pattern: RegExp[]) => { start: number, end: number }[]} */
  const placesOf = (text, pattern) => {
    // The strictest form that is in the text: where a word is found as a whole, the middle of others is not marked.
    const [whole, beginning = whole, middle = beginning] = pattern;
    const expression = beginning.test(text) ? beginning : middle;
    return [...text.matchAll(new RegExp(expression.source, `${expression.flags}g`))].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
    }));
  };

  /** @type {SearchPassages["patternsOf"]} */
  const patternsOf = (terms) => terms.flatMap(({ options }) => options.flatMap(({ patterns }) => patterns));

  /** @type {SearchPassages["snippetOf"]} */
  const snippetOf = (text, patterns) => {
    const first = Math.min(...patterns.flatMap((pattern) => placesOf(text, pattern).map(({ start }) => start)));
    const start = Number.isFinite(first) && first > BEFORE ? text.indexOf(" ", first - BEFORE) + 1 : 0;
    const end = text.length - start > SNIPPET ? text.lastIndexOf(" ", start + SNIPPET) : text.length;
    return `${start ? "… " : ""}${text.slice(start, end)}${end < text.length ? " …" : ""}`;
  };

  /** @type {SearchPassages["passagesOf"]} */
  const passagesOf = (text, patterns) => {
    const places = patterns
      .flatMap((pattern) => placesOf(text, pattern))
      .sort((one, other) => one.start - other.start || other.end - one.end);
    const passages = [];
    let end = 0;
    for (const place of places) {
      if (place.start < end || place.start === place.end) continue;
      passages.push({ text: text.slice(end, place.start), isMatch: false });
      passages.push({ text: text.slice(place.start, place.end), isMatch: true });
      end = place.end;
    }
    return [...passages, { text: text.slice(end), isMatch: false }];
  };

  sumint.searchPassages = { patternsOf, snippetOf, passagesOf };
}
