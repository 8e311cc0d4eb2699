// @ts-check
// The numbers of the worked example: a sum, and what is known of one digit of its answer.
"use strict";
{
  const { onDial, total } = sumint.phasors;

  // A row of a packed array along its last axis.
  const rowOf = (/** @type {PackedNumbers} */ packed) => {
    const numbers = sumint.numbersOf(packed);
    const length = packed.shape[packed.shape.length - 1];
    return (/** @type {number} */ row) => numbers.subarray(row * length, (row + 1) * length);
  };

  /** @type {WorkedSums["read"]} */
  const read = (payload) => {
    const { answer, heads, conditions } = payload;
    const levels = sumint.numbersOf(payload.carry_level);
    const means = rowOf(payload.mean_carry_level);
    const attention = conditions.map((condition) => rowOf(condition.attention));
    return {
      a: payload.a,
      b: payload.b,
      answer,
      predicted: conditions.map(({ predicted }) => predicted),
      carryAmounts: conditions.map((condition) => sumint.numbersOf(condition.carry_amount)),
      routes: payload.routes.map((route, index) => ({ ...route, level: levels[index], means: [...means(index)] })),
      positions: payload.positions,
      heads,
      attention: (condition, digit, head) => attention[condition](digit * heads.length + head),
      parts: conditions.map((condition) => {
        const [magnitudes, phases] = [rowOf(condition.magnitudes), rowOf(condition.phases)];
        return answer.map((_, digit) =>
          payload.part_names.map((name, part) => ({
            name,
            vector: onDial(magnitudes(digit)[part], phases(digit)[part]),
          })),
        );
      }),
    };
  };

  /** @type {WorkedSums["about"]} */
  const about = (sum, digit) => {
    const isNine = (/** @type {number} */ column) => sum.a[column] + sum.b[column] === 9;
    const behind = [...sum.a.keys()].slice(digit + 1);
    const deciding = behind.find((column) => !isNine(column)) ?? null;
    const isSwitched = sum.predicted[1][digit] !== "";
    const conditions = isSwitched ? [0, 1] : [0];
    const vectors = sum.parts.map((parts) => parts[digit]);
    return {
      ...sum,
      digit,
      deciding,
      nines: behind.filter((column) => deciding === null || column < deciding),
      hasCarry: deciding !== null && sum.a[deciding] + sum.b[deciding] > 9,
      isSwitched,
      conditions,
      vectors,
      totals: conditions.map((condition) => total(vectors[condition].map(({ vector }) => vector))),
    };
  };

  // A wrong digit, otherwise the one with the longest carry chain.
  /** @type {WorkedSums["firstDigit"]} */
  const firstDigit = (sum) => {
    const wrong = sum.answer.findIndex((right, digit) => right !== sum.predicted[0][digit]);
    if (wrong >= 0) return wrong;
    const length = (/** @type {SeenSum} */ { hasCarry, deciding, digit }) => (hasCarry ? Number(deciding) - digit : 0);
    const digits = sum.answer.map((_, digit) => about(sum, digit));
    return digits.reduce((best, one) => (length(one) > length(best) ? one : best)).digit;
  };

  // The position that predicts a digit is the one before it.
  /** @type {WorkedSums["queryOf"]} */
  const queryOf = ({ positions, digit }) => positions.findIndex(({ name }) => name === "=") + digit;

  sumint.workedSums = {
    read,
    about,
    firstDigit,
    queryOf,
    visibleAttention: (seen, condition, head) => [
      ...seen.attention(condition, seen.digit, head).slice(0, queryOf(seen) + 1),
    ],
    indexOfLargest: (values) => values.indexOf(Math.max(...values)),
  };
}
