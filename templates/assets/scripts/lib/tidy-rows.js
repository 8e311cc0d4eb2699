// @ts-check
// The numbers of a figure as tidy rows: a row for each cell, point or bar, in the columns that report/figures/columns/names.py
// names and data/columns.json defines. The values of labels that differ from their parts come with the figure.
"use strict";
{
  const SEPARATOR = /, |: |[+=]/; // between the parts of a label that belong in several columns
  const QUOTED = /[",\n\r]/;

  /** @typedef {Record<string, Cell>} Row */

  /** @type {(row: Row, names: string[], label: Cell, labels?: FigureColumns["labels"]) => void} */
  const put = (row, names, label, labels = {}) => {
    const listed = labels[names.join(" ")] ?? {};
    const isListed = typeof label === "string" && Object.hasOwn(listed, label);
    if (names.length === 1 && !isListed) row[names[0]] = label;
    else {
      const parts = isListed ? listed[label] : String(label).split(SEPARATOR);
      for (const [index, name] of names.entries()) row[name] = parts[index] ?? "";
    }
  };

  /** @type {(view: FigureView, trace: FigureTrace, columns: FigureColumns) => Row[]} */
  const rowsOfTrace = (view, trace, columns) => {
    /** @type {Row} */
    const about = {};
    const { labels } = columns;
    for (const [index, names] of columns.controls.entries()) put(about, names, view.choices[index], labels);
    put(about, columns.panel, trace.panel ?? "", labels);
    put(about, columns.series, trace.name, labels);
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
        if (of?.length) put(row, of, value, labels);
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
      if (view.points) put(row, columns.points, view.points[index], labels);
      return row;
    });
  };

  const cell = (/** @type {Cell | undefined} */ value) => {
    const text = String(value ?? "");
    return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

  const items = (/** @type {Cell} */ value) => String(value).split(", ");

  /** @type {(columns: Column[], names: string[][], csv: TableCsv, index: number) => Row[]} */
  const rowsOfTable = (columns, names, { lists = [], labels }, index) => {
    const nRows = lists.length ? items(columns[lists[0]].values[index]).length : 1;
    return Array.from({ length: nRows }, (_, item) => {
      /** @type {Row} */
      const row = {};
      for (const [place, { values }] of columns.entries()) {
        const value = values[index];
        put(row, names[place], lists.includes(place) ? items(value)[item] : value, labels);
      }
      return row;
    });
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
    csvOfTable: (shown, names, csv = {}) => {
      const all = names.flat();
      const columns = csv.columns ?? shown;
      const rows = columns[0].values.flatMap((_, index) =>
        rowsOfTable(columns, names, csv, index).map((row) => line(all, row)),
      );
      return [all.join(","), ...rows, ""].join("\n");
    },
  };
}
