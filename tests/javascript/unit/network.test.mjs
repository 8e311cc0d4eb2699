import assert from "node:assert/strict";
import test from "node:test";
import { load, pack } from "./scripts.mjs";

const { run, read, normalise, project } = load("lib/numbers", "lib/network").network;

const VOCABULARY = ["0", "1"];
// One layer, one head and a residual stream of two dimensions: tokens are the two axes.
const payload = (changes = {}) => ({
  d_model: 2,
  d_head: 1,
  n_heads: 1,
  n_layers: 1,
  vocabulary: VOCABULARY,
  tensors: {
    "embed.W_E": pack([1, -1, -1, 1], 2, 2),
    "pos_embed.W_pos": pack([0, 0, 0, 0], 2, 2),
    "blocks.0.ln1.w": pack([1, 1], 2),
    "blocks.0.ln1.b": pack([0, 0], 2),
    "blocks.0.attn.W_Q": pack([0, 0], 1, 2, 1),
    "blocks.0.attn.W_K": pack([0, 0], 1, 2, 1),
    "blocks.0.attn.W_V": pack([1, 0], 1, 2, 1),
    "blocks.0.attn.W_O": pack([1, 0], 1, 1, 2),
    "blocks.0.attn.b_Q": pack([0], 1, 1),
    "blocks.0.attn.b_K": pack([0], 1, 1),
    "blocks.0.attn.b_V": pack([0.5], 1, 1),
    "blocks.0.attn.b_O": pack([0, 0.25], 2),
    "ln_final.w": pack([1, 1], 2),
    "ln_final.b": pack([0, 0], 2),
    "unembed.W_U": pack([1, 0, 0, 1], 2, 2),
    "unembed.b_U": pack([0, 0.125], 2),
    ...changes,
  },
});
const close = (one, other, least = 1e-4) => assert.ok(Math.abs(one - other) < least, `${one} is not ${other}`);

test("a layer norm leaves mean zero and unit variance, then weights and bias", () => {
  const rows = normalise(Float64Array.of(1, 3, 5, 5), 2, Float64Array.of(2, 1), Float64Array.of(0, 1));
  close(rows[0], -2);
  close(rows[1], 2);
  close(rows[2], 0);
  close(rows[3], 1);
});

test("a projection multiplies rows with a matrix and adds a bias", () => {
  const projected = project(Float64Array.of(1, 2), Float64Array.of(1, 0, 1, 1), Float64Array.of(0, 10), 2);
  assert.deepEqual([...projected], [3, 12]);
});

test("without scores a position attends evenly to itself and those before it", () => {
  const { layers } = run(read(payload()), [0, 1]);
  assert.deepEqual([...layers[0][0].pattern], [1, 0, 0.5, 0.5]);
});

test("scores of queries and keys decide the attention", () => {
  const sharp = { "blocks.0.attn.b_Q": pack([9], 1, 1), "blocks.0.attn.W_K": pack([1, 0], 1, 2, 1) };
  const { layers } = run(read(payload(sharp)), [0, 1]);
  close(layers[0][0].pattern[2], 1);
});

test("head outputs are the attended values, and the residual stream their sum with embeddings and biases", () => {
  const { layers, residual, logits } = run(read(payload()), [0, 1]);
  // The values are ±1 (the normalised first dimension) + 0.5; position 1 averages both.
  close(layers[0][0].z[0], 1.5);
  close(layers[0][0].z[1], 0.5);
  close(residual[0], 1 + 1.5);
  close(residual[1], -1 + 0.25);
  // The final layer norm makes two dimensions ±1.
  close(logits[0], 1);
  close(logits[1], -1 + 0.125);
});

test("a change of a head output changes what the head writes, at later layers and in the logits", () => {
  const change = { layer: 0, head: 0, part: "z", apply: (z) => z.fill(0) };
  const weights = read(payload());
  const { residual } = run(weights, [0, 1], [change]);
  close(residual[0], 1);
  close(run(weights, [0, 1]).residual[0], 2.5);
  const values = { ...change, part: "v" };
  close(run(weights, [0, 1], [values]).residual[0], 1);
  const pattern = { ...change, part: "pattern", apply: (attention) => attention.set([1, 0, 0, 1]) };
  close(run(weights, [0, 1], [pattern]).layers[0][0].z[1], -0.5);
  const other = { ...change, head: 1 };
  close(run(weights, [0, 1], [other]).residual[0], 2.5);
});
