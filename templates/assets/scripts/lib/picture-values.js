// @ts-check
// What the picture of the mechanism shows of one sum: the states of its switches, its pointers and its verdicts.
"use strict";
{
  const NINE = 9;
  const N_DIGITS = 10;
  const PAST = 0.15;

  /** @type {PictureValues["stateOf"]} */
  const stateOf = (total) => {
    if (total === NINE) return "nine";
    return total > NINE ? "carry" : "no carry";
  };

  /** @type {PictureValues["verdictOf"]} */
  const verdictOf = ({ predicted, answer }, digit) => {
    const isWrong = predicted[digit] !== answer[digit];
    return { text: isWrong ? `${predicted[digit]}, not ${answer[digit]}` : predicted[digit], isWrong };
  };

  // A mark that is a little past an end of its scale is still beside the states.
  const clamp = (/** @type {number} */ level) => Math.max(-PAST, Math.min(level, 1 + PAST));

  sumint.pictureValues = {
    stateOf,
    verdictOf,
    written: (value) => sumint.withMinus(value.toFixed(2)),
    totals: ({ a, b }) => a.map((digit, column) => digit + b[column]),
    turnTo: (value) => `rotate(${((360 * value) / N_DIGITS).toFixed(2)})`,
    slideTo: (level, first, last) => `translate(0 ${(first + clamp(level) * (last - first)).toFixed(1)})`,
    neighbour: (key, from, n) => {
      if (key === "Home") return 0;
      if (key === "End") return n - 1;
      if (key === "ArrowRight" || key === "ArrowDown") return Math.min(from + 1, n - 1);
      if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(from - 1, 0);
      return null;
    },
  };
}
