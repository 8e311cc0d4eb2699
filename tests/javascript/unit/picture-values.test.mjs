import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { stateOf, verdictOf, written, totals, turnTo, slideTo, neighbour } = load(
  "lib/hover-text",
  "lib/picture-values",
).pictureValues;

test("a column that sums to nine is a state of its own", () => {
  assert.deepEqual([0, 8, 9, 10, 18].map(stateOf), ["no carry", "no carry", "nine", "carry", "carry"]);
});

test("the verdict has the right digit only where another is predicted", () => {
  const sum = { predicted: ["3", "0"], answer: ["4", "0"] };
  assert.deepEqual(verdictOf(sum, 0), { text: "3, not 4", isWrong: true });
  assert.deepEqual(verdictOf(sum, 1), { text: "0", isWrong: false });
});

test("numbers have two places and a minus sign", () => {
  assert.equal(written(-0.084), "−0.08");
  assert.equal(written(1), "1.00");
});

test("columns add up, and a dial has ten digits", () => {
  assert.deepEqual(totals({ a: [1, 9], b: [2, 9] }), [3, 18]);
  assert.equal(turnTo(2.5), "rotate(90.00)");
});

test("the mark of a switch moves with the level, and a little past both ends", () => {
  const places = [0, 0.5, 1, -0.1, 3].map((level) => slideTo(level, 10, 40));
  assert.deepEqual(
    places,
    [10, 25, 40, 7, 44.5].map((height) => `translate(0 ${height.toFixed(1)})`),
  );
});

test("arrow keys, Home and End move between the parts, and stop at both ends", () => {
  const to = (key, from) => neighbour(key, from, 4);
  assert.deepEqual([to("ArrowRight", 1), to("ArrowDown", 3), to("ArrowLeft", 2), to("ArrowUp", 0)], [2, 3, 1, 0]);
  assert.deepEqual([to("Home", 2), to("End", 0), to("Enter", 0)], [0, 3, null]);
});
