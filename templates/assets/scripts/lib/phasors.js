// @ts-check
// Phasors of logits as arrows on a dial of ten digits.
"use strict";
{
  const N_DIGITS = 10;

  // The logits of a digit have minus its angle as their phase; on the dial angles run clockwise from the top.
  /** @type {Phasors["onDial"]} */
  const onDial = (magnitude, phase) => ({ x: magnitude * Math.sin(-phase), y: -magnitude * Math.cos(phase) });

  /** @type {Phasors["add"]} */
  const add = (one, other) => ({ x: one.x + other.x, y: one.y + other.y });
  /** @type {Phasors["subtract"]} */
  const subtract = (one, other) => ({ x: one.x - other.x, y: one.y - other.y });
  /** @type {Phasors["around"]} */
  const around = (digit, radius) => {
    const angle = (2 * Math.PI * digit) / N_DIGITS;
    return { x: radius * Math.sin(angle), y: -radius * Math.cos(angle) };
  };

  sumint.phasors = {
    N_DIGITS,
    onDial,
    add,
    subtract,
    around,
    total: (vectors) => vectors.reduce(add, { x: 0, y: 0 }),
    digitOf: ({ x, y }) => ((Math.atan2(x, -y) / (2 * Math.PI)) * N_DIGITS + N_DIGITS) % N_DIGITS,
    // The first frequency of a cosine over ten values is five times as large as the cosine.
    inLogits: ({ x, y }) => Math.hypot(x, y) / (N_DIGITS / 2),
  };
}
