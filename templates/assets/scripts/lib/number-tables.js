// @ts-check
// The numbers of a figure as tables: one for each trace of a view. report/figures/data_tables.py makes the same tables of
// figures with few numbers, which the page contains.
"use strict";
{
  const CHANNELS = ["text", "x", "y", "r", "theta", "error_y"];
  const SIGNIFICANT = 4; // the significant digits of the largest number of a column
  const MAX_RANGE = 1e6; // the ratio of the largest to the smallest up to which both have the same decimal places
  const MAX_COUNT = 1e9; // a column of whole numbers up to this is formatted as counts
  const [LEAST, MOST] = [1e-4, 1e6]; // numbers beyond these are in scientific notation
  const { decimals } = sumint;
  const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

  const scientific = (/** @type {number} */ value) => {
    const [digits, exponent] = value.toExponential(SIGNIFICANT - 1).split("e");
    const raised = exponent
      .replace("+", "")
      .replace("-", "⁻")
      .replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]);
    return `${digits.replace("-", "−")} × 10${raised}`.replaceAll(" ", "\u00a0");
  };
  const significant = (/** @type {number} */ value) => {
    if (value !== 0 && !(Math.abs(value) >= LEAST && Math.abs(value) < MOST)) return scientific(value);
    const rounded = Number(value.toPrecision(SIGNIFICANT));
    const exponent = Number(rounded.toExponential().split("e")[1]);
    return decimals(rounded, Math.max(SIGNIFICANT - 1 - exponent, 0));
  };
  const cell = (/** @type {Cell} */ value) => {
    if (value === null) return "none";
    return typeof value === "number" && !Number.isInteger(value) ? significant(value) : String(value);
  };
  // In a matrix of measured numbers a whole one is written as the others are.
  const cellOf = (/** @type {boolean} */ isMeasured) => (/** @type {Cell} */ value) =>
    isMeasured && typeof value === "number" ? significant(value) : cell(value);

  // Counts if all numbers are whole, else fixed decimal places; significant digits if they span many powers of ten.
  /** @type {(values: Cell[]) => string[]} */
  const column = (values) => {
    const numbers = values.filter((value) => typeof value === "number");
    if (numbers.every((number) => Number.isInteger(number) && Math.abs(number) < MAX_COUNT)) return values.map(whole);
    const sizes = numbers.filter((number) => number !== 0).map(Math.abs);
    const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
    if (most > MAX_RANGE * least || !(most >= LEAST && most < MOST)) return values.map(cellOf(true));
    const places = Math.max(SIGNIFICANT - 1 - Math.floor(Math.log10(most)), 0);
    return values.map((value) => (typeof value === "number" ? decimals(value, places) : cell(value)));
  };
  const whole = (/** @type {Cell} */ value) => (typeof value === "number" ? decimals(value, 0) : cell(value));

  /** @type {(trace: FigureTrace, view: FigureView) => NumberTable} */
  const tableOf = (trace, { axes, label, points }) => {
    const quantity = trace.z ? axes.z : "";
    const caption = [label, trace.panel, trace.name, quantity].filter(Boolean).join(", ");
    const [across, up] = [axes[trace.x_axis ?? "x"] ?? "", axes[trace.y_axis ?? "y"] ?? ""];
    if (trace.z) {
      const corner = [up, across].filter(Boolean).join(" / ");
      const rows = trace.y.map((/** @type {Cell} */ y, /** @type {number} */ row) => [
        cell(y),
        ...trace.z[row].map(cellOf(true)),
      ]);
      return { caption, head: [corner, ...trace.x.map(cell)], rows };
    }
    const channels = CHANNELS.filter((channel) => trace[channel]);
    /** @type {Record<string, string>} */
    const names = { text: "point", x: across, y: up, r: "magnitude", theta: "phase (rad)", error_y: "±" };
    const columns = channels.map((channel) => column(trace[channel]));
    const head = channels.map((channel) => names[channel]);
    if (points && !trace.text) {
      head.unshift("point");
      columns.unshift(points);
    }
    return { caption, head, rows: columns[0].map((_, row) => columns.map((values) => values[row])) };
  };

  sumint.numberTables = (view) => view.traces.map((trace) => tableOf(trace, view));
}
