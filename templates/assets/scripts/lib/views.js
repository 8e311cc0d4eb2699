// @ts-check
// The views of a figure in full. report/figures/compact.py shortens them: each but the first is what differs from the
// first, the hover texts of a matrix are those of its rows and columns, and texts that repeat are listed once.
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
  const traceInFull = (/** @type {Trace} */ trace) =>
    /** @type {Trace} */ (Object.fromEntries(Object.entries(trace).map(([key, value]) => [key, inFull(value)])));

  sumint.expandViews = ([first, ...changes]) =>
    [first, ...changes.map((change) => changed(first, change))].map((view) =>
      view.data ? { ...view, data: view.data.map(traceInFull) } : view,
    );
}
