import assert from "node:assert/strict";
import test from "node:test";
import { load, pack } from "./scripts.mjs";

const { numbersOf } = load("lib/numbers");

test("a packed array keeps its numbers in single precision, and what is missing", () => {
  assert.deepEqual([...numbersOf(pack([1.5, Number.NaN, -0.1], 3))], [1.5, Number.NaN, Math.fround(-0.1)]);
  assert.equal(numbersOf(pack([], 0)).length, 0);
});

test("numbers in 16 bits are steps from the smallest", () => {
  const uint16 = Buffer.from([0, 1, 255, 0, 0, 255]).toString("base64");
  assert.deepEqual([...numbersOf({ uint16, shape: [3], least: -1, step: 0.5 })], [-1, -0.5, -1 + 0.5 * 65535]);
});
