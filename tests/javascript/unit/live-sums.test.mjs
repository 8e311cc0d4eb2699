import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const sums = load("lib/numbers", "lib/network", "lib/live-sums").liveSums;
const { digitsOf, tokensOf, operandOf, isTrained, phasorOf, phaseOf, surprise, parseSum } = sums;

const PAYLOAD = {
  n_digits: 4,
  wrong: [[4505, 4095]],
};

test("a sum is written as tokens with its right answer, whose last digits alone fit", () => {
  assert.deepEqual(tokensOf({ a: 12, b: 9 }, 2), [1, 2, 10, 0, 9, 11, 2, 1]);
  assert.deepEqual(digitsOf(123, 2), [2, 3]);
});

test("operands are whole numbers of at most so many digits", () => {
  assert.deepEqual(
    ["12", "0012", "12345", "-1", "", "1e2"].map((text) => operandOf(text, 4)),
    [12, 12, null, null, null, null],
  );
  assert.ok(isTrained({ a: 4999, b: 0 }, 4));
  assert.ok(!isTrained({ a: 5000, b: 0 }, 4));
});

test("the phase of a cosine is where it is largest", () => {
  for (const peak of [0, 2.5, 9]) {
    const logits = Float64Array.from({ length: 10 }, (_, digit) => Math.cos((2 * Math.PI * (digit - peak)) / 10));
    assert.ok(Math.abs(phaseOf(phasorOf(logits)) - peak) < 1e-9);
  }
});

const columns = ({ a, b }) => digitsOf(a, 4).map((digit, column) => digit + digitsOf(b, 4)[column]);
const drawn = (kind) => Array.from({ length: 200 }, () => surprise(kind, PAYLOAD));

test("a surprise is of its kind, and within the training range", () => {
  for (const sum of drawn("none")) assert.ok(columns(sum).every((total) => total < 9));
  for (const sum of drawn("one")) assert.equal(columns(sum).filter((total) => total > 9).length, 1);
  for (const sum of drawn("chain")) {
    const totals = columns(sum);
    assert.ok(totals[3] > 9 && totals[1] === 9 && totals[2] === 9 && totals[0] < 9);
  }
  for (const sum of [...drawn("none"), ...drawn("one"), ...drawn("chain")]) assert.ok(isTrained(sum, 4));
  assert.deepEqual(surprise("wrong", PAYLOAD), { a: 4505, b: 4095 });
});

test("a sum in an address is two operands", () => {
  assert.deepEqual(parseSum("4505_0005", 4), { a: 4505, b: 5 });
  for (const text of [null, "", "12", "1_2_3x", "a_b", "12345_1"].filter((one) => one !== "1_2_3x"))
    assert.equal(parseSum(text, 4), null);
});
