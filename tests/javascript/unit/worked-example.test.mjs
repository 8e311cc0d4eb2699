import assert from "node:assert/strict";
import test from "node:test";
import { load, pack } from "./scripts.mjs";

const sumint = load("lib/numbers", "lib/phasors", "lib/worked-sums", "lib/worked-words");
const { read, about, firstDigit, queryOf, visibleAttention, indexOfLargest } = sumint.workedSums;
const { written, digitText, percent, listed, ofCarry, ofAttention, ofPhasor } = sumint.workedWords;
const { around, digitOf } = sumint.phasors;

const digits = (number) => [...String(number).padStart(3, "0")];
const NAN = Number.NaN;

// A sum of three digits, whose positions are A0 … A2, +, B0 … B2, =, C0 and C1, in a model with two heads.
const sum = (a, b, predicted = digits(a + b), switched = ["", "", ""]) => {
  const names = ["A0", "A1", "A2", "+", "B0", "B1", "B2", "=", "C0", "C1"];
  const tokens = [...digits(a), "+", ...digits(b), "=", ...digits(a + b)];
  const numbers = (n, make) => Array.from({ length: n }, (_, index) => make(index));
  const condition = (name, shown, digitOffset) => ({
    name,
    predicted: shown,
    carry_amount: pack(
      numbers(3, (digit) => (shown[digit] ? digit / 4 - digitOffset : NAN)),
      3,
    ),
    // Head 0 attends to A0 or, when switched, to A1; head 1 to +.
    attention: pack(
      numbers(3 * 2 * 10, (index) => {
        const [head, position] = [Math.floor(index / 10) % 2, index % 10];
        return position === (head ? 3 : digitOffset) ? 0.9 : 0.1 / 9;
      }),
      3,
      2,
      10,
    ),
    // The first part points to digit 2 or 3, the second to 7.
    magnitudes: pack(
      numbers(3 * 2, (index) => (index % 2 ? 5 : 50)),
      3,
      2,
    ),
    phases: pack(
      numbers(3 * 2, (index) => (-2 * Math.PI * (index % 2 ? 7 : 2 + digitOffset)) / 10),
      3,
      2,
    ),
  });
  return read({
    a: digits(a).map(Number),
    b: digits(b).map(Number),
    answer: digits(a + b),
    routes: [{ column: 2, digit: 0, site: "H0.1 at B2" }],
    carry_level: pack([0.75], 1),
    mean_carry_level: pack([0, 1], 1, 2),
    positions: names.map((name, index) => ({ name, token: tokens[index], label: name })),
    heads: ["H1.0", "H1.1"],
    part_names: ["H1.0", "the rest"],
    conditions: [condition("as it is", predicted, 0), condition("switched", switched, 1)],
  });
};
const seen = (digit, ...of) => about(sum(...of), digit);

test("the carry of a digit is decided by the nearest column on its right that does not sum to nine", () => {
  const cascade = seen(0, 145, 256);
  assert.deepEqual([cascade.deciding, cascade.nines, cascade.hasCarry], [2, [1], true]);
  const without = seen(0, 145, 152);
  assert.deepEqual([without.deciding, without.nines, without.hasCarry], [2, [1], false]);
  const undecided = seen(1, 145, 154);
  assert.deepEqual([undecided.deciding, undecided.nines, undecided.hasCarry], [null, [2], false]);
  const last = seen(2, 145, 256);
  assert.deepEqual([last.deciding, last.nines], [null, []]);
});

test("a wrong digit is chosen first, otherwise that with the longest carry chain", () => {
  assert.equal(firstDigit(sum(145, 256)), 0);
  assert.equal(firstDigit(sum(115, 226)), 1);
  assert.equal(firstDigit(sum(145, 256, ["4", "0", "2"])), 2);
});

test("a carry that could be switched has two conditions, and the arrows of each add up", () => {
  const both = seen(0, 145, 256, undefined, ["3", "", ""]);
  assert.deepEqual([both.isSwitched, both.conditions], [true, [0, 1]]);
  assert.deepEqual(seen(1, 145, 256, undefined, ["3", "", ""]).conditions, [0]);
  const [before] = both.totals;
  const [one, other] = [around(2, 50), around(7, 5)];
  assert.ok(Math.hypot(before.x - one.x - other.x, before.y - one.y - other.y) < 1e-4);
  assert.ok(Math.abs(digitOf(both.totals[1]) - digitOf(before)) > 0.5);
});

test("attention is that of one head, up to the position that predicts the digit", () => {
  const first = seen(0, 145, 256);
  assert.equal(queryOf(first), 7);
  assert.equal(visibleAttention(first, 0, 0).length, 8);
  assert.equal(indexOfLargest(visibleAttention(first, 0, 0)), 0);
  assert.equal(indexOfLargest(visibleAttention(first, 1, 0)), 1);
  assert.equal(indexOfLargest(visibleAttention(seen(1, 145, 256), 0, 1)), 3);
  assert.equal(visibleAttention(seen(1, 145, 256), 0, 1).length, 9);
});

test("numbers have a minus sign, but zero has none; a digit beyond nine is zero again", () => {
  assert.deepEqual([written(-0.128), written(-0.001), written(1.5, 0)], ["−0.13", "0.00", "2"]);
  assert.equal(digitText(around(9.96, 3), 1), "0.0");
  assert.equal(digitText(around(4.24, 3), 1), "4.2");
  assert.equal(percent(0.126), "13%");
});

test("a list has an and before its last item", () => {
  assert.deepEqual(
    [listed([]), listed([1]), listed([1, 2]), listed(["a", "b", "c"])],
    ["", "1", "1 and 2", "a, b and c"],
  );
});

test("the sentence on the carry names who makes it, who passes it on and which site holds it", () => {
  assert.equal(
    ofCarry(seen(0, 145, 256)),
    "Column 2 generates a carry: 5 + 6 = 11. Column 1 sums to nine and passes it on to C0. H0.1 at B2 holds the carry level 0.75.",
  );
  assert.equal(
    ofCarry(seen(0, 145, 152)),
    "Column 2 generates no carry: 5 + 2 = 7. Column 1 sums to nine and would pass it on to C0. H0.1 at B2 holds the carry level 0.75.",
  );
  assert.equal(ofCarry(seen(1, 145, 256)), "Column 2 generates a carry: 5 + 6 = 11. No single site serves this route.");
  assert.equal(ofCarry(seen(0, 145, 154)), "Columns 1 and 2 sum to nine: no column generates a carry for C0.");
  assert.equal(ofCarry(seen(2, 145, 256)), "No column stands to the right of C2, so it has no carry-in.");
});

test("the sentence on attention tells where it goes, or what the switch changes", () => {
  assert.equal(
    ofAttention(seen(0, 145, 256)),
    "From =, where C0 is predicted, each head attends most: H1.0 at A0 (90%) and H1.1 at + (90%).",
  );
  assert.equal(
    ofAttention(seen(0, 145, 256, undefined, ["3", "", ""])),
    "From =, with the carry switched, 89% of H1.0’s attention moves, most from A0 to A1.",
  );
});

test("the sentence on the phasor has the prediction, what is right, and what the switch changes", () => {
  assert.equal(ofPhasor(seen(0, 145, 256)), "The phase is 2.00: 1 + 2 and 0.00 carried. The model predicts 4.");
  assert.match(ofPhasor(seen(2, 145, 256, ["4", "0", "2"])), / The model predicts 2; right is 1\.$/);
  assert.equal(
    ofPhasor(seen(0, 145, 256, undefined, ["3", "", ""])),
    "The phase is 2.00: 1 + 2 and 0.00 carried. The model predicts 4. " +
      "With the carry switched −1.00 is carried, and it predicts 3; the arrow of H1.0 changes most.",
  );
  assert.match(ofPhasor(seen(0, 145, 256, undefined, ["4", "", ""])), / it still predicts 4; /);
});
