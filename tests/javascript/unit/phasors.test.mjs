import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { N_DIGITS, onDial, add, subtract, total, digitOf, inLogits, around } = load("lib/phasors").phasors;

const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

// The first frequency of ten logits, as sumint.model.fourier measures it.
const firstFrequency = (logits) => {
  const [re, im] = [Math.cos, (angle) => -Math.sin(angle)].map((part) =>
    logits.reduce((sum, logit, digit) => sum + logit * part((2 * Math.PI * digit) / N_DIGITS), 0),
  );
  return { magnitude: Math.hypot(re, im), phase: Math.atan2(im, re) };
};

test("logits that are a cosine around a digit are an arrow that points to it, as long as the cosine is high", () => {
  for (let digit = 0; digit < N_DIGITS; digit += 1) {
    const logits = Array.from(
      { length: N_DIGITS },
      (_, value) => 3 * Math.cos((2 * Math.PI * (value - digit)) / N_DIGITS),
    );
    const { magnitude, phase } = firstFrequency(logits);
    const arrow = onDial(magnitude, phase);
    near((digitOf(arrow) - digit + 0.5 + N_DIGITS) % N_DIGITS, 0.5);
    near(inLogits(arrow), 3);
  }
});

test("zero is at the top of the dial, and digits run clockwise", () => {
  near(around(0, 2).x, 0);
  near(around(0, 2).y, -2);
  near(around(2.5, 2).x, 2);
  near(digitOf(around(7, 1)), 7);
});

test("arrows are added head to tail, and taken away again", () => {
  const [one, other] = [
    { x: 1, y: 2 },
    { x: -3, y: 0.5 },
  ];
  assert.deepEqual(add(one, other), { x: -2, y: 2.5 });
  assert.deepEqual(subtract(add(one, other), other), one);
  assert.deepEqual(total([one, other, one]), { x: -1, y: 4.5 });
  assert.deepEqual(total([]), { x: 0, y: 0 });
});
