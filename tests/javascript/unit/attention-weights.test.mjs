import assert from "node:assert/strict";
import test from "node:test";
import { load, pack } from "./scripts.mjs";

const weights = load("lib/numbers", "lib/attention-weights").attentionWeights;
const { headsOf, shade, weightOf, between, asText, neighbour, isDigit, slug } = weights;

const POSITIONS = ["A0 2", "+", "B0 7", "="].map((label) => {
  const [name, token = name] = label.split(" ");
  return { name, token, label };
});
const PATTERN = [1, 0, 0, 0, 0.25, 0.75, 0, 0, 0.5, 0.125, 0.375, 0, 0.125, 0.5, 0.25, 0.125];
const HEADS = headsOf({ positions: POSITIONS, heads: [{ name: "H1.0", layer: 1, weights: pack(PATTERN, 4, 4) }] });
const state = (shown, cell = null) => ({ heads: HEADS, head: 0, positions: POSITIONS, shown, cell });

test("a weight is that from a query to a key; between two tokens it is from the later to the earlier", () => {
  assert.equal(weightOf(state(0), 2, 1), 0.125);
  assert.equal(between(state(0), 1, 2), 0.125);
  assert.equal(between(state(0), 2, 1), 0.125);
  assert.equal(between(state(0), 3, 3), 0.125);
});

test("a shade lies between two stops, and the ends are the first and the last", () => {
  const stops = ["white", "grey", "black"];
  assert.equal(shade(stops, 0), "color-mix(in srgb, grey 0.0%, white)");
  assert.equal(shade(stops, 0.25), "color-mix(in srgb, grey 50.0%, white)");
  assert.equal(shade(stops, 0.75), "color-mix(in srgb, black 50.0%, grey)");
  assert.equal(shade(stops, 1), "color-mix(in srgb, black 100.0%, grey)");
});

test("the sentence names what the token attends to most, and which later token attends to it most", () => {
  assert.equal(asText(state(0)), "A0 attends only to itself (1.00); B0 (0.50) attends most to it.");
  assert.equal(asText(state(2)), "B0 attends most to A0 (0.50) and itself (0.38); = (0.25) attends most to it.");
  assert.equal(asText(state(3)), "= attends most to + (0.50) and B0 (0.25).");
});

test("the sentence on a cell names its query and its key", () => {
  assert.equal(asText(state(2, { query: 2, key: 0 })), "B0 attends to A0: 0.500.");
  assert.equal(asText(state(2, { query: 2, key: 2 })), "B0 attends to itself: 0.375.");
  assert.equal(asText(state(0, { query: 2, key: 0 })), "B0 attends to A0: 0.500.");
});

test("arrow keys move in the grid of tokens and not beyond it", () => {
  const at = (key, from) => neighbour(key, from, 2, 4);
  assert.deepEqual([at("ArrowRight", 0), at("ArrowLeft", 3), at("ArrowDown", 1), at("ArrowUp", 2)], [1, 2, 3, 0]);
  assert.deepEqual([at("Home", 3), at("End", 0)], [0, 3]);
  assert.deepEqual([at("ArrowRight", 3), at("ArrowUp", 1), at("Tab", 0)], [null, null, null]);
});

test("a sign is its own name, and names have a form for addresses", () => {
  assert.deepEqual(POSITIONS.map(isDigit), [true, false, true, false]);
  assert.equal(slug({ name: "H1.2" }), "h1-2");
  assert.equal(slug(POSITIONS[0]), "a0");
});
