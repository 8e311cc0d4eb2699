// @ts-check
// The numbers of a figure as tidy rows: a row for each cell, point or bar, in the columns that report/figures/columns/names.py
// names and data/columns.json defines.
"use strict";
{
  const SEPARATOR = /, |: |[+=]/; // between the parts of a label that belong in several columns
  const QUOTED = /[",\n\r]/;

  /** @typedef {Record<string, Cell>} Row */

  /** @type {(row: Row, names: string[], label: Cell) => void} */
  const put = (row, names, label) => {
    if (names.length === 1) row[names[0]] = label;
    else {
      const parts = String(label).split(SEPARATOR);
      for (const [index, name] of names.entries()) row[name] = parts[index] ?? "";
    }
  };

  /** @type {(view: FigureView, trace: FigureTrace, columns: FigureColumns) => Row[]} */
  const rowsOfTrace = (view, trace, columns) => {
    /** @type {Row} */
    const about = {};
    for (const [index, names] of columns.controls.entries()) put(about, names, view.choices[index]);
    put(about, columns.panel, trace.panel ?? "");
    put(about, columns.series, trace.name);
    const titles = { x: view.axes[trace.x_axis ?? "x"] ?? "", y: view.axes[trace.y_axis ?? "y"] ?? "" };
    const names = {
      ...{ x: columns.axes.x?.[titles.x], y: columns.axes.y?.[titles.y], z: columns.axes.z?.[view.axes.z ?? ""] },
      ...{ error_y: columns.axes.error?.[titles.y], r: columns.r, theta: columns.theta, text: columns.text },
    };
    /** @type {(values: Record<string, Cell>) => Row} */
    const rowOf = (values) => {
      const row = { ...about };
      for (const [channel, value] of Object.entries(values)) {
        const of = names[/** @type {keyof typeof names} */ (channel)];
        if (of?.length) put(row, of, value);
      }
      return row;
    };
    if (trace.z) {
      return trace.y.flatMap((/** @type {Cell} */ y, /** @type {number} */ row) =>
        trace.x.map((/** @type {Cell} */ x, /** @type {number} */ column) =>
          rowOf({ y, x, z: trace.z[row][column], ...(trace.text && { text: trace.text[row][column] }) }),
        ),
      );
    }
    const channels = Object.keys(names).filter((channel) => trace[channel]);
    return trace[channels[0]].map((/** @type {unknown} */ _, /** @type {number} */ index) => {
      const row = rowOf(Object.fromEntries(channels.map((channel) => [channel, trace[channel][index]])));
      if (view.points) put(row, columns.points, view.points[index]);
      return row;
    });
  };

  const cell = (/** @type {Cell | undefined} */ value) => {
    const text = String(value ?? "");
    return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  /** @type {(columns: Column[], names: string[][], index: number) => Row} */
  const rowOfTable = (columns, names, index) => {
    /** @type {Row} */
    const row = {};
    for (const [place, { values }] of columns.entries()) put(row, names[place], values[index]);
    return row;
  };
  const line = (/** @type {string[]} */ names, /** @type {Row} */ row) =>
    names.map((name) => cell(row[name])).join(",");

  sumint.tidyRows = {
    rowsOf: ({ views }, columns) =>
      views.flatMap((view) => view.traces.flatMap((trace) => rowsOfTrace(view, trace, columns))),
    csvOf: (data, columns) => {
      const rows = sumint.tidyRows.rowsOf(data, columns).map((row) => line(columns.all, row));
      return [columns.all.join(","), ...rows, ""].join("\n");
    },
    csvOfTable: (columns, names) => {
      const all = names.flat();
      const rows = columns[0].values.map((_, index) => line(all, rowOfTable(columns, names, index)));
      return [all.join(","), ...rows, ""].join("\n");
    },
  };
}
