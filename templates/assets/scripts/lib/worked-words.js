// @ts-check
// The sentences of the worked example.
"use strict";
{
  const { N_DIGITS, digitOf, inLogits, subtract } = sumint.phasors;
  const { queryOf, visibleAttention, indexOfLargest } = sumint.workedSums;

  // A number that is rounded to zero has no sign.
  /** @type {WorkedWords["written"]} */
  const written = (value, places = 2) =>
    value
      .toFixed(places)
      .replace(/^-(?=.*[1-9])/, "−")
      .replace("-", "");
  /** @type {WorkedWords["digitText"]} */
  const digitText = (vector, places) => written(Number(digitOf(vector).toFixed(places)) % N_DIGITS, places);
  /** @type {WorkedWords["percent"]} */
  const percent = (share) => `${Math.round(100 * share)}%`;
  /** @type {WorkedWords["listed"]} */
  const listed = (items) =>
    [items.slice(0, -1).join(", "), ...items.slice(-1)].filter((part) => part !== "").join(" and ");

  const columnsNamed = (/** @type {number[]} */ columns) =>
    `${columns.length > 1 ? "Columns" : "Column"} ${listed(columns)}`;
  const sumOfColumn = (/** @type {SeenSum} */ { a, b }, /** @type {number} */ column) =>
    `${a[column]} + ${b[column]} = ${a[column] + b[column]}`;

  /** @type {WorkedWords["ofCarry"]} */
  const ofCarry = (seen) => {
    const { digit, deciding, nines, hasCarry, a, routes } = seen;
    if (digit === a.length - 1) return `No column stands to the right of C${digit}, so it has no carry-in.`;
    const verb = nines.length > 1 ? "sum" : "sums";
    if (deciding === null) return `${columnsNamed(nines)} ${verb} to nine: no column generates a carry for C${digit}.`;
    const made = `Column ${deciding} generates ${hasCarry ? "a" : "no"} carry: ${sumOfColumn(seen, deciding)}.`;
    const passes = hasCarry ? (nines.length > 1 ? "pass" : "passes") : "would pass";
    const passed = nines.length ? ` ${columnsNamed(nines)} ${verb} to nine and ${passes} it on to C${digit}.` : "";
    const route = routes.find((one) => one.digit === digit && one.column === deciding);
    const level = route
      ? ` ${route.site} holds the carry level ${written(route.level)}.`
      : " No single site serves this route.";
    return made + passed + level;
  };

  /** @type {WorkedWords["ofAttention"]} */
  const ofAttention = (seen) => {
    const { heads, digit, positions, isSwitched } = seen;
    const nameOf = (/** @type {number} */ position) => positions[position].name;
    const query = nameOf(queryOf(seen));
    const before = heads.map((_, head) => visibleAttention(seen, 0, head));
    if (!isSwitched) {
      const most = before.map((weights, head) => {
        const position = indexOfLargest(weights);
        return `${heads[head]} at ${nameOf(position)} (${percent(weights[position])})`;
      });
      return `From ${query}, where C${digit} is predicted, each head attends most: ${listed(most)}.`;
    }
    const changes = before.map((weights, head) => {
      const after = visibleAttention(seen, 1, head);
      return weights.map((weight, position) => after[position] - weight);
    });
    const moved = changes.map((change) => change.reduce((sum, one) => sum + Math.abs(one), 0) / 2);
    const head = indexOfLargest(moved);
    const [to, from] = [indexOfLargest(changes[head]), indexOfLargest(changes[head].map((one) => -one))];
    const goes = `${percent(moved[head])} of ${heads[head]}’s attention moves`;
    return `From ${query}, with the carry switched, ${goes}, most from ${nameOf(from)} to ${nameOf(to)}.`;
  };

  /** @type {WorkedWords["ofPhasor"]} */
  const ofPhasor = (seen) => {
    const { digit, a, b, answer, predicted, carryAmounts, isSwitched, totals, vectors } = seen;
    const amount = (/** @type {number} */ condition) => written(carryAmounts[condition][digit]);
    const [before, after] = predicted.map((digits) => digits[digit]);
    const correction = answer[digit] === before ? "" : `; right is ${answer[digit]}`;
    const first = `The phase is ${digitText(totals[0], 2)}: ${a[digit]} + ${b[digit]} and ${amount(0)} carried.`;
    const prediction = ` The model predicts ${before}${correction}.`;
    if (!isSwitched) return first + prediction;
    const changes = vectors[0].map(({ vector }, part) => inLogits(subtract(vectors[1][part].vector, vector)));
    const { name } = vectors[0][indexOfLargest(changes)];
    const verb = after === before ? "still predicts" : "predicts";
    const other = `With the carry switched ${amount(1)} is carried, and it ${verb} ${after}`;
    return `${first}${prediction} ${other}; the arrow of ${name} changes most.`;
  };

  sumint.workedWords = { written, digitText, percent, listed, ofCarry, ofAttention, ofPhasor };
}
