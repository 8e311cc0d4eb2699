// @ts-check
// The rows of a long table: which are selected, and in which order.
"use strict";
{
  const collator = new Intl.Collator("en", { numeric: true });
  /** @type {(one: Cell, other: Cell) => number} */
  const compare = (one, other) =>
    typeof one === "number" && typeof other === "number" ? one - other : collator.compare(String(one), String(other));

  // Texts are lines of one text, and a column with few different values lists each of them once.
  /** @type {TableRows["unpacked"]} */
  const unpacked = ({ values, which, written, places, addresses, pattern }) => {
    const inPlaces = (/** @type {Cell} */ value) => sumint.decimals(Number(value), places ?? 0);
    const listed = typeof values === "string" ? values.split("\n") : values;
    const whole = which ? [...which].map((place) => listed[Number(place)]) : listed;
    return {
      values: whole,
      written: written?.split("\n") ?? whole.map(places === undefined ? String : inPlaces),
      addresses,
      pattern,
    };
  };

  /** @type {TableRows["textsOf"]} */
  const textsOf = (columns) =>
    columns[0].values.map((_, row) => columns.map(({ written }) => written[row].toLowerCase()).join("\n"));

  /** @type {TableRows["select"]} */
  const select = (columns, texts, { choices, words, order }) => {
    let rows = [...columns[0].values.keys()];
    for (const { column, value } of choices) {
      if (!value) continue;
      const { values } = columns[column];
      rows = rows.filter((row) => String(values[row]).split(", ").includes(value));
    }
    for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
      rows = rows.filter((row) => texts[row].includes(word));
    }
    if (!order) return rows;
    const { values } = columns[order.column];
    const sign = order.falling ? -1 : 1;
    return rows.sort((one, other) => sign * compare(values[one], values[other]));
  };

  /** @type {TableRows["orderOf"]} */
  const orderOf = (text, nColumns) => {
    const [, falling, column] = text.match(/^(-?)(\d+)$/) ?? [];
    return Number(column) < nColumns ? { column: Number(column), falling: Boolean(falling) } : null;
  };

  /** @type {TableRows["placeText"]} */
  const placeText = (first, nShown, n, nAll) => {
    const written = (/** @type {number} */ number) => number.toLocaleString("en");
    const range = nShown ? `${written(first + 1)}–${written(first + nShown)} of ${written(n)}` : "0";
    return n === nAll ? range : `${range}, chosen from ${written(nAll)}`;
  };

  // A pattern has the numbers of columns in braces.
  /** @type {TableRows["addressOf"]} */
  const addressOf = (columns, column, row) => {
    const { addresses, pattern, values } = columns[column];
    if (pattern) return pattern.replace(/\{(\d+)\}/g, (_, number) => columns[Number(number)].written[row]);
    return addresses?.[String(values[row])];
  };

  sumint.tableRows = { addressOf, unpacked, textsOf, select, orderOf, placeText };
}
