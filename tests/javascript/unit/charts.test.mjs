import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { templateFor, layoutFor, dataFor } = load("lib/charts").charts;
const THEME = {
  template: {
    data: { bar: [{ marker: { line: 0 } }], scatter: [{ line: { width: 2 }, marker: {} }] },
    layout: { font: "serif" },
  },
  series: ["red", "blue"],
  roles: { guide: "grey", "layer-0-1": "green" },
};

test("each trace has the colour of its role, in the order of the traces of its type", () => {
  const traces = [
    { type: "bar", meta: 1 },
    { type: "scatter", meta: "guide" },
    { type: "bar", meta: 2 },
    { type: "heatmap" },
  ];
  const { data, layout } = templateFor({ data: traces, layout: {} }, THEME);
  assert.deepEqual(data.bar, [{ marker: { line: 0, color: "blue" } }, { marker: { line: 0, color: "red" } }]);
  assert.deepEqual(data.scatter, [{ line: { width: 2, color: "grey" }, marker: { color: "grey" } }]);
  assert.deepEqual(data.heatmap, [{}]);
  assert.deepEqual(layout, { font: "serif" });
});

test("a trace without a role keeps the template's colours, and the template is not changed", () => {
  const before = structuredClone(THEME);
  assert.deepEqual(templateFor({ data: [{ type: "bar" }], layout: {} }, THEME).data.bar, [{ marker: { line: 0 } }]);
  templateFor({ data: [{ type: "bar", meta: 0 }], layout: {} }, THEME);
  assert.deepEqual(THEME, before);
});

test("on a small screen panels are where the figure says, and its own layout is not changed", () => {
  const layout = {
    xaxis: { title: "digit", domain: [0, 0.5] },
    annotations: ["wide"],
    meta: { narrow: { xaxis: { domain: [0, 1] }, annotations: ["narrow"] } },
  };
  const before = structuredClone(layout);
  const small = layoutFor(layout, { isSmall: true });
  assert.deepEqual(small.xaxis, { title: "digit", domain: [0, 1] });
  assert.deepEqual(small.annotations, ["narrow"]);
  assert.deepEqual(layoutFor(layout, { isSmall: false }), before);
  assert.deepEqual(layout, before);
});

test("a role has its own colour, and the name of its line has the same", () => {
  const traces = [
    { type: "scatter", meta: "layer-0-1" },
    { type: "scatter", meta: "label:layer-0-1" },
    { type: "scatter", meta: "label:1" },
  ];
  const { scatter } = templateFor(
    { data: traces, layout: {} },
    {
      ...THEME,
      template: { data: { scatter: [{ line: {}, textfont: {} }] }, layout: {} },
    },
  ).data;
  assert.deepEqual(scatter, [
    { line: { color: "green" }, textfont: {} },
    { line: {}, textfont: { color: "green" } },
    { line: {}, textfont: { color: "blue" } },
  ]);
});

test("the text in cells is left out on a small screen if it would not fit", () => {
  const row = (n) => ({
    type: "heatmap",
    x: [...Array(n).keys()],
    text: [Array(n).fill("−1.25")],
    texttemplate: "%{text}",
  });
  const shown = (traces, layout, isSmall) =>
    dataFor(traces, layout, { isSmall }).map(({ texttemplate }) => Boolean(texttemplate));
  const data = [row(6), row(10), { ...row(6), xaxis: "x2" }];
  const layout = { xaxis2: { domain: [0, 0.5] } };
  assert.deepEqual(shown(data, layout, true), [true, false, false]);
  assert.deepEqual(shown(data, layout, false), [true, true, true]);
  assert.deepEqual(shown([row(4)], { margin: { l: 60 } }, true), [true]);
  assert.deepEqual(shown([row(4)], { margin: { l: 200 } }, true), [false]); // long row labels leave little room
  const named = { ...row(4), text: [Array(4).fill("<b>H0.1</b><br>−1.25")] }; // only what is seen takes room
  assert.deepEqual(shown([named], { margin: { l: 60 } }, true), [true]);
  assert.equal(data[1].texttemplate, "%{text}");
});
