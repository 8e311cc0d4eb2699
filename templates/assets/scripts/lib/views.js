// @ts-check
// The views of a figure in full. report/figures/compact.py shortens them: each but the first is what differs from the
// first, the hover texts of a matrix are those of its rows and columns, texts that repeat are listed once, so is what all
// addresses begin and end with, and logarithms are left out.
"use strict";
{
  /** @type {(base: any, change: ViewChange) => any} */
  const changed = (base, { set = {}, drop = [], in: inside = {} }) => {
    const value = Array.isArray(base) ? [...base] : { ...base };
    for (const key of drop) delete value[key];
    Object.assign(value, set);
    for (const [key, change] of Object.entries(inside)) value[key] = changed(base[key], change);
    return value;
  };

  const inFull = (/** @type {any} */ value) => {
    if (value?.grid) {
      const [rows, columns] = value.grid;
      return rows.map((/** @type {string} */ row) => columns.map((/** @type {string} */ column) => row + column));
    }
    if (value?.among) {
      return value.at.map((/** @type {number[]} */ row) => row.map((place) => value.among[place]));
    }
    return value;
  };
  /** @type {(layout?: ChartLayout) => ChartLayout | undefined} */
  const layoutInFull = (layout) => {
    const { within, middles } = /** @type {any} */ (layout?.meta?.opens ?? {});
    if (!within) return layout;
    const texts = Object.entries(middles).map(([key, middle]) => [key, within[0] + middle + within[1]]);
    return { ...layout, meta: { ...layout?.meta, opens: Object.fromEntries(texts) } };
  };
  // The logarithms of numbers that Plotly packs in base64, in the same form; those of numbers that are not positive are NaN.
  const logarithms = (/** @type {{ bdata: string, shape: string }} */ { bdata, shape }) => {
    const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
    const numbers = new Float32Array(bytes.buffer).map((number) => (number > 0 ? Math.log10(number) : Number.NaN));
    const letters = Array.from(new Uint8Array(numbers.buffer), (byte) => String.fromCharCode(byte));
    return { dtype: "f4", bdata: btoa(letters.join("")), shape };
  };
  const traceInFull = (/** @type {Trace} */ trace) => {
    const whole = /** @type {Trace} */ (
      Object.fromEntries(Object.entries(trace).map(([key, value]) => [key, inFull(value)]))
    );
    return trace.z?.logarithms ? { ...whole, z: logarithms(trace.customdata) } : whole;
  };

  sumint.expandViews = ([first, ...changes]) =>
    [first, ...changes.map((change) => changed(first, change))].map((view) =>
      "data" in view ? { ...view, data: view.data.map(traceInFull), layout: layoutInFull(view.layout) } : view,
    );
}
