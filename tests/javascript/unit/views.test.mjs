import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { expandViews } = load("lib/views");
const FIRST = {
  slug: "one",
  choices: ["one"],
  data: [{ type: "heatmap", x: [1, 2], name: "a" }],
  layout: { xaxis: { title: "x", range: [0, 1] } },
};

test("each view but the first is what differs from it, and the first is not changed", () => {
  const before = structuredClone(FIRST);
  const [first, second, third] = expandViews([
    FIRST,
    {
      set: { slug: "two", choices: ["two"] },
      in: {
        data: { in: { 0: { set: { x: [3] }, drop: ["name"] } } },
        layout: { in: { xaxis: { set: { title: "y" } } } },
      },
    },
    { set: { slug: "three" } },
  ]);
  assert.deepEqual(first, before);
  assert.deepEqual(FIRST, before);
  assert.deepEqual(second, {
    slug: "two",
    choices: ["two"],
    data: [{ type: "heatmap", x: [3] }],
    layout: { xaxis: { title: "y", range: [0, 1] } },
  });
  assert.deepEqual(third, { ...before, slug: "three" });
});

test("texts of cells are those of their row and column, or one of those listed", () => {
  const trace = {
    type: "heatmap",
    hovertext: {
      grid: [
        ["p ", "q "],
        ["1", "2"],
      ],
    },
    customdata: {
      among: ["x", "y"],
      at: [
        [0, 1],
        [1, 1],
      ],
    },
  };
  const [{ data }] = expandViews([{ ...FIRST, data: [trace] }]);
  assert.deepEqual(data[0].hovertext, [
    ["p 1", "p 2"],
    ["q 1", "q 2"],
  ]);
  assert.deepEqual(data[0].customdata, [
    ["x", "y"],
    ["y", "y"],
  ]);
});

test("logarithms are those of the numbers, and of what is not positive there are none", () => {
  const packed = (numbers) => Buffer.from(new Float32Array(numbers).buffer).toString("base64");
  const customdata = { dtype: "f4", bdata: packed([1, 100, 0, -1]), shape: "2, 2" };
  const [{ data }] = expandViews([{ ...FIRST, data: [{ type: "heatmap", customdata, z: { logarithms: "2, 2" } }] }]);
  assert.deepEqual(data[0].z, { dtype: "f4", bdata: packed([0, 2, Number.NaN, Number.NaN]), shape: "2, 2" });
});

test("addresses have what all begin and end with", () => {
  const opens = { within: ["page?sum=", "#it"], middles: { "0,0": "1_2", "0,50": "3_4" } };
  const [{ layout }] = expandViews([{ ...FIRST, layout: { meta: { opens, narrow: 1 } } }]);
  assert.deepEqual(layout.meta, { opens: { "0,0": "page?sum=1_2#it", "0,50": "page?sum=3_4#it" }, narrow: 1 });
});
