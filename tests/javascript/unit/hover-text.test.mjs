import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { withMinus } = load("lib/hover-text");

test("a hyphen before a number becomes a minus sign, and no other hyphen does", () => {
  assert.equal(withMinus("7 · 4 = -3.4"), "7 · 4 = −3.4");
  assert.equal(withMinus("-0.5 ± 0.1"), "−0.5 ± 0.1");
  assert.equal(withMinus("norm-matched, 2-3"), "norm-matched, 2-3");
});
