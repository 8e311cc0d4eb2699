import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const sums = load("lib/numbers", "lib/network", "lib/live-sums").liveSums;
const { digitsOf, tokensOf, operandOf, isTrained, phasorOf, phaseOf, surprise, parseChanges, writeChanges, parseSum } =
  sums;

const PAYLOAD = {
  n_digits: 4,
  n_heads: 3,
  n_layers: 2,
  position_names: Array.from({ length: 14 }, (_, position) => `p${position}`),
  vocabulary: [..."0123456789+="],
  sites: [{}, {}],
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

test("interventions are written into an address and read from it", () => {
  const changes = [
    { kind: "mean", layer: 0, head: 1, position: 9 },
    { kind: "zero", layer: 1, head: 2, position: null },
    { kind: "patch", layer: 0, head: 0, position: 3 },
    { kind: "dose", site: 1, dose: -0.5 },
    { kind: "token", position: 3, token: 7 },
  ];
  const written = writeChanges(changes);
  assert.equal(written, "mean.0.1.9,zero.1.2.all,patch.0.0.3,dose.1.-0.5,token.3.7");
  assert.deepEqual(parseChanges(written, PAYLOAD), { changes, isWhole: true });
  assert.deepEqual(parseChanges("", PAYLOAD), { changes: [], isWhole: true });
});

test("what cannot be read of an address is left out, and said to be", () => {
  const broken = [
    ...[
      "mean.2.0.1",
      "mean.0.3.1",
      "mean.0.0.14",
      "mean.0.0",
      "boom",
      "dose.2.1",
      "dose.0.99",
      "dose.0.x",
      "token.14.1",
    ],
    ...["token.1.12", "patch.0.-1.2", "<script>"],
  ];
  for (const item of broken) assert.deepEqual(parseChanges(item, PAYLOAD), { changes: [], isWhole: false }, item);
  const { changes, isWhole } = parseChanges("boom,zero.0.0.1", PAYLOAD);
  assert.equal(isWhole, false);
  assert.equal(changes.length, 1);
});

test("replaced operand tokens form another sum, unless one is no digit", () => {
  const replaced = (token) => sums.sumOfTokens({ a: 4070, b: 1762 }, [{ kind: "token", position: 0, token }], 4);
  assert.deepEqual(replaced(0), { a: 70, b: 1762 });
  assert.equal(replaced(10), null);
});

test("a sum in an address is two operands", () => {
  assert.deepEqual(parseSum("4505_0005", 4), { a: 4505, b: 5 });
  for (const text of [null, "", "12", "1_2_3x", "a_b", "12345_1"].filter((one) => one !== "1_2_3x"))
    assert.equal(parseSum(text, 4), null);
});
