import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { unpacked, textsOf, select, orderOf, placeText } = load("lib/decimals", "lib/table-rows").tableRows;

const COLUMNS = [
  { values: ["C0, C2", "C1"], which: "1010" },
  { values: "9+1=10\n10+1=11\n9+1=10\n8+8=16" },
  { values: [0.5, -2.25, null, 0.5], written: "0.5\n−2.2\nnone\n0.5" },
].map(unpacked);
const rows = ({ choices = [], words = "", order = null } = {}) =>
  select(COLUMNS, textsOf(COLUMNS), { choices, words, order });

test("a column that lists its different values once has a value for each row", () => {
  assert.deepEqual(COLUMNS[0].values, ["C1", "C0, C2", "C1", "C0, C2"]);
  assert.deepEqual(COLUMNS[0].written, COLUMNS[0].values);
  assert.deepEqual(COLUMNS[2].written[1], "−2.2");
  assert.deepEqual(unpacked({ values: ["p", "q"], which: [1, 0, 1] }).values, ["q", "p", "q"]);
});

test("without a selection all rows are there in their own order", () => {
  assert.deepEqual(rows(), [0, 1, 2, 3]);
});

test("numbers of fixed places are written with them", () => {
  assert.deepEqual(unpacked({ values: [-2.25, 1234.5, -0.001], places: 2 }).written, ["−2.25", "1,234.50", "0.00"]);
});

test("a choice selects the rows that have it among their words", () => {
  assert.deepEqual(rows({ choices: [{ column: 0, value: "C2" }] }), [1, 3]);
  assert.deepEqual(rows({ choices: [{ column: 0, value: "C" }] }), []);
  assert.deepEqual(rows({ choices: [{ column: 0, value: "" }] }), [0, 1, 2, 3]);
});

test("a row is found if its cells contain all words, as they are written", () => {
  assert.deepEqual(rows({ words: "c1 9+1" }), [0, 2]);
  assert.deepEqual(rows({ words: "−2.2" }), [1]);
  assert.deepEqual(rows({ words: "-2.25" }), []);
});

test("rows are sorted by number, and texts with numbers in them by these; equals keep their order", () => {
  assert.deepEqual(rows({ order: { column: 1, falling: false } }), [3, 0, 2, 1]);
  assert.deepEqual(rows({ order: { column: 1, falling: true } }), [1, 0, 2, 3]);
  const numbers = [{ values: [10, 9, -1, 9], written: ["10", "9", "−1", "9"] }];
  const sorted = (falling) =>
    select(numbers, textsOf(numbers), { choices: [], words: "", order: { column: 0, falling } });
  assert.deepEqual(sorted(false), [2, 1, 3, 0]);
  assert.deepEqual(sorted(true), [0, 1, 3, 2]);
});

test("an order in the address is that of a column, or none", () => {
  assert.deepEqual(orderOf("-2", 3), { column: 2, falling: true });
  assert.deepEqual(orderOf("0", 3), { column: 0, falling: false });
  for (const wrong of ["3", "", "x", "1.5", "--1", "1 "]) assert.equal(orderOf(wrong, 3), null);
});

test("the place names the rows that are shown, and of how many they were chosen", () => {
  assert.equal(placeText(0, 10, 1234, 1234), "1–10 of 1,234");
  assert.equal(placeText(10, 2, 12, 1234), "11–12 of 12, chosen from 1,234");
  assert.equal(placeText(0, 0, 0, 1234), "0, chosen from 1,234");
});
