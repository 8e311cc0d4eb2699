import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./scripts.mjs";

const { numberTables, tidyRows } = load("lib/elements", "lib/decimals", "lib/number-tables", "lib/tidy-rows");
const VIEW = { label: "one", choices: ["2+3=5", "C0"], address: "one", axes: { x: "head", y: "layer", z: "loss" } };
const MATRIX = { type: "heatmap", name: "", x: ["0", "1"], y: ["p"], z: [[1234.4, null]] };

test("a matrix is a table with its rows and columns, and what is missing is none", () => {
  const [table] = numberTables({ ...VIEW, traces: [MATRIX] });
  assert.deepEqual(table, { caption: "one, loss", head: ["layer / head", "0", "1"], rows: [["p", "1,234", "none"]] });
});

test("the numbers of a column have the same places, counts have none, and a wide range has powers of ten", () => {
  const columns = (y) => numberTables({ ...VIEW, traces: [{ type: "bar", name: "", x: y.map(String), y }] })[0].rows;
  const written = (...y) => columns(y).map(([, number]) => number);
  assert.deepEqual(written(40, 0.5), ["40.00", "0.50"]);
  assert.deepEqual(written(40, 1234), ["40", "1,234"]);
  assert.deepEqual(written(-1e-9, 2.5), ["−1.000\u00a0×\u00a010⁻⁹", "2.500"]);
});

test("points that a view labels have their labels", () => {
  const trace = { type: "scatterpolar", name: "C0", r: [1.5], theta: [0.25] };
  const [table] = numberTables({ ...VIEW, points: ["2+3=5"], traces: [trace] });
  assert.deepEqual([table.head, table.rows], [["point", "magnitude", "phase (rad)"], [["2+3=5", "1.500", "0.2500"]]]);
});

test("a row of a CSV has a column for each part of its labels, and quotes what needs it", () => {
  const columns = {
    controls: [["a", "b", "right"], ["answer_digit"]],
    axes: { y: { layer: ["layer"] }, x: { head: ["head"] }, z: { loss: ["loss"] } },
    ...{ panel: [], series: [], points: [], text: ["note"], r: [], theta: [] },
    all: ["a", "b", "right", "answer_digit", "layer", "head", "loss", "note"],
  };
  const trace = { ...MATRIX, text: [['x, "y"', ""]] };
  const csv = tidyRows.csvOf({ controls: ["Sum", "Digit"], views: [{ ...VIEW, traces: [trace] }] }, columns);
  assert.equal(csv, 'a,b,right,answer_digit,layer,head,loss,note\n2,3,5,C0,p,0,1234.4,"x, ""y"""\n2,3,5,C0,p,1,,\n');
});

test("a label that a figure lists has the values of its columns", () => {
  const columns = {
    controls: [
      ["a", "b", "right"],
      ["site", "route"],
    ],
    axes: { y: { layer: ["dimension"] }, x: { head: ["head"] }, z: { loss: ["loss"] } },
    ...{ panel: [], series: [], points: [], text: [], r: [], theta: [] },
    all: ["a", "site", "route", "dimension", "head", "loss"],
    labels: { dimension: { p: ["19"] }, "site route": { C0: ["H0.2 at =", "1 → C0"] } },
  };
  const csv = tidyRows.csvOf({ controls: ["Sum", "Digit"], views: [{ ...VIEW, traces: [MATRIX] }] }, columns);
  assert.equal(csv.split("\n")[1], "2,H0.2 at =,1 → C0,19,0,1234.4");
});

test("the CSV of a long table has a row for each item of its lists, and may have other columns", () => {
  const columns = [{ values: ["5", "6"] }, { values: ["C0, C2", "a tie"] }, { values: ["1, 0", ""] }];
  const names = [["a"], ["digit"], ["n"]];
  const csv = { lists: [1, 2], labels: { digit: { "a tie": [""] } } };
  assert.equal(tidyRows.csvOfTable(columns, names, csv), "a,digit,n\n5,C0,1\n5,C2,0\n6,,\n");
  const own = { columns: [{ values: [3, 1] }] };
  assert.equal(tidyRows.csvOfTable(columns, [["n_held"]], own), "n_held\n3\n1\n");
});
